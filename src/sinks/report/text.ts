/**
 * Text for an input that is read to its end. One source: a line for each earlier dump, then the last one in full. Several sources: what they
 * have in common.
 */

import { LIMITS } from '../../core/limits.ts'
import { RecentMap } from '../../core/lru.ts'
import type { DumpRecord, DumpstreamRecord } from '../../core/records.ts'
import { DumpText, type TextOptions } from '../dump-text.ts'
import type { LineOutput } from '../output.ts'
import { replaces } from '../process.ts'
import type { RecordSink, SinkResult } from '../sink.ts'
import { RunCounts } from '../text.ts'
import type { Comparison } from './fleet.ts'
import { fleetLines, fleetTitles } from './fleet-text.ts'
import { ReportBuilder } from './report.ts'

/** Earlier dumps that get a line. */
const EARLIER = 6

interface SourceText {
  /** The dump whose records are coming in. */
  open: DumpText
  /** The last dump that shows the process. */
  last: DumpText
  readonly earlier: string[]
  /** Number of earlier dumps without a line. */
  skipped: number
}

export interface ReportTextOptions extends TextOptions {
  /** What several sources are compared by; `source`: each has a separate section. */
  readonly by: Comparison | undefined
}

export class ReportTextSink implements RecordSink {
  readonly #output: LineOutput
  readonly #options: ReportTextOptions
  readonly #sources = new RecentMap<string, SourceText>(LIMITS.sources)
  readonly #report = new ReportBuilder()
  readonly #run = new RunCounts()
  /** Sources are compared, not shown one by one. */
  #isFleet: boolean

  constructor(output: LineOutput, options: ReportTextOptions) {
    this.#output = output
    this.#options = options
    this.#isFleet = options.by !== undefined && options.by.by !== 'source'
  }

  record(record: DumpstreamRecord): void {
    this.#run.record(record)
    this.#report.record(record)
    if (this.#isFleet) return
    if (record.type === 'dump') this.#open(record)
    else if (record.type === 'signature') this.#openOf(record)?.add(record)
    else if (record.type === 'finding') this.#openOf(record)?.addFinding(record)
  }

  end(): SinkResult {
    const lines = this.#lines()
    if (lines.length > 0) this.#output.writeLines(`${lines.join('\n')}\n`)
    return { exportFailed: false }
  }

  #open(dump: DumpRecord): void {
    const known = this.#sources.get(dump.source)
    if (known === undefined && this.#sources.size > 0 && this.#options.by === undefined) {
      // The report has everything that the comparison needs.
      this.#isFleet = true
      this.#sources.clear()
      return
    }
    const open = new DumpText(dump, this.#options)
    const source = known ?? { open, last: open, earlier: [], skipped: 0 }
    if (known !== undefined) {
      // A dump that does not show the process gets a line; the last one that does stays.
      if (source.open !== source.last) this.#pass(source, source.open)
      if (replaces(dump, source.last.dump)) {
        this.#pass(source, source.last)
        source.last = open
      }
      source.open = open
    }
    this.#sources.set(dump.source, source)
  }

  #pass(source: SourceText, dump: DumpText): void {
    source.earlier.push(dump.briefLine(this.#options.width()))
    if (source.earlier.length <= EARLIER) return
    source.earlier.shift()
    source.skipped++
  }

  #openOf({ source, dump }: { readonly source: string; readonly dump: number }): DumpText | undefined {
    const open = this.#sources.get(source)?.open
    return open?.dump.dump === dump ? open : undefined
  }

  #lines(): string[] {
    const { by, quiet, paint } = this.#options
    for (const source of this.#sources.values()) {
      if (source.open !== source.last) this.#pass(source, source.open)
    }
    if (this.#isFleet) {
      const report = this.#report.report()
      const key = by === undefined || by.by === 'source' ? ({ by: 'signature' } as const) : by
      return quiet
        ? fleetTitles(report, this.#options)
        : [...fleetLines(report, key, this.#options), '', ...this.#run.lines(this.#options)]
    }
    const sections = [...this.#sources.values()].map(({ last, earlier, skipped }) => {
      if (quiet) return last.quietLines()
      const before = skipped > 0 ? [paint.dim(`  … ${skipped} earlier dumps`), ...earlier] : earlier
      return [...before, ...last.lines(before.length)]
    })
    if (quiet) return sections.flat()
    return sections.flatMap((section, i) => (i === 0 ? section : ['', ...section])).concat(this.#closing())
  }

  #closing(): string[] {
    const lines = this.#run.lines(this.#options)
    return lines.length === 0 ? [] : ['', ...lines]
  }
}
