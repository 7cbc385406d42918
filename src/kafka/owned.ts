/** A partition that this member of the group has: how far it is read, and what is to be kept of it. */
import type { PlacedRecord } from '../partitions/message.ts'
import { Partition, type PartitionOptions } from '../partitions/partition.ts'
import type { MessageRun } from '../partitions/run.ts'
import { type Decompress, eachBatch, type FetchedBatches } from './batches.ts'
import { RunBuilder, type StreamBy } from './runs.ts'
import type { StreamChange } from './states.ts'

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

  /** Moves on; the runs are what is new in the batches. */
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
