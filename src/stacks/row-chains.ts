/** Finds the rows of a column that hold a number: chains in two arrays of four bytes per row, since a Map of lists takes twenty times as much. */
import { MULTIPLIER } from './hash.ts'

const END = -1

export class RowChains {
  readonly #heads: Int32Array
  readonly #next: Int32Array
  readonly #numberAt: (row: number) => number

  constructor(rows: number, numberAt: (row: number) => number) {
    const heads = new Int32Array(1 << Math.min(28, Math.max(4, Math.ceil(Math.log2(rows + 1))))).fill(END)
    const next = new Int32Array(rows)
    this.#heads = heads
    this.#next = next
    this.#numberAt = numberAt
    for (let row = rows - 1; row >= 0; row--) {
      const home = this.#home(numberAt(row))
      next[row] = heads[home] as number
      heads[home] = row
    }
  }

  /** Rows with that number, in the order of the column. */
  of(number: number): number[] {
    const rows: number[] = []
    for (let row = this.#heads[this.#home(number)] as number; row !== END; row = this.#next[row] as number)
      if (this.#numberAt(row) === number) rows.push(row)
    return rows
  }

  #home(number: number): number {
    const mixed = Math.imul(Math.imul(number | 0, MULTIPLIER) ^ Math.floor(number / 0x1_0000_0000), MULTIPLIER)
    return (mixed ^ (mixed >>> 15)) & (this.#heads.length - 1)
  }
}
