/** What a partition of a log is made of, and what comes out of one. */
import type { DumpstreamRecord } from '../core/records.ts'

/** One message: one or more lines, or one record of a log shipper. */
export interface PartitionMessage {
  /** Grows from message to message; need not be without gaps. Kafka's offsets, NATS's sequences, Kinesis's sequence numbers. */
  readonly offset: bigint
  /** With or without a line end. */
  readonly bytes: Uint8Array
  /** Names the stream: lines of one stream are read together. Absent: that of the partition itself. */
  readonly stream?: string | undefined
  /** When it was written, milliseconds since the epoch. Silence is measured with it, and it dates a dump of which nothing else says when it was. */
  readonly time?: number | undefined
}

/** A record, and the dump that it is about. */
export interface PlacedRecord {
  readonly record: DumpstreamRecord
  /**
   * Of its dump: `topic/partition/offset` of the message that holds the dump's first byte, and `+byte` where it does not begin there. The same whenever
   * the same dump is read: a record with an id and a signature that were seen before is a double.
   */
  readonly dumpId: string
}
