/**
 * The lines of the tree of stacks, as rows of two tables of numbers, with their text in one buffer: as objects each would take four times the
 * memory, and a walk would wait for it. A table that is more than small stands in the memory of a kernel (walk.ts), which walks it.
 */
import { wordsOf } from '../core/ascii.ts'
import type { LineKind, Tail } from '../text/line.ts'
import { hashLiteral } from './hash.ts'
import {
  ABOVE,
  ANY,
  ARGUMENTS,
  AT,
  COLD,
  DEPTH,
  DUMP,
  FIRST,
  HASHED,
  HOT,
  KEY,
  LAST,
  LAST_BYTES,
  LENGTH_SHIFT,
  LOW_BITS,
  NEXT,
  NEXT_IN_BUCKET,
  NONE,
  PARENT,
  RECENT,
  REGISTERS,
  SHAPE,
  TAIL_SHIFT,
  TRACED,
} from './rows.ts'
import { type KernelUse, NO_DUMP, plainTables, type Tables, WalkKernel } from './walk.ts'

export const TAILS: Readonly<Record<Tail, number>> = {
  none: NONE,
  arguments: ARGUMENTS,
  registers: REGISTERS,
  parent: PARENT,
  any: ANY,
}

/** A line of the tree, as `StackTree` knows it: good until it starts over. */
export type KnownLine = number

/** Above the first lines of all stacks; no child of any line, so that it also stands for none. */
export const ROOT: KnownLine = 0
export const NONE_OF_THEM = 0

const KINDS: readonly LineKind[] = ['note', 'func', 'file', 'created', 'ancestor', 'elided', 'unavailable']
/** The other way around. */
const CODES: Readonly<Record<LineKind, number>> = {
  note: 0,
  func: 1,
  file: 2,
  created: 3,
  ancestor: 4,
  elided: 5,
  unavailable: 6,
}

/** Lines in a bucket: of more, which only somebody who knows the hash can make, the others are read anew each time. */
const MOST_IN_BUCKET = 64

/** Bytes of a line beside its text: two rows, and a word for its stack. */
const LINE_BYTES = (HOT + COLD + 1) * 4 + 8
/** Thousands of streams may have a dump open, of a few lines each, or what may become one, of none. */
const SMALLEST_LINES = 4
const SMALLEST_ARENA = 512
/** The root alone, which nothing is written to: of all trees without a line. */
const NO_LINES = plainTables(1, 0)
/** Most literal parts are as long as this. */
const LITERAL_BYTES = 64
const NOTHING = Buffer.alloc(0)
const NO_WORDS = wordsOf(NOTHING)
const WORD = 4
/**
 * A new memory takes time, and so do the pages of it that are written, for the first time, with what is copied; room that is not used takes none.
 */
const KERNEL_ROOM = 1 << 14
const KERNEL_GROWTH = 4
/** Room of a tree that gets one for the goroutines that walk it. */
const KERNEL_LINES = 256

export class LineTable {
  /** Grow; the table starts over when full, so that memory stays bounded whatever the input. */
  #tables: Tables = NO_LINES
  protected hot: Int32Array = this.#tables.hot
  protected cold: Int32Array = this.#tables.cold
  /** Hash of parent and literal part → the first line that has it. Only of lines whose parent has more than a few. */
  protected buckets: Int32Array = this.#tables.buckets
  protected arena: Buffer = this.#tables.arena
  protected words: DataView = this.#tables.words
  /** Walks the tree; undefined while it is small, and where there is no WebAssembly. */
  protected kernel: WalkKernel | undefined
  /** When it has one. */
  protected readonly use: KernelUse
  #used = 0
  /** What lines were stored from last. */
  #source: Buffer = NOTHING
  #sourceWords: DataView = NO_WORDS
  protected count = 1

  protected constructor(use: KernelUse) {
    this.use = use
  }

  /** What it takes, with a word for the stack of each line. */
  protected get size(): number {
    return this.#used + this.count * LINE_BYTES
  }

