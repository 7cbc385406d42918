// Makes the files of a release from a checkout: node scripts/release.mjs --tag v1.2.3 --repository OWNER/NAME --output DIR
//   package.json      with `repository`, without which npm refuses `--provenance`
//   notes.md          the section of CHANGELOG.md for this version
//   *.tgz             the npm package
//   dumpstream-*      the executables in dist/bin, compressed
//   sbom.cdx.json     CycloneDX, of what is installed with the package
//   SHA256SUMS        of all of these
//   dumpstream.rb     a Homebrew formula that installs the executables
// It fails before it writes anything if the tag, package.json and CHANGELOG.md do not agree. .github/workflows/release.yml publishes the result.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({
  options: { tag: { type: 'string' }, repository: { type: 'string' }, output: { type: 'string' } },
})
const { tag, repository, output } = values
if (tag === undefined || output === undefined || !/^[\w.-]+\/[\w.-]+$/.test(repository ?? ''))
  fail('usage: node scripts/release.mjs --tag v1.2.3 --repository OWNER/NAME --output DIR')
const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const { version } = about
if (tag !== `v${version}`) fail(`the tag is ${tag}, but package.json says ${version}: they must agree`)
const notes = notesOf(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), version)
if (notes === undefined) fail(`CHANGELOG.md has no section "## [${version}]", or nothing in it: write the notes first`)

const folder = resolve(output)
mkdirSync(folder, { recursive: true })
const url = `https://github.com/${repository}`
writeFileSync(join(folder, 'notes.md'), `${notes}\n`)

const original = readFileSync(join(root, 'package.json'), 'utf8')
try {
  writeFileSync(
    join(root, 'package.json'),
    `${JSON.stringify({ ...about, repository: { type: 'git', url: `git+${url}.git` }, homepage: `${url}#readme`, bugs: `${url}/issues` }, null, 2)}\n`,
  )
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'))
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder])
  const sbom = JSON.parse(run('npm', ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only']))
  // npm uses the name of the folder.
  sbom.metadata.component.name = about.name
  sbom.components.push(...bundled())
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`)
} finally {
  writeFileSync(join(root, 'package.json'), original)
}

const binaries = join(root, 'dist/bin')
for (const name of existsSync(binaries) ? readdirSync(binaries) : []) {
  // `dumpstream` is the one for this machine.
  const target = name === 'dumpstream' ? `dumpstream-${process.platform}-${process.arch}` : name
  writeFileSync(join(folder, `${target}.gz`), gzipSync(readFileSync(join(binaries, name)), { level: 9 }))
}

const sums = new Map()
for (const name of readdirSync(folder).sort()) {
  if (['SHA256SUMS', 'dumpstream.rb', 'package.json', 'notes.md'].includes(name)) continue
  sums.set(
    name,
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex'),
  )
}
writeFileSync(join(folder, 'SHA256SUMS'), [...sums].map(([name, sum]) => `${sum}  ${name}\n`).join(''))
writeFileSync(join(folder, 'dumpstream.rb'), formula())
console.log([...sums.keys(), 'SHA256SUMS', 'notes.md', 'package.json', 'dumpstream.rb'].join('\n'))

/** Packages that the build has put into our own files are installed with the package, too. */
function bundled() {
  const notices = readFileSync(join(root, 'dist/THIRD_PARTY_NOTICES'), 'utf8')
  return [...notices.matchAll(/^((?:@[\w.-]+\/)?[\w.-]+) (\d\S*) \((.+?)\)/gm)].map(([, name, version, licence]) => ({
    'bom-ref': `${name}@${version}`,
    type: 'library',
    name,
    version,
    scope: 'required',
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    properties: [{ name: 'dumpstream:bundled', value: 'true' }],
    licenses: [{ license: { id: licence } }],
  }))
}

/** The text under the version's heading, in the format of keepachangelog.com; undefined if there is none. */
function notesOf(changelog, wanted) {
  for (const section of changelog.split(/^## /m).slice(1)) {
    const [heading, ...lines] = section.split('\n')
    const text = lines
      .join('\n')
      .replace(/^\[[^\]]+\]: .*$/gm, '')
      .trim()
    if (heading.startsWith(`[${wanted}]`)) return text === '' ? undefined : text
  }
  return undefined
}

function formula() {
  const platforms = [
    ['on_macos', 'on_arm', 'darwin-arm64'],
    ['on_macos', 'on_intel', 'darwin-x64'],
    ['on_linux', 'on_arm', 'linux-arm64'],
    ['on_linux', 'on_intel', 'linux-x64'],
  ]
  const blocks = platforms.flatMap(([system, processor, name]) => {
    const file = `dumpstream-${name}.gz`
    const sum = sums.get(file)
    if (sum === undefined) return []
    return [
      `  ${system} do
    ${processor} do
      url "${url}/releases/download/${tag}/${file}"
      sha256 "${sum}"
    end
  end
`,
    ]
  })
  return `class Dumpstream < Formula
  desc "${about.description.split(',')[0]}"
  homepage "${url}"
  version "${version}"
  license "${about.license}"

${blocks.join('\n')}
  def install
    bin.install Dir["dumpstream-*"].first => "dumpstream"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/dumpstream --version")
  end
end
`
}

function run(program, args) {
  return execFileSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
