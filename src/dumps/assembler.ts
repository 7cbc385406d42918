/**
 * Lines → dumps. One assembler serves one stream of text; foreign lines may come between any two lines of a dump. The states of a stream, and what
 * leads from one to the next, are a table: states.ts.
 *
 * Hot: `run`, guarded by `npm run bench` (dump-heavy).
 */
import { LF, LOWER_G, trimLineEnd } from '../core/ascii.ts'
import type { Limits } from '../core/limits.ts'
import type { Held, LogTape } from '../lines/tape.ts'
import type { Signatures } from '../stacks/signature.ts'
import type { StackTrees } from '../stacks/trees.ts'
import { HeaderReader } from '../text/header.ts'
import type { LoggedReason } from '../text/reason.ts'
import { beginGoroutine } from './begin-goroutine.ts'
import type { AssemblerSink } from './dump.ts'
import { FastLane } from './fast-lane.ts'
import { adopt, type Fit, fitOf, fitsStill, type HeldLine, holdLine } from './held-line.ts'
import { LineReader } from './line-reader.ts'
import { breaksIn, isOfDump } from './next-dump.ts'
import { OpenBlocks } from './open-blocks.ts'
import type { State } from './states.ts'

/**
 * Why `Assembler.run` stopped:
 *
 *   end     | all lines were taken
 *   closed  | the dump is complete, or what might have become one is not: the next lines may belong to anything
 *   foreign | the next line is foreign to the open dump, and was not taken: `takeForeign` or `takenElsewhere` must follow
 *   rival   | the next line is a header in the middle of a goroutine, with an id that the dump already has, and was not taken: another
 *           | process may dump to the same stream. `takeHeader` must follow
 */
export type Stop = 'end' | 'closed' | 'foreign' | 'rival'

export class Assembler {
  readonly #headers = new HeaderReader()
  readonly #open: OpenBlocks
  readonly #lane: FastLane
  readonly #reader: LineReader
  /** Why the last `run` stopped. */
  stopped: Stop = 'end'

  constructor(limits: Limits, signatures: Signatures, trees: StackTrees, tape: LogTape, sink: AssemblerSink) {
    this.#open = new OpenBlocks(limits, signatures, trees, tape, sink)
    this.#lane = new FastLane(this.#open)
    this.#reader = new LineReader(this.#open, this.#headers)
  }

  /** Neither a dump nor what may become one is open. Lines that cannot begin a dump then need not be passed to `run`. */
  get quiet(): boolean {
    return this.#open.quiet
  }

  /** See OpenBlocks.reuse. */
  reuse(tape: LogTape, sink: AssemblerSink): void {
    this.#open.reuse(tape, sink)
    this.#lane.reuse()
    this.#reader.reuse()
    this.stopped = 'end'
  }

  /** See OpenBlocks.release. */
  release(): void {
    this.#open.release()
  }

  get open(): boolean {
    return this.#open.dump !== undefined
  }

  /** The lines of the current goroutine are indented. */
  get isIndented(): boolean {
    return this.#open.goroutine.indent !== ''
  }

  /** The current line directly follows a line of the open dump. */
  get isInDump(): boolean {
    return this.#open.dump !== undefined && this.#open.sinceLastLine.lines === 0
  }

  /** What may be a dump began with the first line of a preamble: an indented header after that is text in the value of a panic. */
  get isAnnounced(): boolean {
    return this.#open.candidate?.preamble !== undefined
  }

  /** See the table in states.ts. */
  get state(): State {
    return this.#open.state
  }

  /** Where what is open begins, a dump or what may become one; undefined if nothing is open. */
  get start(): number | undefined {
    return this.#open.start
  }

  /** See OpenBlocks.bytes. */
  get bytes(): number {
    return this.#open.bytes
  }

  /** How many lines were dump so far. As long as it does not grow, the dump is silent. */
  get progress(): number {
    return this.#open.progress
  }

  /** See OpenBlocks.reach. */
  reach(start: number, end: number): void {
    this.#open.reach(start, end)
  }

  /** See ReasonBefore.give. */
  giveReason(reason: LoggedReason): void {
    this.#open.reasonBefore.give(reason)
  }

  /** See OpenBlocks.cut. */
  cut(limit: keyof Limits | undefined): void {
    this.#open.cut(limit)
  }

  /** See OpenBlocks.end. */
  end(lastLine = ''): void {
    this.#open.end(lastLine)
  }

  /**
   * Takes the lines in [start, end), of which the last one has its line end. `words` is a view of `buf`; `base` is the absolute offset of
   * its first byte. Returns where it stopped; `stopped` says why.
   */
  run(buf: Buffer, words: DataView, start: number, end: number, base: number): number {
    const stop = this.#run(buf, words, start, end, base)
    // The chunk belongs to the caller.
    this.#open.goroutine.tree.leave(buf)
    return stop
  }

