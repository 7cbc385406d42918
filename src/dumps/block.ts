/** What is open, a dump or what may become one: where it is in the input, and what it consists of. */
import type { Body } from './body.ts'

/** Lines between the lines of a dump that are not part of it: how many, and how many bytes. */
export class ForeignCount {
  lines = 0
  bytes = 0

  add(bytes: number): void {
    this.lines++
    this.bytes += bytes
  }

  /** A line that was counted turned out to be a piece of a dump line. */
  remove(bytes: number): void {
    this.lines--
    this.bytes -= bytes
  }

  /** Adds what `other` has counted, and clears it. */
  takeOver(other: ForeignCount): void {
    this.lines += other.lines
    this.bytes += other.bytes
    other.clear()
  }

  clear(): void {
    this.lines = 0
    this.bytes = 0
  }
}

export class Block {
  /** Absolute offsets: first byte; first byte after its last line. */
  start: number
  end: number
  readonly body: Body
  readonly foreign: ForeignCount = new ForeignCount()
  /** Its lines came inside a carrier: its length is not that of what Go wrote. */
  carried = false

  constructor(start: number, body: Body) {
    this.start = start
    this.end = start
    this.body = body
  }

  /** The last line taken is at [start, end) of the input, inside a carrier. */
  reach(start: number, end: number): void {
    this.carried = true
    // Offsets within a text are not offsets of the input: the text may be longer than the part of its line that has come so far.
    if (this.start > start) this.start = start
    if (this.end > start || this.start === start) this.end = end
  }
}
