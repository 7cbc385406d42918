// Bundles src/page, the script and the style of the report page, into strings with their hashes, for its Content-Security-Policy; and
// writes the notices of the packages that are bundled.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { build } from 'rolldown'

/** Packages whose code goes into the page, … */
const BUNDLED = ['uplot']
/** … and into the command: see `external` in build.mjs. */
const BUNDLED_IN_COMMAND = ['re2js']

export async function bundlePage(root) {
  const { output } = await build({
    cwd: root,
    input: 'src/page/main.ts',
    platform: 'browser',
    write: false,
    output: { format: 'iife', minify: true, comments: false },
    logLevel: 'warn',
  })
  const [{ code, moduleIds }] = output
  const packages = new Set(moduleIds.flatMap((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []))
  if (String([...packages].sort()) !== String(BUNDLED))
    throw new Error(`the page bundles ${[...packages]}, not ${BUNDLED}`)
  writeNotices(root)
  // `</script` in a string would end the element.
  const script = code.trim().replaceAll('</script', '<\\/script')
  const style = [`${root}/node_modules/uplot/dist/uPlot.min.css`, `${root}/src/page/style.css`]
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n')
    .replace(/\s*\n\s*/g, '\n')
  return { script, style, scriptHash: hash(script), styleHash: hash(style) }
}

function hash(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

function writeNotices(root) {
  const parts = [...BUNDLED, ...BUNDLED_IN_COMMAND].map((name) => {
    const folder = `${root}/node_modules/${name}`
    const { version, license, homepage } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
    return `${name} ${version} (${license}) ${homepage}\n\n${readFileSync(`${folder}/LICENSE`, 'utf8').trim()}\n`
  })
  writeFileSync(
    `${root}/dist/THIRD_PARTY_NOTICES`,
    `dumpstream contains these packages: uplot in its report page (--format html, --serve), re2js in its command (--match).\n\n${parts.join('\n---\n\n')}`,
  )
}
