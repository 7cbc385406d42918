/** What is relied on of OpenTelemetry's packages though it is experimental there, or not said. */

import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { afterEach, describe, expect, it } from 'vitest'
import { openExporter } from '../../../src/sinks/otel/exporters.ts'
import { Ledger } from '../../../src/sinks/otel/ledger.ts'
import { RecordProducer } from '../../../src/sinks/otel/producer.ts'
import { runResource } from '../../../src/sinks/otel/resources.ts'
import { dump, signature } from '../records.ts'
import { byFunction, pointsOf, pointsOfJson } from './points.ts'
import { Receiver } from './receiver.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

describe('a MetricProducer', () => {
  it("in the SDK's periodic reader: what vanished is gone", async () => {
    const ledger = new Ledger(100)
    const producer = new RecordProducer({ ledger, version: '1', temporality: 'cumulative', inputBytes: () => 0 })
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
    const reader = new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis: 3_600_000,
      metricProducers: [producer],
    })
    const provider = new MeterProvider({ readers: [reader] })
    closing.push(() => provider.shutdown())
    const flushed = async (): Promise<Record<string, number>> => {
      exporter.reset()
      await provider.forceFlush()
      return byFunction(pointsOf(exporter.getMetrics()))
    }
    const feed = (counts: Record<string, number>): void => {
      ledger.record(dump({ goroutines: 9, signatures: Object.keys(counts).length }))
      for (const [id, count] of Object.entries(counts)) ledger.record(signature({ id, function: id, count }))
    }
    feed({ a: 6, b: 3 })
    expect(await flushed()).toEqual({ a: 6, b: 3 })
    feed({ a: 8, c: 1 })
    expect(await flushed()).toEqual({ a: 8, c: 1 })
  })
})

describe('the serializers', () => {
  it.each(['http/json', 'http/protobuf'] as const)('%s: many resources go in one request', async (protocol) => {
    const receiver = await Receiver.open()
    closing.push(() => receiver.close())
    const ledger = new Ledger(100)
    const producer = new RecordProducer({
      ledger,
      version: '1',
      temporality: 'cumulative',
      inputBytes: () => 0,
      run: runResource(),
    })
    for (let i = 0; i < 40; i++) {
      const attributes = { 'k8s.pod.name': `web-${i}` }
      ledger.record(dump({ source: `s${i}`, goroutines: i + 1, signatures: 1, attributes }))
      ledger.record(signature({ source: `s${i}`, count: i + 1 }))
    }
    const target = { url: new URL(`${receiver.url}/v1/metrics`), protocol, headers: {}, gzip: false }
    const { metrics }: { metrics: readonly ResourceMetrics[] } = producer.take()
    expect(await (await openExporter(target, '1')).send(metrics, 2_000)).toEqual({ ok: true })
    expect(receiver.requests).toHaveLength(1)
    const body = receiver.requests[0]?.body ?? ''
    if (protocol === 'http/json') expect(pointsOfJson(body)).toHaveLength(pointsOf(metrics).length)
    for (let i = 0; i < 40; i++) expect(body).toContain(`web-${i}`)
  })
})
