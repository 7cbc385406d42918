/**
 * Two processes that dump into one stream at the same time, their lines interleaved; or one that dumped, was cut in the middle of a goroutine,
 * and dumped again. Both show when a header with an id that the open dump has already breaks into one of its goroutines, and the next two
 * lines tell them apart: two lines of one frame, one after the other, are of one writer, and the dump before it was cut.
 *
 *   state    | line                                                | what happens
 *   ---------|-----------------------------------------------------|--------------------------------------------------------------
 *   one      | header with a known id in the middle of a goroutine | a second dump takes it; → weighing
 *   one      | any other                                           | the dump's; one
 *   weighing | goes on with the second dump alone                  | the first was cut: it is complete; → one
 *   weighing | goes on with the first dump alone                   | they are interleaved; → two
 *   weighing | goes on with either                                 | held: it is of the writer of the next one; weighing
 *   weighing | nothing of the kind comes, or the end               | the first was cut: it is complete; → one
 *   two      | any                                                 | the dump's that it fits; of both, the one's that waited; two
 *   two      | one of them is complete, or the other goes on alone | → one
 */
import { LF } from '../core/ascii.ts'
import type { Limits } from '../core/limits.ts'
import type { Held } from '../lines/tape.ts'
import type { Assembler, HeldLine, Stop } from './assembler.ts'

/** Lines that are not of either dump, while it is not known whether there are two; lines of one dump without one of the other. */
const MOST_LINES = 64

type State =
  | { readonly name: 'one' }
  | { readonly name: 'weighing'; readonly second: Assembler; readonly held: HeldLine | undefined; foreign: number }
  | { readonly name: 'two'; readonly second: Assembler; alone: number }

const ONE: State = { name: 'one' }

export class InterleavedDumps {
  readonly #make: () => Assembler
  /** Made when the first line comes: most streams have no dump. */
  #made: Assembler | undefined
  #state: State = ONE
  /** The one that took the last line, or stopped before it. */
  #last: Assembler | undefined
  /** Why the last `run` stopped. */
  stopped: Stop = 'end'

  constructor(make: () => Assembler) {
    this.#make = make
  }

