/**
 * The texts of many lines of one shape at once, one after the other, as a dump without a carrier has them: strip.wat takes them out, in a memory
 * that serves the process; they are copied from there. Without WebAssembly there are none, and lines are read one by one.
 *
 * Hot while a dump is open in a carrier: guarded by `npm run bench` (half of it dumps).
 */
import { wordsOf } from '../core/ascii.ts'
import { type Kernel, openKernel } from '../core/kernel.ts'
import { type Escapes, type LineShape, LONGEST_TEXT } from './line-shape.ts'
import module from './strip.wat'

/** Bytes that are taken at a time: a few at first, since the next line may be of another shape. */
const FIRST = 4 << 10
const MOST = 64 << 10
/** What stands where in the memory: strip.wat. */
const NEXT = 0
const END = 1
const HEAD_AT = 64
const TAIL_AT = 2048
const ROWS_AT = 4096
const INPUT_AT = 36_864
const BEYOND = 64
const TEXTS_AT = INPUT_AT + MOST + BEYOND
const MEMORY = TEXTS_AT + MOST + BEYOND
const INT = 4
/** As strip.wat numbers them. */
const ESCAPES: Readonly<Record<Escapes, number>> = { none: 0, json: 1, octal: 2 }
const NONE = Buffer.alloc(0)
const NO_WORDS = wordsOf(NONE)
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
  /** The texts, each with a line feed. Another buffer each time. */
  buf: Buffer = NONE
  words: DataView = NO_WORDS
  #room: ArrayBuffer | undefined
  /** Where each line begins, and its text, in the memory. */
  #rows = NO_ROWS
  #count = 0
  /** The line at hand. */
  #at = 0
  /** Where in the chunk is what was copied to the memory; where the line behind the last one begins. */
  #from = 0
  #after = 0
  #size = FIRST

  /** The chunk goes. */
  leave(): void {
    this.#count = 0
    this.#at = 0
  }

  /** No dump is open: what it takes to read one, 200 kB, is let go. */
  release(): void {
    this.leave()
    if (this.#room === undefined) return
    this.#room = undefined
    this.#rows = NO_ROWS
    this.buf = NONE
    this.words = NO_WORDS
  }

  /** Does the line at hand begin at `pos` of the chunk? */
  isAt(pos: number): boolean {
    return this.#at < this.#count && this.#lineAt(this.#at) === pos
  }

  /** Where the text of the line at hand begins. */
  get start(): number {
    return this.#textAt(this.#at)
  }

  /** Where the line at hand begins in the chunk; behind the last one: where that ends. */
  get pos(): number {
    return this.#posAt(this.#at)
  }

  /** The line whose text begins at `text` is at hand. */
  goTo(text: number): void {
    this.#at = this.#indexOf(text)
  }

  /** Where the text begins of the first line at `pos` of the chunk, or behind it. */
  textAt(pos: number): number {
    let [low, high] = [this.#at, this.#count]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#lineAt(middle) < pos) low = middle + 1
      else high = middle
    }
    return this.#textAt(low)
  }

  /** Where the line begins in the chunk whose text begins at `text`; behind the last one: where that ends. */
  posOf(text: number): number {
    return this.#posAt(this.#indexOf(text))
  }

  #posAt(index: number): number {
    return index < this.#count ? this.#lineAt(index) : this.#after
  }

  /** Takes the lines of `shape` from `pos` on, or some of them; false when there are none. */
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
    this.#size = taken * 2 > this.#size ? Math.min(MOST, this.#size * 4) : FIRST
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
