// Bundles src/page, the script and the style of the report page, into strings with their hashes, for its Content-Security-Policy.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { build } from 'rolldown'

export async function bundlePage(root) {
  const { output } = await build({
    cwd: root,
    input: 'src/page/main.ts',
    platform: 'browser',
    write: false,
    output: { format: 'iife', minify: true, comments: false },
    logLevel: 'warn',
  })
  const [{ code }] = output
  // `</script` in a string would end the element.
  const script = code.trim().replaceAll('</script', '<\\/script')
  const style = [`${root}/node_modules/uplot/dist/uPlot.min.css`, `${root}/src/page/style.css`]
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n')
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/\s*([{};,])\s*|(:)\s+|\s*\n\s*/g, '$1$2')
  return { page: { script, style, scriptHash: hash(script), styleHash: hash(style) }, output }
}

function hash(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
