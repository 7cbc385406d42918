/**
 * Puts all requested telemetry behind one sink. This is the only entry for the command line, which imports it only if metrics are wanted:
 * OpenTelemetry takes a third of the start-up time.
 */
import type { DumpRecord, DumpstreamRecord } from '../../core/records.ts'
import { VERSION } from '../../core/version.ts'
import type { Address } from '../serve/address.ts'
import { WebServers } from '../serve/server.ts'
import type { RecordSink, SinkResult } from '../sink.ts'
import { metricsText } from './console.ts'
import { Deliveries, type Outcome } from './deliveries.ts'
import type { Env } from './env.ts'
import { openExporter, shown } from './exporters.ts'
import type { TelemetryFlags } from './flags.ts'
import { Ledger } from './ledger.ts'
import { LogQueue } from './log-queue.ts'
import { dumpEntry, leakEntry } from './logs.ts'
import { type OtlpTarget, readPlan, type TelemetryPlan } from './plan.ts'
import { Poster } from './post.ts'
import { type PartitionPoint, RecordProducer } from './producer.ts'
import { openPrometheus } from './prometheus.ts'
import { type RunResource, runResource } from './resources.ts'
import { Watch } from './watch.ts'

export interface TelemetryOptions {
  readonly flags: TelemetryFlags
  readonly env: Env
  /** One line for a person. */
  readonly complain: (line: string) => void
  /** Text for a person, line ends included: `--metrics console`. */
  readonly print: (text: string) => void
  /** Shared with other listeners of this run; absent: a separate one. */
  readonly servers?: WebServers
  /** Bytes read so far. */
  readonly inputBytes: () => number
  /** For a partitioned log: how far each partition is read. */
  readonly partitions?: () => readonly PartitionPoint[]
}

/** One destination. */
interface Outlet {
  record?(record: DumpstreamRecord): void
  /** There are new complete dumps. */
  news?(): void
  /** Resolves, within the time-out, to whether the last export failed. */
  end(): Promise<boolean>
}

/**
 * Opens the exporters that flags and environment ask for. Later failures are reported by `complain` and by the result of `end()`. No call here
 * or on the sink waits for the other side, except `end()`.
 *
 * @throws DumpstreamError `DS_USAGE` for invalid requests, `DS_OUTPUT` if the Prometheus endpoint cannot be opened.
 */
export async function openTelemetry(options: TelemetryOptions): Promise<RecordSink> {
  const plan = readPlan(options.flags, options.env, options.complain)
  if (plan === undefined) return new TelemetrySink(undefined, [])
  const opening = new Opening(plan, options)
  const outlets: Outlet[] = []
  if (plan.metrics !== undefined) outlets.push(await opening.otlp(plan.metrics))
  if (plan.logs !== undefined) outlets.push(opening.logs(plan.logs))
  if (plan.console) outlets.push(opening.console())
  if (plan.prometheus !== undefined) outlets.push(await opening.prometheus(plan.prometheus))
  return new TelemetrySink(opening.ledger, outlets)
}

class TelemetrySink implements RecordSink {
  readonly #ledger: Ledger | undefined
  readonly #outlets: readonly Outlet[]
  #told = 0

  constructor(ledger: Ledger | undefined, outlets: readonly Outlet[]) {
    this.#ledger = ledger
    this.#outlets = outlets
  }

  record(record: DumpstreamRecord): void {
    this.#ledger?.record(record)
    for (const outlet of this.#outlets) outlet.record?.(record)
  }

  settle(): void {
    this.#ledger?.flush()
    const changes = this.#ledger?.changes ?? 0
    if (changes === this.#told) return
    this.#told = changes
    for (const outlet of this.#outlets) outlet.news?.()
  }

  async end(): Promise<SinkResult> {
    this.#ledger?.flush()
    const failed = await Promise.all(this.#outlets.map((outlet) => outlet.end()))
    return { exportFailed: failed.includes(true) }
  }
}

/** Makes the outlets of one plan. */
class Opening {
  readonly ledger: Ledger
  readonly #plan: TelemetryPlan
  readonly #options: TelemetryOptions
  readonly #run: RunResource

  constructor(plan: TelemetryPlan, options: TelemetryOptions) {
    this.#plan = plan
    this.#options = options
    this.ledger = new Ledger(plan.signatures)
    this.#run = runResource()
  }

  async otlp(target: OtlpTarget): Promise<Outlet> {
    const { interval, timeout, temporality } = this.#plan
    const exporter = await openExporter(target, VERSION)
    const producer = this.#producer(temporality === 'cumulative' ? 'cumulative' : 'delta', this.#run)
    const watch = this.#watch('metrics', target)
    const deliveries = new Deliveries({
      timeout,
      interval,
      onOutcome: (outcome) => watch.note(outcome),
      attempt: async (left) => {
        const { metrics, delivered } = producer.take()
        const outcome = await exporter.send(metrics, left)
        if (outcome.ok) delivered()
        return outcome
      },
    })
    return {
      news: () => deliveries.news(),
      end: async () => {
        const outcome = await deliveries.end()
        exporter.close()
        return !outcome.ok
      },
    }
  }

  logs(target: OtlpTarget): Outlet {
    const { complain } = this.#options
    const watch = this.#watch('logs', target)
    const queue = new LogQueue({
      poster: new Poster(target, VERSION),
      run: this.#run,
      version: VERSION,
      onLost: (count) => complain(`${count} log records for ${shown(target.url)} were lost`),
    })
    const deliveries = new Deliveries({
      timeout: this.#plan.timeout,
      onOutcome: (outcome) => watch.note(outcome),
      attempt: (left) => queue.send(left),
    })
    let dump: DumpRecord | undefined
    return {
      record: (record) => {
        if (record.type === 'dump') {
          dump = record
          queue.push(dumpEntry(record, Date.now()))
        } else if (record.type === 'signature' && record.verdict === 'leaking' && dump !== undefined) {
          queue.push(leakEntry(dump, record, Date.now()))
        }
      },
      news: () => deliveries.news(),
      end: async () => {
        const outcome: Outcome = await deliveries.end()
        queue.close()
        return !outcome.ok
      },
    }
  }

  console(): Outlet {
    const { interval, timeout } = this.#plan
    const producer = this.#producer('cumulative', this.#run)
    const deliveries = new Deliveries({
      timeout,
      interval,
      onOutcome: () => {},
      attempt: async () => {
        this.#options.print(metricsText(producer.take().metrics))
        return { ok: true }
      },
    })
    return {
      news: () => deliveries.news(),
      end: async () => !(await deliveries.end()).ok,
    }
  }

  async prometheus(address: Address): Promise<Outlet> {
    const endpoint = await openPrometheus(
      this.#options.servers ?? new WebServers(),
      address,
      this.#producer('cumulative', undefined),
      this.#run,
    )
    return {
      end: async () => {
        await endpoint.close()
        return false
      },
    }
  }

  #producer(temporality: 'cumulative' | 'delta', run: RunResource | undefined): RecordProducer {
    return new RecordProducer({
      ledger: this.ledger,
      version: VERSION,
      temporality,
      inputBytes: this.#options.inputBytes,
      ...(this.#options.partitions === undefined ? {} : { partitions: this.#options.partitions }),
      ...(run === undefined ? {} : { run }),
    })
  }

  #watch(what: string, target: OtlpTarget): Watch {
    return new Watch({
      what,
      target: shown(target.url),
      complain: this.#options.complain,
      onFailure: () => this.ledger.exportFailures++,
    })
  }
}
