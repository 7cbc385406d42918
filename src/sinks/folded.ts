/**
 * Folded stacks, one line each: `main.main;svc.run;svc.(*Pool).take 41`, outermost first, as flamegraph.pl and speedscope read them
 * (https://github.com/brendangregg/FlameGraph#2-fold-stacks). Of the last dump of each source; several sources are their own roots.
 */
import type { DumpstreamRecord } from '../core/records.ts'
import { type LastDump, LastDumps, type LastDumpsOptions, OTHER, othersOf, readFrame } from './last-dumps.ts'
import type { LineOutput } from './output.ts'
import { printable } from './printable.ts'
import type { RecordSink, SinkResult } from './sink.ts'

export class FoldedSink implements RecordSink {
  readonly #output: LineOutput
  readonly #options: LastDumpsOptions
  readonly #last: LastDumps

  constructor(output: LineOutput, options: LastDumpsOptions) {
    this.#output = output
    this.#options = options
    this.#last = new LastDumps(options)
  }

  record(record: DumpstreamRecord): void {
    this.#last.record(record)
  }

  end(): SinkResult {
    const dumps = this.#last.all()
    for (const last of dumps) this.#write(last, dumps.length > 1 ? [last.dump.source] : [])
    return { exportFailed: false }
  }

  #write(last: LastDump, roots: readonly string[]): void {
    for (const { stack = [], function: title, count } of last.signatures) {
      const functions = stack.length === 0 ? [title] : stack.map((frame) => readFrame(frame).function).reverse()
      this.#line([...roots, ...functions], count)
    }
    const others = othersOf(last, this.#options.narrowing)
    if (others > 0) this.#line([...roots, OTHER], others)
  }

  #line(frames: readonly string[], count: number): void {
    // A semicolon would be a frame of its own.
    this.#output.writeLines(`${frames.map((frame) => printable(frame).replaceAll(';', ':')).join(';')} ${count}\n`)
  }
}
