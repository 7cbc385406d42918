/**
 * Reads the texts of many lines of one shape at once, one after the other, as a dump without a carrier has them. strip.wat takes them out, in a
 * memory that serves the whole process; they are copied from there. Without WebAssembly there are none, and lines are read one by one.
 *
 * Hot while a dump is open in a carrier: guarded by `npm run bench` (half of it dumps).
 */
import { NO_BYTES, wordsOf } from '../core/ascii.ts'
import { type Kernel, openKernel } from '../core/kernel.ts'
import { type Escapes, type LineShape, LONGEST_TEXT } from './line-shape.ts'
import module from './strip.wat'

/** Bytes that are taken at a time: few at first, since the next line may have another shape. */
const FIRST = 4 << 10
const MOST_BYTES = 64 << 10
/** The layout of the memory, as in strip.wat. */
const NEXT = 0
const END = 1
const HEAD_AT = 64
const TAIL_AT = 2048
const ROWS_AT = 4096
const INPUT_AT = 36_864
const BEYOND = 64
const TEXTS_AT = INPUT_AT + MOST_BYTES + BEYOND
const MEMORY = TEXTS_AT + MOST_BYTES + BEYOND
const INT = 4
/** As numbered in strip.wat. */
const ESCAPES: Readonly<Record<Escapes, number>> = { none: 0, json: 1, octal: 2 }
const NO_WORDS = wordsOf(NO_BYTES)
const NO_ROWS = new Int32Array(0)

interface Functions {
  strip(pos: number, end: number, to: number, head: number, tail: number, escapes: number, most: number): number
}

let kernel: (Kernel<Functions> & { readonly ints: Int32Array }) | undefined
let isOpened = false

function open(): void {
  isOpened = true
  const opened = openKernel<Functions>(module, MEMORY)
  if (opened !== undefined) kernel = { ...opened, ints: new Int32Array(opened.memory.buffer, 0, INPUT_AT / INT) }
}

export class BareLines {
  /** The texts, each followed by a line feed. Another buffer each time. */
  buf: Buffer = NO_BYTES
  words: DataView = NO_WORDS
  #room: ArrayBuffer | undefined
  /** For each line, where it begins and where its text begins, in the memory. */
  #rows = NO_ROWS
  #count = 0
  /** Index of the current line. */
  #at = 0
  /** Offset in the chunk of the first byte that was copied to the memory; offset after the last line that was taken. */
  #from = 0
  #after = 0
  #size = FIRST

  /** The chunk is about to go: forgets the lines. */
  leave(): void {
    this.#count = 0
    this.#at = 0
  }

  /** No dump is open: releases the buffers that reading one takes, 200 kB. */
  release(): void {
    this.leave()
    if (this.#room === undefined) return
    this.#room = undefined
    this.#rows = NO_ROWS
    this.buf = NO_BYTES
    this.words = NO_WORDS
  }

  /** Does the current line begin at `pos` of the chunk? */
  isAt(pos: number): boolean {
    return this.#at < this.#count && this.#lineAt(this.#at) === pos
  }

  /** Where the text of the current line begins. */
  get start(): number {
    return this.#textAt(this.#at)
  }

  /** Where the current line begins in the chunk; after the last one, where that ends. */
  get pos(): number {
    return this.#posAt(this.#at)
  }

  /** Makes the line whose text begins at `text` the current one. */
  goTo(text: number): void {
    this.#at = this.#indexOf(text)
  }

  /** Where the text of the first line at or after `pos` of the chunk begins. */
  textAt(pos: number): number {
    let [low, high] = [this.#at, this.#count]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#lineAt(middle) < pos) low = middle + 1
      else high = middle
    }
    return this.#textAt(low)
  }

  /** Where the line whose text begins at `text` begins in the chunk; after the last one, where that ends. */
  posOf(text: number): number {
    return this.#posAt(this.#indexOf(text))
  }

  #posAt(index: number): number {
    return index < this.#count ? this.#lineAt(index) : this.#after
  }

  /** Takes the lines of `shape` from `pos` on, or some of them; false if there are none. */
  take({ head, tail, escapes }: LineShape, buf: Buffer, pos: number, end: number): boolean {
    if (!isOpened) open()
    if (kernel === undefined) return false
    const { memory, functions, ints } = kernel
    const to = Math.min(end, pos + this.#size)
    const stop = INPUT_AT + to - pos
    memory.set(buf.subarray(pos, to), INPUT_AT)
    memory.fill(0, stop, stop + BEYOND)
    memory.set(head.rows, HEAD_AT)
    if (tail !== undefined) memory.set(tail.rows, TAIL_AT)
    const tailLength = tail?.length ?? 0
    const count = functions.strip(INPUT_AT, stop, TEXTS_AT, head.length, tailLength, ESCAPES[escapes], LONGEST_TEXT)
    this.#count = count
    this.#at = 0
    this.#from = pos
    const taken = (ints[NEXT] as number) - INPUT_AT
    this.#after = pos + taken
    this.#size = taken * 2 > this.#size ? Math.min(MOST_BYTES, this.#size * 4) : FIRST
    if (count === 0) return false
    if (this.#rows.length < 2 * count) this.#rows = new Int32Array(4 * count)
    this.#rows.set(ints.subarray(ROWS_AT / INT, ROWS_AT / INT + 2 * count))
    const length = (ints[END] as number) - TEXTS_AT
    if (this.#room === undefined || this.#room.byteLength < length) {
      this.#room = new ArrayBuffer(Math.max(length, this.#size))
      this.words = new DataView(this.#room)
    }
    this.buf = Buffer.from(this.#room, 0, length)
    this.buf.set(memory.subarray(TEXTS_AT, TEXTS_AT + length))
    return true
  }

  #lineAt(index: number): number {
    return (this.#rows[2 * index] as number) - INPUT_AT + this.#from
  }

  #textAt(index: number): number {
    return index < this.#count ? (this.#rows[2 * index + 1] as number) - TEXTS_AT : this.buf.length
  }

  #indexOf(text: number): number {
    let [low, high] = [this.#at, this.#count]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#textAt(middle) < text) low = middle + 1
      else high = middle
    }
    return low
  }
}