  get #first(): Assembler {
    this.#made ??= this.#make()
    return this.#made
  }

  set #first(assembler: Assembler) {
    this.#made = assembler
  }

  get #second(): Assembler | undefined {
    return this.#state.name === 'one' ? undefined : this.#state.second
  }

  /** There is a dump, not only what may become one. */
  get open(): boolean {
    return this.#second !== undefined || this.#made?.open === true
  }

  get quiet(): boolean {
    return this.#second === undefined && this.#made?.quiet !== false
  }

  /** As Assembler.start, of the one that began first. */
  get start(): number | undefined {
    const [one, other] = [this.#made?.start, this.#second?.start]
    return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other)
  }

  /** Grows with every line that was dump. */
  get progress(): number {
    return (this.#made?.progress ?? 0) + (this.#second?.progress ?? 0)
  }

  /** As Assembler.fit. */
  fit(buf: Buffer, words: DataView, pos: number, next: number): number {
    const fit = this.#made?.fit(buf, words, pos, next) ?? 0
    return Math.max(fit, this.#second?.fit(buf, words, pos, next) ?? 0)
  }

  /** As Assembler.cut. */
  cut(limit: keyof Limits | undefined): void {
    this.#made?.cut(limit)
    this.#second?.cut(limit)
  }

  /** As Assembler.reach. */
  reach(start: number, end: number): void {
    this.#last?.reach(start, end)
  }

  observe(text: string): void {
    this.#made?.observe(text)
  }

  end(lastLine = ''): void {
    if (this.#state.name === 'weighing') this.#firstWasCut()
    this.#made?.end(lastLine)
    this.#second?.end(lastLine)
    this.#settle()
  }

  /** As Assembler.run; there is no `rival`. */
  run(buf: Buffer, words: DataView, start: number, end: number, base: number): number {
    let pos = start
    while (pos < end) {
      if (this.#state.name === 'one') {
        pos = this.#first.run(buf, words, pos, end, base)
        this.#last = this.#first
        this.stopped = this.#first.stopped
        if (this.stopped !== 'rival') return pos
        const second = this.#make()
        this.#state = { name: 'weighing', second, held: undefined, foreign: 0 }
        pos = this.#feed(second, buf, words, pos, base)
      } else {
        pos = this.#state.name === 'two' ? this.#deal(buf, words, pos, base) : this.#weigh(buf, words, pos, base)
        if (this.stopped === 'foreign') return pos
        if (!this.open) {
          this.stopped = 'closed'
          return pos
        }
      }
    }
    this.stopped = 'end'
    return pos
  }

  /** As Assembler.takeForeign. */
  takeForeign(buf: Buffer, pos: number, base: number): number {
    const next = (this.#last ?? this.#first).takeForeign(buf, pos, base)
    this.#settle()
    return next
  }

  /** As Assembler.takenElsewhere. */
  takenElsewhere(bytes: number): void {
    this.#last?.takenElsewhere(bytes)
  }

  /** As Assembler.takeHeader. */
  takeHeader(buf: Buffer, words: DataView, pos: number, end: number, base: number, held: Held): void {
    this.#last ??= this.#first
    this.#last.takeHeader(buf, words, pos, end, base, held)
    this.#settle()
  }

  /** Takes a line while two dumps may be open. */
  #weigh(buf: Buffer, words: DataView, pos: number, base: number): number {
    const state = this.#state
    if (state.name !== 'weighing') return pos
    const { second, held } = state
    const next = buf.indexOf(LF, pos) + 1
    if (buf[pos] === LF) return this.#feed(second, buf, words, pos, base)
    const first = this.#first
    if (held !== undefined) {
      if (second.completes(held, buf, pos, next)) {
        this.#firstWasCut()
        return this.#feed(second, buf, words, pos, base)
      }
      if (second.fit(buf, words, pos, next) > 0 || first.completes(held, buf, pos, next)) {
        first.adopt(held)
        this.#state = { name: 'two', second, alone: 0 }
        return this.#deal(buf, words, pos, base)
      }
    } else {
      const ofFirst = first.fit(buf, words, pos, next) > 0
      const ofSecond = second.fit(buf, words, pos, next) > 0
      if (ofFirst && ofSecond) {
        this.#state = { name: 'weighing', second, held: second.hold(buf, pos, next, base), foreign: 0 }
        this.#last = second
        return next
      }
      if (ofFirst) {
        this.#state = { name: 'two', second, alone: 0 }
        return this.#feed(first, buf, words, pos, base)
      }
      if (ofSecond) {
        this.#firstWasCut()
        return this.#feed(second, buf, words, pos, base)
      }
    }
    if (++state.foreign > MOST_LINES) this.#firstWasCut()
    return this.#feed(second, buf, words, pos, base)
  }

  /** What came since the header of the second dump is the second's: the first is all there will be of it. */
  #firstWasCut(): void {
    if (this.#state.name !== 'weighing') return
    const { second, held } = this.#state
    this.#state = ONE
    this.#first.endCut()
    this.#first = second
    this.#last = second
    if (held !== undefined) second.adopt(held)
  }

  /** Takes a line of two dumps. */
  #deal(buf: Buffer, words: DataView, pos: number, base: number): number {
    const state = this.#state
    if (state.name !== 'two') return pos
    const before = this.#last
    const taker = this.#choose(this.#first, state.second, buf, words, pos)
    state.alone = taker === before ? state.alone + 1 : 0
    if (state.alone > MOST_LINES) {
      const other = taker === this.#first ? state.second : this.#first
      other.endCut()
      this.#settle()
      state.alone = 0
    }
    return this.#feed(taker, buf, words, pos, base)
  }

  #choose(one: Assembler, two: Assembler, buf: Buffer, words: DataView, pos: number): Assembler {
    const last = this.#last ?? one
    if (buf[pos] === LF) return last
    const next = buf.indexOf(LF, pos) + 1
    const a = one.fit(buf, words, pos, next)
    const b = two.fit(buf, words, pos, next)
    if (a === 0 && b === 0) return last
    if (a !== b) return a > b ? one : two
    return last === one ? two : one
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

  /** One of two is complete: the other goes on alone. */
  #settle(): void {
    const state = this.#state
    if (state.name !== 'two') return
    const { second } = state
    if (!second.quiet && !this.#first.quiet) return
    if (this.#first.quiet && !second.quiet) this.#first = second
    this.#state = ONE
    this.#last = this.#first
  }
}
