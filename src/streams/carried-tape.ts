/**
 * The tape as a dump in a carrier sees it: the dump decides about texts, and what it says of a text holds of the raw line that carried it, as
 * a whole, with the parts of it that came before when the carrier had cut it.
 */
import type { Held, LogTape } from '../lines/tape.ts'

const EMPTY = Buffer.alloc(0)

/** A log line with a header glued to it, in three parts. */
export interface GluedHeader {
  readonly before: Held
  readonly header: Held
  /** What follows it, the line end at least. */
  readonly after: Held
  /** The line as the dump in the carrier holds it. */
  readonly line: Held
}

export class CarriedTape implements LogTape {
  readonly #tape: LogTape
  #parts: readonly Held[] = []
  /** What became of the raw line: dump as long as nobody has said otherwise. */
  #fate: 'dump' | 'log' | 'held' = 'dump'
  /** The raw line. */
  buf: Buffer = EMPTY
  start = 0
  end = 0
  /** The header that stands in the raw line with a prefix before it, once it is held. */
  glued: GluedHeader | undefined
  /** Where it is in the raw line: [from, to). */
  #header: { readonly from: number; readonly to: number } | undefined

  constructor(tape: LogTape) {
    this.#tape = tape
  }

  /** [start, end) of `buf` is the raw line that the next calls are about. */
  begin(buf: Buffer, start: number, end: number): void {
    this.buf = buf
    this.start = start
    this.end = end
    this.#fate = 'dump'
    this.#parts = []
    this.#header = undefined
  }

  /** As `begin`, of a line that is in the log already. */
  beginKept(buf: Buffer, start: number, end: number): void {
    this.begin(buf, start, end)
    this.#fate = 'log'
  }

  /** Does `work`, which is about a raw line that is in the log already, and has gone by: another one may be at hand. */
  beside(work: () => void): void {
    const { buf, start, end } = this
    const [fate, parts, header] = [this.#fate, this.#parts, this.#header]
    this.beginKept(EMPTY, 0, 0)
    work()
    this.begin(buf, start, end)
    this.#fate = fate
    this.#parts = parts
    this.#header = header
  }

  /** The raw line ends a line that the carrier had cut into `parts`. */
  join(parts: readonly Held[]): void {
    this.#parts = parts
  }

  /** The raw line has `header` in it, and may turn out to be a log line with a header glued to it. */
  mayBeGlued(header: Buffer): void {
    const from = this.buf.subarray(0, this.end).indexOf(header, this.start)
    this.glued = undefined
    if (from > this.start) this.#header = { from, to: from + header.length }
  }

  /** Holds the raw line, a part of a line that the carrier has cut. */
  holdPart(): Held {
    this.#fate = 'held'
    return this.#tape.hold(this.buf, this.start, this.end)
  }

  /** The raw line stays in the log, whatever is said of its texts. */
  keep(): void {
    if (this.#fate !== 'dump') return
    this.#fate = 'log'
    for (const part of this.#parts) this.#tape.release(part)
    this.#tape.pass(this.buf, this.start, this.end)
  }

  /** All is said about the raw line. */
  settle(): void {
    if (this.#fate === 'dump') for (const part of this.#parts) this.#tape.claim(part)
  }

  pass(): void {
    this.keep()
  }

  hold(): Held {
    if (this.#fate !== 'dump') return { at: 0, from: 0, decided: true, bytes: EMPTY }
    this.#fate = 'held'
    if (this.#header !== undefined) return this.#holdGlued(this.#header.from, this.#header.to)
    const held = this.#tape.hold(this.buf, this.start, this.end)
    held.parts = this.#parts
    return held
  }

  #holdGlued(from: number, to: number): Held {
    const before = this.#tape.hold(this.buf, this.start, from)
    const header = this.#tape.hold(this.buf, from, to)
    const after = this.#tape.hold(this.buf, to, this.end)
    const line: Held = { at: before.at, from: 0, decided: false, bytes: EMPTY, parts: [before, header, after] }
    this.glued = { before, header, after, line }
    return line
  }

  claim(held: Held, from?: number): void {
    this.#tape.claim(held, from)
  }

  release(held: Held): void {
    this.#tape.release(held)
  }

  recent(): string {
    return this.#tape.recent()
  }

  markDump(): void {
    this.#tape.markDump()
  }
}