  #run(buf: Buffer, words: DataView, start: number, end: number, base: number): number {
    const { goroutine } = this.#open
    const { tree } = goroutine
    this.stopped = 'closed'
    let wasOpen = this.open
    let pos = start
    while (pos < end) {
      if (wasOpen !== this.open) {
        if (wasOpen) return pos
        wasOpen = true
      }
      let at = goroutine.at
      if (at !== undefined) {
        // The first line settles what came before it.
        if (!this.#open.unsettled) {
          pos = this.#lane.run(at, buf, words, pos, end, base)
          if (pos >= end) break
          at = goroutine.at
        } else {
          const line = tree.step(at, buf, words, pos, end)
          if (line !== undefined) {
            goroutine.at = line
            this.#open.settle(base + pos)
            pos = tree.after
            goroutine.length = trimLineEnd(buf, tree.from, pos) - tree.from
            const dump = this.#open.dump
            if (dump !== undefined) dump.end = base + pos
            continue
          }
        }
      }
      const c = buf[pos]
      if (c === LOWER_G) {
        const next = this.#headers.read(buf, words, pos, end)
        if (next > 0) {
          // After a header, no line of the previous goroutine remains in doubt.
          this.#open.decide()
          if (at !== undefined && breaksIn(this.#open, this.#headers.id, this.#headers.info)) {
            this.stopped = 'rival'
            return pos
          }
          beginGoroutine(this.#open, this.#headers, buf, pos, next, base)
          pos = next
          continue
        }
      } else if (c === LF && buf[pos + 1] === LOWER_G && this.#mayHeaderFollow) {
        // The empty line between two goroutines of one dump; a running goroutine may begin another dump.
        const next = this.#headers.read(buf, words, pos + 1, end)
        if (next > 0 && this.#headers.info.state !== 'running') {
          beginGoroutine(this.#open, this.#headers, buf, pos + 1, next, base)
          this.#lane.learn(this.#headers.info)
          pos = next
          continue
        }
      }
      const next = this.#reader.take(buf, pos, end, base)
      if (next === pos) {
        this.stopped = 'foreign'
        return pos
      }
      pos = next
      if (this.#open.quiet) return pos
    }
    this.stopped = 'end'
    return pos
  }

  /** Is the open goroutine at a known line, with nothing in doubt? Then `runKnown` can continue. */
  get canWalk(): boolean {
    return this.#open.goroutine.at !== undefined && !this.#open.unsettled
  }

  /**
   * Like `run`, but only for what does not affect the log: lines of known stacks, and plain headers. `buf` can hold texts taken out of a carrier,
   * whose offsets are not those of the log: `startOf` returns where the line whose text begins at an offset is in the input, and, for the end, where
   * the last one ends. Returns where it stopped.
   */
  runKnown(
    buf: Buffer,
    words: DataView,
    start: number,
    end: number,
    base: number,
    startOf: (pos: number) => number,
  ): number {
    const { goroutine } = this.#open
    const before = goroutine.header
    let pos = start
    while (pos < end) {
      const { at } = goroutine
      if (at === undefined || this.#open.unsettled) break
      pos = this.#lane.run(at, buf, words, pos, end, base)
      if (buf[pos] !== LF || buf[pos + 1] !== LOWER_G || !this.#mayHeaderFollow) break
      const next = this.#headers.read(buf, words, pos + 1, end)
      if (next <= 0 || buf[next - 1] !== LF || !isOfDump(this.#open, this.#headers.id, this.#headers.info)) break
      beginGoroutine(this.#open, this.#headers, buf, pos + 1, next, base)
      this.#lane.learn(this.#headers.info)
      pos = next
    }
    const { header } = goroutine
    if (header !== undefined && header !== before) header.start = startOf(header.start - base)
    const { dump } = this.#open
    if (dump !== undefined && pos > start) dump.end = startOf(pos)
    goroutine.tree.calls.leave()
    return pos
  }

  /** Can an empty line and a header separate two goroutines of one dump here? */
  get #mayHeaderFollow(): boolean {
    return this.#open.goroutine.at !== undefined && !this.#open.unsettled && this.#open.fragments.pending.length === 0
  }

  /** Takes the foreign line at `pos`, which no other stage has taken. Returns where the next one begins. */
  takeForeign(buf: Buffer, pos: number, base: number): number {
    return this.#reader.takeForeign(buf, pos, base)
  }

  /** See PlainLog.isExpected. */
  get expectsLog(): boolean {
    return this.#reader.plainLog.isExpected
  }

  /** See PlainLog.take; only if `expectsLog`. */
  takeLog(buf: Buffer, pos: number, end: number, base: number): number {
    return this.#reader.plainLog.take(buf, pos, end, base)
  }

  /** Another stage has taken the foreign line, which is `bytes` long. */
  takenElsewhere(bytes: number): void {
    this.#reader.takenElsewhere(bytes)
  }

  /** Takes the header at `pos`, or the title of a profile or a race report, as one of this process. `held`: it is already held. */
  takeHeader(buf: Buffer, words: DataView, pos: number, end: number, base: number, held?: Held): void {
    const next = this.#headers.read(buf, words, pos, end)
    if (next > 0) beginGoroutine(this.#open, this.#headers, buf, pos, next, base, held)
    else if (held !== undefined) this.#reader.takeBeginning(buf, pos, base, held)
  }

  /** See fitOf. */
  fit(buf: Buffer, words: DataView, pos: number, next: number): Fit {
    return fitOf(this.#open, this.#headers, buf, words, pos, next)
  }

  /** Holds the line [pos, next) of `buf`, for `adopt`. */
  hold(buf: Buffer, pos: number, next: number, base: number): HeldLine {
    return holdLine(this.#open, buf, pos, next, base)
  }

  /** Takes a held line, which fits. */
  adopt(line: HeldLine): void {
    adopt(this.#open, this.#headers, line)
  }

  /** Takes a held line, unless what it fits is over: then it is log. */
  takeHeld(line: HeldLine): void {
    if (fitsStill(this.#open, line)) this.adopt(line)
    else this.#open.tape.release(line.held)
  }

  /** See OpenBlocks.endCut. */
  endCut(): void {
    this.#open.endCut()
  }
}
