import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DumpstreamRecord } from '../../../src/core/records.ts'
import { Ledger } from '../../../src/sinks/otel/ledger.ts'
import { RecordProducer } from '../../../src/sinks/otel/producer.ts'
import { runResource } from '../../../src/sinks/otel/resources.ts'
import { dump, signature } from '../records.ts'
import { byFunction, only, type Point, pointsOf } from './points.ts'

const START = Date.UTC(2026, 10, 24, 4)
const HOUR = 3_600_000

class Bench {
  now = START
  readonly ledger: Ledger
  readonly producer: RecordProducer
  input = 0

  constructor(options: { signatures?: number; temporality?: 'cumulative' | 'delta'; entities?: boolean } = {}) {
    this.ledger = new Ledger(options.signatures ?? 100, () => this.now)
    this.producer = new RecordProducer({
      ledger: this.ledger,
      version: '1',
      temporality: options.temporality ?? 'cumulative',
      inputBytes: () => this.input,
      now: () => this.now,
      ...(options.entities === true ? { run: runResource() } : {}),
    })
  }

  feed(records: readonly DumpstreamRecord[]): this {
    for (const record of records) this.ledger.record(record)
    return this
  }

  points(delivered = true): Point[] {
    const taken = this.producer.take()
    if (delivered) taken.delivered()
    return pointsOf(taken.metrics)
  }
}

/** One dump with these counts. */
function whole(number: number, counts: Readonly<Record<string, number>>, fields: Parameters<typeof dump>[0] = {}) {
  const entries = Object.entries(counts)
  const source = fields.source ?? 'app.log'
  return [
    dump({
      dump: number,
      goroutines: entries.reduce((sum, [, count]) => sum + count, 0),
      signatures: entries.filter(([, count]) => count > 0).length,
      time: new Date(START + number * HOUR).toISOString(),
      ...fields,
    }),
    ...entries.map(([id, count]) => signature({ dump: number, source, id, function: id, count })),
  ]
}

