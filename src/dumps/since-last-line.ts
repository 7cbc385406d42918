/**
 * What has come since the last line of the open dump. If the dump goes on, its foreign lines count and the empty lines beside its own are the
 * dump's; if not, all of it is log after the dump.
 */
import type { Held, LogTape } from '../lines/tape.ts'
import { ForeignCount } from './foreign-count.ts'
import { APART_LINES } from './logged-reason.ts'

/** Empty lines in a row that may stand between two goroutines. */
const BLANKS = 16

/** An empty line, and how many foreign lines stand between the last line of the dump and it. */
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
    this.#blanks.push({ held: this.#tape.hold(buf, pos, next), lines: this.lines })
    return true
  }

  /** The dump goes on. Empty lines between foreign ones are log, but for one where no other parts the goroutines. */
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
