/**
 * Storage for the rows and texts of the lines of a growing tree of stacks, and the lookup of one among many. A table that is not small is
 * placed in the memory of a kernel (walk.ts), which walks it.
 */
import { NO_BYTES, wordsOf } from '../core/ascii.ts'
import { hashLiteral } from './hash.ts'
import {
  ABOVE,
  AT,
  COLD,
  DEPTH,
  HASHED,
  HOT,
  KEY,
  type KnownLine,
  LENGTH_SHIFT,
  NEXT_IN_BUCKET,
  NONE_OF_THEM,
  SHAPE,
} from './rows.ts'
import { WORD } from './same-bytes.ts'
import { type KernelUse, plainTables, type Tables } from './tables.ts'
import { NOT_KNOWN, WalkKernel } from './walk.ts'

/** Most lines in a bucket. More occur only if someone knows the hash; those beyond are parsed again each time. */
const MOST_IN_BUCKET = 64

/** Bytes of a line without its text: two rows, the number of its text, its bucket, and a word for its stack. */
const LINE_BYTES = (HOT + COLD + 2) * 4 + 8
/** Thousands of streams may each have an open dump of a few lines, or a candidate without any. */
export const SMALLEST_LINES = 4
const SMALLEST_ARENA = 512
/** Only the root, which is never written: shared by all trees without lines. */
const NO_LINES = plainTables(1, 0)
/** Typical length of a literal part, in bytes. */
const LITERAL_BYTES = 64
const NO_WORDS = wordsOf(NO_BYTES)
/** Creating a memory takes time, and so does the first write to each of its pages while copying; unused room costs nothing. */
const KERNEL_ROOM = 1 << 14
const KERNEL_GROWTH = 4
/** Lines for which a tree has room if it gets a kernel because of the number of goroutines. */
const KERNEL_LINES = 256

export class LineStore {
  /** They grow; the tree starts over when it is full, so memory stays bounded whatever the input. */
  #tables: Tables = NO_LINES
  protected hot: Int32Array = this.#tables.hot
  protected cold: Int32Array = this.#tables.cold
  /** Hash of parent and literal part → first line with that hash. Only for lines whose parent has more than a few children. */
  protected buckets: Int32Array = this.#tables.buckets
  protected numbers: Int32Array = this.#tables.numbers
  #numberedBy: object | undefined
  protected arena: Buffer = this.#tables.arena
  protected words: DataView = this.#tables.words
  /** Walks the tree; undefined while the tree is small, and without WebAssembly. */
  protected kernel: WalkKernel | undefined
  /** When to use a kernel. */
  protected readonly use: KernelUse
  protected used = 0
  /** The buffer from which lines were last stored. */
  #source: Buffer = NO_BYTES
  #sourceWords: DataView = NO_WORDS
  protected count = 1

  protected constructor(use: KernelUse) {
    this.use = use
  }

  /** Bytes in use, with a word for the stack of each line. */
  protected get size(): number {
    return this.used + this.count * LINE_BYTES
  }

  /** Bytes that the tables take, used or not. In the memory of a kernel, pages that were never written do not count. */
  protected get allocated(): number {
    if (this.kernel !== undefined) return this.size + this.buckets.byteLength
    return (
      this.arena.length + this.hot.byteLength + this.cold.byteLength + this.buckets.byteLength + this.numbers.byteLength
    )
  }

