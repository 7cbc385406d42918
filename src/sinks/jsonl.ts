/** JSON lines: every record as it is, one a line. */
import type { DumpstreamRecord, SignatureRecord } from '../records.ts'
import { isGoroutineWanted, isWanted, type Narrowing } from './narrow.ts'
import type { Output } from './output.ts'
import type { RecordSink, SinkResult } from './sink.ts'

export interface JsonlOptions {
  readonly narrowing: Narrowing
  /** What `--stacks` asked for, when the records carry stacks for another reason (`--match` looks at all of them). */
  readonly stacks: 'first' | 'always' | 'never'
}

/** Signatures whose stack was written; past it they are written again, which is no harm. */
const WRITTEN_MAX = 200_000

export class JsonlSink implements RecordSink {
  readonly #output: Output
  readonly #options: JsonlOptions
  readonly #written = new Set<string>()
  #printed = 0

  constructor(output: Output, options: JsonlOptions) {
    this.#output = output
    this.#options = options
  }

  record(record: DumpstreamRecord): void {
    const { narrowing } = this.#options
    if (record.type === 'dump') {
      this.#printed = 0
      this.#write(record)
    } else if (record.type === 'goroutine') {
      if (isGoroutineWanted(record, narrowing)) this.#write(record)
    } else if (isWanted(record, narrowing)) {
      this.#printed++
      const { top } = narrowing
      if (top === undefined || top === 0 || this.#printed <= top) this.#write(this.#withoutKnownStack(record))
    }
  }

  end(): SinkResult {
    return { exportFailed: false }
  }

  #withoutKnownStack(record: SignatureRecord): SignatureRecord {
    if (record.stack === undefined || this.#options.stacks === 'always') return record
    const key = `${record.source}\n${record.id}`
    if (this.#options.stacks === 'first' && !this.#written.has(key)) {
      if (this.#written.size >= WRITTEN_MAX) this.#written.clear()
      this.#written.add(key)
      return record
    }
    const { stack: _, ...rest } = record
    return rest
  }

  #write(record: DumpstreamRecord): void {
    this.#output.writeLines(`${JSON.stringify(record)}\n`)
  }
}
