/**
 * Chunks → runs of whole lines. A chunk is handed on as it is, but for the line that it shares with its neighbours; that one is
 * put together in a buffer of its own, at most `limit` bytes long: the rest of a longer line is passed by unread.
 *
 *   state    | input                  | to
 *   ---------|------------------------|----------------------------------
 *   at start | whole lines            | handed on; at start
 *   at start | beginning of a line    | kept; inside
 *   inside   | up to the line end     | the line handed on; at start
 *   inside   | more than the limit    | what is kept is passed by; overlong
 *   overlong | up to the line end     | passed by; at start
 */
import { LF } from '../bytes/ascii.ts'

export interface LineSink {
  /** [start, end) holds whole lines; `base` is the absolute offset of buf[0]. */
  lines(buf: Buffer, start: number, end: number, base: number): void
  /** The last line, which lacks its end: one is lent to it, the last byte of buf. */
  unterminated(buf: Buffer, base: number): void
  /** A piece of a line that is too long to be looked at; `base` as above. */
  overlong(buf: Buffer, start: number, end: number, base: number): void
}

export class Splitter {
  readonly #sink: LineSink
  readonly #limit: number
  #kept = Buffer.allocUnsafe(4096)
  #length = 0
  #overlong = false
  /** Absolute offset of the next byte. */
  offset = 0

  constructor(sink: LineSink, limit: number) {
    this.#sink = sink
    this.#limit = limit
  }

  push(chunk: Buffer): void {
    const base = this.offset
    this.offset += chunk.length
    let pos = 0
    if (this.#length > 0 || this.#overlong) {
      pos = this.#finishLine(chunk, base)
      if (pos < 0) return
    }
    const end = chunk.lastIndexOf(LF) + 1
    if (end > pos) this.#sink.lines(chunk, pos, end, base)
    const rest = Math.max(end, pos)
    if (rest < chunk.length) this.#keep(chunk, rest)
  }

  /** The input is over. */
  end(): void {
    if (this.#length === 0) return
    const length = this.#length
    this.#length = 0
    this.#sink.unterminated(Buffer.concat([this.#kept.subarray(0, length), NEWLINE]), this.offset - length)
  }

  /** Absolute offset up to which all has been handed on. */
  get decided(): number {
    return this.offset - this.#length
  }

  #finishLine(chunk: Buffer, base: number): number {
    const lf = chunk.indexOf(LF)
    if (this.#overlong) {
      this.#sink.overlong(chunk, 0, lf < 0 ? chunk.length : lf + 1, base)
      if (lf < 0) return -1
      this.#overlong = false
      return lf + 1
    }
    const before = this.#length
    this.#append(chunk, 0, lf < 0 ? chunk.length : lf + 1)
    if (lf >= 0) {
      const length = this.#length
      this.#length = 0
      this.#sink.lines(this.#kept.subarray(0, length), 0, length, base - before)
      return lf + 1
    }
    if (this.#length > this.#limit) this.#giveUp()
    return -1
  }

  #keep(chunk: Buffer, from: number): void {
    if (chunk.length - from > this.#limit) {
      this.#overlong = true
      this.#sink.overlong(chunk, from, chunk.length, this.offset - chunk.length)
    } else this.#append(chunk, from, chunk.length)
  }

  #giveUp(): void {
    const length = this.#length
    this.#length = 0
    this.#overlong = true
    this.#sink.overlong(this.#kept, 0, length, this.offset - length)
  }

  #append(chunk: Buffer, start: number, end: number): void {
    const length = this.#length + end - start
    if (length > this.#kept.length) {
      const kept = Buffer.allocUnsafe(Math.max(this.#kept.length * 2, length))
      this.#kept.copy(kept, 0, 0, this.#length)
      this.#kept = kept
    }
    chunk.copy(this.#kept, this.#length, start, end)
    this.#length = length
  }
}

const NEWLINE = Buffer.from('\n')
