/**
 * Two processes that dump into one stream at the same time, with their lines interleaved; or one that dumped, was cut in the middle of a goroutine,
 * and dumped again. Both show as a header in the middle of a goroutine, with an id that the open dump already has. The next two lines distinguish
 * them: two consecutive lines of one frame come from one writer, so the dump before was cut.
 *
 * The states, and what leads from one to the next, are a table: WRITERS in states.ts.
 */
import { LF, NEWLINE, wordsOf } from '../core/ascii.ts'
import type { Limits } from '../core/limits.ts'
import { lesser } from '../core/number.ts'
import type { Held } from '../lines/tape.ts'
import type { LoggedReason } from '../text/reason.ts'
import type { Assembler, Stop } from './assembler.ts'
import type { HeldLine } from './held-line.ts'
import { after, WRITERS, type Writers, type WritersEvent } from './states.ts'
import { shownBy, takerOf } from './whose-line.ts'

/** Most lines that fit neither dump, while it is not known whether there are two; most lines of one dump without one of the other. */
const MOST_LINES = 64

/** Provides assemblers, and takes them back. */
export interface AssemblerSource {
  take(): Assembler
  /** Nothing is open in it. `knows`: all the stacks that it has learnt are from one writer. */
  give(assembler: Assembler, knows: boolean): void
}

export class InterleavedDumps {
  readonly #source: AssemblerSource
  /** Made when the first line comes: most streams have no dump. */
  #made: Assembler | undefined
  #state: Writers = 'one'
  /** The second dump; undefined if there is only one. */
  #second: Assembler | undefined
  /** While weighing: a line that fits both. */
  #held: HeldLine | undefined
  /** Lines that do not show how many processes write. */
  #lines = 0
  /** The assembler that took the last line, or stopped before it. */
  #last: Assembler | undefined
  /** Why the last `run` stopped. */
  stopped: Stop = 'end'

  constructor(source: AssemblerSource) {
    this.#source = source
  }

