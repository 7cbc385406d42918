/** The package as a stranger gets it: packed, installed into an empty folder, used in every way it offers. */
import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Installed, installPackage, root } from './installed.ts'

const DUMP = 'log\\n\\ngoroutine 1 [running]:\\nmain.main()\\n\\t/app/main.go:3 +0x1\\n'
let installed: Installed
let folder = ''

function run(command: string, args: readonly string[], input = ''): string {
  return execFileSync(command, args, { cwd: folder, encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'] })
}

beforeAll(() => {
  installed = installPackage()
  folder = installed.folder
})

afterAll(() => installed.remove())

describe('the packed package', () => {
  it('holds what runs, its types, its schema and its papers, and nothing else', () => {
    const { files } = installed
    const paths = files.map((file) => file.path)
    expect(paths).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'CHANGELOG.md',
        'package.json',
        'dist/index.js',
        'dist/index.d.ts',
        'dist/cli.cjs',
        'dist/cli.js',
        'dist/command/run.cjs',
        'schema/record.v1.json',
      ]),
    )
    expect(
      paths.filter(
        (path) =>
          !/^(?:dist\/.*\.(?:c?js|d\.c?ts|map)|dist\/THIRD_PARTY_NOTICES|schema\/.*\.json|LICENSE|README\.md|CHANGELOG\.md|package\.json)$/.test(
            path,
          ),
      ),
    ).toEqual([])
    const size = files.reduce((sum, file) => sum + file.size, 0)
    // Coverage reads a build that is not minified.
    expect(size).toBeLessThan(process.env.DUMPSTREAM_COVERAGE === undefined ? 5_000_000 : 6_000_000)
  })

  it('works by import', () => {
    writeFileSync(
      join(folder, 'use.mjs'),
      `import { parseDumps } from 'dumpstream'\nconsole.log(parseDumps('${DUMP}').map((r) => r.type).join())`,
    )
    expect(run('node', ['use.mjs']).trim()).toBe('dump,signature,summary')
  })

  it('works by require', () => {
    writeFileSync(
      join(folder, 'use.cjs'),
      `const { parseDumps } = require('dumpstream')\nconsole.log(parseDumps('${DUMP}').map((r) => r.type).join())`,
    )
    expect(run('node', ['use.cjs']).trim()).toBe('dump,signature,summary')
  })

  it('works as a stream', () => {
    writeFileSync(
      join(folder, 'stream.mjs'),
      `import { dumpstream } from 'dumpstream'\nfor await (const record of process.stdin.pipe(dumpstream())) console.log(record.type)`,
    )
    expect(run('node', ['stream.mjs'], DUMP.replaceAll('\\n', '\n').replaceAll('\\t', '\t')).trim()).toBe(
      'dump\nsignature\nsummary',
    )
  })

  it('works as a command', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(run(join(folder, 'node_modules/.bin/dumpstream'), ['--version'])).toContain(version)
    const out = run(
      join(folder, 'node_modules/.bin/dumpstream'),
      ['--format', 'jsonl'],
      DUMP.replaceAll('\\n', '\n').replaceAll('\\t', '\t'),
    )
    expect(JSON.parse(out.split('\n')[0] ?? '')).toMatchObject({ type: 'dump', goroutines: 1 })
  })

  it('ships its record schema', () => {
    writeFileSync(
      join(folder, 'schema.mjs'),
      "import schema from 'dumpstream/schema/record.v1.json' with { type: 'json' }\nconsole.log(schema.title)",
    )
    expect(run('node', ['--no-warnings', 'schema.mjs'])).toContain('version 1')
  })

  it('gives what is a Transform of node:stream', () => {
    writeFileSync(
      join(folder, 'transform.mjs'),
      "import { Transform } from 'node:stream'\nimport { dumpstream } from 'dumpstream'\nconsole.log(dumpstream() instanceof Transform)",
    )
    expect(run('node', ['transform.mjs']).trim()).toBe('true')
  })

  it('has one declaration file for each module format, which names no package that a consumer may lack', () => {
    const dist = join(folder, 'node_modules/dumpstream/dist')
    const declarations = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.d\.c?ts$/.test(file),
    )
    expect(declarations.sort()).toEqual(['index.d.cts', 'index.d.ts'])
    for (const file of declarations) {
      const packages = [...readFileSync(join(dist, file), 'utf8').matchAll(/ from "([^"]+)"/g)].map((match) => match[1])
      expect(packages.sort()).toEqual(['@opentelemetry/api', 'node:stream'])
    }
  })

  it.each(['nodenext', 'node16', 'preserve'])(
    'compiles under module %s from ESM and from CommonJS, with typed records',
    (module) => {
      const source = `import { createEngine, dumpstream, DumpstreamError, type DumpstreamErrorCode, type DumpstreamRecord, parseDumps } from 'dumpstream'
import type { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
export async function verdicts(log: Readable): Promise<string[]> {
  const found: string[] = []
  for await (const record of log.pipe(dumpstream())) {
    if (record.type === 'signature' && record.verdict === 'leaking') found.push(record.id)
    // @ts-expect-error: no record has this field
    record.nonsense
  }
  return found
}
export async function bytes(log: Readable): Promise<number> {
  let length = 0
  for await (const chunk of log.pipe(dumpstream({ logs: 'pass' }))) length += chunk.byteLength
  return length
}
export async function page(log: Readable, send: (title: string) => Promise<void>): Promise<void> {
  await pipeline(log, dumpstream(), async (records) => {
    for await (const record of records) {
      if (record.type === 'finding') await send(record.title)
      // @ts-expect-error: no record has this field
      record.nonsense
    }
  })
}
const stream: Transform = dumpstream({ logs: 'pass', similarity: 'lines' })
const records: DumpstreamRecord[] = parseDumps('x')
const engine = createEngine({ onRecord: (record) => records.push(record) })
engine.push(new Uint8Array()); engine.tick(0); engine.end()
export const usage: DumpstreamErrorCode = 'DS_USAGE'
export const all: unknown = [stream, records.map((r) => (r.type === 'signature' ? r.verdict : r.source)), DumpstreamError]
`
      writeFileSync(join(folder, 'use.ts'), source)
      writeFileSync(join(folder, 'use.cts'), source)
      const compilerOptions = {
        module,
        target: 'es2022',
        strict: true,
        skipLibCheck: false,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        types: ['node'],
      }
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts', 'use.cts'] }))
      for (const name of ['@types/node', 'undici-types'])
        cpSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true })
      run('node', [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder])
    },
  )

  it('exports what it says, and nothing else', () => {
    writeFileSync(join(folder, 'names.mjs'), "console.log(Object.keys(await import('dumpstream')).sort().join())")
    expect(run('node', ['names.mjs']).trim()).toBe(
      'DumpstreamError,LIMITS,createEngine,createMount,createPartition,dumpIdentity,dumpstream,kafkaSource,meterSink,openStateFolder,openStateTopic,parseDumps,recordsToMetrics',
    )
  })

  it('passes publint and attw', () => {
    execFileSync('npx', ['publint', '--strict'], { cwd: root, stdio: 'pipe' })
    execFileSync('npx', ['attw', '--profile', 'node16', installed.tarball], { cwd: root, stdio: 'pipe' })
  })
})
