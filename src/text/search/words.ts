/**
 * Finds the first of up to eight words in one pass: `Buffer.indexOf` takes one pass per word, and hops from one first letter to the next. The pass
 * is SIMD code (words.wat) over a separate memory. Without WebAssembly (`node --jitless`), `indexOf` does it.
 *
 * Hot: guarded by `npm run bench` (ordinary log).
 */
import { type Kernel, openKernel } from '../../core/kernel.ts'
import module from './words.wat'

/** The bit in which upper and lower case letters differ. */
const CASE = 0x20
/** Offsets of the bytes of a word that the kernel looks at. */
const LOOKED_AT = [0, 2, 3, 4]
const TABLE = 16
const MOST_WORDS = 8
/** Where tables and bytes are in the memory, and how many bytes are copied at a time. */
const TABLES_AT = 0
const BYTES_AT = 256
const PIECE = 32 << 10

type Find = (tables: number, start: number, end: number) => number

export class Words {
  readonly #words: readonly Buffer[]
  /** Words from this index on match in any case; here they are in lower case. */
  readonly #anyCase: number
  readonly #longest: number
  #kernel: Kernel<{ readonly find: Find }> | undefined
  #isOpened = false

  /** `anyCase`: words of letters that match in any case, given in lower case. */
  constructor(words: readonly string[], anyCase: readonly string[] = []) {
    this.#words = [...words, ...anyCase].slice(0, MOST_WORDS).map((word) => Buffer.from(word, 'latin1'))
    this.#anyCase = words.length
    this.#longest = Math.max(...this.#words.map(({ length }) => length))
  }

  /** Offset of the first word that is whole in [pos, end) of `buf`; -1 if there is none. */
  first(buf: Buffer, pos: number, end: number): number {
    if (!this.#isOpened) this.#open()
    if (this.#kernel === undefined) return this.firstByName(buf, pos, end)
    const { memory, functions } = this.#kernel
    for (let from = pos; from < end; from += PIECE) {
      // A word that begins in this piece may end in the next.
      const seen = buf.subarray(from, Math.min(end, from + PIECE + this.#longest))
      memory.set(seen, BYTES_AT)
      const stop = BYTES_AT + Math.min(seen.length, PIECE)
      for (let at = functions.find(TABLES_AT, BYTES_AT, stop); at >= 0; at = functions.find(TABLES_AT, at + 1, stop))
        if (this.#isWord(seen, at - BYTES_AT)) return from + at - BYTES_AT
    }
    return -1
  }

  /** The same without the kernel: its reference. */
  firstByName(buf: Buffer, pos: number, end: number): number {
    const seen = buf.subarray(pos, Math.max(pos, end))
    const lower =
      this.#anyCase < this.#words.length ? Buffer.from(seen.toString('latin1').toLowerCase(), 'latin1') : seen
    const places = this.#words
      .map((word, n) => (n < this.#anyCase ? seen : lower).indexOf(word))
      .filter((at) => at >= 0)
    return places.length === 0 ? -1 : pos + Math.min(...places)
  }

  #isWord(buf: Buffer, at: number): boolean {
    return this.#words.some((word, n) => {
      const or = n < this.#anyCase ? 0 : CASE
      for (let i = 0; i < word.length; i++) if (((buf[at + i] ?? 0) | or) !== word[i]) return false
      return true
    })
  }

  #open(): void {
    this.#isOpened = true
    this.#kernel = openKernel<{ readonly find: Find }>(module)
    if (this.#kernel === undefined) return
    const { memory } = this.#kernel
    for (const [i, offset] of LOOKED_AT.entries()) {
      const low = TABLES_AT + i * 2 * TABLE
      const high = low + TABLE
      for (const [n, word] of this.#words.entries()) {
        const byte = word[offset]
        const otherCase = byte === undefined || n < this.#anyCase ? byte : byte & ~CASE
        for (let half = 0; half < TABLE; half++) {
          if (byte === undefined || (byte & 15) === half) memory[low + half] = (memory[low + half] ?? 0) | (1 << n)
          if (byte === undefined || otherCase === undefined || byte >> 4 === half || otherCase >> 4 === half)
            memory[high + half] = (memory[high + half] ?? 0) | (1 << n)
        }
      }
    }
  }
}
