/**
 * Metrics for a program that has its own OpenTelemetry SDK. It uses only the Meter that the program passes in, and imports only types, so the
 * versions of the API need not agree.
 *
 * Once an attribute set has been reported, an SDK reports it forever (sdk-metrics 2.12.0 and 3.1.1), and beyond 2000 sets it drops the
 * attributes that distinguish them. So the number of series is fixed for the life of the process: the first signatures that are large enough
 * get one each, with attributes that do not change, and report 0 after they have vanished; all others are summed.
 */
import type { Counter, Meter, MetricOptions, ObservableResult, ValueType } from '@opentelemetry/api'
import { RecentMap } from '../../core/lru.ts'
import type { DumpRecord, DumpstreamRecord, SignatureRecord } from '../../core/records.ts'
import { showsProcess } from '../process.ts'
import type { RecordSink } from '../sink.ts'
import { type Attributes, codeAttributes, sourceAttributes } from './attributes.ts'
import { DumpCollector, type WholeDump } from './dumps.ts'
import { ATTRIBUTE, METRICS, type MetricName, OTHER } from './names.ts'

export interface MeterSinkOptions {
  /** The host's meter: `metrics.getMeter('dumpstream')`. */
  readonly meter: Meter
  /** Signatures that get their own series, over all sources and for the life of the process. Default 50. */
  readonly maxSignatures?: number
  /** Number of goroutines in one dump from which a signature gets a series. Default 2. */
  readonly minCount?: number
  /** Sources that are distinguished, for the life of the process; all others are one source, `other`. Default 20. */
  readonly maxSources?: number
}

const SIGNATURES = 50
const MIN_COUNT = 2
const SOURCES = 20
/** Sources beyond `maxSources` whose last dumps are kept for the sum; the oldest are dropped. */
const OTHER_SOURCES = 1_024

/** Makes a sink that takes records as they come and answers the SDK's collections. `end` stops it. */
export function meterSink(options: MeterSinkOptions): RecordSink {
  return new MeterSink(options)
}

/**
 * Feeds all records of a stream to a `meterSink`. Resolves at the end of the stream, rejects with its error. The last values remain reported.
 *
 *     await recordsToMetrics(log.pipe(dumpstream()), { meter: metrics.getMeter('dumpstream') })
 */
export async function recordsToMetrics(
  records: AsyncIterable<DumpstreamRecord> | Iterable<DumpstreamRecord>,
  options: MeterSinkOptions,
): Promise<void> {
  const sink = new MeterSink(options)
  for await (const record of records) sink.record(record)
  sink.settle()
}

/** A distinguished source, and its last dump. */
interface Source {
  readonly attributes: Attributes
  readonly series: Map<string, { readonly attributes: Attributes; count: number }>
  /** Undefined before its first dump that shows the whole process. */
  last: { readonly total: number; readonly leaking: number; readonly other: number } | undefined
}

const OTHER_SOURCE: Attributes = Object.freeze({ [ATTRIBUTE.source]: OTHER })

class MeterSink implements RecordSink {
  readonly #maxSignatures: number
  readonly #minCount: number
  readonly #maxSources: number
  readonly #dumps: DumpCollector
  readonly #sources = new Map<string, Source>()
  /** Last dumps of the sources that are merged into one. */
  readonly #others = new RecentMap<string, { readonly total: number; readonly leaking: number }>(OTHER_SOURCES)
  readonly #counters: ReadonlyMap<MetricName, Counter>
  readonly #stop: () => void
  #series = 0

