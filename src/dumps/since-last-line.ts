/**
 * What has come since the last line of the open dump. If the dump goes on, its foreign lines count and its empty lines are the dump's own; if
 * not, all of it is log after the dump.
 */
import type { Held, LogTape } from '../lines/tape.ts'
import { ForeignCount } from './foreign-count.ts'
import { APART_LINES } from './logged-reason.ts'

/** Empty lines in a row that may stand between two goroutines. */
const BLANKS = 16

export class SinceLastLine extends ForeignCount {
  #tape: LogTape
  #blanks: Held[] = []

  constructor(tape: LogTape) {
    super()
    this.#tape = tape
  }

  /** For another stream; nothing has come since. */
  reuse(tape: LogTape): void {
    this.end()
    this.#tape = tape
  }

  /** The next line is the one after the last line of the dump. */
  get isNothing(): boolean {
    return this.lines === 0 && this.#blanks.length === 0
  }

  get hasBlanks(): boolean {
    return this.#blanks.length > 0
  }

  /** Is a goroutine that runs, and comes next, of another dump? In a crash the runtime prints an empty line ahead of each. */
  get isApart(): boolean {
    return this.lines > APART_LINES || (this.lines > 0 && !this.hasBlanks)
  }

  /** Holds the empty line [pos, next) of `buf`. False: there are too many for it to part goroutines. */
  holdBlank(buf: Buffer, pos: number, next: number): boolean {
    if (this.#blanks.length >= BLANKS) return false
    this.#blanks.push(this.#tape.hold(buf, pos, next))
    return true
  }

  /** The dump goes on. */
  claimBlanks(): void {
    if (!this.hasBlanks) return
    for (const blank of this.#blanks) this.#tape.claim(blank)
    this.#blanks = []
  }

  /** The dump is over. */
  end(): void {
    for (const blank of this.#blanks) this.#tape.release(blank)
    this.#blanks = []
    this.clear()
  }
}
