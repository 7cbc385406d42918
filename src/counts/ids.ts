/**
 * Goroutine ids of one dump, each with its signature: an open-addressing table in two typed arrays (12 bytes a slot), since a
 * Map of a million ids costs four times that. Ids come in ascending runs, so the low bits place them next to each other; higher
 * bits are mixed in so that no pattern of ids makes one cluster.
 */
import type { GoroutineIds } from '../model.ts'

const EMPTY = 0

export class GoroutineIdTable implements GoroutineIds {
  /** id, 0 for empty: goroutine 0 is the scheduler's and is never stored. */
  #keys = new Float64Array(1024)
  #values = new Int32Array(1024)
  #mask = 1023
  size = 0

  get(id: number): number {
    const at = this.#find(id)
    return this.#keys[at] === EMPTY ? -1 : (this.#values[at] as number)
  }

  has(id: number): boolean {
    return this.#keys[this.#find(id)] !== EMPTY
  }

  set(id: number, signature: number): void {
    const at = this.#find(id)
    this.#values[at] = signature
    if (this.#keys[at] !== EMPTY) return
    this.#keys[at] = id
    this.size++
    if (this.size * 2 > this.#mask) this.#grow()
  }

  forEach(visit: (id: number, signature: number) => void): void {
    const keys = this.#keys
    for (let at = 0; at < keys.length; at++) {
      const id = keys[at] as number
      if (id !== EMPTY) visit(id, this.#values[at] as number)
    }
  }

  #find(id: number): number {
    const keys = this.#keys
    const mask = this.#mask
    let at = (id ^ Math.imul((id / 4096) | 0, 0x9e3779b1)) & mask
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
    for (let i = 0; i < keys.length; i++) {
      const id = keys[i] as number
      if (id === EMPTY) continue
      const at = this.#find(id)
      this.#keys[at] = id
      this.#values[at] = values[i] as number
    }
  }
}