  constructor({ meter, maxSignatures = SIGNATURES, minCount = MIN_COUNT, maxSources = SOURCES }: MeterSinkOptions) {
    this.#maxSignatures = maxSignatures
    this.#minCount = minCount
    this.#maxSources = maxSources
    this.#dumps = new DumpCollector(
      maxSignatures,
      (whole) => this.#take(whole),
      (record) => this.#sources.get(record.source)?.series.has(record.id) === true,
    )
    this.#counters = new Map(
      [METRICS.dumps, METRICS.parsed, METRICS.damaged].map((metric) => [
        metric,
        meter.createCounter(metric.name, describe(metric)),
      ]),
    )
    const gauges = [
      observe(meter, METRICS.goroutines, (result) => this.#observeSignatures(result)),
      observe(meter, METRICS.total, (result) => this.#observeSources(result, 'total')),
      observe(meter, METRICS.leaking, (result) => this.#observeSources(result, 'leaking')),
    ]
    this.#stop = () => {
      for (const stop of gauges) stop()
    }
  }

  record(record: DumpstreamRecord): void {
    this.#dumps.record(record)
  }

  settle(): void {
    this.#dumps.flush()
  }

  end(): { exportFailed: false } {
    this.#dumps.flush()
    this.#stop()
    return { exportFailed: false }
  }

  #take({ dump, signatures, leaking }: WholeDump): void {
    const source = this.#source(dump)
    const attributes = source?.attributes ?? OTHER_SOURCE
    this.#counters.get(METRICS.dumps)?.add(1, { ...attributes, [ATTRIBUTE.kind]: dump.kind })
    this.#counters.get(METRICS.parsed)?.add(dump.goroutines, attributes)
    this.#counters.get(METRICS.damaged)?.add(dump.damaged, attributes)
    if (!showsProcess(dump)) return
    if (source === undefined) this.#takeOther(dump, leaking)
    else this.#takeSource(source, dump, signatures, leaking)
  }

  #takeSource(source: Source, dump: DumpRecord, signatures: readonly SignatureRecord[], leaking: number): void {
    for (const series of source.series.values()) series.count = 0
    let other = dump.goroutines
    for (const record of signatures) {
      const series = source.series.get(record.id) ?? this.#addSeries(source, record)
      if (series === undefined) continue
      series.count = record.count
      other -= record.count
    }
    source.last = { total: dump.goroutines, leaking, other }
  }

  #takeOther(dump: DumpRecord, leaking: number): void {
    this.#others.set(dump.source, { total: dump.goroutines, leaking })
  }

  #addSeries(source: Source, record: SignatureRecord): { readonly attributes: Attributes; count: number } | undefined {
    if (this.#series >= this.#maxSignatures || record.count < this.#minCount) return undefined
    this.#series++
    const series = { attributes: { ...source.attributes, ...codeAttributes(record) }, count: 0 }
    source.series.set(record.id, series)
    return series
  }

  #source(dump: DumpRecord): Source | undefined {
    const known = this.#sources.get(dump.source)
    if (known !== undefined || this.#sources.size >= this.#maxSources) return known
    const made: Source = { attributes: sourceAttributes(dump), series: new Map(), last: undefined }
    this.#sources.set(dump.source, made)
    return made
  }

  #observeSignatures(result: ObservableResult): void {
    for (const { attributes, series, last } of this.#sources.values()) {
      if (last === undefined) continue
      for (const each of series.values()) result.observe(each.count, each.attributes)
      result.observe(last.other, { ...attributes, [ATTRIBUTE.signature]: OTHER })
    }
    if (this.#others.size === 0) return
    result.observe(this.#sumOfOthers('total'), { ...OTHER_SOURCE, [ATTRIBUTE.signature]: OTHER })
  }

  #observeSources(result: ObservableResult, what: 'total' | 'leaking'): void {
    for (const { attributes, last } of this.#sources.values()) {
      if (last !== undefined) result.observe(last[what], attributes)
    }
    if (this.#others.size > 0) result.observe(this.#sumOfOthers(what), OTHER_SOURCE)
  }

  #sumOfOthers(what: 'total' | 'leaking'): number {
    let sum = 0
    for (const last of this.#others.values()) sum += last[what]
    return sum
  }
}

/** Reports integers as integers. Only the type of the enum is imported. */
const INT: ValueType.INT = 0

function describe({ description, unit }: MetricName): MetricOptions {
  return { description, unit, valueType: INT }
}

/** Returns a function that stops it. */
function observe(meter: Meter, metric: MetricName, callback: (result: ObservableResult) => void): () => void {
  const gauge = meter.createObservableGauge(metric.name, describe(metric))
  gauge.addCallback(callback)
  return () => gauge.removeCallback(callback)
}
