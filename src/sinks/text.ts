/**
 * What a person wants to see after `kill -USR2`: findings in plain sentences, with the evidence, and a table below.
 *
 * While the input continues, each dump is printed when it is complete. For files that are read to their end, earlier dumps get one line each
 * and only the last one is shown in full: a person wants the state of the process, not its history.
 */
import type { DumpRecord, DumpstreamRecord, GoroutineRecord, SummaryRecord } from '../core/records.ts'
import { DumpText, type TextOptions } from './dump-text.ts'
import { counted, grouped } from './names.ts'
import { isGoroutineWanted } from './narrow.ts'
import type { LineOutput } from './output.ts'
import { printable } from './printable.ts'
import type { RecordSink, SinkResult } from './sink.ts'

export type { TextOptions }

/** Prints each dump as it comes. */
export class TextSink implements RecordSink {
  readonly #output: LineOutput
  readonly #options: TextOptions
  readonly #run = new RunCounts()
  #pending: DumpText | undefined
  #first = true

  constructor(output: LineOutput, options: TextOptions) {
    this.#output = output
    this.#options = options
  }

  record(record: DumpstreamRecord): void {
    this.#run.record(record)
    switch (record.type) {
      case 'signature':
        this.#pending?.add(record)
        return
      case 'finding':
        this.#pending?.addFinding(record)
        return
      case 'dump':
        this.#finish()
        this.#pending = new DumpText(record, this.#options)
        return
      case 'goroutine':
        this.#finish()
        if (isGoroutineWanted(record, this.#options.narrowing)) this.#output.writeLines(`${goroutineLine(record)}\n`)
        return
      case 'summary':
        this.#finish()
    }
  }

  settle(): void {
    this.#finish()
  }

  end(): SinkResult {
    this.#finish()
    const lines = this.#options.quiet || !this.#options.summary ? [] : this.#run.lines(this.#options)
    if (lines.length > 0) this.#output.writeLines(`\n${lines.join('\n')}\n`)
    return { exportFailed: false }
  }

  #finish(): void {
    if (this.#pending === undefined) return
    const lines = this.#options.quiet ? this.#pending.quietLines() : this.#pending.lines()
    this.#pending = undefined
    if (lines.length === 0) return
    this.#output.writeLines(`${this.#first || this.#options.quiet ? '' : '\n'}${lines.join('\n')}\n`)
    this.#first = false
  }
}

/** What was read, for the last line of a run. */
export class RunCounts {
  #dumps = 0
  #goroutines = 0
  readonly #sources = new Set<string>()
  readonly #unread: SummaryRecord[] = []

  record(record: DumpstreamRecord): void {
    if (record.type === 'dump') this.#dump(record)
    else if (record.type === 'summary' && record.unread !== undefined && this.#unread.length < 3)
      this.#unread.push(record)
  }

  #dump(dump: DumpRecord): void {
    this.#dumps++
    this.#goroutines += dump.goroutines
    if (this.#sources.size < 10_000) this.#sources.add(dump.source)
  }

  /** None for a single dump: its headline already says it. */
  lines({ paint }: Pick<TextOptions, 'paint'>): string[] {
    const unread = this.#unread.map(({ source, unread }) =>
      paint.warning(
        `${printable(source)}: ${counted(unread?.headers ?? 0, 'line')} look like headers and were not read; try ${printable(unread?.hint ?? '')}`,
      ),
    )
    if (this.#dumps < 2) return unread
    const sources = this.#sources.size > 1 ? ` of ${grouped(this.#sources.size)} sources` : ''
    const read = `read ${counted(this.#dumps, 'dump')}${sources}, ${counted(this.#goroutines, 'goroutine')}`
    return [...unread, paint.dim(read)]
  }
}

function goroutineLine(record: GoroutineRecord): string {
  const wait = record.wait_minutes === undefined ? '' : `, ${record.wait_minutes}m`
  return `  goroutine ${record.goroutine} [${printable(record.state)}${wait}] ${record.signature ?? 'damaged'}`
}