  get #first(): Assembler {
    this.#made ??= this.#source.take()
    return this.#made
  }

  set #first(assembler: Assembler) {
    this.#made = assembler
  }

  /** See the table WRITERS in states.ts. */
  get state(): Writers {
    return this.#state
  }

  #on(event: WritersEvent, second?: Assembler): void {
    this.#state = after(WRITERS, this.#state, event)
    this.#second = second
    this.#held = undefined
    this.#lines = 0
  }

  /** If nothing is open, gives back what the next stream can use. */
  release(): void {
    const made = this.#made
    if (made === undefined || !this.quiet) return
    this.#made = undefined
    this.#last = undefined
    this.#source.give(made, true)
  }

  /** A dump is open, not only what may become one. */
  get open(): boolean {
    return this.#second?.open === true || this.#made?.open === true
  }

  /** See Assembler.isIndented. */
  get isIndented(): boolean {
    return this.#last?.isIndented === true
  }

  /** See Assembler.isInDump. */
  get isInDump(): boolean {
    return this.#last?.isInDump === true
  }

  /** See Assembler.isAnnounced. */
  get isAnnounced(): boolean {
    return this.#made?.isAnnounced === true
  }

  get quiet(): boolean {
    return this.#second === undefined && this.#made?.quiet !== false
  }

  /** See Assembler.start, for the dump that began first. */
  get start(): number | undefined {
    return lesser(this.#made?.start, this.#second?.start)
  }

  /** See Assembler.bytes, for both. */
  get bytes(): number {
    return (this.#made?.bytes ?? 0) + (this.#second?.bytes ?? 0)
  }

  /** Grows with every line that was dump. */
  get progress(): number {
    return (this.#made?.progress ?? 0) + (this.#second?.progress ?? 0)
  }

  /** See Assembler.fit. */
  fit(buf: Buffer, words: DataView, pos: number, next: number): number {
    const fit = this.#made?.fit(buf, words, pos, next) ?? 0
    return Math.max(fit, this.#second?.fit(buf, words, pos, next) ?? 0)
  }

  /** See ReasonBefore.give. */
  giveReason(reason: LoggedReason): void {
    this.#first.giveReason(reason)
  }

  /** See Assembler.cut. */
  cut(limit: keyof Limits | undefined): void {
    this.#made?.cut(limit)
    this.#second?.cut(limit)
  }

  /** See Assembler.reach. */
  reach(start: number, end: number): void {
    this.#last?.reach(start, end)
    if (this.#held !== undefined && this.#held.start >= start) this.#held.end = end
  }

  end(lastLine = ''): void {
    this.#endWeighing()
    this.#made?.end(lastLine)
    this.#second?.end(lastLine)
    this.#settle()
  }

  /** See Assembler.run; it never stops for a `rival`. */
  run(buf: Buffer, words: DataView, start: number, end: number, base: number): number {
    let pos = start
    let wasOpen = this.open
    while (pos < end) {
      const second = this.#second
      if (second === undefined) {
        pos = this.#first.run(buf, words, pos, end, base)
        this.#last = this.#first
        this.stopped = this.#first.stopped
        if (this.stopped !== 'rival') return pos
        this.#on('rival', this.#source.take())
        pos = this.#feed(this.#second ?? this.#first, buf, words, pos, base)
      } else {
        pos =
          this.#state === 'two' ? this.#deal(second, buf, words, pos, base) : this.#weigh(second, buf, words, pos, base)
        if (this.stopped === 'foreign') return pos
        // The rest may become a dump: a header in a carrier must be found.
        if (this.quiet || (wasOpen && !this.open)) {
          this.stopped = 'closed'
          return pos
        }
      }
      wasOpen = this.open
    }
    this.stopped = 'end'
    return pos
  }

  /** See Assembler.canWalk, for a single dump. */
  get canWalk(): boolean {
    return this.#second === undefined && this.#made?.canWalk === true
  }

  /** See Assembler.runKnown. */
  runKnown(
    buf: Buffer,
    words: DataView,
    start: number,
    end: number,
    base: number,
    startOf: (pos: number) => number,
  ): number {
    this.#last = this.#first
    return this.#first.runKnown(buf, words, start, end, base, startOf)
  }

  /** See Assembler.takeForeign. */
  takeForeign(buf: Buffer, pos: number, base: number): number {
    const next = (this.#last ?? this.#first).takeForeign(buf, pos, base)
    this.#settle()
    return next
  }

  /** See Assembler.expectsLog, for a single dump. */
  get expectsLog(): boolean {
    return this.#second === undefined && this.#made?.expectsLog === true
  }

  /** See Assembler.takeLog. */
  takeLog(buf: Buffer, pos: number, end: number, base: number): number {
    return this.#first.takeLog(buf, pos, end, base)
  }

  /** See Assembler.takenElsewhere. */
  takenElsewhere(bytes: number): void {
    this.#last?.takenElsewhere(bytes)
  }

  /** See Assembler.takeHeader, for a header that came after something else on its line, and is held. */
  takeHeader(held: Held): void {
    const line = Buffer.concat([held.bytes, NEWLINE])
    this.#last ??= this.#first
    this.#last.takeHeader(line, wordsOf(line), 0, line.length, held.at, held)
    this.#settle()
  }

  /** Takes a line while two dumps may be open. */
  #weigh(second: Assembler, buf: Buffer, words: DataView, pos: number, base: number): number {
    const next = buf.indexOf(LF, pos) + 1
    if (buf[pos] === LF) return this.#feed(second, buf, words, pos, base)
    const first = this.#first
    const held = this.#held
    const shown = shownBy(first, second, held, buf, words, pos, next)
    if (shown === 'first') {
      this.#on('first', second)
      if (held === undefined) return this.#feed(first, buf, words, pos, base)
      first.adopt(held)
      return this.#deal(second, buf, words, pos, base)
    }
    if (shown === 'either') {
      this.#held = second.hold(buf, pos, next, base)
      this.#lines = 0
      this.#last = second
      this.stopped = 'end'
      return next
    }
    if (shown === 'second' || ++this.#lines > MOST_LINES) this.#endWeighing()
    return this.#feed(second, buf, words, pos, base)
  }

  /** The first dump was cut: nothing more of it comes, and what has come since the header of the second belongs to the second. */
  #endWeighing(): void {
    const second = this.#second
    const held = this.#held
    if (this.#state !== 'weighing' || second === undefined) return
    const first = this.#first
    this.#on('second')
    first.endCut()
    this.#source.give(first, false)
    this.#first = second
    this.#last = second
    if (held !== undefined) second.takeHeld(held)
  }

  /** Takes a line while there are two dumps. */
  #deal(second: Assembler, buf: Buffer, words: DataView, pos: number, base: number): number {
    const before = this.#last
    const taker = takerOf(this.#first, second, before ?? this.#first, buf, words, pos)
    this.#lines = taker === before ? this.#lines + 1 : 0
    if (this.#lines > MOST_LINES) {
      const other = taker === this.#first ? second : this.#first
      other.endCut()
      this.#settle()
    }
    return this.#feed(taker, buf, words, pos, base)
  }

  #feed(assembler: Assembler, buf: Buffer, words: DataView, pos: number, base: number): number {
    const next = buf.indexOf(LF, pos) + 1
    this.#last = assembler
    const stop = assembler.run(buf, words, pos, next, base)
    this.stopped = assembler.stopped
    if (this.stopped === 'foreign') return stop
    if (this.stopped === 'rival') assembler.takeHeader(buf, words, pos, next, base)
    this.#settle()
    return next
  }

  /** If one of the two is complete, the other continues alone. */
  #settle(): void {
    const second = this.#second
    if (this.#state !== 'two' || second === undefined) return
    const first = this.#first
    if (!second.quiet && !first.quiet) return
    const isSecondOver = second.quiet
    if (!isSecondOver) this.#first = second
    this.#source.give(isSecondOver ? second : first, false)
    this.#on('alone')
    this.#last = this.#first
  }
}
