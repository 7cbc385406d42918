/** Passes on each header of an input in which no dump has begun, with its whole line, so that the summary can count them. */
import { LF, NEWLINE, NO_BYTES } from '../core/ascii.ts'
import { findNeedle } from '../text/needle.ts'

/** How much of the input is searched, from the first header on. */
const SHOWN_BYTES = 1 << 20

export class UnreadHeaders {
  readonly #onHeader: (buf: Buffer, at: number) => void
  /** The beginning of a line. */
  #rest: Buffer = NO_BYTES
  #left = SHOWN_BYTES

  constructor(onHeader: (buf: Buffer, at: number) => void) {
    this.#onHeader = onHeader
  }

  push(chunk: Uint8Array): void {
    if (this.#left <= 0) return
    const more = Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(chunk.length, this.#left))
    this.#left -= more.length
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, more]) : more
    const end = all.lastIndexOf(LF) + 1
    this.#show(all.subarray(0, end))
    this.#rest = end < all.length ? Buffer.from(all.subarray(end)) : NO_BYTES
  }

  end(): void {
    if (this.#rest.length > 0) this.#show(Buffer.concat([this.#rest, NEWLINE]))
    this.#rest = NO_BYTES
  }

  #show(lines: Buffer): void {
    for (
      let at = findNeedle(lines, 0, lines.length, false);
      at >= 0;
      at = findNeedle(lines, at + 1, lines.length, false)
    )
      this.#onHeader(lines, at)
  }
}
