/** JSON lines: every record as it is, one a line. */
import type { RecordFrame } from '../carriers/carrier.ts'
import type { DumpstreamRecord, SignatureRecord } from '../core/records.ts'
import { isGoroutineWanted, isWanted, type Narrowing, type PrintedStacks } from './narrow.ts'
import type { LineOutput } from './output.ts'
import type { RecordSink, SinkResult } from './sink.ts'

export interface JsonlOptions {
  readonly narrowing: Narrowing
  readonly stacks: PrintedStacks
  /** The log goes on the same output: records take the form of the lines that they replace. */
  readonly framed?: boolean
}

export class JsonlSink implements RecordSink {
  readonly #output: LineOutput
  readonly #options: JsonlOptions
  #printed = 0

  constructor(output: LineOutput, options: JsonlOptions) {
    this.#output = output
    this.#options = options
  }

  record(record: DumpstreamRecord, frame?: RecordFrame): void {
    const { narrowing } = this.#options
    if (record.type === 'dump') {
      this.#printed = 0
      this.#write(record, frame)
    } else if (record.type === 'goroutine') {
      if (isGoroutineWanted(record, narrowing)) this.#write(record, frame)
    } else if (isWanted(record, narrowing)) {
      this.#printed++
      const { top } = narrowing
      if (top === undefined || top === 0 || this.#printed <= top) this.#write(this.#withStackOnce(record), frame)
    }
  }

  end(): SinkResult {
    return { exportFailed: false }
  }

  #withStackOnce(record: SignatureRecord): SignatureRecord {
    if (record.stack === undefined || this.#options.stacks.shows(record)) return record
    const { stack: _, ...rest } = record
    return rest
  }

  #write(record: DumpstreamRecord, frame: RecordFrame | undefined): void {
    const json = JSON.stringify(record)
    this.#output.writeLines(`${frame === undefined || this.#options.framed !== true ? json : frame(json)}\n`)
  }
}
