/** Several files in one input, as `tail -f a.log b.log` writes them. test/live/tail.test.ts has the real ones. */
import { describe, expect, it } from 'vitest'
import type { DumpRecord, DumpstreamRecord } from '../../src/core/records.ts'
import { createEngine } from '../../src/engine/engine.ts'
import { goldenDump } from '../golden/dumps.ts'
import { feed, LOG_LINES, linesOf, type Run } from '../property/weave.ts'
import { WRAPS, wrapLines } from './weave.ts'

const stack = goldenDump('zoo-1.27-stack.txt').toString('utf8')
const older = goldenDump('zoo-1.21-stack.txt').toString('utf8')

/** What tail writes when `parts` come in turn: a title whenever the file changes. */
function tail(parts: readonly (readonly [file: string, text: string])[]): { text: string; titles: string } {
  let text = ''
  let titles = ''
  let last = ''
  for (const [file, part] of parts) {
    if (file !== last) {
      const title = `${text === '' ? '' : '\n'}==> ${file} <==\n`
      text += title
      titles += title
      last = file
    }
    text += part
  }
  return { text, titles }
}

/** Lines of a and b in turn; `sizes`: how many at once. */
function woven(a: string, b: string, sizes: readonly number[]): [string, string][] {
  const left = [linesOf(Buffer.from(a)), linesOf(Buffer.from(b))]
  const parts: [string, string][] = []
  for (let i = 0; left.some((lines) => lines.length > 0); i++) {
    const lines = left[i % 2]?.splice(0, sizes[i % sizes.length]) ?? []
    if (lines.length > 0) parts.push([i % 2 === 0 ? 'a.log' : '/var/log/b.log', Buffer.concat(lines).toString()])
  }
  return parts
}

function chunked(text: string, size: number): Buffer[] {
  const bytes = Buffer.from(text)
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size))
  return chunks
}

const dumpsOf = ({ records }: Run): DumpRecord[] =>
  records.filter((record): record is DumpRecord => record.type === 'dump')

/** The record without its stack, which its id represents: if the builds of two files differ only in lines, both have the stack of the first. */
function counted(record: DumpstreamRecord): unknown[] {
  if (record.type !== 'signature') return []
  const { stack, function: _, line, file, created_at, ...counts } = record
  return [counts]
}

function bare(text: string, source: string): unknown[] {
  return feed([Buffer.from(text)], { source }).records.flatMap(counted)
}

describe('two files that dump at once', () => {
  const parts = woven(stack, older, [40, 25, 3, 1, 7])
  const { text, titles } = tail(parts)

  it('are two sources, each with a complete dump', () => {
    const run = feed([Buffer.from(text)])
    expect(
      dumpsOf(run).map(({ source, dump, goroutines, damaged, truncated, foreign_lines }) => [
        source,
        dump,
        goroutines,
        damaged,
        truncated,
        foreign_lines,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['a.log', 1, 39, 0, false, 0],
        ['/var/log/b.log', 1, 37, 0, false, 0],
      ]),
    )
    for (const [source, dump] of [
      ['a.log', stack],
      ['/var/log/b.log', older],
    ] as const)
      expect(run.records.flatMap((record) => (record.source === source ? counted(record) : []))).toEqual(
        bare(dump, source),
      )
    expect(run.log.toString()).toBe(titles)
  })

  it('have the offsets of the input', () => {
    for (const { source, bytes } of dumpsOf(feed([Buffer.from(text)]))) {
      const lines = linesOf(Buffer.from(source === 'a.log' ? stack : older))
      const last = lines.at(-1)?.toString() === '\n' ? lines.at(-2) : lines.at(-1)
      const part = Buffer.from(text).subarray(...bytes)
      expect(part.indexOf(lines[0] ?? '')).toBe(0)
      expect(part.lastIndexOf(last ?? '')).toBe(part.length - (last?.length ?? 0))
    }
  })

  it.each([1, 2, 7, 100, 4096])('give the same in chunks of %d bytes', (size) => {
    expect(feed(chunked(text, size))).toEqual(feed([Buffer.from(text)]))
  })
})

it('log lines are passed through byte for byte, in the order of the input', () => {
  const log = (file: string): string => LOG_LINES.map((line) => `${file} ${line}\n`).join('')
  const { text } = tail(woven(log('a') + stack + log('a'), log('b') + older + log('b'), [5, 3, 11]))
  const dumps = new Set([...linesOf(Buffer.from(stack)), ...linesOf(Buffer.from(older))].map(String))
  const expected = linesOf(Buffer.from(text)).map(String)
  for (const size of [text.length, 64, 1]) {
    const run = feed(chunked(text, size))
    expect(dumpsOf(run).length).toBe(2)
    expect(run.log.toString()).toBe(expected.filter((line, i) => !dumps.has(line) || isTails(expected, i)).join(''))
  }
})

/** The empty line before a title. */
function isTails(lines: readonly string[], i: number): boolean {
  return lines[i] === '\n' && lines[i + 1]?.startsWith('==> ') === true
}

it('reads a file that tail leaves in the middle of a line', () => {
  const half = stack.indexOf('main.', 300) + 7
  const { text, titles } = tail([
    ['a.log', stack.slice(0, half)],
    ['b.log', 'a line of b\n'],
    ['a.log', stack.slice(half)],
  ])
  const run = feed([Buffer.from(text)])
  expect(dumpsOf(run)).toMatchObject([{ source: 'a.log', goroutines: 39, damaged: 0, foreign_lines: 0 }])
  expect(run.log.toString()).toBe(titles.replace('==> b.log <==\n', '==> b.log <==\na line of b\n'))
})

