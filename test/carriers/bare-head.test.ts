/** A header or preamble that was copied without the prefix of the lines after it. */
import { describe, expect, it } from 'vitest'
import { feed } from '../property/weave.ts'

const FRAMES = ['main.f(0x1)', '\t/app/main.go:3 +0x1d', 'main.main()', '\t/app/main.go:9 +0x20', 'next']
const SIGNAL = '[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]'
const PREFIXES = [
  'web-1  | ',
  'Nov 24 05:00:00 host app[43]: ',
  '2026-11-24T05:00:00.1234567Z ',
  '2026-11-24T05:00:00.123456789Z stderr F ',
  '[pod/web-7d9f-abc12/app] ',
  '  | ',
]

interface Read {
  readonly dumps: unknown[]
  readonly log: string
}

function read(chunks: readonly Buffer[]): Read {
  const { records, log } = feed(chunks)
  const dumps: unknown[][] = []
  for (const record of records) {
    if (record.type === 'dump') dumps.push([record.kind, record.goroutines, record.damaged, record.reason])
    else if (record.type === 'signature')
      dumps.at(-1)?.push(record.stack?.map((frame) => frame.split(' ')[0]).join(' '))
  }
  return { dumps, log: log.toString() }
}

/** Reads `input`, and expects the same with any chunking. */
function readCut(input: string): Read {
  const whole = read([Buffer.from(input)])
  const bytes = Buffer.from(input)
  for (let at = bytes.indexOf(10) + 1; at > 0; at = bytes.indexOf(10, at) + 1)
    for (const cut of [at - 1, at, at + 3])
      expect(read([bytes.subarray(0, cut), bytes.subarray(cut)]), `cut at ${cut}`).toEqual(whole)
  expect(read([...bytes].map((byte) => Buffer.from([byte])))).toEqual(whole)
  return whole
}

const carried = (prefix: string, lines: readonly string[]): string => lines.map((line) => `${prefix}${line}\n`).join('')

describe.each(PREFIXES)('before lines with %j', (prefix) => {
  it('a header without the prefix is read', () => {
    const input = `before\ngoroutine 7 [running]:\n${carried(prefix, FRAMES)}`
    expect(readCut(input)).toEqual({
      dumps: [['single', 1, 0, undefined, 'main.f main.main']],
      log: `before\n${prefix}next\n`,
    })
  })

  it('a panic and its header without the prefix are read', () => {
    const input = `before\npanic: boom\n\ngoroutine 7 [running]:\n${carried(prefix, FRAMES)}`
    expect(readCut(input)).toEqual({
      dumps: [['panic', 1, 0, 'boom', 'main.f main.main']],
      log: `before\n${prefix}next\n`,
    })
  })
})

it.each(['web-1  | ', '[pod/web-7d9f-abc12/app] ', '2026-11-24T05:00:00.1234567Z '])(
  'the first line of a panic is read if only it lacks %j',
  (prefix) => {
    const input = `before\npanic: boom\n${carried(prefix, [SIGNAL, '', 'goroutine 7 [running]:', ...FRAMES])}`
    expect(readCut(input)).toEqual({
      dumps: [['panic', 1, 0, 'boom', 'main.f main.main']],
      log: `before\n${prefix}next\n`,
    })
  },
)

it.each(['Nov 24 05:00:00 host app[43]: ', '2026-11-24T05:00:00.123456789Z stderr F '])(
  'text before lines of a daemon belongs to another writer: %j',
  (prefix) => {
    const input = `before\npanic: boom\n${carried(prefix, ['goroutine 7 [running]:', ...FRAMES])}`
    expect(readCut(input)).toEqual({
      dumps: [['single', 1, 0, undefined, 'main.f main.main']],
      log: `before\npanic: boom\n${prefix}next\n`,
    })
  },
)

it('reads a panic whose first line a page turned into the head of a table', () => {
  const rows = carried('  | ', [SIGNAL, '', 'goroutine 7 [running]:', ...FRAMES])
  expect(readCut(`before\npanic: boom\n--\n${rows}`)).toEqual({
    dumps: [['panic', 1, 0, 'boom', 'main.f main.main']],
    log: 'before\n--\n  | next\n',
  })
})

it('a second goroutine can follow with the prefix', () => {
  const second = ['', 'goroutine 9 [select]:', 'main.g(0x1)', '\t/app/main.go:13 +0x1d']
  const { dumps } = readCut(`goroutine 7 [running]:\n${carried('web-1  | ', [...FRAMES.slice(0, 4), ...second])}`)
  expect(dumps).toEqual([['all', 2, 0, undefined, 'main.f main.main', 'main.g']])
})

it.each([
  ['a log line that ends with a call', 'INFO called main.f(0x1)\nINFO done\n'],
  ['a log line that ends with a call, and a place', 'INFO called main.f(0x1)\nsee /app/main.go:3 +0x1d\n'],
  ['the end of the input', ''],
])('a header alone is log before %s', (_what, rest) => {
  const input = `before\ngoroutine 7 [running]:\n${rest}`
  expect(readCut(input)).toEqual({ dumps: [], log: input })
})

it('a panic separated by a log line from a dump with a prefix does not belong to it', () => {
  const log = `panic: boom\n2026-11-24 served\n`
  const { dumps, log: left } = readCut(`${log}${carried('web-1  | ', ['goroutine 7 [running]:', ...FRAMES])}`)
  expect(dumps).toEqual([['single', 1, 0, undefined, 'main.f main.main']])
  expect(left).toBe(`${log}web-1  | next\n`)
})