  /** What the tables take, used or not; in the memory of a kernel, pages that were never written are none. */
  protected get allocated(): number {
    if (this.kernel !== undefined) return this.#used + this.count * LINE_BYTES + this.buckets.byteLength
    return this.arena.length + this.hot.byteLength + this.cold.byteLength + this.buckets.byteLength
  }

  protected clear(): void {
    if (this.#tables === NO_LINES) return
    this.hot.fill(0, 0, HOT)
    this.cold.fill(0, 0, COLD)
    this.buckets.fill(0)
    this.kernel?.forget()
    this.count = 1
    this.#used = 0
  }

  kind(line: KnownLine): LineKind {
    return KINDS[(this.hot[line * HOT + SHAPE] as number) & LOW_BITS] as LineKind
  }

  /** What stands behind the literal part, as `TAILS` has it. */
  tail(line: KnownLine): number {
    const tail = ((this.hot[line * HOT + SHAPE] as number) >> TAIL_SHIFT) & LOW_BITS
    return tail >= TRACED ? ARGUMENTS : tail
  }

  /** Of a first line: the root. Of the root: itself. */
  parent(line: KnownLine): KnownLine {
    return this.cold[line * COLD + ABOVE] as number
  }

  /** The child that was added first; the root when there is none. */
  firstChild(line: KnownLine): KnownLine {
    return this.cold[line * COLD + FIRST] as number
  }

  /** The next child of the same line; the root when there is none. */
  nextChild(line: KnownLine): KnownLine {
    return this.cold[line * COLD + NEXT] as number
  }

  /** Lines above it, the root included. */
  depth(line: KnownLine): number {
    return (this.cold[line * COLD + DEPTH] as number) >> 1
  }

  /** Adds a line as the last child of `parent`, with a literal part of `length` bytes at `at` of `bytes`. */
  protected append(parent: KnownLine, at: number, length: number, tail: number, kind: LineKind): KnownLine {
    const child = this.count++
    if ((child + 1) * HOT > this.hot.length)
      this.#grow(Math.max(SMALLEST_LINES, this.buckets.length * this.#growth), this.arena.length)
    const { hot, cold } = this
    const row = child * HOT
    hot[row + AT] = at
    hot[row + SHAPE] = (length << LENGTH_SHIFT) | (tail << TAIL_SHIFT) | CODES[kind]
    hot[row + LAST_BYTES] = length >= 4 ? this.words.getInt32(at + length - 4, true) : 0
    hot[row + RECENT] = NONE_OF_THEM
    const own = child * COLD
    const above = parent * COLD
    // Other lines stood here before the tables started over.
    cold[own + FIRST] = NONE_OF_THEM
    cold[own + LAST] = NONE_OF_THEM
    cold[own + NEXT] = NONE_OF_THEM
    cold[own + NEXT_IN_BUCKET] = NONE_OF_THEM
    cold[own + DUMP] = NO_DUMP
    cold[own + ABOVE] = parent
    cold[own + DEPTH] = (this.depth(parent) + 1) << 1
    const before = cold[above + LAST] as number
    if (before === NONE_OF_THEM) cold[above + FIRST] = child
    else cold[before * COLD + NEXT] = child
    cold[above + LAST] = child
    hot[parent * HOT + RECENT] = child
    return child
  }

  /** Removes the line that was added last, and has no children. */
  protected removeLast(): void {
    const line = this.count - 1
    const { cold } = this
    const parent = this.parent(line)
    const above = parent * COLD
    let before = NONE_OF_THEM
    for (let each = this.firstChild(parent); each !== line; each = this.nextChild(each)) before = each
    if (before === NONE_OF_THEM) cold[above + FIRST] = NONE_OF_THEM
    else cold[before * COLD + NEXT] = NONE_OF_THEM
    cold[above + LAST] = before
    this.hot[parent * HOT + RECENT] = before
    this.#used = this.start(line)
    this.count--
  }

  /** A dump has so many goroutines: a kernel may be worth its while, even for few lines. */
  growFor(goroutines: number): void {
    if (this.kernel !== undefined || this.buckets.length >= KERNEL_LINES) return
    if (goroutines >= this.use.goroutines) this.#grow(KERNEL_LINES, this.arena.length)
  }

  get #growth(): number {
    return this.kernel === undefined ? 2 : KERNEL_GROWTH
  }

