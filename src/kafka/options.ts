/** Options of a Kafka source, and its interface. */
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
  /** Where to start if the group has not committed anything: default `latest`, as in Kafka; a number is milliseconds since the epoch. */
  readonly from?: Start
  /** What names the stream of a message. Default: its key. */
  readonly streamBy?: StreamBy
  readonly engine?: StreamOptions
  /** Keeps histories across rebalances and restarts. Absent: they start over. */
  readonly states?: StateStore
  /** Resolves when the records are written; only then are offsets committed. An error that it throws ends the source. */
  readonly write: (records: readonly PlacedRecord[]) => Promise<void> | void
  /** One line for a person: an outage and its end, messages that were lost. */
  readonly complain?: (line: string) => void
  /** Stops the source: what was read is written and committed. */
  readonly signal?: AbortSignal
  /** Milliseconds between commits. Default 5000. */
  readonly checkpointEvery?: number
  /** Milliseconds after which the group reassigns the partitions of a silent member. Default 30000. */
  readonly sessionTimeout?: number
}

/** Options of `--exactly-once`, which is experimental. */
export interface TransactionalOptions extends KafkaSourceOptions {
  /** If set, `write` passes records to it, and each commit is a transaction. States must then be in a topic. */
  readonly transactions?: Transactions
}

export interface KafkaSource {
  /** Resolves after `signal` has ended the source. Rejects with `DumpstreamError` `DS_INPUT` if it cannot continue. */
  readonly done: Promise<void>
  /** Figures of the partitions that this member has. */
  readonly partitions: readonly PartitionFigures[]
  /** Bytes of messages so far. */
  readonly bytes: number
}
