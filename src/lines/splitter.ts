/**
 * Chunks → runs of whole lines. A chunk is handed on as it is, but for the line that it shares with its neighbours, and for lines that
 * the sink wants to see again with those that follow: these are put together in a buffer of the splitter's own. A line of more than `limit`
 * bytes is not read: the sink gets its first `limit` bytes as a beginning, and the rest in pieces.
 *
 *   state    | input                  | to
 *   ---------|------------------------|-----------------------------------------------------
 *   at start | whole lines            | handed on; at start, or waiting when some were not taken
 *   any      | beginning of a line    | kept; inside
 *   inside   | up to the line end     | the line handed on; as above
 *   waiting  | whole lines            | handed on after those that wait; as above
 *   inside   | more than the limit    | what waits is handed on for good, then the beginning of the line; overlong
 *   overlong | up to the line end     | handed on unread; at start
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
  /** The first bytes of a line that is too long to be read, as many as may be kept. A line end is lent to them, the last byte of buf. */
  beginning(buf: Buffer, base: number): void
  /** What follows the beginning of a line that is too long, in pieces, the last one with the line end; `base` as above. */
  overlong(buf: Buffer, start: number, end: number, base: number): void
}

const SMALLEST = 256
/** How many bytes of new lines are put after those that wait at a time: what waits is copied once for all of them. */
const AT_ONCE = 64 << 10

export class Splitter {
  readonly #sink: LineSink
  readonly #limit: number
  /** Whole lines that wait, then the beginning of a line. */
  #kept: Buffer = NOTHING
  #length = 0
  #waiting = 0
  /** What is kept is with the sink. */
  #isHanding = false
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
    while (pos < chunk.length) {
      if (this.#overlong) pos = this.#passOverlong(chunk, pos, base)
      else if (this.#length > 0) pos = this.#goOn(chunk, pos, base)
      else pos = this.#whole(chunk, pos, base)
    }
  }

  /** The lines that wait have waited too long for what follows them: they are handed on as they are. */
  release(): void {
    if (this.#waiting > 0) this.#hand(this.#waiting, true)
  }

  /** Bytes of lines that wait, and of the beginning of a line. */
  get kept(): number {
    return this.#length
  }

  /**
   * There is no memory for what is kept: lines that wait are handed on, and a line that has begun is too long to be read. Where the sink asks, which is
   * reading what is kept, nothing is done.
   */
  giveBack(): void {
    if (this.#isHanding) return
    this.release()
    if (this.#length > 0) this.#handBeginning(this.offset)
    this.#kept = NOTHING
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

  /** Nothing is kept: hands on the whole lines at `pos`, up to one that is too long, and keeps the beginning of a line. */
  #whole(chunk: Buffer, pos: number, base: number): number {
    const last = chunk.lastIndexOf(LF) + 1
    const end = last - pos > this.#limit ? this.#fittingEnd(chunk, pos, last) : last
    if (end > pos) {
      const taken = this.#sink.lines(chunk, pos, end, base, false)
      this.#append(chunk, taken, end)
      this.#waiting = this.#length
      return end
    }
    return this.#begin(chunk, pos, base)
  }

  /** End of the whole lines in [pos, last) up to the first one that is too long. */
  #fittingEnd(chunk: Buffer, pos: number, last: number): number {
    let end = pos
    while (end < last) {
      const lf = chunk.lastIndexOf(LF, end + this.#limit)
      if (lf < end) break
      end = lf + 1
    }
    return end
  }

  /** Takes more of the line, or of the lines, that are kept. Returns up to where. */
  #goOn(chunk: Buffer, pos: number, base: number): number {
    const lf = chunk.indexOf(LF, pos)
    if (lf < 0 || lf - pos > this.#room) return this.#begin(chunk, pos, base)
    const more = this.#waiting === 0 ? -1 : chunk.lastIndexOf(LF, pos + AT_ONCE - 1)
    const stop = more > lf && more - lf <= this.#limit ? more + 1 : lf + 1
    this.#append(chunk, pos, stop)
    this.#hand(this.#length, false, base + stop)
    return stop
  }

  /** Bytes that may be added to the line whose beginning is kept. */
  get #room(): number {
    return this.#limit - (this.#length - this.#waiting)
  }

  /** Hands on the first `whole` bytes of what is kept, which ends at `end` of the input. */
  #hand(whole: number, final: boolean, end = this.offset): void {
    const base = end - this.#length
    this.#isHanding = true
    const taken = this.#sink.lines(this.#kept.subarray(0, whole), 0, whole, base, final)
    this.#isHanding = false
    this.#kept.copyWithin(0, taken, this.#length)
    this.#length -= taken
    this.#waiting = whole - taken
  }

  /** Keeps the beginning of a line, from `pos` on, as much of it as there may be. Returns up to where. */
  #begin(chunk: Buffer, pos: number, base: number): number {
    const stop = Math.min(chunk.length, pos + this.#room)
    this.#append(chunk, pos, stop)
    if (stop === chunk.length) return stop
    if (this.#waiting > 0) this.#hand(this.#waiting, true, base + stop)
    this.#handBeginning(base + stop)
    return stop
  }

  /** What is kept, which ends at `end` of the input, is the beginning of a line that is too long. */
  #handBeginning(end: number): void {
    const length = this.#length
    this.#length = 0
    this.#overlong = true
    this.#sink.beginning(Buffer.concat([this.#kept.subarray(0, length), NEWLINE]), end - length)
  }

  #passOverlong(chunk: Buffer, pos: number, base: number): number {
    const lf = chunk.indexOf(LF, pos)
    const stop = lf < 0 ? chunk.length : lf + 1
    this.#overlong = lf < 0
    this.#sink.overlong(chunk, pos, stop, base)
    return stop
  }

  #append(chunk: Buffer, start: number, end: number): void {
    const length = this.#length + end - start
    if (length > this.#kept.length) {
      const kept = Buffer.allocUnsafe(Math.max(SMALLEST, this.#kept.length * 2, length))
      this.#kept.copy(kept, 0, 0, this.#length)
      this.#kept = kept
    }
    chunk.copy(this.#kept, this.#length, start, end)
    this.#length = length
  }
}

const NEWLINE = Buffer.from('\n')
const NOTHING = Buffer.alloc(0)
