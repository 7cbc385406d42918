/**
 * Goroutine ids of one dump, each with its signature: in two columns in order of appearance, with an open-addressing index of four bytes per
 * slot, since a Map of a million ids costs four times as much. Fibonacci hashing spreads runs of ids evenly, with or without gaps.
 *
 * Hot: guarded by `npm run bench` (dump-heavy). The time goes to memory access: the index is small, and the columns are traversed sequentially.
 * With the ids themselves in the slots, known stacks took a twentieth longer.
 */
import type { GoroutineIds } from '../core/model.ts'
import { MULTIPLIER } from './hash.ts'

/** An empty slot of the index; others hold a place in the columns, from 1. */
const EMPTY = 0
/** Flags stored with the signature, in bits below the sign. */
const MARK = 1 << 30
const READY = 1 << 28
const MOST_MINUTES = 0xffff
/** Sixteen slots, in arrays so small that V8 keeps them in its own heap: in some logs most dumps have a single goroutine. */
const SMALLEST_BITS = 4
const LARGEST_BITS = 28
const UINT32 = 0xffffffff
/**
 * Distance from a taken slot to the next one that is tried: outside its group of sixteen, since if one of the group is taken, most others are too.
 */
const ASIDE = 17

const NO_IDS = new Float64Array(0)
const NO_VALUES = new Int32Array(0)

export class GoroutineIdTable implements GoroutineIds {
  /**
   * Empty while there is at most one id: in some logs most dumps have a single goroutine, and three arrays would be larger than everything else
   * about it.
   */
  #ids: Float64Array = NO_IDS
  #values: Int32Array = NO_VALUES
  /** That single id and its value. */
  #only = 0
  #onlyValue = -1
  /** Minutes; absent until a header has some, as in a dump of a young process. */
  #minutes: Uint16Array | undefined
  /** Seconds; absent until the dump is compared with another one. */
  #watched: Uint32Array | undefined
  #index: Int32Array = NO_VALUES
  #mask = 0
  #shift = 0
  size = 0

  /** `expected`: expected number of ids; the table grows beyond it. */
  constructor(expected = 0) {
    if (expected > 1) this.#allocate(expected)
  }

  #allocate(expected: number): void {
    const bits = Math.min(LARGEST_BITS, Math.max(SMALLEST_BITS, Math.ceil(Math.log2(expected * 2 + 1))))
    this.#ids = new Float64Array(1 << (bits - 1))
    this.#values = new Int32Array(1 << (bits - 1))
    this.#index = new Int32Array(1 << bits)
    this.#mask = (1 << bits) - 1
    this.#shift = 32 - bits
  }

  /** Bytes that it takes. */
  get bytes(): number {
    return (
      this.#ids.byteLength +
      this.#values.byteLength +
      this.#index.byteLength +
      (this.#minutes?.byteLength ?? 0) +
      (this.#watched?.byteLength ?? 0)
    )
  }

  place(id: number): number {
    if (this.#isOne) return this.size > 0 && id === this.#only ? 0 : -1
    return (this.#index[this.#find(id)] as number) - 1
  }

  has(id: number): boolean {
    return this.place(id) >= 0
  }

  id(place: number): number {
    return this.#isOne ? this.#only : (this.#ids[place] as number)
  }

  signature(place: number): number {
    if (place < 0) return -1
    const value = this.#value(place)
    return value < 0 ? value : value & ~(MARK | READY)
  }

  mark(place: number): void {
    const value = this.#value(place)
    if (value >= 0) this.#setValue(place, value | MARK)
  }

  isMarked(place: number): boolean {
    return this.#value(place) >= MARK
  }

  minutes(place: number): number {
    return this.#minutes?.[place] ?? 0
  }

  watched(place: number): number {
    return this.#watched?.[place] ?? 0
  }

  watch(place: number, seconds: number): void {
    // No ids are added once a dump is compared.
    this.#watched ??= new Uint32Array(this.size)
    this.#watched[place] = seconds
  }

  isReady(place: number): boolean {
    const value = this.#value(place)
    return value >= 0 && (value & READY) !== 0
  }

  /** Adds `id` without a signature; returns its place for `put`, or -1 if it is already there. */
  add(id: number): number {
    if (this.#isOne) {
      if (this.size === 0) {
        this.size = 1
        this.#only = id
        this.#onlyValue = -1
        return 0
      }
      if (id === this.#only) return -1
      this.#spread()
    } else if (this.size === this.#ids.length) this.#grow()
    const at = this.#find(id)
    if (this.#index[at] !== EMPTY) return -1
    const place = this.size++
    this.#index[at] = place + 1
    this.#ids[place] = id
    this.#values[place] = -1
    return place
  }

  put(place: number, signature: number, minutes = 0, isReady = false): void {
    this.#setValue(place, signature < 0 || !isReady ? signature : signature | READY)
    if (minutes > 0) this.#minutes ??= new Uint16Array(Math.max(1, this.#ids.length))
    if (this.#minutes !== undefined) this.#minutes[place] = Math.min(minutes, MOST_MINUTES)
  }

  /** Undoes the last `add`. */
  undo(place: number): void {
    if (!this.#isOne) this.#index[this.#find(this.#ids[place] as number)] = EMPTY
    this.size--
  }

  get #isOne(): boolean {
    return this.#ids === NO_IDS
  }

  #value(place: number): number {
    return (this.#isOne && place === 0 ? this.#onlyValue : this.#values[place]) ?? -1
  }

  #setValue(place: number, value: number): void {
    if (this.#isOne) this.#onlyValue = value
    else this.#values[place] = value
  }

  /** Moves the single id into arrays, for a second one. */
  #spread(): void {
    const minutes = this.#minutes?.[0] ?? 0
    this.#allocate(0)
    this.#ids[0] = this.#only
    this.#values[0] = this.#onlyValue
    this.#index[this.#home(this.#only)] = 1
    if (this.#minutes === undefined) return
    this.#minutes = new Uint16Array(this.#ids.length)
    this.#minutes[0] = minutes
  }

  /** The slot of the index where `id` is, or would be. */
  #find(id: number): number {
    const index = this.#index
    const ids = this.#ids
    const mask = this.#mask
    let at = this.#home(id)
    for (;;) {
      const place = index[at] as number
      if (place === EMPTY || ids[place - 1] === id) return at
      at = (at + ASIDE) & mask
    }
  }

  #home(id: number): number {
    // Sixteen consecutive ids share a group of slots: ids are handed out in runs, and mostly ascend within a dump.
    const sixteen = id <= UINT32 ? id >>> 4 : Math.floor(id / 16) ^ Math.imul(Math.floor(id / (UINT32 + 1)), MULTIPLIER)
    return ((Math.imul(sixteen, MULTIPLIER) >>> this.#shift) & ~15) | (id & 15)
  }

  #grow(): void {
    const { length } = this.#index
    const ids = new Float64Array(length)
    ids.set(this.#ids)
    this.#ids = ids
    const values = new Int32Array(length)
    values.set(this.#values)
    this.#values = values
    if (this.#minutes !== undefined) {
      const minutes = new Uint16Array(length)
      minutes.set(this.#minutes)
      this.#minutes = minutes
    }
    const index = new Int32Array(length * 2)
    const mask = length * 2 - 1
    this.#index = index
    this.#mask = mask
    this.#shift--
    for (let place = 0; place < this.size; place++) {
      let at = this.#home(ids[place] as number)
      while (index[at] !== EMPTY) at = (at + ASIDE) & mask
      index[at] = place + 1
    }
  }
}
