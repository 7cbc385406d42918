/**
 * Two processes that dump into one stream at the same time, their lines interleaved. It shows when a header with an id that the open
 * dump has already breaks into one of its goroutines. From there on each line goes to the dump that it fits, and where it fits both,
 * to the one that has waited longer.
 *
 *   state | line                                                   | to
 *   ------|--------------------------------------------------------|------------------------------
 *   one   | header with a known id in the middle of a goroutine    | two: it opens the second dump
 *   one   | any other                                              | one
 *   two   | any                                                    | the better fit; two
 *   two   | one of the dumps is complete                           | one: the other goes on alone
 */
import { LF } from '../core/ascii.ts'
import type { Limits } from '../core/limits.ts'
import type { Assembler, Stop } from './assembler.ts'

export class Contest {
  readonly #make: () => Assembler
  #first: Assembler
  #second: Assembler | undefined
  /** The one that took the last line, or stopped before it. */
  #last: Assembler
  /** Why the last `run` stopped. */
  stopped: Stop = 'end'

  constructor(make: () => Assembler) {
    this.#make = make
    this.#first = make()
    this.#last = this.#first
  }

  /** There is a dump, not only what may become one. */
  get open(): boolean {
    return this.#second !== undefined || this.#first.open
  }

  /** As Assembler.fit. */
  fit(buf: Buffer, words: DataView, pos: number, next: number): number {
    const fit = this.#first.fit(buf, words, pos, next)
    return this.#second === undefined ? fit : Math.max(fit, this.#second.fit(buf, words, pos, next))
  }

  /** As Assembler.cut. */
  cut(limit: keyof Limits | undefined): void {
    this.#first.cut(limit)
    this.#second?.cut(limit)
  }

  get quiet(): boolean {
    return this.#second === undefined && this.#first.quiet
  }

  /** Grows with every line that was dump. */
  get progress(): number {
    return this.#first.progress + (this.#second?.progress ?? 0)
  }

  /** As Assembler.reach. */
  reach(start: number, end: number): void {
    this.#last.reach(start, end)
  }

  observe(text: string): void {
    this.#first.observe(text)
  }

  end(lastLine = ''): void {
    this.#first.end(lastLine)
    this.#second?.end(lastLine)
    this.#settle()
  }

  /** As Assembler.run; there is no `rival`. */
  run(buf: Buffer, words: DataView, start: number, end: number, base: number): number {
    let pos = start
    while (pos < end) {
      if (this.#second === undefined) {
        pos = this.#first.run(buf, words, pos, end, base)
        this.#last = this.#first
        this.stopped = this.#first.stopped
        if (this.stopped !== 'rival') return pos
        this.#second = this.#make()
        pos = this.#feed(this.#second, buf, words, pos, base)
      } else {
        pos = this.#feed(this.#choose(this.#first, this.#second, buf, words, pos), buf, words, pos, base)
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
    const next = this.#last.takeForeign(buf, pos, base)
    this.#settle()
    return next
  }

  /** As Assembler.takenElsewhere. */
  takenElsewhere(bytes: number): void {
    this.#last.takenElsewhere(bytes)
  }

  #choose(one: Assembler, two: Assembler, buf: Buffer, words: DataView, pos: number): Assembler {
    if (buf[pos] === LF) return this.#last
    const next = buf.indexOf(LF, pos) + 1
    const a = one.fit(buf, words, pos, next)
    const b = two.fit(buf, words, pos, next)
    if (a === 0 && b === 0) return this.#last
    if (a !== b) return a > b ? one : two
    return this.#last === one ? two : one
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
    const second = this.#second
    if (second === undefined || (!second.quiet && !this.#first.quiet)) return
    if (this.#first.quiet && !second.quiet) this.#first = second
    this.#second = undefined
    this.#last = this.#first
  }
}
