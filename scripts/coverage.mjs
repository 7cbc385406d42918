// Line coverage of src by the tests. Many tests run the built command in separate processes, whose coverage counts as well: vitest measures its own
// processes; the V8 reports of the command (NODE_V8_COVERAGE) are mapped back to src by the source maps of dist, which is built for that, with the
// same
// converter that vitest uses. Arguments go to vitest.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mergeProcessCovs } from '@bcoe/v8-coverage'
import { convert } from 'ast-v8-to-istanbul'
import istanbul from 'istanbul-lib-coverage'
import { parseAst } from 'rolldown/parseAst'

/** Per cent of lines. */
const LEAST = 95

const root = fileURLToPath(new URL('..', import.meta.url))
const raw = mkdtempSync(join(tmpdir(), 'dumpstream-coverage-'))
build('--readable')
try {
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--coverage', ...process.argv.slice(2)]
  // For V8, cached code (src/start.ts) is not a separate file.
  const env = { ...process.env, DUMPSTREAM_COVERAGE: raw, NODE_DISABLE_COMPILE_CACHE: '1' }
  const { status } = spawnSync(process.execPath, vitest, { cwd: root, stdio: 'inherit', env })
  const map = istanbul.createCoverageMap(JSON.parse(readFileSync(join(root, 'coverage/coverage-final.json'), 'utf8')))
  const own = map.getCoverageSummary().lines.pct
  const files = new Set(map.files())
  for (const script of scriptsOf(raw)) {
    // A chunk without a map only re-exports.
    if (existsSync(`${fileURLToPath(script.url)}.map`)) map.merge(await toSource(script))
  }
  // The bundled packages have their own tests, and some files are only for the live tests (vitest.config.ts).
  map.filter((file) => files.has(file))
  process.exitCode = report(map, own) && status === 0 ? 0 : 1
} finally {
  rmSync(raw, { recursive: true, force: true })
  build()
}

function build(...flags) {
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), ...flags], { stdio: 'inherit' })
}

/** What all processes together have run of the scripts in dist. */
function scriptsOf(folder) {
  const dist = new URL('../dist/', import.meta.url).href
  const reports = readdirSync(folder).flatMap((name) => {
    try {
      const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8'))
      return [{ result: result.filter(({ url }) => url.startsWith(dist)) }]
    } catch {
      // From a process that was killed while it was writing.
      return []
    }
  })
  console.log(`${reports.length} runs of the command`)
  return mergeProcessCovs(reports).result
}

async function toSource(coverage) {
  const code = readFileSync(fileURLToPath(coverage.url), 'utf8')
  const sourceMap = JSON.parse(readFileSync(`${fileURLToPath(coverage.url)}.map`, 'utf8'))
  return await convert({ code, ast: parseAst(code), sourceMap, coverage, wrapperLength: 0 })
}

function report(map, own) {
  const rows = map.files().flatMap((file) => {
    const { lines } = map.fileCoverageFor(file).toSummary()
    return lines.pct < LEAST ? [`${lines.pct.toFixed(1).padStart(6)} %  ${relative(root, file)}`] : []
  })
  const { lines } = map.getCoverageSummary()
  console.log(rows.sort().join('\n'))
  console.log(`Lines: ${lines.pct} % (${lines.covered} of ${lines.total}); ${own} % without the runs of the command`)
  return lines.pct >= LEAST
}
