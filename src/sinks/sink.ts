/**
 * Where records go. The engine calls back synchronously, so a sink takes a record without waiting; what it has to wait for
 * (an export, a disk) it does on its own and settles in `end`.
 */
import type { RecordFrame } from '../carriers/carrier.ts'
import type { DumpstreamRecord } from '../core/records.ts'

export interface SinkResult {
  /** The last delivery failed: exit code 4. */
  readonly exportFailed: boolean
  /** What `--fail-on` asked for holds: exit code 1. */
  readonly conditionHolds?: boolean
}

export interface RecordSink {
  /**
   * Takes one record. Order: the `goroutine` records of a dump as they complete, its `dump` record, and without a gap its `signature`
   * records, largest count first. `frame` makes the line of the dump's carrier out of the record's JSON text.
   */
  record(record: DumpstreamRecord, frame?: RecordFrame): void
  /**
   * The engine has returned from `push`, `tick` or `end`: the dumps handed over so far are whole, nothing more comes right
   * now. Called often, also with nothing new; must be cheap then.
   */
  settle?(): void
  /** The input is over. Called once, after the last `settle`. Never rejects for a failed delivery: it says so. */
  end(): SinkResult | Promise<SinkResult>
}
