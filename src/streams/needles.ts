/** Where the needles of a chunk stand: each is searched for once, and remembered until the lines before it have gone. Hot, as router.ts. */
import { type InputKind, writesNumbers } from '../carriers/detect.ts'
import { LF } from '../core/ascii.ts'
import { findNeedle, lineStart } from '../text/needle.ts'

export class Needles {
  readonly #input: InputKind
  /** The lines that come are known to hold none. */
  isOrdinary = false
  /** May text stand in arrays of bytes? The first line tells. */
  #numbers: boolean | undefined
  /** Offset in the chunk at hand of the next one; `end` when there is none, -1 when nobody has looked. */
  #next = -1
  /** From where on it was looked for. */
  #since = 0
  /** Where the chunk ends. */
  end = 0

  constructor(input: InputKind) {
    this.#input = input
  }

  /** Another chunk is at hand, which ends at `end`. */
  enter(end: number): void {
    this.#next = -1
    this.end = end
  }

  /** Where the next one stands from `pos` on; the end of the chunk when there is none. */
  from(buf: Buffer, pos: number): number {
    if (this.#next < pos || pos < this.#since) {
      const at = this.find(buf, pos, this.end)
      this.#next = at < 0 ? this.end : at
      this.#since = pos
    }
    return this.#next
  }

  /** Where the first one in the line [pos, next) stands; -1: there is none. */
  within(buf: Buffer, pos: number, next: number): number {
    const at = this.from(buf, pos)
    return at < next ? at : -1
  }

  /** Where the line begins that has the next one; the end of the chunk when there is none. */
  lineFrom(buf: Buffer, pos: number): number {
    const needle = this.from(buf, pos)
    return needle < this.end ? lineStart(buf, pos, needle) : this.end
  }

  /** The first in [pos, end) of any bytes; -1: there is none. */
  find(buf: Buffer, pos: number, end: number): number {
    this.#numbers ??= writesNumbers(this.#input, buf, pos, buf.indexOf(LF, pos) + 1)
    if (this.isOrdinary && !this.#numbers) return -1
    return findNeedle(buf, pos, end, this.#numbers)
  }
}
