/**
 * The tape as a dump in a carrier sees it. The dump decides about texts, and each decision applies to the whole raw line that carried the text, and
 * to its earlier parts if the carrier had cut it.
 */
import { NO_BYTES } from '../core/ascii.ts'
import type { Held, LogTape } from '../lines/tape.ts'

/** A raw line that may be a log line with a header glued to it, at [from, to) of its bytes. */
export interface GluedLine {
  /** The line as the dump in the carrier holds it. */
  readonly line: Held
  readonly from: number
  readonly to: number
}

const NO_PARTS: readonly Held[] = []

export class CarriedTape implements LogTape {
  readonly #tape: LogTape
  #parts: readonly Held[] = NO_PARTS
  /** What became of the raw line: part of the dump unless decided otherwise. */
  #fate: 'dump' | 'log' | 'held' = 'dump'
  /** The raw line. */
  buf: Buffer = NO_BYTES
  start = 0
  end = 0
  /** The raw line with a header in it after a prefix, once it is held. */
  glued: GluedLine | undefined
  #mayBeGlued = false
  /** Where the header is in `buf`: [from, to). */
  #from = 0
  #to = 0

  constructor(tape: LogTape) {
    this.#tape = tape
  }

  /** Makes [start, end) of `buf` the raw line that the next calls are about. */
  begin(buf: Buffer, start: number, end: number): void {
    this.buf = buf
    this.start = start
    this.end = end
    this.#fate = 'dump'
    this.#parts = NO_PARTS
    this.#mayBeGlued = false
  }

  /** Like `begin`, for a line that is already in the log. */
  beginKept(buf: Buffer, start: number, end: number): void {
    this.begin(buf, start, end)
    this.#fate = 'log'
  }

  /** Does `work` for an earlier raw line, which is already in the log, and then returns to the current one. */
  beside(work: () => void): void {
    const { buf, start, end } = this
    const [fate, parts, mayBeGlued] = [this.#fate, this.#parts, this.#mayBeGlued]
    this.beginKept(NO_BYTES, 0, 0)
    work()
    this.begin(buf, start, end)
    this.#fate = fate
    this.#parts = parts
    this.#mayBeGlued = mayBeGlued
  }

  /** The raw line is the last part of a line that the carrier had cut; `parts` are the others. */
  join(parts: readonly Held[]): void {
    this.#parts = parts
  }

  /** The header [from, to) of `buf` is in the raw line, which may turn out to be a log line with the header glued to it. */
  mayBeGlued(buf: Buffer, from: number, to: number): void {
    this.glued = undefined
    this.#from = buf === this.buf ? from : this.buf.subarray(0, this.end).indexOf(buf.subarray(from, to), this.start)
    this.#to = this.#from + to - from
    this.#mayBeGlued = this.#from > this.start
  }

  /** Holds the raw line, a part of a line that the carrier has cut. */
  holdPart(): Held {
    this.#fate = 'held'
    return this.#tape.hold(this.buf, this.start, this.end)
  }

  /** Leaves the raw line in the log, whatever is decided about its texts. */
  keep(): void {
    if (this.#fate !== 'dump') return
    this.#fate = 'log'
    for (const part of this.#parts) this.#tape.release(part)
    this.#tape.pass(this.buf, this.start, this.end)
  }

  /** Everything about the raw line is decided. */
  settle(): void {
    if (this.#fate === 'dump') for (const part of this.#parts) this.#tape.claim(part)
  }

  pass(): void {
    this.keep()
  }

  hold(): Held {
    if (this.#fate !== 'dump') return { at: 0, from: 0, decided: true, bytes: NO_BYTES, parts: undefined }
    this.#fate = 'held'
    const held = this.#tape.hold(this.buf, this.start, this.end)
    held.parts = this.#parts
    if (this.#mayBeGlued) this.glued = { line: held, from: this.#from - this.start, to: this.#to - this.start }
    return held
  }

  claim(held: Held, from?: number): void {
    this.#tape.claim(held, from)
  }

  release(held: Held): void {
    this.#tape.release(held)
  }

  split(held: Held, from: number, to: number): readonly [Held, Held, Held] {
    return this.#tape.split(held, from, to)
  }

  recent(): string {
    return this.#tape.recent()
  }

  markDump(): void {
    this.#tape.markDump()
  }
}
