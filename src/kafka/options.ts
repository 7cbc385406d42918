/** What a source of Kafka is asked for, and what it is to whoever has opened it. */
import type { PlacedRecord } from '../partitions/message.ts'
import type { StreamOptions } from '../partitions/stream.ts'
import type { KafkaConnection } from './client.ts'
import type { PartitionFigures } from './owned.ts'
import type { Start } from './positions.ts'
import type { StreamBy } from './runs.ts'
import type { StateStore } from './states.ts'
import type { Transactions } from './transactions.ts'

export interface KafkaSourceOptions extends KafkaConnection {
  readonly group: string
  readonly topics: readonly string[]
  /** Where the group has committed nothing yet: default `latest`, as Kafka has it; a number is milliseconds since the epoch. */
  readonly from?: Start
  /** What names a message's stream. Default: its key. */
  readonly streamBy?: StreamBy
  readonly engine?: StreamOptions
  /** Keeps histories over rebalances and restarts. Absent: they begin anew. */
  readonly states?: StateStore
  /** Resolves when the records are written: offsets are committed after that. What it throws ends the source. */
  readonly write: (records: readonly PlacedRecord[]) => Promise<void> | void
  /** One line for a person: an outage and its end, messages that are gone. */
  readonly complain?: (line: string) => void
  /** Ends it: what is read is written and committed. */
  readonly signal?: AbortSignal
  /** Milliseconds between commits. Default 5000. */
  readonly checkpointEvery?: number
  /** Milliseconds after which the group takes a silent member's partitions from it. Default 30000. */
  readonly sessionTimeout?: number
}

/** Of `--exactly-once`, which is experimental. */
export interface TransactionalOptions extends KafkaSourceOptions {
  /** `write` puts records aside there, and each commit is a transaction. States have to be in a topic then. */
  readonly transactions?: Transactions
}

export interface KafkaSource {
  /** Resolves when `signal` has ended it. Rejects with `DumpstreamError` `DS_INPUT` when it can't go on. */
  readonly done: Promise<void>
  /** Of the partitions that this member has. */
  readonly partitions: readonly PartitionFigures[]
  /** Of messages, so far. */
  readonly bytes: number
}
