/**
 * A partition of a log that is kept elsewhere (Kafka, JetStream, Kinesis): messages in, records with ids out, and the offset from which the next
 * reader must continue. Synchronous, and independent of where messages come from.
 */
import { LIMITS } from '../core/limits.ts'
import type { DumpstreamRecord } from '../core/records.ts'
import type { PartitionMessage, PlacedRecord } from './message.ts'
import { type MessageRun, runsOf } from './run.ts'
import { PartitionStream, type Place, type StreamOptions, type StreamState } from './stream.ts'

/** Silence of a stream that ends its dump. It is long because shippers write in bursts. */
const IDLE_MS = 5_000

export interface PartitionOptions {
  readonly topic: string
  readonly partition: number | string
  /** What `checkpoint()` of the previous reader returned: the latest state of each stream. */
  readonly states?: Iterable<StreamState>
  /** As for createEngine. `idle` defaults to 5000. */
  readonly engine?: StreamOptions
}

export interface Checkpoint {
  /** States of the streams that had messages since the last checkpoint: keep the latest of each. `undefined`: the stream was forgotten. */
  readonly states: readonly { readonly stream: string | undefined; readonly state: StreamState | undefined }[]
  /**
   * The first message that a reader with these states needs: commit it after the states and the records are written. Undefined before the first
   * message.
   */
  readonly offset: bigint | undefined
}

export class Partition {
  readonly #options: PartitionOptions
  readonly #idle: number
  readonly #most: number
  /** Least recently used first. */
  readonly #streams = new Map<string | undefined, PartitionStream>()
  readonly #states: Map<string | undefined, StreamState>
  readonly #gone = new Set<string | undefined>()
  #next: bigint | undefined
  /** Time of the newest message, milliseconds since the epoch. */
  #time = Number.NEGATIVE_INFINITY
  #records: PlacedRecord[] = []

  constructor(options: PartitionOptions) {
    this.#options = options
    this.#idle = options.engine?.idle ?? IDLE_MS
    this.#most = options.engine?.limits?.sources ?? LIMITS.sources
    this.#states = new Map([...(options.states ?? [])].map((state) => [state.stream, state]))
  }

  /** How many streams have an engine. */
  get streams(): number {
    return this.#streams.size
  }

  /** The offset after the newest message. */
  get next(): bigint | undefined {
    return this.#next
  }

  /**
   * Takes messages in the order of the partition. The records do not depend on how messages are batched.
   * @throws DumpstreamError `DS_OPTION` for an invalid option or state
   */
  push(messages: readonly PartitionMessage[]): PlacedRecord[] {
    return this.pushRuns(runsOf(messages))
  }

  /** Like `push`, but for messages that are already joined: one run per stream. */
  pushRuns(runs: readonly MessageRun[]): PlacedRecord[] {
    for (const run of runs) {
      this.#stream(run.stream).push(run)
      const newest = run.offsets.at(-1)
      if (newest !== undefined && newest >= (this.#next ?? 0n)) this.#next = newest + 1n
      for (const time of run.times) if (time > this.#time) this.#time = time
    }
    // Time passes for all streams, also for those without messages.
    if (Number.isFinite(this.#time)) for (const each of this.#streams.values()) each.pass(this.#time, this.#idle)
    return this.#take()
  }

  /**
   * Nothing has come up to `now`, in milliseconds of any clock. Call it when all messages so far have been read: dumps end after `idle` of silence.
   */
  tick(now: number): PlacedRecord[] {
    for (const stream of this.#streams.values()) stream.tick(now, this.#idle)
    return this.#take()
  }

  /** Completes what is open: for a partition that has an end. Otherwise the next reader completes it. */
  end(): PlacedRecord[] {
    for (const stream of this.#streams.values()) stream.end()
    return this.#take()
  }

  /** Where another reader can continue. Write the records from before, then the states, then commit the offset. */
  checkpoint(): Checkpoint {
    const states: { stream: string | undefined; state: StreamState | undefined }[] = []
    for (const stream of this.#gone) states.push({ stream, state: undefined })
    this.#gone.clear()
    let offset = this.#next
    for (const [stream, each] of this.#streams) {
      if (each.isChanged)
        states.push({ stream, state: { ...(stream === undefined ? {} : { stream }), ...each.takeState() } })
      if (offset !== undefined && each.needed !== undefined && each.needed < offset) offset = each.needed
    }
    return { states, offset }
  }

  #stream(key: string | undefined): PartitionStream {
    let stream = this.#streams.get(key)
    if (stream === undefined) {
      this.#makeRoom()
      const { topic, partition, engine = {} } = this.#options
      const name = `${topic}/${partition}`
      let dumpId = name
      stream = new PartitionStream(
        key ?? name,
        { ...engine, idle: this.#idle },
        this.#states.get(key),
        (record: DumpstreamRecord, place: Place | undefined) => {
          if (place !== undefined) dumpId = `${name}/${place.offset}${place.byte === 0 ? '' : `+${place.byte}`}`
          this.#records.push({ record, dumpId })
        },
      )
      this.#states.delete(key)
      this.#gone.delete(key)
    }
    this.#streams.delete(key)
    this.#streams.set(key, stream)
    return stream
  }

  #makeRoom(): void {
    for (const [key, oldest] of this.#streams) {
      if (this.#streams.size < this.#most) return
      oldest.end()
      this.#streams.delete(key)
      this.#gone.add(key)
    }
  }

  #take(): PlacedRecord[] {
    const records = this.#records
    this.#records = []
    return records
  }
}

/**
 * Reads one partition of a log that is kept elsewhere.
 *
 * @example
 * const partition = createPartition({ topic: 'logs', partition: 3, states })
 * for (const { record, dumpId } of partition.push(messages)) write(record, dumpId)
 * const { states, offset } = partition.checkpoint()
 */
export function createPartition(options: PartitionOptions): Partition {
  return new Partition(options)
}