describe('the points of the last dump', () => {
  it('carry its counts at its own time, as whole numbers', () => {
    const bench = new Bench().feed(whole(1, { a: 5, b: 3 }))
    bench.now = START + 5 * HOUR
    const gauges = bench.points().filter((point) => point.kind === 'gauge')
    expect(byFunction(gauges)).toEqual({ a: 5, b: 3 })
    expect(new Set(gauges.map(({ time, start }) => `${time} ${start}`))).toEqual(
      new Set(['2026-11-24T05:00:00.000Z 2026-11-24T05:00:00.000Z']),
    )
    expect(only(gauges, 'dumpstream.dump.goroutines').map(({ value }) => value)).toEqual([8])
  })

  it('do not hold what vanished: not in the next export, not later', () => {
    const bench = new Bench().feed(whole(1, { a: 5, b: 3 }))
    expect(byFunction(bench.points())).toEqual({ a: 5, b: 3 })
    bench.feed(whole(2, { a: 6, c: 1, b: 0 }))
    expect(byFunction(bench.points())).toEqual({ a: 6, c: 1 })
    bench.feed(whole(3, { a: 0, c: 0 }))
    expect(byFunction(bench.points())).toEqual({})
    expect(only(bench.points(), 'dumpstream.dump.goroutines').map(({ value }) => value)).toEqual([0])
  })

  it('stay when nothing new comes', () => {
    const bench = new Bench().feed(whole(1, { a: 5 }))
    expect(byFunction(bench.points())).toEqual(byFunction(bench.points()))
  })

  it('sum the tail up in other', () => {
    const bench = new Bench({ signatures: 2 }).feed(whole(1, { a: 9, b: 5, c: 3, d: 1 }))
    expect(byFunction(bench.points())).toEqual({ a: 9, b: 5, other: 4 })
  })

  it('sum up to the goroutines of every source, whatever came', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('x', 'y', 'z'), fc.array(fc.nat(30), { maxLength: 12 }), fc.nat(5))),
        fc.integer({ min: 0, max: 6 }),
        (dumps, signatures) => {
          const bench = new Bench({ signatures })
          dumps.forEach(([source, counts, damaged], i) => {
            const sorted = [...counts].sort((a, b) => b - a)
            const named = Object.fromEntries(sorted.map((count, s) => [`s${s}`, count]))
            const goroutines = sorted.reduce((sum, count) => sum + count, damaged)
            bench.feed(
              whole(i + 1, named, { source, goroutines, ...(damaged > 0 ? { other: { count: damaged } } : {}) }),
            )
          })
          bench.ledger.flush()
          const points = bench.points()
          for (const { attributes, value } of only(points, 'dumpstream.dump.goroutines')) {
            const sum = only(points, 'dumpstream.goroutines')
              .filter((point) => point.attributes['dumpstream.source'] === attributes['dumpstream.source'])
              .reduce((total, point) => total + point.value, 0)
            expect(sum).toBe(value)
          }
        },
      ),
    )
  })

  it('are not touched by a dump of one goroutine, nor by a race report', () => {
    const bench = new Bench().feed(whole(1, { a: 5 }))
    bench.feed(whole(2, { b: 1 }, { kind: 'single' })).feed(whole(3, { c: 1 }, { kind: 'panic' }))
    bench.feed(whole(4, {}, { kind: 'race' }))
    expect(byFunction(bench.points())).toEqual({ a: 5 })
    expect(
      Object.fromEntries(
        only(bench.points(), 'dumpstream.dumps').map(({ attributes, value }) => [attributes['dumpstream.kind'], value]),
      ),
    ).toEqual({ all: 1, single: 1, panic: 1, race: 1 })
  })

  it('say how many leak, and are 0 when none does', () => {
    const bench = new Bench().feed([
      dump({ goroutines: 12, signatures: 2 }),
      signature({ id: 'a', count: 9, verdict: 'leaking' }),
      signature({ id: 'b', count: 3, verdict: 'steady' }),
    ])
    expect(only(bench.points(), 'dumpstream.goroutines.leaking').map(({ value }) => value)).toEqual([9])
    expect(only(new Bench().feed(whole(1, { a: 5 })).points(), 'dumpstream.goroutines.leaking')[0]?.value).toBe(0)
  })

  it('name the state that most are in, the first by name in a tie', () => {
    const state = (states: Record<string, number>) =>
      only(
        new Bench().feed([dump({ goroutines: 4, signatures: 1 }), signature({ count: 4, states })]).points(),
        'dumpstream.goroutines',
      )[0]?.attributes['go.goroutine.state']
    expect(state({ select: 3, 'chan send': 1 })).toBe('select')
    expect(state({ select: 2, 'chan send': 2 })).toBe('chan send')
    expect(state({ 'chan send': 2, select: 2 })).toBe('chan send')
    expect(state({})).toBeUndefined()
  })

  it('cut what is too long for a label, and not within a character', () => {
    const long = `${'x'.repeat(1021)}😀${'y'.repeat(5000)}`
    const [point] = only(
      new Bench().feed([dump({ goroutines: 1, signatures: 1 }), signature({ count: 1, function: long })]).points(),
      'dumpstream.goroutines',
    )
    const name = String(point?.attributes['code.function.name'])
    expect(name.length).toBeLessThanOrEqual(1024)
    expect(name).toMatch(/^x{1021}(?:😀)?…$/u)
    expect(name).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/)
  })
})

