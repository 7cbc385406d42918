/**
 * Chunks → runs of whole lines. A chunk is handed on as it is, but for the line that it shares with its neighbours, and for lines that
 * the sink wants to see again with those that follow: these are put together in a buffer of its own. A line of which more than `limit`
 * bytes would be kept is passed by unread.
 *
 *   state    | input                  | to
 *   ---------|------------------------|-----------------------------------------------------
 *   at start | whole lines            | handed on; at start, or waiting when some were not taken
 *   any      | beginning of a line    | kept; inside
 *   inside   | up to the line end     | the line handed on; as above
 *   waiting  | whole lines            | handed on behind those that wait; as above
 *   inside   | more than the limit    | what is kept is handed on for good; overlong
 *   overlong | up to the line end     | passed by; at start
 */
import { LF } from '../core/ascii.ts'

export interface LineSink {
  /**
   * [start, end) holds whole lines; `base` is the absolute offset of buf[0]. Returns up to where they were taken: a line start, or
   * `end`. The others are shown again, with what has come by then. `final`: all must be taken.
   */
  lines(buf: Buffer, start: number, end: number, base: number, final: boolean): number
  /** The last lines; the very last one lacks its end: one is lent to it, the last byte of buf. */
  unterminated(buf: Buffer, base: number): void
  /** A piece of a line that is too long to be looked at; `base` as above. */
  overlong(buf: Buffer, start: number, end: number, base: number): void
}

/** How many bytes of new lines are put behind those that wait at a time: what waits is copied once for all of them. */
const AT_ONCE = 64 << 10

export class Splitter {
  readonly #sink: LineSink
  readonly #limit: number
  /** Whole lines that wait, then the beginning of a line. */
  #kept = Buffer.allocUnsafe(4096)
  #length = 0
  #waiting = 0
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
    while (pos < chunk.length && (this.#length > 0 || this.#overlong)) pos = this.#goOn(chunk, pos, base)
    if (pos === chunk.length) return
    const end = chunk.lastIndexOf(LF) + 1
    const taken = end > pos ? this.#sink.lines(chunk, pos, end, base, false) : pos
    this.#append(chunk, taken, Math.max(end, taken))
    this.#waiting = this.#length
    this.#begin(chunk, Math.max(end, pos), base)
  }

  /** The lines that wait have waited too long for what follows them: they are handed on as they are. */
  release(): void {
    if (this.#waiting > 0) this.#hand(this.#waiting, true)
  }

  /** The input is over. */
  end(): void {
    if (this.#length === this.#waiting) {
      this.release()
      return
    }
    const length = this.#length
    this.#length = 0
    this.#waiting = 0
    this.#sink.unterminated(Buffer.concat([this.#kept.subarray(0, length), NEWLINE]), this.offset - length)
  }

  /** Absolute offset up to which all has been taken. */
  get decided(): number {
    return this.offset - this.#length
  }

  /** Whole lines wait. */
  get waiting(): boolean {
    return this.#waiting > 0
  }

  /** Takes more of the line, or of the lines, that are kept. Returns up to where. */
  #goOn(chunk: Buffer, pos: number, base: number): number {
    const lf = chunk.indexOf(LF, pos)
    if (this.#overlong) {
      const stop = lf < 0 ? chunk.length : lf + 1
      this.#sink.overlong(chunk, pos, stop, base)
      this.#overlong = lf < 0
      return stop
    }
    if (lf < 0) {
      this.#begin(chunk, pos, base)
      return chunk.length
    }
    const more = this.#waiting === 0 ? -1 : chunk.lastIndexOf(LF, pos + AT_ONCE - 1)
    const stop = Math.max(lf, more) + 1
    this.#append(chunk, pos, stop)
    this.#hand(this.#length, false, base + stop)
    return stop
  }

  /** Hands on the first `whole` bytes of what is kept, which ends at `end` of the input. */
  #hand(whole: number, final: boolean, end = this.offset): void {
    const base = end - this.#length
    const taken = this.#sink.lines(this.#kept.subarray(0, whole), 0, whole, base, final)
    this.#kept.copyWithin(0, taken, this.#length)
    this.#length -= taken
    this.#waiting = whole - taken
  }

  /** Keeps the beginning of a line, [from, chunk.length). */
  #begin(chunk: Buffer, from: number, base: number): void {
    if (this.#length - this.#waiting + chunk.length - from <= this.#limit) {
      this.#append(chunk, from, chunk.length)
      return
    }
    if (this.#waiting > 0) this.#hand(this.#waiting, true, base + from)
    const length = this.#length
    this.#length = 0
    this.#overlong = true
    if (length > 0) this.#sink.overlong(this.#kept, 0, length, base + from - length)
    this.#sink.overlong(chunk, from, chunk.length, base)
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
