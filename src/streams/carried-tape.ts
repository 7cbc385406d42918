/**
 * The tape as a dump in a carrier sees it: the dump decides about texts, and what it says of a text holds of the raw line that carried it, as
 * a whole, with the parts of it that came before when the carrier had cut it.
 */
import type { Held, LogTape } from '../lines/tape.ts'

const EMPTY = Buffer.alloc(0)

export class CarriedTape implements LogTape {
  readonly #tape: LogTape
  #parts: readonly Held[] = []
  /** What became of the raw line: dump as long as nobody has said otherwise. */
  #fate: 'dump' | 'log' | 'held' = 'dump'
  /** The raw line. */
  buf: Buffer = EMPTY
  start = 0
  end = 0

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
  }

  /** The raw line ends a line that the carrier had cut into `parts`. */
  join(parts: readonly Held[]): void {
    this.#parts = parts
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
    const held = this.#tape.hold(this.buf, this.start, this.end)
    held.earlier = this.#parts
    return held
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

  sinceDump(): string {
    return this.#tape.sinceDump()
  }

  markDump(): void {
    this.#tape.markDump()
  }
}
