/**
 * Goroutine ids of one dump, each with its signature: an open-addressing table in two typed arrays (12 bytes a slot), since a
 * Map of a million ids costs four times that. Fibonacci hashing spreads runs of ids, and runs with gaps, evenly.
 *
 * Hot: guarded by `npm run bench` (dump-heavy).
 */
import type { GoroutineIds } from '../model.ts'

/** Goroutine 0 is the scheduler's; it is never stored. */
const EMPTY = 0
/** Beside the signature, in the bit below the sign. */
const MARK = 1 << 30
const SMALLEST_BITS = 10
const LARGEST_BITS = 28

export class GoroutineIdTable implements GoroutineIds {
  #keys: Float64Array
  #values: Int32Array
  #mask: number
  #shift: number
  size = 0

  /** `expected`: how many ids there may be; the table grows past it. */
  constructor(expected = 0) {
    const bits = Math.min(LARGEST_BITS, Math.max(SMALLEST_BITS, Math.ceil(Math.log2(expected * 2 + 1))))
    this.#keys = new Float64Array(1 << bits)
    this.#values = new Int32Array(1 << bits)
    this.#mask = (1 << bits) - 1
    this.#shift = 32 - bits
  }

  get(id: number): number {
    const at = this.#find(id)
    return this.#keys[at] === EMPTY ? -1 : signatureOf(this.#values[at] as number)
  }

  mark(id: number): void {
    const at = this.#find(id)
    const value = this.#values[at] as number
    if (this.#keys[at] !== EMPTY && value >= 0) this.#values[at] = value | MARK
  }

  isMarked(id: number): boolean {
    const at = this.#find(id)
    const value = this.#values[at] as number
    return this.#keys[at] !== EMPTY && value >= MARK
  }

  has(id: number): boolean {
    return this.#keys[this.#find(id)] !== EMPTY
  }

  /** Adds `id` without a signature; returns its place for `put`, good until the next `add`, or -1 when it is there already. */
  add(id: number): number {
    if (this.size * 2 > this.#mask) this.#grow()
    const at = this.#find(id)
    if (this.#keys[at] !== EMPTY) return -1
    this.#keys[at] = id
    this.#values[at] = -1
    this.size++
    return at
  }

  put(place: number, signature: number): void {
    this.#values[place] = signature
  }

  /** Takes back the last `add`. */
  undo(place: number): void {
    this.#keys[place] = EMPTY
    this.size--
  }

  forEach(visit: (id: number, signature: number) => void): void {
    const keys = this.#keys
    for (let at = 0; at < keys.length; at++) {
      const id = keys[at] as number
      if (id !== EMPTY) visit(id, signatureOf(this.#values[at] as number))
    }
  }

  #find(id: number): number {
    const keys = this.#keys
    const mask = this.#mask
    // Sixteen neighbours stay together: ids are handed out in runs, and a dump mostly goes up.
    let at = ((Math.imul(id >>> 4, 0x9e3779b1) >>> this.#shift) & ~15) | (id & 15)
    for (;;) {
      const key = keys[at]
      if (key === id || key === EMPTY) return at
      at = (at + 1) & mask
    }
  }

  #grow(): void {
    const keys = this.#keys
    const values = this.#values
    this.#keys = new Float64Array(keys.length * 2)
    this.#values = new Int32Array(keys.length * 2)
    this.#mask = this.#keys.length - 1
    this.#shift--
    for (let i = 0; i < keys.length; i++) {
      const id = keys[i] as number
      if (id === EMPTY) continue
      const at = this.#find(id)
      this.#keys[at] = id
      this.#values[at] = values[i] as number
    }
  }
}

function signatureOf(value: number): number {
  return value < 0 ? value : value & ~MARK
}
