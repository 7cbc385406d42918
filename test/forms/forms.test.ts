/** A dump in every form in which a log may be written down, forward and newest line first, in any chunks. */
import { describe, expect, it } from 'vitest'
import type { DumpRecord } from '../../src/core/records.ts'
import { feed, type Run } from '../property/weave.ts'
import { WRITTEN } from './written.ts'

const DUMP = [
  'goroutine 1 [running]:',
  'main.dump()',
  '\t/srv/shop/main.go:93 +0x3f',
  'main.main()',
  '\t/srv/shop/main.go:41 +0x21c',
  '',
  'goroutine 18 [chan receive, 12 minutes]:',
  'shop/mail.(*Queue).drain(0xc000122000)',
  '\t/srv/shop/mail/queue.go:57 +0x45',
  'created by shop/mail.Start in goroutine 1',
  '\t/srv/shop/mail/queue.go:31 +0x8a',
  '',
  'goroutine 51 [select]:',
  'shop/cache.(*Store).sweep(0xc0000a6000, {0x6d4b20, 0xc00007e050})',
  '\t/srv/shop/cache/store.go:118 +0x14b',
  'created by shop/cache.New in goroutine 1',
  '\t/srv/shop/cache/store.go:44 +0x11d',
]
const LOG = [
  'GET /cart 200 1.8ms',
  'level=info msg="order placed" items=3',
  'cache: 96 % hits',
  'caf\u00e9 \u4e16\u754c',
]
const LINES = [...LOG, ...DUMP, ...LOG, ...LOG]
const NOT_DUMP = [...LOG, ...LOG, ...LOG]

function signaturesOf({ records }: Run): string[] {
  return records.flatMap((record) => (record.type === 'signature' ? [`${record.count} ${record.id}`] : [])).sort()
}

function dumpOf({ records }: Run): DumpRecord {
  const dumps = records.filter((record): record is DumpRecord => record.type === 'dump')
  expect(dumps).toHaveLength(1)
  return dumps[0] as DumpRecord
}

function inChunks(bytes: Buffer, size: number): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size))
  return chunks
}

/** Which lines of log are in `bytes`, in turn. */
function wordsIn(bytes: Buffer): string[] {
  return (
    bytes
      .toString('latin1')
      .replaceAll('\0', '')
      .match(/1\.8ms|placed|cache|caf/g) ?? []
  )
}

