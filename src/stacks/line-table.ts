/**
 * The lines of the tree of stacks, as rows of two tables of numbers, with their text in one buffer: objects would take four times the memory,
 * and slow a walk down by cache misses. line-store.ts has the tables.
 */
import type { LineKind, Tail } from '../text/line.ts'
import { LineStore, SMALLEST_LINES } from './line-store.ts'
import {
  ABOVE,
  ANY,
  ARGUMENTS,
  AT,
  COLD,
  DEPTH,
  DUMP,
  FIRST,
  HOT,
  type KnownLine,
  LAST,
  LAST_BYTES,
  LENGTH_SHIFT,
  LOW_BITS,
  NEXT,
  NEXT_IN_BUCKET,
  NONE,
  NONE_OF_THEM,
  PARENT,
  RECENT,
  REGISTERS,
  SHAPE,
  TAIL_SHIFT,
  TRACED,
} from './rows.ts'
import { NO_DUMP } from './walk.ts'

export const TAILS: Readonly<Record<Tail, number>> = {
  none: NONE,
  arguments: ARGUMENTS,
  registers: REGISTERS,
  parent: PARENT,
  any: ANY,
}

const KINDS: readonly LineKind[] = ['note', 'func', 'file', 'created', 'ancestor', 'elided', 'unavailable']
/** The inverse of KINDS. */
const CODES: Readonly<Record<LineKind, number>> = {
  note: 0,
  func: 1,
  file: 2,
  created: 3,
  ancestor: 4,
  elided: 5,
  unavailable: 6,
}

export class LineTable extends LineStore {
  kind(line: KnownLine): LineKind {
    return KINDS[(this.hot[line * HOT + SHAPE] as number) & LOW_BITS] as LineKind
  }

  /** What follows the literal part, a value of `TAILS`. */
  tail(line: KnownLine): number {
    const tail = ((this.hot[line * HOT + SHAPE] as number) >> TAIL_SHIFT) & LOW_BITS
    return tail >= TRACED ? ARGUMENTS : tail
  }

  /** The parent of a first line is the root; that of the root is itself. */
  parent(line: KnownLine): KnownLine {
    return this.cold[line * COLD + ABOVE] as number
  }

  /** The child that was added first; the root if there is none. */
  firstChild(line: KnownLine): KnownLine {
    return this.cold[line * COLD + FIRST] as number
  }

  /** The next child of the same line; the root if there is none. */
  nextChild(line: KnownLine): KnownLine {
    return this.cold[line * COLD + NEXT] as number
  }

  /** Number of lines above it, including the root. */
  depth(line: KnownLine): number {
    return (this.cold[line * COLD + DEPTH] as number) >> 1
  }

  /** Adds a line as the last child of `parent`, with a literal part of `length` bytes at `at` of `bytes`. */
  protected append(parent: KnownLine, at: number, length: number, tail: number, kind: LineKind): KnownLine {
    const child = this.count++
    if ((child + 1) * HOT > this.hot.length)
      this.grow(Math.max(SMALLEST_LINES, this.buckets.length * this.growth), this.arena.length)
    const { hot, cold } = this
    const row = child * HOT
    hot[row + AT] = at
    hot[row + SHAPE] = (length << LENGTH_SHIFT) | (tail << TAIL_SHIFT) | CODES[kind]
    hot[row + LAST_BYTES] = length >= 4 ? this.words.getInt32(at + length - 4, true) : 0
    hot[row + RECENT] = NONE_OF_THEM
    this.numbers[child] = 0
    const own = child * COLD
    const above = parent * COLD
    // The rows may hold old lines from before the tables started over.
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

  /** Removes the line that was added last; it must not have children. */
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
    this.used = this.start(line)
    this.count--
  }

  /** The literal part, or its first `most` bytes, as Latin-1. */
  literal(line: KnownLine, most: number = this.length(line)): string {
    const start = this.start(line)
    return this.arena.toString('latin1', start, start + Math.min(most, this.length(line)))
  }
}
