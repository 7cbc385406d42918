import { describe, expect, it } from 'vitest'
import type { DumpRecord } from '../../src/core/records.ts'
import { createEngine } from '../../src/engine/engine.ts'
import { feed } from '../property/weave.ts'

const DUMP = ['goroutine 1 [running]:', 'main.main()', '\t/app/main.go:3 +0x1d']
const TIME = '2026-11-24T05:00:00.000000000Z'
const lines = (wrap: (line: string) => object): Buffer =>
  Buffer.from(DUMP.map((line) => `${JSON.stringify(wrap(line))}\n`).join(''))

function framed(input: Buffer): Record<string, unknown>[] {
  const out: Record<string, unknown>[] = []
  const engine = createEngine({
    onLog: () => {},
    onRecord: (record, frame) => out.push(JSON.parse(frame?.(JSON.stringify(record)) ?? '{}')),
  })
  engine.push(input)
  engine.end()
  return out
}

describe('records that replace a dump are written in the JSON of its carrier', () => {
  it.each([
    ['docker', 'log', '\n', (line: string) => ({ log: `${line}\n`, stream: 'stderr', time: TIME })],
    ['Fluent Bit', 'log', '', (line: string) => ({ date: 1.5, log: line, kubernetes: { pod_name: 'web-1', n: 1 } })],
    ['journald', 'MESSAGE', '', (line: string) => ({ MESSAGE: line, _PID: '43', _SYSTEMD_UNIT: 'a.service' })],
  ] as const)('%s', (_name, key, end, wrap) => {
    const [dump] = framed(lines(wrap))
    const text = String(dump?.[key])
    expect(JSON.parse(text)).toMatchObject({ type: 'dump', goroutines: 1 })
    expect(text.endsWith(`}${end}`)).toBe(true)
    expect({ ...dump, [key]: '' }).toEqual({ ...wrap(''), [key]: '' })
  })
})

describe('--input', () => {
  const dumpOf = (records: readonly { type: string }[]): DumpRecord | undefined =>
    records.find((record): record is DumpRecord => record.type === 'dump')

  it('custom names: text, time, streams', () => {
    const input = lines((line) => ({ p: { t: line, at: TIME }, meta: { pod: 'web-1' } }))
    const { records } = feed([input], { textKey: 'p.t', timeKey: 'p.at', streamKeys: ['meta.pod'] })
    expect(dumpOf(records)).toMatchObject({ source: 'web-1', time: '2026-11-24T05:00:00.000Z', time_from: 'carrier' })
  })

  it('plain: no carrier is recognized', () => {
    const input = lines((line) => ({ log: `${line}\n`, stream: 'stderr', time: TIME }))
    expect(feed([input], { input: 'plain' }).records).toEqual([])
    expect(dumpOf(feed([input], { input: 'docker' }).records)).toEqual(dumpOf(feed([input]).records))
  })
})

it.each([
  ['\\"goroutine 7 [x', 0],
  ['goroutine 7 [running]:\\nmain.x', 0],
  // The last one is a dump cut within its first call.
  ['goroutine 7 [running]:\\nmain.x(', 1],
  ['{\\"a\\":\\"goroutine 7 [x\\n\\",', 0],
])('a long line that quotes headers costs no more than its length: %s', (text, dumps) => {
  const line = Buffer.from(`{"msg":"${text.repeat(40_000)}"}\n`)
  const run = feed([line])
  expect(run.records).toHaveLength(dumps)
  expect(run.log.equals(line)).toBe(true)
})

it('a long line full of dumps costs no more than its length: some of them are read', () => {
  const dump = (i: number): string =>
    `"k${i}":"goroutine ${i} [running]:\\nmain.f${i}()\\n\\t/app/main.go:${i} +0x1d\\n"`
  const line = Buffer.from(`{${Array.from({ length: 8_000 }, (_, i) => dump(i + 1)).join(',')}}\n`)
  const run = feed([line])
  expect(run.records.filter(({ type }) => type === 'dump')).toHaveLength(16)
  expect(run.log.equals(line)).toBe(true)
})

it.each(['<br>', '#012', '⏎', ' | ', ''])(
  'headers followed by %s and no calls cost no more than their length',
  (sign) => {
    const line = Buffer.from(`x ${`goroutine 7 [running]:${sign}no call${sign}`.repeat(20_000)}\n`)
    const run = feed([line])
    expect(run.records).toEqual([])
    expect(run.log.equals(line)).toBe(true)
  },
)

it.each([
  ["'goroutine 7 [running]:', 'no call', ", ''],
  ["'goroutine 7 [running]:', 'main.f(", ''],
  [`${'", "'.repeat(20)}"goroutine 7 [running]:", "`, ''],
  ['web-1  | goroutine 7 [running]: web-1  | no call ', ''],
  ['goroutine 7 [running]: a', '|  main.f'],
  ['goroutine 7 [running]: | main.f() | ', ''],
  ['goroutine 7 [running]:main.f(', ''],
  ['goroutine 7 [running]:main.f()/app/main.go:3', 'created by '],
  [`goroutine 7 [running]:main.f()/app/main.go:3 +0x1${'d'.repeat(40)}.f()/a.go:`, ''],
])('headers in lists and after prefixes that nothing follows cost no more than their length: %s', (text, tail) => {
  const line = Buffer.from(
    `x ${Array.from({ length: 20_000 }, (_, i) => `${text}${tail === '' ? '' : i}${tail}`).join('')}\n`,
  )
  const run = feed([line])
  expect(run.records).toEqual([])
  expect(run.log.equals(line)).toBe(true)
})
