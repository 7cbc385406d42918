/** Who may import whom, in one table. A folder that is not in it fails, and so does a row that is wider than the code needs. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

interface Room {
  /** Folders that it may import from: only ones that stand above it in this table. */
  readonly imports: readonly string[]
  /** `none`: pure. `crypto`: hashes only. `any`: a shell. */
  readonly node: 'none' | 'crypto' | 'any'
  readonly packages?: RegExp
}

/** In the order of the data. */
const ROOMS: Readonly<Record<string, Room>> = {
  core: { imports: [], node: 'none' },
  text: { imports: ['core'], node: 'none' },
  lines: { imports: ['core', 'text'], node: 'none' },
  carriers: { imports: ['core', 'text'], node: 'none' },
  forms: { imports: ['core', 'carriers'], node: 'none' },
  stacks: { imports: ['core', 'text'], node: 'crypto' },
  dumps: { imports: ['core', 'text', 'lines', 'stacks'], node: 'none' },
  streams: { imports: ['core', 'text', 'lines', 'carriers', 'dumps'], node: 'none' },
  leaks: { imports: ['core', 'stacks'], node: 'none' },
  findings: { imports: ['core', 'stacks', 'leaks'], node: 'none' },
  report: { imports: ['core', 'text', 'carriers', 'dumps', 'leaks', 'findings'], node: 'none' },
  engine: {
    imports: ['core', 'text', 'lines', 'carriers', 'forms', 'stacks', 'dumps', 'streams', 'leaks', 'report'],
    node: 'none',
  },
  sinks: { imports: ['core', 'carriers'], node: 'any', packages: /^get-east-asian-width$/ },
  'sinks/otel': { imports: ['core', 'sinks'], node: 'any', packages: /^@opentelemetry\// },
  // The script of the report page, which runs in a browser.
  page: { imports: ['sinks'], node: 'none', packages: /^uplot$/ },
  stream: { imports: ['core', 'carriers', 'engine'], node: 'any' },
  anonymize: { imports: ['core', 'stacks', 'stream'], node: 'none' },
  mounts: { imports: ['core', 'text', 'engine'], node: 'none' },
  partitions: { imports: ['core', 'text', 'streams', 'engine'], node: 'none' },
  input: {
    imports: ['core', 'engine', 'report', 'sinks'],
    node: 'any',
    packages: /^(?:split2|tar-stream|unbzip2-stream|xz-decompress)$/,
  },
  watch: { imports: ['core', 'engine', 'input', 'sinks'], node: 'any' },
  kafka: { imports: ['core', 'sinks', 'partitions'], node: 'any', packages: /^@platformatic\/kafka$/ },
  mcp: {
    imports: ['core', 'input', 'sinks'],
    node: 'none',
    packages: /^@modelcontextprotocol\/sdk\//,
  },
  cli: {
    imports: [
      'core',
      'lines',
      'carriers',
      'report',
      'engine',
      'sinks',
      'sinks/otel',
      'anonymize',
      'mounts',
      'partitions',
      'input',
      'watch',
      'kafka',
      'mcp',
    ],
    node: 'any',
    packages: /^(?:re2js|split2|supports-hyperlinks|through2)$/,
  },
}

const src = fileURLToPath(new URL('../src', import.meta.url))

interface Import {
  readonly file: string
  readonly specifier: string
  /** Folder of src that it leads to; undefined for packages. */
  readonly room: string | undefined
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((each) => {
    const path = join(folder, each.name)
    return each.isDirectory() ? filesIn(path) : path.endsWith('.ts') ? [path] : []
  })
}

/** The folder of the table that a file is in: the longest that fits. */
function roomOf(path: string): string {
  const folder = relative(src, dirname(path))
  return Object.keys(ROOMS).find((name) => name === folder) ?? folder.split('/')[0] ?? ''
}

function importsOf(path: string): Import[] {
  const text = readFileSync(path, 'utf8')
  return [...text.matchAll(/^(?:import|export)\b[^'"]*?from '([^']+)'|\bimport\('([^']+)'\)/gm)].map((match) => {
    const specifier = match[1] ?? match[2] ?? ''
    const room = specifier.startsWith('.') ? roomOf(resolve(dirname(path), specifier)) : undefined
    return { file: relative(src, path), specifier, room }
  })
}

const paths = filesIn(src).filter((path) => dirname(path) !== src)
const names = Object.keys(ROOMS)

describe('architecture', () => {
  it('has a row for each folder, and a folder for each row', () => {
    expect(new Set(paths.map(roomOf))).toEqual(new Set(names))
  })

  it('is in src/README.md, folder by folder, in the same order', () => {
    const table = readFileSync(join(src, 'README.md'), 'utf8').matchAll(/^\| `(\w+)` +\|/gm)
    expect([...table].map((match) => match[1])).toEqual(names.filter((name) => !name.includes('/')))
  })

  it('has rows that look up only', () => {
    for (const [place, name] of names.entries())
      expect(names.slice(0, place), name).toEqual(expect.arrayContaining([...(ROOMS[name]?.imports ?? [])]))
  })

  it.each(names)('%s imports what its row says, and nothing more', (name) => {
    const room = ROOMS[name] as Room
    const imports = paths.filter((path) => roomOf(path) === name).flatMap(importsOf)
    const inside = new Set(imports.flatMap((each) => (each.room === undefined || each.room === name ? [] : each.room)))
    // Its subfolders are its own.
    const above = [...inside].filter((each) => !each.startsWith(`${name}/`))
    expect([...above].sort()).toEqual([...room.imports].sort())
    for (const { file, specifier, room: to } of imports) {
      if (to !== undefined) continue
      if (specifier.startsWith('node:'))
        expect(room.node === 'any' || specifier === `node:${room.node}`, `${file}: ${specifier}`).toBe(true)
      else expect(specifier, file).toMatch(room.packages ?? /^$/)
    }
  })
})
