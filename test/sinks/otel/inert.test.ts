/** What somebody has logged stays text in metrics, log records and profiles, too: each read by a reader of its format. */
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer'
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { describe, expect, it } from 'vitest'
import { metricsText } from '../../../src/sinks/otel/console.ts'
import { Ledger } from '../../../src/sinks/otel/ledger.ts'
import { dumpEntry, leakEntry, logsRequest } from '../../../src/sinks/otel/logs.ts'
import { RecordProducer } from '../../../src/sinks/otel/producer.ts'
import { runResource } from '../../../src/sinks/otel/resources.ts'
import { printable } from '../../../src/sinks/printable.ts'
import { HOSTILE, recordsWith } from '../hostile.ts'
import { byFunction, pointsOfJson, record } from './points.ts'

/** A sample of the text format of Prometheus. */
const SAMPLE = /^[a-z_]+(?:\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)+\})? \d+(?: \d+)?$/u
const UTF8 = new TextDecoder('utf-8', { fatal: true })

function metricsOf(text: string, run?: ReturnType<typeof runResource>): readonly ResourceMetrics[] {
  const ledger = new Ledger(100)
  for (const each of recordsWith(text)) ledger.record(each)
  ledger.flush()
  const producer = new RecordProducer({
    ledger,
    version: '1',
    temporality: 'cumulative',
    inputBytes: () => 1,
    ...(run && { run }),
  })
  return producer.take().metrics
}

describe.each(HOSTILE)('%s stays text', (_name, text) => {
  const wellFormed = text.replace(/\p{Cs}/gu, '\ufffd')

  it('at the endpoint for Prometheus: samples of one line, without control characters', () => {
    const [metrics] = metricsOf(text)
    const lines = metrics === undefined ? [] : new PrometheusSerializer().serialize(metrics).trimEnd().split('\n')
    expect(lines.filter((line) => !/^# (?:HELP|TYPE|UNIT) |^$/.test(line) && !SAMPLE.test(line))).toEqual([])
    expect(lines.filter((line) => line !== printable(line))).toEqual([])
    expect(lines.filter((line) => line.startsWith('dumpstream_goroutines{'))).toHaveLength(3)
  })

  it('on the console: as many lines as there are points', () => {
    const metrics = metricsOf(text, runResource())
    const points = metrics.flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap((scope) => scope.metrics.flatMap(({ dataPoints }) => [...dataPoints])),
    )
    const out = metricsText(metrics)
    expect(out.trimEnd().split('\n')).toHaveLength(points.length + metrics.length)
    expect(out.replaceAll('\n', '')).toBe(printable(out.replaceAll('\n', '')))
  })

  it('in OTLP as JSON, where it is the same after reading', () => {
    const requests = metricsOf(text, runResource()).map((each) =>
      Buffer.from(JsonMetricsSerializer.serializeRequest(each) ?? []).toString(),
    )
    expect(byFunction(requests.flatMap(pointsOfJson))).toHaveProperty([`main.${text}`])
  })

  it('in OTLP as protobuf, whose strings are UTF-8', () => {
    const requests = metricsOf(text, runResource()).map((each) =>
      Buffer.from(ProtobufMetricsSerializer.serializeRequest(each) ?? []),
    )
    const named = Buffer.from(`main.${wellFormed}`)
    const found = requests.map((request) => request.indexOf(named)).filter((at) => at >= 0)
    expect(found.length).toBeGreaterThan(0)
    for (const request of requests) {
      const at = request.indexOf(named)
      // A string of up to 127 bytes is behind its length.
      if (at >= 0) expect(UTF8.decode(request.subarray(at, at + (request[at - 1] ?? 0)))).toBe(`main.${wellFormed}`)
    }
  })

  it('in log records of OTLP', () => {
    const [dump, signature] = recordsWith(text)
    if (dump?.type !== 'dump' || signature?.type !== 'signature') throw new Error('no records')
    const entries = [dumpEntry(dump, 0), leakEntry(dump, signature, 0)]
    const { resourceLogs } = JSON.parse(logsRequest(entries, runResource(), '1'))
    const [{ logRecords }] = resourceLogs[0].scopeLogs
    expect(logRecords).toHaveLength(2)
    expect(record(logRecords[0].attributes)).toMatchObject({ 'exception.message': text })
    expect(record(logRecords[1].attributes)).toMatchObject({ 'code.function.name': `main.${text}` })
  })
})
