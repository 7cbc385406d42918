/** Metrics by an SDK of the shipper's own; dumps and leaks as OTLP log records (JSON encoding: opentelemetry.io/docs/specs/otlp). */
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'

const EXPORT_MS = Number(process.env.OTEL_METRIC_EXPORT_INTERVAL ?? 60_000)
const SCOPE = { name: 'node-shipper' }
const WARN = 13
const INFO = 9

export function openMetrics(endpoint) {
  const provider = new MeterProvider({
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter({ url: `${endpoint}/v1/metrics`, timeoutMillis: 3_000 }),
        exportIntervalMillis: EXPORT_MS,
        exportTimeoutMillis: Math.min(3_000, EXPORT_MS),
      }),
    ],
  })
  return {
    meter: provider.getMeter('dumpstream'),
    shutdown: () => provider.shutdown().catch((error) => console.error(`metrics: ${error.message}`)),
  }
}

/** The body of a request, or undefined when there is nothing to say. */
export function logRecords(records) {
  const entries = records.flatMap((record) => {
    if (record.type === 'dump') {
      return entry('dumpstream.dump', INFO, `dump ${record.dump}: ${record.goroutines} goroutines`, record)
    }
    if (record.verdict === 'leaking') {
      return entry('dumpstream.leak', WARN, `leaking: ${record.function}: ${record.because}`, record)
    }
    return []
  })
  if (entries.length === 0) return undefined
  return JSON.stringify({ resourceLogs: [{ scopeLogs: [{ scope: SCOPE, logRecords: entries }] }] })
}

function entry(eventName, severityNumber, text, record) {
  return {
    observedTimeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
    eventName,
    severityNumber,
    body: { stringValue: text },
    attributes: [
      { key: 'dumpstream.source', value: { stringValue: record.source } },
      { key: 'dumpstream.record', value: { stringValue: JSON.stringify(record) } },
    ],
  }
}
