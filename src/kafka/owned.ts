/** A partition that belongs to this member of the group: how far it was read, and which states must be saved. */
import type { PlacedRecord } from '../partitions/message.ts'
import { Partition, type PartitionOptions } from '../partitions/partition.ts'
import type { MessageRun } from '../partitions/run.ts'
import { type Decompress, eachBatch, type FetchedBatches } from './batches.ts'
import { RunBuilder, type StreamBy } from './runs.ts'
import type { StreamChange } from './states.ts'

export interface PartitionFigures {
  readonly topic: string
  readonly partition: number
  /** Messages that were not read yet, as of the last response. */
  readonly lag: number
  /** The committed offset: everything before it is written. */
  readonly settled: bigint
  readonly streams: number
}

export class OwnedPartition {
  readonly topic: string
  readonly partition: number
  readonly #runner: Partition
  readonly #streamBy: StreamBy
  /** The next offset to fetch. */
  position: bigint
  /** The offset after the newest message that may be read; undefined before the first response. */
  end: bigint | undefined
  committed: bigint
  /** Changes that are not saved yet, the latest for each stream. */
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

  /** Was everything read that is there? */
  get isCaughtUp(): boolean {
    return this.end !== undefined && this.position >= this.end
  }

  get figures(): PartitionFigures {
    const { topic, partition, committed, position, end = position } = this
    const lag = end > position ? Number(end - position) : 0
    return { topic, partition, lag, settled: committed, streams: this.#runner.streams }
  }

  /** Advances the position past the batches, and returns their new messages. */
  advance(fetched: FetchedBatches, decompress: Decompress, now: number): MessageRun[] {
    const runs = new RunBuilder(this.#streamBy)
    const from = this.position
    this.position = eachBatch(fetched, from, decompress, (records) => runs.add(records, from, now))
    return runs.take()
  }

  push(runs: readonly MessageRun[]): PlacedRecord[] {
    return this.#runner.pushRuns(runs)
  }

  tick(now: number): PlacedRecord[] {
    return this.#runner.tick(now)
  }

  /** The changes to save, and the offset that can be committed after that. */
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
