/** JSON lines: every record unchanged, one per line. */
import type { RecordFrame } from '../carriers/carrier.ts'
import type { DumpstreamRecord, SignatureRecord } from '../core/records.ts'
import { isGoroutineWanted, isWanted, type Narrowing, type PrintedStacks } from './narrow.ts'
import type { LineOutput } from './output.ts'
import { inertJson } from './printable.ts'
import type { RecordSink, SinkResult } from './sink.ts'

export interface JsonlOptions {
  readonly narrowing: Narrowing
  readonly stacks: PrintedStacks
  /** The log goes to the same output, so records take the form of the lines that they replace. */
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
    switch (record.type) {
      case 'dump':
        this.#printed = 0
        break
      case 'goroutine':
        if (!isGoroutineWanted(record, narrowing)) return
        break
      case 'signature':
        this.#signature(record, frame)
        return
      case 'summary':
        // In a log, this would be a line that nobody wrote.
        if (this.#options.framed === true) return
        break
    }
    this.#write(record, frame)
  }

  end(): SinkResult {
    return { exportFailed: false }
  }

  #signature(record: SignatureRecord, frame: RecordFrame | undefined): void {
    const { narrowing } = this.#options
    if (!isWanted(record, narrowing)) return
    this.#printed++
    const { top } = narrowing
    if (top === undefined || top === 0 || this.#printed <= top) this.#write(this.#withStackOnce(record), frame)
  }

  #withStackOnce(record: SignatureRecord): SignatureRecord {
    const { stack, verdict } = record
    if (stack === undefined || this.#options.stacks.shows(record)) return record
    // These always carry their stack.
    if (verdict === 'leaking' || verdict === 'stuck') return record
    const { stack: _, ...rest } = record
    return rest
  }

  #write(record: DumpstreamRecord, frame: RecordFrame | undefined): void {
    const json = inertJson(record)
    this.#output.writeLines(`${frame === undefined || this.#options.framed !== true ? json : frame(json)}\n`)
  }
}
