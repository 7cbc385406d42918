/**
 * Chunks → runs of whole lines. A chunk is passed on without a copy, except for the line that it shares with its neighbours and for lines that
 * the sink wants to see again together with those that follow: those are joined in a buffer of the splitter. A line of more than `limit`
 * bytes is not read: the sink gets its first `limit` bytes as a beginning, and the rest in pieces.
 *
 *   state    | input               | next
 *   ---------|---------------------|-------------------------------------------------------------------------------------------
 *   at start | whole lines         | passed on; at start, or waiting if some were not taken
 *   any      | beginning of a line | kept; inside
 *   inside   | up to the line end  | the line is passed on; as above
 *   waiting  | whole lines         | passed on after those that wait; as above
 *   inside   | more than the limit | the waiting lines are passed on as final, then the beginning of the line; overlong
 *   overlong | up to the line end  | passed on unread; at start
 */
import { LF, NEWLINE, NO_BYTES } from '../core/ascii.ts'

export interface LineSink {
  /**
   * [start, end) holds whole lines; `base` is the absolute offset of buf[0]. Returns the end of what was taken: a line start, or `end`. The other
   * lines are shown again, together with what has arrived by then. `final`: all lines must be taken.
   */
  lines(buf: Buffer, start: number, end: number, base: number, final: boolean): number
  /** The last lines of the input; the last one has no line end, so one is lent to it: the last byte of buf. */
  unterminated(buf: Buffer, base: number): void
  /** The first bytes of a line that is too long to be read, as many as may be kept. A line end is lent to them: the last byte of buf. */
  beginning(buf: Buffer, base: number): void
  /** The rest of a line that is too long, in pieces, the last one with the line end; `base` as above. */
  overlong(buf: Buffer, start: number, end: number, base: number): void
}

const SMALLEST = 256
/** How many bytes of new lines are appended to the waiting ones at a time: the waiting lines are copied once for all of them. */
const AT_ONCE = 64 << 10

export class Splitter {
  readonly #sink: LineSink
  readonly #limit: number
  /** Whole lines that wait, then the beginning of a line. */
  #kept: Buffer = NO_BYTES
  #length = 0
  #waiting = 0
  /** The sink is reading the kept bytes. */
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

  /** Passes on the waiting lines as final, because what follows them has not come in time. */
  release(): void {
    if (this.#waiting > 0) this.#hand(this.#waiting, true)
  }

  /** Bytes of the waiting lines and of the beginning of a line. */
  get kept(): number {
    return this.#length
  }

  /**
   * Frees the kept bytes: the waiting lines are passed on as final, and the beginning of a line is treated as a line that is too long. Does nothing
   * if
   * the sink calls it while it is reading the kept bytes.
   */
  giveBack(): void {
    if (this.#isHanding) return
    this.release()
    if (this.#length > 0) this.#handBeginning(this.offset)
    this.#kept = NO_BYTES
  }

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

  /** Absolute offset up to which everything was taken. */
  get decided(): number {
    return this.offset - this.#length
  }

  /** Are whole lines waiting? */
  get waiting(): boolean {
    return this.#waiting > 0
  }

  /** With nothing kept: passes on the whole lines at `pos`, up to one that is too long, and keeps the beginning of a line. */
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

  /** End of the whole lines in [pos, last) before the first one that is too long. */
  #fittingEnd(chunk: Buffer, pos: number, last: number): number {
    let end = pos
    while (end < last) {
      const lf = chunk.lastIndexOf(LF, end + this.#limit)
      if (lf < end) break
      end = lf + 1
    }
    return end
  }

  /** Adds to the kept lines. Returns the position in `chunk` up to which it has read. */
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

  /** Passes on the first `whole` bytes of what is kept, which ends at offset `end` of the input. */
  #hand(whole: number, final: boolean, end = this.offset): void {
    const base = end - this.#length
    this.#isHanding = true
    const taken = this.#sink.lines(this.#kept.subarray(0, whole), 0, whole, base, final)
    this.#isHanding = false
    this.#kept.copyWithin(0, taken, this.#length)
    this.#length -= taken
    this.#waiting = whole - taken
  }

  /** Keeps the beginning of the line at `pos`, as much of it as fits. Returns the position up to which it has read. */
  #begin(chunk: Buffer, pos: number, base: number): number {
    const stop = Math.min(chunk.length, pos + this.#room)
    this.#append(chunk, pos, stop)
    if (stop === chunk.length) return stop
    if (this.#waiting > 0) this.#hand(this.#waiting, true, base + stop)
    this.#handBeginning(base + stop)
    return stop
  }

  /** What is kept, which ends at offset `end` of the input, is the beginning of a line that is too long. */
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
