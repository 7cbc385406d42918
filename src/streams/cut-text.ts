/** A text that the carrier has cut: collects its parts, and holds their raw lines, until the last one comes. */
import type { CarriedText } from '../carriers/carrier.ts'
import type { Held } from '../lines/tape.ts'
import type { CarriedTape } from './carried-tape.ts'

export class CutText {
  readonly #tape: CarriedTape
  readonly #mostBytes: number
  #parts: Buffer[] = []
  #bytes = 0
  #held: Held[] = []

  /** `mostBytes`: a part that exceeds this in total is taken for the last. */
  constructor(tape: CarriedTape, mostBytes: number) {
    this.#tape = tape
    this.#mostBytes = mostBytes
  }

  /** More is to come. */
  get isOpen(): boolean {
    return this.#parts.length > 0
  }

  /** Raw lines are held for it. */
  get isHeld(): boolean {
    return this.#held.length > 0
  }

  /** Where it begins in the input. */
  get start(): number | undefined {
    return this.#held[0]?.at
  }

  /** Approximate size of what is kept: the raw lines are held as well. */
  get bytes(): number {
    return this.#bytes * 2
  }

  /** Takes `text` from the tape's current raw line. True: nothing was cut, or this was the last part, and `text` is now the whole. */
  take(text: CarriedText): boolean {
    if (!text.partial && this.#parts.length === 0) return true
    this.#parts.push(Buffer.from(text.buf.subarray(text.start, text.end - 1)))
    this.#bytes += text.end - text.start
    if (text.partial && this.#bytes <= this.#mostBytes) {
      this.#held.push(this.#tape.holdPart())
      return false
    }
    const room = text.room(this.#bytes)
    let length = 0
    for (const part of this.#parts) length += part.copy(room, length)
    text.filled(length)
    this.#parts = []
    this.#bytes = 0
    this.#tape.join(this.#held)
    return true
  }

  /** Everything about its raw lines is decided. */
  clear(): void {
    if (this.#held.length > 0) this.#held = []
  }

  /** The last part will not come: its raw lines are log. */
  release(): void {
    for (const held of this.#held) this.#tape.release(held)
    this.clear()
    this.#parts = []
    this.#bytes = 0
  }
}