  #grow(lines: number, arenaBytes: number): void {
    const { hot, cold, arena, kernel: before } = this
    const room = Math.max(lines, KERNEL_ROOM)
    const kernel =
      lines < this.use.lines ? undefined : WalkKernel.open(room, Math.max(arenaBytes, room * LITERAL_BYTES))
    const tables = kernel?.tables ?? plainTables(lines, arenaBytes)
    tables.hot.set(hot)
    tables.cold.set(cold)
    arena.copy(tables.arena, 0, 0, this.#used)
    this.kernel = kernel
    this.#tables = tables
    this.hot = tables.hot
    this.cold = tables.cold
    this.buckets = tables.buckets
    this.arena = tables.arena
    this.words = tables.words
    for (let line = 1; line < this.count; line++)
      if (((tables.cold[this.parent(line) * COLD + DEPTH] as number) & HASHED) !== 0) this.#putInBucket(line)
    if (before !== undefined) kernel?.knowAs(before)
  }

  /** As WalkKernel.run: lines that it knows from elsewhere are added, below `depth`. */
  run(
    kernel: WalkKernel,
    line: KnownLine,
    buf: Buffer,
    pos: number,
    end: number,
    dump: number,
    most: number,
    depth: number,
  ): number {
    kernel.begin(this.count, this.#used, depth)
    const why = kernel.run(line, buf, pos, end, dump, most)
    this.count = kernel.lines
    this.#used = kernel.bytes
    return why
  }

  /** Does a kernel walk it, and add plain lines? */
  get hasKernel(): boolean {
    return this.kernel !== undefined
  }

  /** `line` is a plain one (line-fast.ts), and stays. */
  know(line: KnownLine): void {
    this.kernel?.know(line)
  }

  /** Keeps the literal part; returns where it is in `bytes`. */
  protected store(buf: Buffer, start: number, length: number): number {
    const at = this.#used
    if (at + length > this.arena.length)
      this.#grow(
        Math.max(SMALLEST_LINES, this.buckets.length),
        Math.max(SMALLEST_ARENA, this.arena.length * this.#growth, at + length),
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
    this.#used += length
    return at
  }

  /** The buffer that lines were stored from goes. */
  protected leaveSource(): void {
    this.#source = NOTHING
    this.#sourceWords = NO_WORDS
  }

  /** Puts `line` into its bucket. */
  protected index(line: KnownLine): void {
    const hash = hashLiteral(this.arena, this.words, this.start(line), this.length(line))
    this.cold[line * COLD + KEY] = keyOf(this.parent(line), hash)
    this.#putInBucket(line)
  }

  /** The same of a line whose key is known. */
  #putInBucket(line: KnownLine): void {
    const { cold, buckets } = this
    cold[line * COLD + NEXT_IN_BUCKET] = NONE_OF_THEM
    const bucket = (cold[line * COLD + KEY] as number) & (buckets.length - 1)
    let last = buckets[bucket] as number
    if (last === NONE_OF_THEM) {
      buckets[bucket] = line
      return
    }
    // Behind those that were there: a line that was put together of pieces may stand here twice, and the first one is found.
    let left = MOST_IN_BUCKET
    for (let next = last; next !== NONE_OF_THEM; next = cold[next * COLD + NEXT_IN_BUCKET] as number) {
      last = next
      if (left-- === 0) return
    }
    cold[last * COLD + NEXT_IN_BUCKET] = line
  }

  /** Takes `line`, the last one there, out of its bucket. */
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

  /** Where literal parts stand: good until the next `add`. */
  get bytes(): Buffer {
    return this.arena
  }

  /** As `bytes`. */
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

  /** The literal part, or so much of it, Latin-1. */
  literal(line: KnownLine, most: number = this.length(line)): string {
    const start = this.start(line)
    return this.arena.toString('latin1', start, start + Math.min(most, this.length(line)))
  }
}

/** Children of different lines share the buckets. */
export function keyOf(parent: KnownLine, hash: number): number {
  return hash ^ Math.imul(parent, 0x9e3779b1)
}