const bare = signaturesOf(feed([Buffer.from(`${LINES.join('\n')}\n`)]))
/** Of the goroutines before the last one. */
const signaturesOfWhole = signaturesOf(feed([Buffer.from(`${DUMP.slice(0, 11).join('\n')}\n`)]))
/** Pieces of dump lines as they are in every form. */
const LEFT = /\+0x|created by|goroutine \d+ \[/

describe.each(WRITTEN.map((form) => [form.name, form] as const))('%s', (_, { write }) => {
  it('has the goroutines of the text, and the log stays', () => {
    const bytes = write(LINES)
    const run = feed([bytes])
    const dump = dumpOf(run)
    expect(dump).toMatchObject({
      kind: 'all',
      goroutines: 3,
      signatures: 3,
      damaged: 0,
      truncated: false,
      foreign_lines: 0,
    })
    expect(dump.order).toBeUndefined()
    expect(signaturesOf(run)).toEqual(bare)
    expect(run.log.toString('latin1')).not.toMatch(LEFT)
    expect(bytes.toString('latin1', ...dump.bytes).replaceAll('\0', '')).toMatch(LEFT)
  })

  it('comes out byte for byte when it has no dump', () => {
    const bytes = write(NOT_DUMP)
    const run = feed([bytes])
    expect(run.records.filter(({ type }) => type === 'dump')).toEqual([])
    expect(run.log.equals(bytes)).toBe(true)
  })

  it('newest line first: has the same goroutines, and the log stays in the order of the input', () => {
    const run = feed([write([...LINES].reverse())])
    expect(dumpOf(run)).toMatchObject({
      kind: 'all',
      goroutines: 3,
      signatures: 3,
      damaged: 0,
      truncated: false,
      order: 'newest_first',
    })
    expect(signaturesOf(run)).toEqual(bare)
    expect(run.log.toString('latin1')).not.toMatch(LEFT)
    expect(wordsIn(run.log)).toEqual(wordsIn(write([...NOT_DUMP].reverse())))
  })

  it('that ends in the middle of the dump: what was readable is counted', () => {
    const bytes = write(LINES)
    const at = bytes.indexOf('store.go:118')
    // UTF-16 has it in other bytes.
    const run = feed([bytes.subarray(0, at < 0 ? bytes.indexOf(Buffer.from('store.go', 'utf16le')) & ~1 : at)])
    expect(dumpOf(run).goroutines).toBe(3)
    expect(signaturesOf(run)).toEqual(expect.arrayContaining(signaturesOfWhole))
  })

  it.each([1, 7, 100])('is the same in chunks of %s bytes', (size) => {
    for (const lines of [LINES, [...LINES].reverse()]) {
      const bytes = write(lines)
      const whole = feed([bytes])
      const run = feed(inChunks(bytes, size))
      expect(dumpOf(run)).toEqual(dumpOf(whole))
      expect(signaturesOf(run)).toEqual(bare)
      expect(run.log.toString('latin1')).toBe(whole.log.toString('latin1'))
    }
  })
})

describe.each([',', ';', '\t'])('a table with fields of many lines, between %j', (mark) => {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
  const row = (text: string, i: number): string => [`2026-11-24T10:57:${30 + i}.000Z`, 'web-1', quoted(text)].join(mark)
  const texts = [LOG.join('\n'), DUMP.join('\n'), LOG.join('\r\n'), `panic "x", y;\tz`]
  const bytes = Buffer.from(`${[['time', 'pod', 'message'].join(mark), ...texts.map(row)].join('\n')}\n`)

  it('has the goroutines of the text', () => {
    const run = feed([bytes])
    expect(dumpOf(run)).toMatchObject({ goroutines: 3, damaged: 0, truncated: false, time: '2026-11-24T10:57:31.000Z' })
    expect(signaturesOf(run)).toEqual(bare)
    // A record goes on as a whole.
    expect(run.log.equals(bytes)).toBe(true)
  })

  it('is the same in any chunks', () => {
    for (const size of [1, 7, 100]) expect(signaturesOf(feed(inChunks(bytes, size)))).toEqual(bare)
  })

  it('that ends in the middle of a field: what was readable is counted, and said to be cut', () => {
    const run = feed([bytes.subarray(0, bytes.indexOf('+0x14b'))])
    expect(dumpOf(run)).toMatchObject({ truncated: true })
    expect(signaturesOf(run)).toEqual(expect.arrayContaining(bare.slice(0, 2).sort()))
  })

  it('with a quote that never closes in one row: the others are read', () => {
    const rows = LOG.concat(DUMP).map((line, i) => row(line, i))
    rows.splice(2, 0, ['2026-11-24T10:57:29.000Z', 'web-1', '"a quote'].join(mark))
    const run = feed([Buffer.from(`${[['time', 'pod', 'message'].join(mark), ...rows].join('\n')}\n`)])
    expect(signaturesOf(run)).toEqual(bare)
  })
})

it('a dump in a record is read once, however many records a list behind it in the same record has', () => {
  const tags = ['host', 'region', 'shard'].map((name) => ({ name, value: 'a' }))
  const event = {
    event_id: '9f',
    extra: { stack: DUMP.join('\n') },
    tags,
    breadcrumbs: [
      ['a', 1],
      ['b', 2],
    ],
  }
  const bytes = Buffer.from(JSON.stringify(event, null, 2))
  expect(dumpOf(feed([bytes]))).toMatchObject({ goroutines: 3, damaged: 0 })
  expect(dumpOf(feed(inChunks(bytes, 7)))).toMatchObject({ goroutines: 3, damaged: 0 })
})