  protected clear(): void {
    if (this.#tables === NO_LINES) return
    this.hot.fill(0, 0, HOT)
    this.cold.fill(0, 0, COLD)
    this.buckets.fill(0)
    this.kernel?.forget()
    this.count = 1
    this.used = 0
  }

  /** Number of lines, including the root. */
  get lines(): number {
    return this.count
  }

  /** Announces the number of goroutines of a dump: with many, a kernel is worthwhile even for few lines. */
  growFor(goroutines: number): void {
    if (this.kernel !== undefined || this.buckets.length >= KERNEL_LINES) return
    if (goroutines >= this.use.goroutines) this.grow(KERNEL_LINES, this.arena.length)
  }

  protected get growth(): number {
    return this.kernel === undefined ? 2 : KERNEL_GROWTH
  }

  protected grow(lines: number, arenaBytes: number): void {
    const { hot, cold, arena, kernel: before } = this
    const room = Math.max(lines, KERNEL_ROOM)
    const kernel =
      lines < this.use.lines ? undefined : WalkKernel.open(room, Math.max(arenaBytes, room * LITERAL_BYTES))
    const tables = kernel?.tables ?? plainTables(lines, arenaBytes)
    tables.hot.set(hot)
    tables.cold.set(cold)
    tables.numbers.set(this.numbers)
    arena.copy(tables.arena, 0, 0, this.used)
    this.kernel = kernel
    this.#tables = tables
    this.hot = tables.hot
    this.cold = tables.cold
    this.buckets = tables.buckets
    this.numbers = tables.numbers
    this.arena = tables.arena
    this.words = tables.words
    for (let line = 1; line < this.count; line++)
      if (((tables.cold[(this.cold[line * COLD + ABOVE] as number) * COLD + DEPTH] as number) & HASHED) !== 0)
        this.#putInBucket(line)
    if (before !== undefined) kernel?.knowAs(before)
  }

  /** Runs the kernel, if there is one (WalkKernel.run). It may add lines whose parts it knows from elsewhere, at depths less than `depth`. */
  run(line: KnownLine, buf: Buffer, pos: number, end: number, dump: number, most: number, depth: number): number {
    const { kernel } = this
    if (kernel === undefined) return NOT_KNOWN
    kernel.begin(this.count, this.used, depth)
    const why = kernel.run(line, buf, pos, end, dump, most)
    this.count = kernel.lines
    this.used = kernel.bytes
    return why
  }

  /** The number, in the texts, of the name or path in the line; 0 if not set. */
  number(line: KnownLine): number {
    return this.numbers[line] as number
  }

  setNumber(line: KnownLine, number: number): void {
    this.numbers[line] = number
  }

  /** Numbers refer to `texts` from now on; numbers of other texts are forgotten. */
  numberBy(texts: object): void {
    if (texts !== this.#numberedBy) this.numbers.fill(0)
    this.#numberedBy = texts
  }

  /** Does a kernel walk it and add plain lines? */
  get hasKernel(): boolean {
    return this.kernel !== undefined
  }

  /** Tells the kernel that `line` is a plain one (line-fast.ts) and stays. */
  know(line: KnownLine): void {
    this.kernel?.know(line)
  }

  /** Stores the literal part; returns its offset in `bytes`. */
  protected store(buf: Buffer, start: number, length: number): number {
    const at = this.used
    if (at + length > this.arena.length)
      this.grow(
        Math.max(SMALLEST_LINES, this.buckets.length),
        Math.max(SMALLEST_ARENA, this.arena.length * this.growth, at + length),
      )
    const { arena, words } = this
    if (buf !== this.#source) {
      this.#source = buf
      this.#sourceWords = wordsOf(buf)
    }
    const source = this.#sourceWords
    // A call of `copy` takes three times as long.
    let i = 0
    for (; i + WORD <= length; i += WORD) words.setInt32(at + i, source.getInt32(start + i))
    for (; i < length; i++) arena[at + i] = buf[start + i] as number
    this.used += length
    return at
  }

  /** Releases the buffer from which lines were stored. */
  protected leaveSource(): void {
    this.#source = NO_BYTES
    this.#sourceWords = NO_WORDS
  }

  /** Puts `line` into its bucket. */
  protected index(line: KnownLine): void {
    const hash = hashLiteral(this.arena, this.words, this.start(line), this.length(line))
    this.cold[line * COLD + KEY] = keyOf(this.cold[line * COLD + ABOVE] as number, hash)
    this.#putInBucket(line)
  }

  /** Like `index`, for a line whose key is known. */
  #putInBucket(line: KnownLine): void {
    const { cold, buckets } = this
    cold[line * COLD + NEXT_IN_BUCKET] = NONE_OF_THEM
    const bucket = (cold[line * COLD + KEY] as number) & (buckets.length - 1)
    let last = buckets[bucket] as number
    if (last === NONE_OF_THEM) {
      buckets[bucket] = line
      return
    }
    // At the end: a line that was put together from pieces may be here twice, and the first one must be found.
    let left = MOST_IN_BUCKET
    for (let next = last; next !== NONE_OF_THEM; next = cold[next * COLD + NEXT_IN_BUCKET] as number) {
      last = next
      if (left-- === 0) return
    }
    cold[last * COLD + NEXT_IN_BUCKET] = line
  }

  /** Takes `line`, the last one in it, out of its bucket. */
  protected unindex(line: KnownLine): void {
    const { cold, buckets } = this
    const bucket = (cold[line * COLD + KEY] as number) & (buckets.length - 1)
    if (buckets[bucket] === line) buckets[bucket] = NONE_OF_THEM
    for (
      let each = buckets[bucket] as number;
      each !== NONE_OF_THEM;
      each = cold[each * COLD + NEXT_IN_BUCKET] as number
    )
      if (cold[each * COLD + NEXT_IN_BUCKET] === line) cold[each * COLD + NEXT_IN_BUCKET] = NONE_OF_THEM
  }

  /** The literal parts; valid until the next `add`. */
  get bytes(): Buffer {
    return this.arena
  }

  /** The same memory as `bytes`. */
  get bytesAsWords(): DataView {
    return this.words
  }

  /** Offset of the literal part in `bytes`. */
  start(line: KnownLine): number {
    return this.hot[line * HOT + AT] as number
  }

  /** Length of the literal part. */
  length(line: KnownLine): number {
    return (this.hot[line * HOT + SHAPE] as number) >>> LENGTH_SHIFT
  }
}

/** Mixes in the parent, since children of different lines share the buckets. */
export function keyOf(parent: KnownLine, hash: number): number {
  return hash ^ Math.imul(parent, 0x9e3779b1)
}
