/**
 * The ledger as OpenTelemetry metrics. It is a `MetricProducer` and does not use instruments: with instruments a series that was reported once
 * is reported forever under cumulative temporality, even if its signature is gone, and beyond 2000 series all are merged (sdk-metrics 2.12.0
 * and 3.1.1, measured). Here every gauge point is from the last dump of its source, at the dump's own time.
 */
import { emptyResource } from '@opentelemetry/resources'
import type { CollectionResult, MetricProducer, ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { printable } from '../printable.ts'
import type { Attributes } from './attributes.ts'
import { Batch } from './batch.ts'
import type { Ledger } from './ledger.ts'
import { ATTRIBUTE, METRICS, type MetricName } from './names.ts'
import { entityResource, parted, type RunResource } from './resources.ts'

export interface ProducerOptions {
  readonly ledger: Ledger
  readonly version: string
  /** For counters; gauges have none. */
  readonly temporality: 'cumulative' | 'delta'
  /** Bytes read so far. */
  readonly inputBytes: () => number
  /** How far each partition of a log is read. */
  readonly partitions?: () => readonly PartitionPoint[]
  /**
   * Gives each entity a separate resource. Absent: there is one resource, that of the reader, and all attributes are on the points, as printable
   * text: the text format of Prometheus has no escapes for control characters.
   */
  readonly run?: RunResource
  readonly now?: () => number
}

export interface PartitionPoint {
  readonly topic: string
  readonly partition: number
  readonly lag: number
  readonly settled: bigint
}

export interface Taken {
  /** One per resource. */
  readonly metrics: readonly ResourceMetrics[]
  /** Called when the metrics have arrived: the next deltas are counted from here. */
  delivered(): void
}

/** By series: the count at a given time. */
type Counted = Map<string, { readonly value: number; readonly time: number }>

export class RecordProducer implements MetricProducer {
  readonly #options: ProducerOptions
  #base: Counted = new Map()

  constructor(options: ProducerOptions) {
    this.#options = options
  }

  /** For a `MetricReader`. */
  async collect(): Promise<CollectionResult> {
    const { metrics, delivered } = this.take()
    delivered()
    const [resourceMetrics = { resource: emptyResource(), scopeMetrics: [] }] = metrics
    return { resourceMetrics, errors: [] }
  }

  /** The current metrics. Deltas that are not delivered become part of the next ones. */
  take(): Taken {
    const { ledger, version, inputBytes, partitions, now = Date.now } = this.#options
    const taking = new Taking(this.#options, this.#base, now())
    taking.count(METRICS.input, {}, inputBytes(), ledger.since)
    taking.count(METRICS.failures, {}, ledger.exportFailures, ledger.since)
    for (const { topic, partition, lag, settled } of partitions?.() ?? []) {
      const attributes = { [ATTRIBUTE.topic]: topic, [ATTRIBUTE.partition]: String(partition) }
      taking.gauge(METRICS.lag, attributes, lag, now())
      taking.gauge(METRICS.settled, attributes, Number(settled), now())
    }
    for (const { attributes, since, dumps, parsed, damaged, last } of ledger.sources) {
      for (const [kind, value] of dumps) {
        taking.count(METRICS.dumps, { ...attributes, [ATTRIBUTE.kind]: kind }, value, since)
      }
      taking.count(METRICS.parsed, attributes, parsed, since)
      taking.count(METRICS.damaged, attributes, damaged, since)
      if (last === undefined) continue
      const { time } = last
      taking.gauge(METRICS.total, attributes, last.total, time)
      taking.gauge(METRICS.leaking, attributes, last.leaking, time)
      for (const series of last.series) {
        taking.gauge(METRICS.goroutines, { ...attributes, ...series.attributes }, series.value, time)
      }
    }
    return {
      metrics: taking.batches.map((batch) => batch.metrics(version)),
      delivered: () => {
        this.#base = taking.counted
      },
    }
  }
}

class Taking {
  readonly counted: Counted = new Map()
  readonly #options: ProducerOptions
  readonly #base: Counted
  readonly #now: number
  readonly #batches = new Map<string, Batch>()

  constructor(options: ProducerOptions, base: Counted, now: number) {
    this.#options = options
    this.#base = base
    this.#now = now
  }

  get batches(): Batch[] {
    return [...this.#batches.values()]
  }

  gauge(metric: MetricName, attributes: Attributes, value: number, time: number): void {
    const { batch, own } = this.#place(attributes)
    batch.gauge(metric, own, value, time)
  }

  count(metric: MetricName, attributes: Attributes, value: number, since: number): void {
    const { batch, own } = this.#place(attributes)
    if (this.#options.temporality === 'cumulative') {
      batch.sum(metric, 'cumulative', own, value, since, this.#now)
      return
    }
    const key = `${metric.name} ${JSON.stringify(attributes)}`
    const known = this.#base.get(key)
    // A source that was forgotten in the meantime starts over.
    const before = known === undefined || known.value > value ? { value: 0, time: since } : known
    this.counted.set(key, { value, time: this.#now })
    batch.sum(metric, 'delta', own, value - before.value, before.time, this.#now)
  }

  #place(attributes: Attributes): { batch: Batch; own: Attributes } {
    const { run } = this.#options
    if (run === undefined) return { batch: this.#batch('', emptyResource), own: readable(attributes) }
    const { entity, own } = parted(attributes)
    return { batch: this.#batch(JSON.stringify(entity), () => entityResource(run, entity)), own }
  }

  #batch(key: string, resource: () => ReturnType<typeof emptyResource>): Batch {
    const known = this.#batches.get(key)
    if (known !== undefined) return known
    const batch = new Batch(resource())
    this.#batches.set(key, batch)
    return batch
  }
}

function readable(attributes: Attributes): Attributes {
  const pairs = Object.entries(attributes)
  return Object.fromEntries(pairs.map(([key, value]) => [key, typeof value === 'string' ? printable(value) : value]))
}
