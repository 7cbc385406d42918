/** The input and output of a partition. */
import type { DumpstreamRecord } from '../core/records.ts'

/** One message: one or more lines, or one record of a log shipper. */
export interface PartitionMessage {
  /** Increases from message to message, possibly with gaps: Kafka's offsets, NATS's sequences, Kinesis's sequence numbers. */
  readonly offset: bigint
  /** With or without a line end. */
  readonly bytes: Uint8Array
  /** Names the stream: lines of one stream are read together. Absent for the stream of the partition itself. */
  readonly stream?: string | undefined
  /** When it was written, milliseconds since the epoch. Used to measure silence, and as the time of a dump that has no other. */
  readonly time?: number | undefined
}

/** A record, and the dump that it is about. */
export interface PlacedRecord {
  readonly record: DumpstreamRecord
  /**
   * Id of the dump: `topic/partition/offset` of the message with the dump's first byte, followed by `+byte` if the dump does not begin at its first
   * byte.
   * It is the same whenever the same dump is read: a record whose id and signature were seen before is a duplicate.
   */
  readonly dumpId: string
}
