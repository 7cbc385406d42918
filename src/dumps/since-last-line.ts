/**
 * What has come since the last line of the open dump. If the dump continues, foreign lines are counted, and empty lines next to its own belong to
 * it; if not, everything is log after the dump.
 */
import type { Held, LogTape } from '../lines/tape.ts'
import { ForeignCount } from './block.ts'
import { APART_LINES } from './logged-reason.ts'

/** Most empty lines in a row between two goroutines. */
const BLANKS = 16

/** An empty line, and the number of foreign lines between the last line of the dump and it. */
interface Blank {
  readonly held: Held
  readonly lines: number
}

export class SinceLastLine extends ForeignCount {
  #tape: LogTape
  #blanks: Blank[] = []

  constructor(tape: LogTape) {
    super()
    this.#tape = tape
  }

  /** Prepares for another stream; nothing has come since. */
  reuse(tape: LogTape): void {
    this.end()
    this.#tape = tape
  }

  /** Nothing has come since the last line of the dump. */
  get isNothing(): boolean {
    return this.lines === 0 && this.#blanks.length === 0
  }

  get hasBlanks(): boolean {
    return this.#blanks.length > 0
  }

  /** If a running goroutine comes next, is it of another dump? In a crash the runtime prints an empty line before each goroutine. */
  get isApart(): boolean {
    return this.lines > APART_LINES || (this.lines > 0 && !this.hasBlanks)
  }

  /** Holds the empty line [pos, next) of `buf`. False: there are too many to separate two goroutines. */
  holdBlank(buf: Buffer, pos: number, next: number): boolean {
    if (this.#blanks.length >= BLANKS) return false
    this.#blanks.push({ held: this.#tape.hold(buf, pos, next), lines: this.lines })
    return true
  }

  /** The dump continues. Empty lines between foreign ones are log, except for the first, if no empty line is next to a line of the dump. */
  claimBlanks(): void {
    if (!this.hasBlanks) return
    const isBeside = (blank: Blank): boolean => blank.lines === 0 || blank.lines >= this.lines
    const [first] = this.#blanks
    const own = this.#blanks.some(isBeside) ? isBeside : (blank: Blank) => blank === first
    for (const blank of this.#blanks)
      if (own(blank)) this.#tape.claim(blank.held)
      else this.#tape.release(blank.held)
    this.#blanks = []
  }

  /** The dump is over. */
  end(): void {
    for (const blank of this.#blanks) this.#tape.release(blank.held)
    this.#blanks = []
    this.clear()
  }
}
