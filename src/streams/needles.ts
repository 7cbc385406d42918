/** The needles of a chunk: each is searched for once, and remembered until the lines before it have gone. Hot, as router.ts. */
import { type InputKind, writesNumbers } from '../carriers/detect.ts'
import { LF } from '../core/ascii.ts'
import { findNeedle, lineStart } from '../text/needle.ts'

export class Needles {
  readonly #input: InputKind
  /** The next lines are known to hold none. */
  isOrdinary = false
  /** Can text be in arrays of bytes? The first line decides. */
  #numbers: boolean | undefined
  /** Offset in the current chunk of the next one; `end` if there is none, -1 if it was not searched for. */
  #next = -1
  /** Offset from which it was searched for. */
  #since = 0
  /** Where the chunk ends. */
  end = 0

  constructor(input: InputKind) {
    this.#input = input
  }

  /** Begins another chunk, which ends at `end`. */
  enter(end: number): void {
    this.#next = -1
    this.end = end
  }

  /** Offset of the next one from `pos` on; the end of the chunk if there is none. */
  from(buf: Buffer, pos: number): number {
    if (this.#next < pos || pos < this.#since) {
      const at = this.find(buf, pos, this.end)
      this.#next = at < 0 ? this.end : at
      this.#since = pos
    }
    return this.#next
  }

  /** Offset of the first one in the line [pos, next); -1 if there is none. */
  within(buf: Buffer, pos: number, next: number): number {
    const at = this.from(buf, pos)
    return at < next ? at : -1
  }

  /** Start of the line with the next one; the end of the chunk if there is none. */
  lineFrom(buf: Buffer, pos: number): number {
    const needle = this.from(buf, pos)
    return needle < this.end ? lineStart(buf, pos, needle) : this.end
  }

  /** Offset of the first one in [pos, end) of any bytes; -1 if there is none. */
  find(buf: Buffer, pos: number, end: number): number {
    this.#numbers ??= writesNumbers(this.#input, buf, pos, buf.indexOf(LF, pos) + 1)
    if (this.isOrdinary && !this.#numbers) return -1
    return findNeedle(buf, pos, end, this.#numbers)
  }
}
