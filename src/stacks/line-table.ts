/**
 * The lines of the tree of stacks, as rows of two tables of numbers, with their text in one buffer: as objects each would take four times the
 * memory, and a walk would wait for it.
 */
import { wordsOf } from '../core/ascii.ts'
import type { LineKind, Tail } from '../text/line.ts'

const NONE = 0
export const ARGUMENTS = 1
export const REGISTERS = 2
export const PARENT = 3
export const ANY = 4
/** As ARGUMENTS, of a function whose first argument says who waits for whom: calls.ts. In the second a goroutine waits. */
export const TRACED = 5
export const WAITING = 6
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

/**
 * What a walk reads of each line, side by side with what it reads of the next: where the literal part stands in the arena; its
 * length, tail and kind; its last four bytes, since that is where lines mostly differ; and the child that matched last.
 */
export const HOT = 4
export const AT = 0
export const SHAPE = 1
export const LAST_BYTES = 2
export const RECENT = 3
export const LENGTH_SHIFT = 6
export const TAIL_SHIFT = 3
export const LOW_BITS = 7

/** The rest: how lines hang together, how deep one is and whether its children are hashed, and the next child with its hash. */
export const COLD = 6
export const ABOVE = 0
export const FIRST = 1
export const LAST = 2
export const NEXT = 3
export const DEPTH = 4
export const SAME_HASH = 5
export const HASHED = 1

/** Bytes of a line beside its text: two rows, and a word for its stack. */
const LINE_BYTES = (HOT + COLD) * 4 + 8
/** Thousands of streams may have a dump open, of a few lines each. */
const SMALLEST_LINES = 4
const SMALLEST_ARENA = 512

export class LineTable {
  /** Grows; starts over when full, so that memory stays bounded whatever the input. */
  protected arena: Buffer = Buffer.allocUnsafe(SMALLEST_ARENA)
  protected words: DataView = wordsOf(this.arena)
  #used = 0
  protected hot: Int32Array = new Int32Array(SMALLEST_LINES * HOT)
  protected cold: Int32Array = new Int32Array(SMALLEST_LINES * COLD)
  protected count = 1

  /** What it takes, with a word for the stack of each line. */
  protected get size(): number {
    return this.#used + this.count * LINE_BYTES
  }

  protected clear(): void {
    this.hot.fill(0, 0, HOT)
    this.cold.fill(0, 0, COLD)
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
    if ((child + 1) * HOT > this.hot.length) this.#grow()
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
    cold[own + SAME_HASH] = NONE_OF_THEM
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

  #grow(): void {
    const hot = new Int32Array(this.hot.length * 2)
    hot.set(this.hot)
    this.hot = hot
    const cold = new Int32Array(this.cold.length * 2)
    cold.set(this.cold)
    this.cold = cold
  }

  /** Keeps the literal part; returns where it is in `bytes`. */
  protected store(buf: Buffer, start: number, length: number): number {
    if (this.#used + length > this.arena.length) {
      const arena = Buffer.alloc(Math.max(this.arena.length * 2, this.#used + length))
      this.arena.copy(arena, 0, 0, this.#used)
      this.arena = arena
      this.words = wordsOf(arena)
    }
    const at = this.#used
    const arena = this.arena
    for (let i = 0; i < length; i++) arena[at + i] = buf[start + i] as number
    this.#used += length
    return at
  }

  /** Where literal parts stand: good until the next `add`. */
  get bytes(): Buffer {
    return this.arena
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
