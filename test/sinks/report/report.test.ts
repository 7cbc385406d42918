import { describe, expect, it } from 'vitest'
import { fleetOf, readFleetKey } from '../../../src/sinks/report/fleet.ts'
import { ReportBuilder } from '../../../src/sinks/report/report.ts'
import { validateRecord } from '../../schema/validate.ts'
import { dump, finding, signature } from '../records.ts'

function built(records: Parameters<ReportBuilder['record']>[0][]): ReportBuilder {
  const builder = new ReportBuilder()
  for (const record of records) builder.record(record)
  return builder
}

describe('a report', () => {
  it('has the counts of each signature over the dumps of a source, 0 where it was not there', () => {
    const { sources } = built([
      dump(),
      signature({ id: 'a', count: 4, stack: ['main.a /a.go:1'] }),
      dump({ dump: 2 }),
      signature({ dump: 2, id: 'b', count: 9, delta: 9 }),
      signature({ dump: 2, id: 'a', count: 5, delta: 1 }),
      finding({ dump: 2 }),
    ]).report()
    expect(sources).toHaveLength(1)
    const [source] = sources
    expect(source?.signatures.map(({ record, counts }) => [record.id, record.stack, counts])).toEqual([
      ['b', undefined, [0, 9]],
      ['a', ['main.a /a.go:1'], [4, 5]],
    ])
    expect(source?.dumps.map(({ fresh, findings }) => [fresh, findings.length])).toEqual([
      [true, 0],
      [false, 1],
    ])
  })

  it('is not taken in by the stack of one goroutine that comes after a whole dump', () => {
    const { sources } = built([
      dump(),
      signature({ id: 'a', count: 41 }),
      dump({ dump: 2, kind: 'single', goroutines: 1 }),
      signature({ dump: 2, id: 'a', count: 1, delta: -40 }),
    ]).report()
    expect(sources[0]?.last.dump.dump).toBe(1)
    expect(sources[0]?.signatures[0]?.record.count).toBe(41)
  })

  it('keeps the newest dumps of a source, and counts those that had to go', () => {
    const builder = new ReportBuilder()
    for (let number = 1; number <= 300; number++) {
      builder.record(dump({ dump: number }))
      builder.record(signature({ dump: number, id: 'always', count: number }))
      builder.record(signature({ dump: number, id: `once-${number}`, count: 1 }))
    }
    const [source] = builder.report().sources
    expect(source?.dropped).toBe(60)
    expect(source?.dumps[0]?.dump.dump).toBe(61)
    expect(source?.signatures).toHaveLength(241)
  })
})

describe('a fleet', () => {
  const PODS = ['web-1', 'web-2', 'web-3']
  const records = PODS.flatMap((source, i) => [
    dump({ source, goroutines: 100 * (i + 1) }),
    signature({
      source,
      id: 'aaaaaaaaaaaaaaaa',
      count: 90 * (i + 1),
      verdict: i === 2 ? 'leaking' : 'growing',
      first_seen: `2026-11-24T1${2 - i}:00:00Z`,
      labels: { tenant: { a: 60 * (i + 1), b: 30 * (i + 1) } },
      ...(i === 0 ? { stack: ['main.leak /a.go:1'] } : {}),
    }),
    ...(i === 0 ? [signature({ source, id: 'bbbbbbbbbbbbbbbb', count: 1000, function: 'net/http.serve' })] : []),
  ])

  it('sums a signature over sources, and names the worst and the earliest; what leaks comes first', () => {
    const fleet = fleetOf(built(records).report(), { by: 'signature' })
    expect(fleet).toEqual([
      {
        v: 1,
        type: 'fleet',
        id: 'aaaaaaaaaaaaaaaa',
        goroutines: 540,
        sources: 3,
        of: 3,
        worst: { source: 'web-3', count: 270 },
        function: 'content_svr/cron/hashtag_suggestion.(*Cron).step2.func1',
        file: '/app/cron/hashtag_suggestion/cron.go',
        line: 14,
        first_seen: '2026-11-24T10:00:00Z',
        verdicts: { growing: 2, leaking: 1 },
        stack: ['main.leak /a.go:1'],
      },
      expect.objectContaining({ id: 'bbbbbbbbbbbbbbbb', goroutines: 1000, sources: 1, of: 3 }),
    ])
    expect(fleet.flatMap(validateRecord)).toEqual([])
  })

  it('sums the values of a label over sources', () => {
    const fleet = fleetOf(built(records).report(), { by: 'label', label: 'tenant' })
    expect(fleet.map(({ label, goroutines, worst }) => [label?.value, goroutines, worst])).toEqual([
      ['a', 360, { source: 'web-3', count: 180 }],
      ['b', 180, { source: 'web-3', count: 90 }],
    ])
    expect(fleet.flatMap(validateRecord)).toEqual([])
  })

  it.each([
    ['signature', { by: 'signature' }],
    ['label:grpc.method', { by: 'label', label: 'grpc.method' }],
    ['label:', undefined],
    ['pod', undefined],
  ])('reads %j', (text, key) => {
    expect(readFleetKey(text)).toEqual(key)
  })
})
