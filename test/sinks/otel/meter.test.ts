/** `meterSink` and `recordsToMetrics`, in a host with the SDK's own readers. */
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { afterEach, describe, expect, it } from 'vitest'
import type { DumpstreamRecord } from '../../../src/core/records.ts'
import { type MeterSinkOptions, meterSink, recordsToMetrics } from '../../../src/sinks/otel/meter.ts'
import { dumpstream } from '../../../src/stream/dumpstream.ts'
import { dump, signature } from '../records.ts'
import { byFunction, only, type Point, pointsOf } from './points.ts'
import { LEAK, POOL, threeDumps } from './service.ts'

class Host {
  readonly #exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  readonly #provider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter: this.#exporter, exportIntervalMillis: 3_600_000 })],
  })

  get meter(): MeterSinkOptions['meter'] {
    return this.#provider.getMeter('dumpstream')
  }

  async points(): Promise<Point[]> {
    this.#exporter.reset()
    await this.#provider.forceFlush()
    return pointsOf(this.#exporter.getMetrics())
  }

  close(): Promise<void> {
    return this.#provider.shutdown()
  }
}

const hosts: Host[] = []
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close()
})

function host(): Host {
  const made = new Host()
  hosts.push(made)
  return made
}

function whole(counts: Readonly<Record<string, number>>, source = 'app.log'): DumpstreamRecord[] {
  const entries = Object.entries(counts)
  return [
    dump({
      source,
      goroutines: entries.reduce((sum, [, count]) => sum + count, 0),
      signatures: entries.filter(([, count]) => count > 0).length,
    }),
    ...entries.map(([id, count]) => signature({ source, id, function: id, count })),
  ]
}

function sumsHold(points: readonly Point[]): void {
  for (const total of only(points, 'dumpstream.dump.goroutines')) {
    const sum = only(points, 'dumpstream.goroutines')
      .filter(({ attributes }) => attributes['dumpstream.source'] === total.attributes['dumpstream.source'])
      .reduce((all, { value }) => all + value, 0)
    expect(sum).toBe(total.value)
  }
}

describe('meterSink', () => {
  it('reports the last dump; what vanished is 0, for an SDK does not forget a series', async () => {
    const own = host()
    const sink = meterSink({ meter: own.meter })
    for (const record of whole({ a: 5, b: 3 })) sink.record(record)
    expect(byFunction(await own.points())).toEqual({ a: 5, b: 3, other: 0 })
    for (const record of whole({ a: 6, b: 0, c: 2 })) sink.record(record)
    const points = await own.points()
    expect(byFunction(points)).toEqual({ a: 6, b: 0, c: 2, other: 0 })
    sumsHold(points)
  })

  it('gives the first ones that are large enough a series, and sums all others', async () => {
    const own = host()
    const sink = meterSink({ meter: own.meter, maxSignatures: 2, minCount: 3 })
    const feed = async (counts: Record<string, number>): Promise<Record<string, number>> => {
      for (const record of whole(counts)) sink.record(record)
      const points = await own.points()
      sumsHold(points)
      return byFunction(points)
    }
    expect(await feed({ a: 9, b: 2 })).toEqual({ a: 9, other: 2 })
    expect(await feed({ big: 50, a: 9, b: 8 })).toEqual({ big: 50, a: 9, other: 8 })
    expect(await feed({ b: 90, c: 70, a: 1 })).toEqual({ big: 0, a: 1, other: 160 })
  })

  it('has a bounded number of series for ever: 100 dumps of 5 000 new signatures each', async () => {
    const own = host()
    const sink = meterSink({ meter: own.meter })
    const sizes: number[] = []
    const begin = performance.now()
    for (let d = 1; d <= 100; d++) {
      sink.record(dump({ dump: d, goroutines: 10_000, signatures: 5_000 }))
      for (let s = 0; s < 5_000; s++)
        sink.record(signature({ dump: d, id: `${d}-${s}`, function: `f${d}.${s}`, count: 2 }))
      if (d % 20 === 0) sizes.push((await own.points()).length)
    }
    const seconds = (performance.now() - begin) / 1000
    const points = await own.points()
    console.log(`meterSink, 100 dumps of 5000 new signatures: ${sizes.join(', ')} points, ${seconds.toFixed(2)} s`)
    expect(sizes).toEqual(Array(5).fill(50 + 1 + 5))
    sumsHold(points)
    expect(byFunction(points).other).toBe(10_000)
  })

  it('sums up sources past maxSources, each with its last dump', async () => {
    const own = host()
    const sink = meterSink({ meter: own.meter, maxSources: 1 })
    for (const source of ['one', 'two', 'three', 'two']) {
      for (const record of whole({ a: 4, b: 2 }, source)) sink.record(record)
    }
    const points = await own.points()
    sumsHold(points)
    expect(
      only(points, 'dumpstream.dump.goroutines').map(({ attributes, value }) => [
        attributes['dumpstream.source'],
        value,
      ]),
    ).toEqual([
      ['one', 6],
      ['other', 12],
    ])
    expect(only(points, 'dumpstream.dumps').map(({ value }) => value)).toEqual([1, 3])
  })

  it('counts a dump of one goroutine and leaves the gauges alone', async () => {
    const own = host()
    const sink = meterSink({ meter: own.meter })
    for (const record of whole({ a: 5 })) sink.record(record)
    sink.record(dump({ kind: 'single', goroutines: 1, signatures: 1 }))
    sink.record(signature({ id: 'x', count: 1 }))
    const points = await own.points()
    expect(byFunction(points)).toEqual({ a: 5, other: 0 })
    expect(only(points, 'dumpstream.dumps').map(({ attributes }) => attributes['dumpstream.kind'])).toEqual([
      'all',
      'single',
    ])
  })

  it('after end reports no more to a reader that asks for deltas', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA)
    const provider = new MeterProvider({
      readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
    })
    const sink = meterSink({ meter: provider.getMeter('dumpstream') })
    for (const record of whole({ a: 5 })) sink.record(record)
    await provider.forceFlush()
    expect(byFunction(pointsOf(exporter.getMetrics()))).toEqual({ a: 5, other: 0 })
    expect(await sink.end()).toEqual({ exportFailed: false })
    exporter.reset()
    await provider.forceFlush()
    expect(only(pointsOf(exporter.getMetrics()), 'dumpstream.goroutines')).toEqual([])
    await provider.shutdown()
  })
})

describe('recordsToMetrics', () => {
  it('takes a stream of records to its end', async () => {
    const own = host()
    const stream = dumpstream({ source: 'app.log' })
    const done = recordsToMetrics(stream, { meter: own.meter })
    stream.end(threeDumps().join(''))
    await done
    const points = await own.points()
    expect(byFunction(points)).toMatchObject({ [LEAK.name]: 45, [POOL.name]: 8 })
    expect(only(points, 'dumpstream.goroutines.leaking').map(({ value }) => value)).toEqual([45])
    sumsHold(points)
  })

  it('hands on the error of the stream', async () => {
    async function* failing(): AsyncGenerator<DumpstreamRecord> {
      yield* whole({ a: 5 })
      throw new Error('disk gone')
    }
    await expect(recordsToMetrics(failing(), { meter: host().meter })).rejects.toThrow('disk gone')
  })
})