it('files of a carrier: the attributes of the container come from the path', () => {
  const path = (pod: string): string => `/var/log/pods/shop_${pod}_1f2e/app/0.log`
  const cri = WRAPS.cri
  if (cri === undefined) throw new Error('no carrier cri')
  const { text } = tail(
    woven(wrapLines(stack, cri), wrapLines(older, cri), [20, 30]).map(([file, part]) => [
      path(file === 'a.log' ? 'web-1' : 'web-2'),
      part,
    ]),
  )
  const found = dumpsOf(feed([Buffer.from(text)])).sort((a, b) => a.source.localeCompare(b.source))
  expect(found).toMatchObject([
    { source: path('web-1'), goroutines: 39, time_from: 'carrier', attributes: { 'k8s.pod.name': 'web-1' } },
    { source: path('web-2'), goroutines: 37, time_from: 'carrier', attributes: { 'k8s.pod.name': 'web-2' } },
  ])
})

describe('bounds', () => {
  it('past the limit of sources the least recently used file is dropped, with its dump completed', () => {
    const half = stack.indexOf('\ngoroutine ', stack.length / 2) + 1
    const { text, titles } = tail([
      ['a', stack.slice(0, half)],
      ['b', 'x\n'],
      ['c', 'y\n'],
      ['a', stack.slice(half)],
    ])
    const run = feed([Buffer.from(text)], { limits: { sources: 2 } })
    expect(dumpsOf(run).map(({ source, dump }) => [source, dump])).toEqual([
      ['a', 1],
      ['a', 2],
    ])
    expect(dumpsOf(run).reduce((sum, { goroutines }) => sum + goroutines, 0)).toBe(39)
    // The empty line after its last goroutine is log.
    expect(run.log.toString().replaceAll(/^[xy]\n/gm, '')).toBe(titles.replace('<==\n', '<==\n\n'))
  })

  it('an unfinished line of one file does not hold back the other for longer than the silence that ends a dump', () => {
    const log: string[] = []
    const engine = createEngine({ idle: 1000, onLog: (bytes) => log.push(Buffer.from(bytes).toString()) })
    engine.push(Buffer.from('==> a <==\nwaiting for'))
    engine.push(Buffer.from('\n==> b <==\na line\n'))
    engine.tick(1000)
    expect(log.join('')).toBe('==> a <==\n')
    engine.tick(2000)
    expect(log.join('')).toBe('==> a <==\n\n==> b <==\na line\n')
    engine.push(Buffer.from('\n==> a <==\n it\n'))
    engine.end()
    expect(log.join('')).toBe('==> a <==\n\n==> b <==\na line\nwaiting for\n==> a <==\n it\n')
  })
})

describe('limits', () => {
  it('files: with one more, what is known about the least recently used one is forgotten', () => {
    const times = (files: number): (string | undefined)[] => {
      const found: (string | undefined)[] = []
      const engine = createEngine({
        limits: { files },
        idle: 1,
        onLog: () => {},
        onRecord: (record) => {
          if (record.type === 'dump' && record.source === 'a') found.push(record.time)
        },
      })
      const parts = [
        `==> a <==\n2026-11-24 08:00:01 served\n${stack}`,
        ...['b', 'c', 'a'].map((file) => `\n==> ${file} <==\n${stack}`),
      ]
      for (const [i, part] of parts.entries()) {
        engine.push(Buffer.from(part))
        // Silence ends the dump.
        engine.tick(10 * i + 1)
        engine.tick(10 * i + 9)
      }
      engine.end()
      return found
    }
    const at = '2026-11-24T08:00:01.000Z'
    expect(times(64)).toEqual([at, at])
    expect(times(1)).toEqual([at, undefined])
  })

  it('pieces: the beginning of a dump in more pieces is not known exactly, but no goroutine is lost', () => {
    const { text } = tail(woven(stack, `${LOG_LINES.join('\n')}\n`.repeat(20), [5, 3]))
    const dump = (limits: { readonly pieces?: number }): DumpRecord | undefined =>
      dumpsOf(feed([Buffer.from(text)], { limits }))[0]
    const exact = dump({})
    const short = dump({ pieces: 4 })
    expect(exact?.bytes[0]).toBe('==> a.log <==\n'.length)
    expect(short?.bytes[0]).toBeGreaterThan(exact?.bytes[0] ?? 0)
    expect({ ...short, bytes: [] }).toEqual({ ...exact, bytes: [] })
  })

  it('waitingBytes: log that waits for an older line of another file is written before it if there is more', () => {
    const text = '==> a <==\nwaiting for\n==> b <==\na line\n'
    const logOf = (waitingBytes: number): string => {
      const log: string[] = []
      const engine = createEngine({
        limits: { waitingBytes },
        onLog: (bytes) => log.push(Buffer.from(bytes).toString()),
      })
      engine.push(Buffer.from(text))
      engine.push(Buffer.from('another\n'))
      return log.join('')
    }
    expect(logOf(1 << 20)).toBe('==> a <==\n')
    expect(logOf(4)).toBe('==> a <==\n\n==> b <==\na line\n')
  })
})

describe('not a title of tail', () => {
  it.each([
    ['a title after other lines', `a line\n\n==> a.log <==\n${stack}`],
    ['a line that begins like a title', `==> default: Running provisioner\n${stack}`],
    ['with --input plain', `==> a.log <==\n${stack}`],
  ])('%s', (name, text) => {
    const run = feed([Buffer.from(text)], name.includes('plain') ? { input: 'plain' } : {})
    expect(dumpsOf(run)).toMatchObject([{ source: 'stdin', goroutines: 39 }])
    expect(run.log.toString()).toBe(text.slice(0, -stack.length))
  })
})
