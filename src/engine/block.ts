/** Lines that are read from last to first, and which of them are log. */
import { LF, NEWLINE } from '../core/ascii.ts'
import { isStackLine } from '../text/stack-lines.ts'
import { holdsHeaderHead } from '../text/titles.ts'

/** Consecutive lines without a stack that make a gap in which a block may be cut. */
const GAP_LINES = 16
const DUMP = 0
const LOG = 1
const PARTS = 2

export class LineBlock {
  /** Offset of the block in the input, and offset of its lines in what the engine got, where they are reversed. */
  readonly at: number
  readonly base: number
  #bytes: Buffer = Buffer.allocUnsafe(64 << 10)
  length = 0
  /** Offsets of the lines; filled by `close`. */
  #starts: Uint32Array = new Uint32Array(0)
  #fates: Uint8Array = new Uint8Array(0)
  /** For a line that is log only in parts: the start and end of each part in the block. */
  readonly #parts = new Map<number, [number, number][]>()
  /** The last line has no line end: one was lent to it. */
  #lent = false

  constructor(at: number, base: number) {
    this.at = at
    this.base = base
  }

  add(buf: Buffer, start: number, end: number): void {
    const need = this.length + end - start
    if (need > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, need))
      this.#bytes.copy(grown, 0, 0, this.length)
      this.#bytes = grown
    }
    this.length += buf.copy(this.#bytes, this.length, start, end)
  }

  /**
   * Ends the block in a gap where no dump is open, or else after a header, which is the last line of its goroutine. Returns the bytes after the cut.
   */
  cut(): Buffer {
    const at = this.#cutAt()
    const rest = Buffer.from(this.#bytes.subarray(at, this.length))
    this.length = at
    this.close()
    return rest
  }

  /** Ends the block: all its lines are there. */
  close(): void {
    if (this.length > 0 && this.#bytes[this.length - 1] !== LF) {
      this.add(NEWLINE, 0, 1)
      this.#lent = true
    }
    let lines = 0
    for (let at = this.#next(0); at > 0; at = this.#next(at)) lines++
    this.#starts = new Uint32Array(lines)
    this.#fates = new Uint8Array(lines)
    let line = 0
    for (let start = 0; line < lines; start = this.#next(start)) this.#starts[line++] = start
  }

  eachReversed(visit: (line: Buffer) => void): void {
    for (let i = this.#starts.length - 1; i >= 0; i--) visit(this.#bytes.subarray(this.#starts[i], this.#end(i)))
  }

  /** `size` bytes at `offset` of what the engine got are log. */
  markLog(size: number, offset: number): void {
    const stop = Math.min(offset + size, this.base + this.length)
    for (let at = Math.max(offset, this.base); at < stop; ) {
      const line = this.#lineOf(at)
      const start = this.#starts[line] ?? 0
      const end = this.#end(line)
      // The line's offset in what the engine got.
      const begins = this.base + this.length - end
      const ends = begins + end - start
      if (at === begins && ends <= stop) this.#fates[line] = LOG
      else {
        this.#fates[line] = PARTS
        const part: [number, number] = [start + at - begins, start + Math.min(stop, ends) - begins]
        this.#parts.set(line, [...(this.#parts.get(line) ?? []), part])
      }
      at = ends
    }
  }

  /** Emits the log in the order of the input. */
  eachLog(emit: (bytes: Uint8Array, offset: number) => void): void {
    const length = this.length - (this.#lent ? 1 : 0)
    let from = -1
    for (let i = 0; i <= this.#starts.length; i++) {
      const start = this.#starts[i] ?? length
      const fate = i < this.#starts.length ? this.#fates[i] : DUMP
      if (fate === LOG) {
        if (from < 0) from = start
        continue
      }
      const stop = Math.min(start, length)
      if (from >= 0 && stop > from) emit(this.#bytes.subarray(from, stop), this.at + from)
      from = -1
      if (fate !== PARTS) continue
      for (const [first, after] of this.#parts.get(i) ?? []) {
        const end = Math.min(after, length)
        if (first < end) emit(this.#bytes.subarray(first, end), this.at + first)
      }
    }
  }

  /** Offsets in the input of the line that is at `offset` of what the engine got. */
  lineAt(offset: number): { start: number; end: number } {
    const line = this.#lineOf(Math.min(Math.max(offset, this.base), this.base + this.length - 1))
    return {
      start: this.at + (this.#starts[line] ?? 0),
      end: this.at + Math.min(this.#end(line), this.length - (this.#lent ? 1 : 0)),
    }
  }

  #end(line: number): number {
    return this.#starts[line + 1] ?? this.length
  }

  /** The line that contains the byte at `offset` of what the engine got. */
  #lineOf(offset: number): number {
    const place = this.length - 1 - (offset - this.base)
    let low = 0
    let high = this.#starts.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#starts[middle] ?? 0) <= place) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  /** Start of the line after the one at `start`; 0 if there is none. */
  #next(start: number): number {
    if (start >= this.length) return 0
    const lf = this.#bytes.indexOf(LF, start)
    return lf < 0 || lf >= this.length ? 0 : lf + 1
  }

  #cutAt(): number {
    let end = this.#bytes.lastIndexOf(LF, this.length - 1) + 1
    if (end <= 0) return this.length
    const last = end
    let quiet = 0
    let afterHeader = 0
    for (; end > 0; ) {
      const start = end < 2 ? 0 : this.#bytes.lastIndexOf(LF, end - 2) + 1
      const line = this.#bytes.toString('latin1', start, end)
      const isHeader = holdsHeaderHead(line)
      if (isHeader && afterHeader === 0) afterHeader = end
      quiet = isHeader || isStackLine(line) ? 0 : quiet + 1
      if (quiet >= GAP_LINES) return end
      end = start
    }
    return afterHeader > 0 ? afterHeader : last
  }
}
