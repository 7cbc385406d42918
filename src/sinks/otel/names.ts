/**
 * Every exported name, in one table. The reference in the README is generated from it, and a test compares it with what is exported.
 *
 * Names defined by the semantic conventions are used as they are (opentelemetry.io/docs/specs/semconv, 1.45.0). The package with them has 9.7
 * MB, so the few that are needed are copied. `go.goroutine.count` is not used: it is what a live process says about itself.
 */

export const SCOPE = 'dumpstream'

/** The name of a series that sums everything without its own series. */
export const OTHER = 'other'

export interface MetricName {
  readonly name: string
  readonly instrument: 'gauge' | 'counter'
  /** UCUM. */
  readonly unit: string
  readonly description: string
  /** The name at the `--prometheus` endpoint. */
  readonly prometheus: string
  /** One point per signature, source, partition, or run. */
  readonly per: 'signature' | 'source' | 'partition' | 'run'
  /** Also sent by `meterSink`. */
  readonly library: boolean
}

type MetricKey =
  | 'goroutines'
  | 'total'
  | 'leaking'
  | 'dumps'
  | 'parsed'
  | 'damaged'
  | 'lag'
  | 'settled'
  | 'input'
  | 'failures'

export const METRICS: Readonly<Record<MetricKey, MetricName>> = {
  goroutines: {
    name: 'dumpstream.goroutines',
    instrument: 'gauge',
    unit: '{goroutine}',
    description: 'Goroutines by signature in the last dump; they add up to dumpstream.dump.goroutines.',
    prometheus: 'dumpstream_goroutines',
    per: 'signature',
    library: true,
  },
  total: {
    name: 'dumpstream.dump.goroutines',
    instrument: 'gauge',
    unit: '{goroutine}',
    description: 'Goroutines in the last dump.',
    prometheus: 'dumpstream_dump_goroutines',
    per: 'source',
    library: true,
  },
  leaking: {
    name: 'dumpstream.goroutines.leaking',
    instrument: 'gauge',
    unit: '{goroutine}',
    description: 'Goroutines of the last dump whose signature is judged to leak.',
    prometheus: 'dumpstream_goroutines_leaking',
    per: 'source',
    library: true,
  },
  dumps: {
    name: 'dumpstream.dumps',
    instrument: 'counter',
    unit: '{dump}',
    description: 'Dumps found, by kind.',
    prometheus: 'dumpstream_dumps_total',
    per: 'source',
    library: true,
  },
  parsed: {
    name: 'dumpstream.goroutines.parsed',
    instrument: 'counter',
    unit: '{goroutine}',
    description: 'Goroutines counted in all dumps.',
    prometheus: 'dumpstream_goroutines_parsed_total',
    per: 'source',
    library: true,
  },
  damaged: {
    name: 'dumpstream.goroutines.damaged',
    instrument: 'counter',
    unit: '{goroutine}',
    description: 'Goroutines that could not be read completely.',
    prometheus: 'dumpstream_goroutines_damaged_total',
    per: 'source',
    library: true,
  },
  lag: {
    name: 'dumpstream.partition.lag',
    instrument: 'gauge',
    unit: '{message}',
    description: 'Messages of the partition that have not been read yet.',
    prometheus: 'dumpstream_partition_lag',
    per: 'partition',
    library: false,
  },
  settled: {
    name: 'dumpstream.partition.settled',
    instrument: 'gauge',
    unit: '{message}',
    description: 'Committed offset: everything before it is written.',
    prometheus: 'dumpstream_partition_settled',
    per: 'partition',
    library: false,
  },
  input: {
    name: 'dumpstream.input',
    instrument: 'counter',
    unit: 'By',
    description: 'Bytes read.',
    prometheus: 'dumpstream_input_total',
    per: 'run',
    library: false,
  },
  failures: {
    name: 'dumpstream.export.failures',
    instrument: 'counter',
    unit: '{export}',
    description: 'Exports that failed, of metrics and logs.',
    prometheus: 'dumpstream_export_failures_total',
    per: 'run',
    library: false,
  },
}

