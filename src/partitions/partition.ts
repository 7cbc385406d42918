/**
 * A partition of a log that others keep (Kafka, JetStream, Kinesis): its messages in, records with an id out, and how far whoever
 * reads on after this one need not go back. Synchronous; nothing here knows where messages come from.
 */
import { LIMITS } from '../core/limits.ts'
import type { DumpstreamRecord } from '../core/records.ts'
import type { PartitionMessage, PlacedRecord } from './message.ts'
import { type MessageRun, runsOf } from './run.ts'
import { PartitionStream, type Place, type StreamOptions, type StreamState } from './stream.ts'

/** Silence of a stream that ends its dump: shippers write in bursts. */
const IDLE_MS = 5_000

export interface PartitionOptions {
  readonly topic: string
  readonly partition: number | string
  /** What `checkpoint()` of the one that read before has returned, the newest state of each stream. */
  readonly states?: Iterable<StreamState>
  /** As of createEngine. `idle`: 5000 unless told. */
  readonly engine?: StreamOptions
}

export interface Checkpoint {
  /** Of the streams that had messages since the last checkpoint: keep the newest of each. `undefined`: the stream is forgotten. */
  readonly states: readonly { readonly stream: string | undefined; readonly state: StreamState | undefined }[]
  /**
   * The first message that is needed by whoever goes on with these states: commit it once they and the records are written. Undefined
   * before the first message.
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
  /** Milliseconds since the epoch, of the newest message. */
  #time = Number.NEGATIVE_INFINITY
  #records: PlacedRecord[] = []

  constructor(options: PartitionOptions) {
    this.#options = options
    this.#idle = options.engine?.idle ?? IDLE_MS
    this.#most = options.engine?.limits?.sources ?? LIMITS.sources
    this.#states = new Map([...(options.states ?? [])].map((state) => [state.stream, state]))
  }

  /** Streams that an engine is kept for. */
  get streams(): number {
    return this.#streams.size
  }

  /** One past the newest message. */
  get next(): bigint | undefined {
    return this.#next
  }

  /**
   * Takes messages, in the order of the partition. Any batches do: the records are the same.
   * @throws DumpstreamError `DS_OPTION` for an option, or a state, that is invalid
   */
  push(messages: readonly PartitionMessage[]): PlacedRecord[] {
    return this.pushRuns(runsOf(messages))
  }

  /** As `push`, of messages that are joined already: a run of each stream. */
  pushRuns(runs: readonly MessageRun[]): PlacedRecord[] {
    for (const run of runs) {
      this.#stream(run.stream).push(run)
      const newest = run.offsets.at(-1)
      if (newest !== undefined && newest >= (this.#next ?? 0n)) this.#next = newest + 1n
      for (const time of run.times) if (time > this.#time) this.#time = time
    }
    // Other streams go on, this one has nothing to say.
    if (Number.isFinite(this.#time)) for (const each of this.#streams.values()) each.pass(this.#time, this.#idle)
    return this.#take()
  }

  /**
   * Nothing has come up to `now`, milliseconds of any clock: for when all that was written has been read. Dumps end after `idle` of silence.
   */
  tick(now: number): PlacedRecord[] {
    for (const stream of this.#streams.values()) stream.tick(now, this.#idle)
    return this.#take()
  }

  /** Completes what is open: for a partition that has an end. Otherwise whoever goes on completes it. */
  end(): PlacedRecord[] {
    for (const stream of this.#streams.values()) stream.end()
    return this.#take()
  }

  /** Where another one can go on. Write the records that came before, then the states, then commit the offset. */
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
