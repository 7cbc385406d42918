/**
 * Folded stacks, one line each: `main.main;svc.run;svc.(*Pool).take 41`, outermost first, as flamegraph.pl and speedscope read them
 * (https://github.com/brendangregg/FlameGraph#2-fold-stacks). Contains the last dump of each source; with several sources, each is a root.
 */
import { type LastDump, type LastDumpsOptions, LastDumpsSink, OTHER, othersOf, readFrame } from './last-dumps.ts'
import type { LineOutput } from './output.ts'
import { printable } from './printable.ts'

export class FoldedSink extends LastDumpsSink {
  readonly #output: LineOutput

  constructor(output: LineOutput, options: LastDumpsOptions) {
    super(options)
    this.#output = output
  }

  protected override write(dumps: readonly LastDump[]): void {
    for (const last of dumps) this.#dump(last, dumps.length > 1 ? [last.dump.source] : [])
  }

  #dump(last: LastDump, roots: readonly string[]): void {
    for (const { stack = [], function: title, count } of last.signatures) {
      const functions = stack.length === 0 ? [title] : stack.map((frame) => readFrame(frame).function).reverse()
      this.#line([...roots, ...functions], count)
    }
    const others = othersOf(last, this.narrowing)
    if (others > 0) this.#line([...roots, OTHER], others)
  }

  #line(frames: readonly string[], count: number): void {
    // A semicolon would start another frame.
    this.#output.writeLines(`${frames.map((frame) => printable(frame).replaceAll(';', ':')).join(';')} ${count}\n`)
  }
}