describe('the counters', () => {
  it('go up from when the source was first seen', () => {
    const bench = new Bench()
    bench.now += 10_000
    bench.feed(whole(1, { a: 5 }, { damaged: 1 })).feed(whole(2, { a: 6 }, { damaged: 2 }))
    bench.now += 10_000
    bench.input = 77
    const sums = bench.points().filter((point) => point.kind === 'sum')
    expect(
      sums.map(({ metric, value, start, temporality, monotonic }) => [
        metric,
        value,
        start.slice(17, 19),
        temporality,
        monotonic,
      ]),
    ).toEqual([
      ['dumpstream.input', 77, '00', 2, true],
      ['dumpstream.export.failures', 0, '00', 2, true],
      ['dumpstream.dumps', 2, '10', 2, true],
      ['dumpstream.goroutines.parsed', 11, '10', 2, true],
      ['dumpstream.goroutines.damaged', 3, '10', 2, true],
    ])
  })

  it('as deltas count from the last delivery, so that a failed one loses nothing', () => {
    const bench = new Bench({ temporality: 'delta' }).feed(whole(1, { a: 5 }))
    const parsed = (delivered: boolean) =>
      only(bench.points(delivered), 'dumpstream.goroutines.parsed').map(({ value, start, time, temporality }) => [
        value,
        start.slice(11, 19),
        time.slice(11, 19),
        temporality,
      ])
    bench.now += 60_000
    expect(parsed(true)).toEqual([[5, '04:00:00', '04:01:00', 1]])
    bench.feed(whole(2, { a: 6 }))
    bench.now += 60_000
    expect(parsed(false)).toEqual([[6, '04:01:00', '04:02:00', 1]])
    bench.feed(whole(3, { a: 7 }))
    bench.now += 60_000
    expect(parsed(true)).toEqual([[13, '04:01:00', '04:03:00', 1]])
    expect(parsed(true)).toEqual([[0, '04:03:00', '04:03:00', 1]])
  })
})

describe('sources', () => {
  it('each have their points, and the one that was silent for longest goes when there are too many', () => {
    const bench = new Bench()
    for (let i = 0; i < 256; i++) bench.feed(whole(1, { a: 1 }, { source: `pod-${i}` }))
    bench.feed(whole(2, { a: 2 }, { source: 'pod-0' })).feed(whole(1, { a: 1 }, { source: 'pod-256' }))
    const sources = only(bench.points(), 'dumpstream.dump.goroutines').map(
      (point) => point.attributes['dumpstream.source'],
    )
    expect(sources).toHaveLength(256)
    expect(sources).toContain('pod-0')
    expect(sources).toContain('pod-256')
    expect(sources).not.toContain('pod-1')
  })

  it('that a carrier describes have a resource of their own, the run another', () => {
    const pod = (name: string) => ({
      'k8s.namespace.name': 'default',
      'k8s.pod.name': name,
      'k8s.container.name': 'app',
      'process.pid': '43',
      'log.iostream': 'stdout',
    })
    const points = new Bench({ entities: true })
      .feed(whole(1, { a: 1 }, { source: 'one', attributes: pod('web-1') }))
      .feed(whole(1, { a: 2 }, { source: 'two', attributes: pod('web-2') }))
      .points()
    const totals = only(points, 'dumpstream.dump.goroutines')
    expect(totals.map(({ resource, attributes, value }) => [resource['k8s.pod.name'], attributes, value])).toEqual([
      ['web-1', { 'dumpstream.source': 'one', 'log.iostream': 'stdout' }, 1],
      ['web-2', { 'dumpstream.source': 'two', 'log.iostream': 'stdout' }, 2],
    ])
    expect(totals[0]?.resource).toMatchObject({
      'service.name': 'app',
      'process.pid': 43,
      'k8s.namespace.name': 'default',
      'telemetry.sdk.name': 'opentelemetry',
    })
    const [input] = only(points, 'dumpstream.input')
    expect(input?.resource).toMatchObject({ 'service.name': 'unknown_service:dumpstream' })
    expect(input?.resource).not.toHaveProperty('k8s.pod.name')
  })

  it.each([
    [{ 'container.name': 'web', 'k8s.container.name': 'app' }, 'app'],
    [{ 'container.name': 'web' }, 'web'],
    [{ 'systemd.unit': 'api.service' }, 'api'],
    [{ 'host.name': 'h' }, 'unknown_service:dumpstream'],
  ])('%j is the service %s', (attributes, service) => {
    const points = new Bench({ entities: true }).feed(whole(1, { a: 1 }, { attributes })).points()
    expect(only(points, 'dumpstream.dump.goroutines')[0]?.resource['service.name']).toBe(service)
  })

  it('keep all on the points where there is one resource only', () => {
    const points = new Bench().feed(whole(1, { a: 1 }, { attributes: { 'k8s.pod.name': 'web-1' } })).points()
    expect(only(points, 'dumpstream.goroutines')[0]?.attributes).toMatchObject({ 'k8s.pod.name': 'web-1' })
  })
})
