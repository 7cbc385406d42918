/**
 * `--otlp-logs`: a summary of each dump, and every leaking signature with its stack, as OTLP log records. The OTLP JSON is written by hand
 * (opentelemetry.io/docs/specs/otlp, "JSON Protobuf Encoding": 64-bit integers are strings, enums numbers, keys in camelCase), since the log
 * exporter would be another dependency.
 */
import type { DumpRecord, SignatureRecord } from '../../core/records.ts'
import { type Attributes, shortened, signatureAttributes, sourceAttributes } from './attributes.ts'
import { timeOf } from './dumps.ts'
import { ATTRIBUTE, SCOPE } from './names.ts'
import { entityResource, parted, type RunResource } from './resources.ts'

export interface LogEntry {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly observed: number
  readonly eventName: string
  readonly severity: keyof typeof SEVERITY
  readonly body: string
  /** Attributes of the entity and of the record. */
  readonly attributes: Attributes
}

/** Severity numbers of the logs data model. */
const SEVERITY = { INFO: 9, WARN: 13, ERROR: 17, FATAL: 21 } as const
/** Longest stack, in characters; 512 frames with long names fit. */
const STACK_MAX = 64 << 10

export function dumpEntry(dump: DumpRecord, now: number): LogEntry {
  const reason = dump.reason === undefined ? '' : `: ${dump.reason}`
  const attributes: Attributes = {
    ...sourceAttributes(dump),
    [ATTRIBUTE.kind]: dump.kind,
    'dumpstream.dump': dump.dump,
    'dumpstream.goroutines': dump.goroutines,
    'dumpstream.goroutines.damaged': dump.damaged,
    'dumpstream.signatures': dump.signatures,
  }
  if (dump.reason !== undefined && (dump.kind === 'panic' || dump.kind === 'fatal')) {
    attributes['exception.message'] = shortened(dump.reason)
  }
  return {
    time: timeOf(dump, now),
    observed: now,
    eventName: 'dumpstream.dump',
    severity: severityOf(dump),
    body: shortened(`dump ${dump.dump} (${dump.kind}): ${counted(dump)}${reason}`),
    attributes,
  }
}

export function leakEntry(dump: DumpRecord, record: SignatureRecord, now: number): LogEntry {
  const attributes: Attributes = {
    ...sourceAttributes(dump),
    ...signatureAttributes(record),
    'dumpstream.dump': dump.dump,
    'dumpstream.goroutines': record.count,
  }
  if (record.delta !== undefined) attributes['dumpstream.delta'] = record.delta
  if (record.stack !== undefined) attributes[ATTRIBUTE.stacktrace] = record.stack.join('\n').slice(0, STACK_MAX)
  const because = record.because ?? `${record.count} goroutines`
  return {
    time: timeOf(dump, now),
    observed: now,
    eventName: 'dumpstream.leak',
    severity: 'WARN',
    body: shortened(`leaking: ${record.function}: ${because}`),
    attributes,
  }
}

function severityOf(dump: DumpRecord): LogEntry['severity'] {
  if (dump.kind === 'fatal') return 'FATAL'
  return dump.kind === 'panic' || dump.kind === 'race' || dump.kind === 'timeout' ? 'ERROR' : 'INFO'
}

function counted({ goroutines, signatures, duration_s }: DumpRecord): string {
  const since = duration_s === undefined ? '' : `, ${duration_s} s after the one before`
  return `${goroutines} goroutines in ${signatures} signatures${since}`
}

/** The body of a POST to /v1/logs. */
export function logsRequest(entries: readonly LogEntry[], run: RunResource, version: string): string {
  const entities = new Map<string, { entity: Attributes; logRecords: object[] }>()
  for (const entry of entries) {
    const { entity, own } = parted(entry.attributes)
    const key = JSON.stringify(entity)
    let found = entities.get(key)
    if (found === undefined) {
      found = { entity, logRecords: [] }
      entities.set(key, found)
    }
    found.logRecords.push({
      timeUnixNano: nanoseconds(entry.time),
      observedTimeUnixNano: nanoseconds(entry.observed),
      severityNumber: SEVERITY[entry.severity],
      severityText: entry.severity,
      eventName: entry.eventName,
      body: { stringValue: entry.body },
      attributes: keyValues(own),
    })
  }
  const resourceLogs = [...entities.values()].map(({ entity, logRecords }) => ({
    resource: { attributes: keyValues(entityResource(run, entity).attributes) },
    scopeLogs: [{ scope: { name: SCOPE, version }, logRecords }],
  }))
  return JSON.stringify({ resourceLogs })
}

function nanoseconds(milliseconds: number): string {
  return (BigInt(Math.round(milliseconds)) * 1_000_000n).toString()
}

function keyValues(attributes: Readonly<Record<string, unknown>>): object[] {
  return Object.entries(attributes).flatMap(([key, value]) => {
    if (typeof value === 'string') return { key, value: { stringValue: value } }
    if (typeof value !== 'number') return []
    return { key, value: Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value } }
  })
}
