/**
 * Where records go. The engine calls synchronously, so a sink takes a record without waiting; anything that takes time (an export, a disk) it
 * does on its own, and settles in `end`.
 */
import type { RecordFrame } from '../carriers/carrier.ts'
import type { DumpstreamRecord } from '../core/records.ts'

export interface SinkResult {
  /** The last delivery failed: exit code 4. */
  readonly exportFailed: boolean
  /** A condition of `--fail-on` holds: exit code 1. */
  readonly conditionHolds?: boolean
}

export interface RecordSink {
  /**
   * Takes one record. Order: the `goroutine` records of a dump as they complete, its `dump` record, then directly its `signature` records,
   * largest count first. `frame` turns the JSON text of the record into a line of the dump's carrier.
   */
  record(record: DumpstreamRecord, frame?: RecordFrame): void
  /**
   * The engine has returned from `push`, `tick` or `end`: the dumps so far are complete, and nothing more comes right now. Called often, even
   * with nothing new; must then be cheap.
   */
  settle?(): void
  /** The input is over. Called once, after the last `settle`. Never rejects for a failed delivery: the result says so. */
  end(): SinkResult | Promise<SinkResult>
}
