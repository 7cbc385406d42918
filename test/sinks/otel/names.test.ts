/** The table of names, held to what is exported and to docs/metrics.md. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { afterAll, describe, expect, it } from 'vitest'
import type { DumpstreamRecord } from '../../../src/core/records.ts'
import { Ledger } from '../../../src/sinks/otel/ledger.ts'
import { meterSink } from '../../../src/sinks/otel/meter.ts'
import { ATTRIBUTE, ATTRIBUTES, METRICS, metricsMarkdown } from '../../../src/sinks/otel/names.ts'
import { RecordProducer } from '../../../src/sinks/otel/producer.ts'
import { runResource } from '../../../src/sinks/otel/resources.ts'
import { dump, signature } from '../records.ts'
import { type Point, pointsOf } from './points.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Records that have everything. */
const carrier = Object.fromEntries(
  ATTRIBUTES.filter(({ on, name }) => on === 'entity' || name === 'log.iostream').map(({ name }) => [name, '43']),
)
const RECORDS: readonly DumpstreamRecord[] = [
  dump({ goroutines: 50, signatures: 1, attributes: carrier, process: 'svc' }),
  signature({ verdict: 'leaking', count: 41 }),
]

function exported(entities: boolean): Point[] {
  const ledger = new Ledger(100)
  const producer = new RecordProducer({
    ledger,
    version: '1',
    temporality: 'cumulative',
    inputBytes: () => 1,
    partitions: () => [{ topic: 'logs', partition: 3, lag: 2, settled: 7n }],
    ...(entities ? { run: runResource() } : {}),
  })
  for (const record of RECORDS) ledger.record(record)
  return pointsOf(producer.take().metrics)
}

const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const provider = new MeterProvider({
  readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
})
afterAll(() => provider.shutdown())

async function exportedByLibrary(): Promise<Point[]> {
  const sink = meterSink({ meter: provider.getMeter('dumpstream') })
  for (const record of RECORDS) sink.record(record)
  await provider.forceFlush()
  return pointsOf(exporter.getMetrics())
}

const names = (wanted: readonly { name: string }[]): string[] => wanted.map(({ name }) => name).sort()
const keys = (points: readonly Point[]): string[] =>
  [...new Set(points.flatMap((each) => Object.keys(each.attributes)))].sort()
const described = (points: readonly Point[]): string[] =>
  [
    ...new Set(points.map(({ metric, unit, kind }) => `${metric} ${unit} ${kind === 'sum' ? 'counter' : 'gauge'}`)),
  ].sort()
const inTable = (wanted = Object.values(METRICS)): string[] =>
  wanted.map(({ name, unit, instrument }) => `${name} ${unit} ${instrument}`).sort()

describe('the table of names', () => {
  it('is the reference in docs/metrics.md', () => {
    expect(readFileSync(`${root}/docs/metrics.md`, 'utf8')).toContain(metricsMarkdown().trim())
  })

  it('has each metric that is exported, and no other', () => {
    expect(described(exported(true))).toEqual(inTable())
  })

  it('has each attribute that is exported, where it is, and no other', () => {
    const points = exported(true)
    const of = (...metrics: string[]) => points.filter(({ metric }) => metrics.includes(metric))
    const on = (...places: string[]) => names(ATTRIBUTES.filter((each) => places.includes(each.on)))
    expect(keys(of(METRICS.goroutines.name))).toEqual(on('signature', 'source'))
    expect(keys(of(METRICS.total.name))).toEqual(on('source'))
    expect(keys(of(METRICS.dumps.name))).toEqual(on('source', 'dumps'))
    expect(keys(of(METRICS.lag.name, METRICS.settled.name))).toEqual(on('partition'))
    expect(keys(of(METRICS.input.name, METRICS.failures.name))).toEqual([])
    const resource = new Set(of(METRICS.total.name).flatMap((point) => Object.keys(point.resource)))
    expect([...resource].filter((key) => !key.startsWith('telemetry.sdk.')).sort()).toEqual(on('entity', 'resource'))
  })

  it('says what stands on points where there is one resource', () => {
    const points = exported(false).filter(({ metric }) => metric === METRICS.goroutines.name)
    expect(keys(points)).toEqual(names(ATTRIBUTES.filter(({ on }) => !['dumps', 'partition', 'resource'].includes(on))))
  })

  it('says what a library host gets', async () => {
    const points = await exportedByLibrary()
    expect(described(points)).toEqual(inTable(Object.values(METRICS).filter(({ library }) => library)))
    expect(keys(points)).toEqual(names(ATTRIBUTES.filter(({ library }) => library)))
  })

  it('says for each metric whose points it has', () => {
    for (const { name, per } of Object.values(METRICS)) {
      const points = exported(true).filter(({ metric }) => metric === name)
      const sourced = points.every(({ attributes }) => 'dumpstream.source' in attributes)
      const signed = points.every(({ attributes }) => 'dumpstream.signature' in attributes)
      const parted = points.every(({ attributes }) => ATTRIBUTE.partition in attributes)
      expect([name, signed ? 'signature' : sourced ? 'source' : parted ? 'partition' : 'run']).toEqual([name, per])
    }
  })
})
