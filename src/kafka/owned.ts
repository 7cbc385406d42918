/** A partition that this member of the group has: how far it is read, and what is to be kept of it. */
import type { RecordsBatch } from '@platformatic/kafka'
import type { PartitionMessage, PlacedRecord } from '../partitions/message.ts'
import { Partition, type PartitionOptions } from '../partitions/partition.ts'
import type { StreamChange } from './states.ts'

/** What names a message's stream. */
export type StreamBy =
  | { readonly by: 'key' }
  | { readonly by: 'none' }
  | { readonly by: 'header'; readonly name: string }

/** Bits of a batch's attributes (https://kafka.apache.org/documentation/#recordbatch). */
const LOG_APPEND_TIME = 0x08
const CONTROL = 0x20
/** A key or a header that is longer names no pod. */
const NAME_BYTES = 512

export interface PartitionFigures {
  readonly topic: string
  readonly partition: number
  /** Messages that are not read yet, as of the last answer. */
  readonly lag: number
  /** Committed: everything before it is written. */
  readonly settled: bigint
  readonly streams: number
}

export class OwnedPartition {
  readonly topic: string
  readonly partition: number
  readonly #runner: Partition
  readonly #streamBy: StreamBy
  /** What is fetched next. */
  position: bigint
  /** One past the newest message that may be read; undefined before the first answer. */
  end: bigint | undefined
  committed: bigint
  /** Not kept yet, newest of each. */
  readonly #changes = new Map<string | undefined, StreamChange>()

  constructor(options: PartitionOptions & { readonly partition: number }, streamBy: StreamBy, position: bigint) {
    this.topic = options.topic
    this.partition = options.partition
    this.#runner = new Partition(options)
    this.#streamBy = streamBy
    this.position = position
    this.committed = position
  }

  get key(): string {
    return `${this.topic}/${this.partition}`
  }

  /** Nothing is there that was not read. */
  get isCaughtUp(): boolean {
    return this.end !== undefined && this.position >= this.end
  }

  get figures(): PartitionFigures {
    const { topic, partition, committed, position, end = position } = this
    const lag = end > position ? Number(end - position) : 0
    return { topic, partition, lag, settled: committed, streams: this.#runner.streams }
  }

  /** Moves on; the messages are what is new of them. */
  advance(batches: readonly RecordsBatch[], now: number): PartitionMessage[] {
    const messages: PartitionMessage[] = []
    for (const batch of batches) {
      const { firstOffset, firstTimestamp, maxTimestamp, attributes } = batch
      if ((attributes & CONTROL) === 0) {
        for (const record of batch.records) {
          const offset = firstOffset + BigInt(record.offsetDelta)
          if (offset < this.position || record.value === null || record.value.length === 0) continue
          const written = (attributes & LOG_APPEND_TIME) === 0 ? firstTimestamp + record.timestampDelta : maxTimestamp
          // A clock that is ahead would make all others look silent.
          const time = written < 0n ? undefined : Math.min(Number(written), now)
          messages.push({ offset, bytes: record.value, stream: streamOf(record, this.#streamBy), time })
        }
      }
      const next = firstOffset + BigInt(batch.lastOffsetDelta) + 1n
      if (next > this.position) this.position = next
    }
    return messages
  }

  push(messages: readonly PartitionMessage[]): PlacedRecord[] {
    return this.#runner.push(messages)
  }

  tick(now: number): PlacedRecord[] {
    return this.#runner.tick(now)
  }

  /** What has to be kept, and what can be committed then. */
  checkpoint(): { readonly changes: readonly StreamChange[]; readonly offset: bigint } {
    const { states, offset } = this.#runner.checkpoint()
    for (const change of states) this.#changes.set(change.stream, change)
    return { changes: [...this.#changes.values()], offset: offset ?? this.committed }
  }

  kept(changes: readonly StreamChange[]): void {
    for (const change of changes) {
      if (this.#changes.get(change.stream) === change) this.#changes.delete(change.stream)
    }
  }
}

interface Named {
  readonly key: Buffer | null
  readonly headers: readonly (readonly [Buffer | null, Buffer | null])[]
}

function streamOf({ key, headers }: Named, streamBy: StreamBy): string | undefined {
  if (streamBy.by === 'none') return undefined
  const name =
    streamBy.by === 'key' ? key : headers.find(([header]) => header !== null && String(header) === streamBy.name)?.[1]
  return name === null || name === undefined || name.length === 0 ? undefined : name.toString('utf8', 0, NAME_BYTES)
}