export const ATTRIBUTE = {
  source: 'dumpstream.source',
  signature: 'dumpstream.signature',
  verdict: 'dumpstream.verdict',
  kind: 'dumpstream.kind',
  process: 'dumpstream.process',
  state: 'go.goroutine.state',
  functionName: 'code.function.name',
  filePath: 'code.file.path',
  lineNumber: 'code.line.number',
  stacktrace: 'code.stacktrace',
  topic: 'messaging.destination.name',
  partition: 'messaging.destination.partition.id',
  serviceName: 'service.name',
  processId: 'process.pid',
  containerName: 'container.name',
  k8sContainerName: 'k8s.container.name',
  systemdUnit: 'systemd.unit',
} as const

/** An attribute, and where it is: on the points, or on the resource. */
export interface AttributeName {
  readonly name: string
  readonly on: 'signature' | 'source' | 'dumps' | 'partition' | 'entity' | 'resource'
  readonly meaning: string
  /** `meterSink` puts it on its points. */
  readonly library: boolean
}

export const ATTRIBUTES: readonly AttributeName[] = [
  {
    name: ATTRIBUTE.signature,
    on: 'signature',
    meaning: 'the id of the records; `other` for the sum of all without their own series',
    library: true,
  },
  { name: ATTRIBUTE.functionName, on: 'signature', meaning: 'innermost function of your own code', library: true },
  { name: ATTRIBUTE.filePath, on: 'signature', meaning: 'its file', library: true },
  { name: ATTRIBUTE.lineNumber, on: 'signature', meaning: 'its line', library: true },
  { name: ATTRIBUTE.state, on: 'signature', meaning: 'the state that most of them are in', library: false },
  { name: ATTRIBUTE.verdict, on: 'signature', meaning: 'as in the records, from the second dump on', library: false },
  { name: ATTRIBUTE.source, on: 'source', meaning: 'as in the records', library: true },
  { name: ATTRIBUTE.process, on: 'source', meaning: '`process` of the records', library: true },
  { name: 'log.iostream', on: 'source', meaning: '`stdout` or `stderr`, if the carrier says so', library: true },
  { name: ATTRIBUTE.kind, on: 'dumps', meaning: '`kind` of the records', library: true },
  { name: ATTRIBUTE.topic, on: 'partition', meaning: 'the topic', library: false },
  { name: ATTRIBUTE.partition, on: 'partition', meaning: 'the number of the partition', library: false },
  {
    name: ATTRIBUTE.serviceName,
    on: 'resource',
    meaning: '`OTEL_SERVICE_NAME`, else the container or unit that the carrier names',
    library: false,
  },
  ...[
    ATTRIBUTE.processId,
    'host.name',
    'k8s.namespace.name',
    'k8s.pod.name',
    ATTRIBUTE.k8sContainerName,
    ATTRIBUTE.containerName,
    'container.id',
    ATTRIBUTE.systemdUnit,
  ].map((name) => ({ name, on: 'entity' as const, meaning: 'of the service, if the carrier knows it', library: true })),
]

/** Namespaces of the semantic conventions that describe what a thing is, not what it did. */
const RESOURCE = /^(?:service|process|host|os|k8s|container|systemd|cloud|deployment|aws|gcp|azure)\./

/** Does this attribute describe the observed entity? Then it goes on the resource, if the sink has one per source. */
export function isOfResource(attribute: string): boolean {
  return RESOURCE.test(attribute)
}

const ON = {
  signature: 'points of signatures',
  source: 'points of sources and signatures',
  dumps: 'points of `dumpstream.dumps`',
  partition: 'points of partitions',
  entity: 'resource; points at the Prometheus endpoint and in `meterSink`, which have only one resource',
  resource: 'resource',
} as const

/** The reference for the README. */
export function metricsMarkdown(): string {
  const rows = ['| metric | Prometheus | kind, unit | a point for each | |', '|---|---|---|---|---|']
  for (const { name, prometheus, instrument, unit, per, description } of Object.values(METRICS)) {
    rows.push(`| \`${name}\` | \`${prometheus}\` | ${instrument}, \`${unit}\` | ${per} | ${description} |`)
  }
  rows.push('', '| attribute | on | |', '|---|---|---|')
  const names = new Map<string, string[]>()
  for (const { name, on, meaning } of ATTRIBUTES) {
    const rest = `${ON[on]} | ${meaning}`
    names.set(rest, [...(names.get(rest) ?? []), `\`${name}\``])
  }
  for (const [rest, alike] of names) rows.push(`| ${alike.join(', ')} | ${rest} |`)
  return `${rows.join('\n')}\n`
}
