/**
 * Every stack seen so far, as a tree of its lines: parsing a goroutine is a walk down this tree. A known line costs a comparison of bytes; an
 * unknown one is read once (line.ts) and becomes a child. Nothing relies on a hash alone.
 *
 * Hot: guarded by `npm run bench` (dump-heavy). Children are tried in this order: the one that matched last; all of them while they are few;
 * otherwise by a hash of the literal part of the line.
 */
import { CR, DIGIT, LF, PAREN_CLOSE, REGISTER, ZERO } from '../core/ascii.ts'
import type { LineText } from '../text/line.ts'
import { callOf, numberAt, TracedCalls } from './calls.ts'
import { hashLiteral, literalLength } from './hash.ts'
import { KnownNames } from './known-names.ts'
import { keyOf } from './line-store.ts'
import { LineTable, TAILS } from './line-table.ts'
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
  type KnownLine,
  LAST,
  LAST_BYTES,
  LENGTH_SHIFT,
  LOW_BITS,
  NEXT,
  NEXT_IN_BUCKET,
  NONE_OF_THEM,
  PARENT,
  RECENT,
  REGISTERS,
  ROOT,
  SHAPE,
  TAIL_SHIFT,
  TRACED,
  WAITING,
} from './rows.ts'
import { endOfArguments, isSame, isSameShort, WORD } from './same-bytes.ts'
import type { StackEntry } from './stack.ts'
import { type KernelUse, WORTH_ITS_WHILE } from './tables.ts'
import { NO_DUMP, type WalkKernel } from './walk.ts'

/** Children that are compared one by one before they are hashed. */
const FEW_CHILDREN = 24

export class StackTree extends LineTable {
  /** The stack of goroutines that end at a line, once one has. */
  readonly #entries: (StackEntry | undefined)[] = [undefined]
  readonly #limit: number
  readonly names: KnownNames = new KnownNames(this)
  /** Bytes of the stacks: two that differ only in their last line share all other lines, but not their code. */
  #text = 0
  /** Bytes of the texts that are new since the last stack was made. */
  newTexts = 0
  /** How often the tree was cleared because it was full. */
  restarts = 0
  /** Calls of the goroutine that is being walked. */
  readonly calls: TracedCalls = new TracedCalls()

  /** `use`: when a kernel walks it, which takes a separate memory. */
  constructor(limitBytes: number, use: KernelUse = WORTH_ITS_WHILE) {
    super(use)
    this.#limit = limitBytes
  }

  get full(): boolean {
    return this.size >= this.#limit || this.#text >= this.#limit
  }

  /** Bytes that it takes, with the texts of its stacks. */
  get memory(): number {
    return this.allocated + this.#text
  }

  /** Forgets everything; call it only between goroutines. */
  restart(): void {
    this.clear()
    this.#entries.fill(undefined)
    this.#text = 0
    this.names.clear()
    this.restarts++
  }

  entry(line: KnownLine): StackEntry | undefined {
    return this.#entries[line]
  }

  setEntry(line: KnownLine, entry: StackEntry): void {
    this.#text += entry.stack.bytes
    // Without holes.
    while (this.#entries.length < line) this.#entries.push(undefined)
    this.#entries[line] = entry
  }

  /** Offsets of the last line that was matched, and of the line after it. */
  from = 0
  after = 0

  /** The child of `line` that equals the line at `pos`, or undefined. */
  step(line: KnownLine, buf: Buffer, words: DataView, pos: number, end: number): KnownLine | undefined {
    const recent = this.hot[line * HOT + RECENT] as number
    if (recent === NONE_OF_THEM) return undefined
    if (this.#match(recent, buf, words, pos, end, false) === recent) return recent
    return this.#other(line, buf, words, pos, end)
  }

  /** Goes down from `line` as far as the lines from `pos` on are known; returns the last of them, or `line` itself. */
  walk(line: KnownLine, buf: Buffer, words: DataView, pos: number, end: number): KnownLine {
    const kernel = this.kernelFor(buf, pos, end)
    if (kernel === undefined) return this.walkPlain(line, buf, words, pos, end)
    let at = line
    let start = pos
    for (;;) {
      kernel.run(at, buf, start, end, NO_DUMP, 0)
      if (kernel.line !== at) {
        at = kernel.line
        start = kernel.after
        this.from = kernel.from
        this.after = start
        kernel.noteLast(this.calls, buf)
      }
      if (start >= end || kernel.hasWhole(start, end)) return at
      // The line continues past what is in the memory of the kernel.
      if (!kernel.seeFrom(buf, start, end)) return this.walkPlain(at, buf, words, start, end)
    }
  }

  /** The kernel, if there is one and it is worthwhile. */
  kernelFor(buf: Buffer, pos: number, end: number): WalkKernel | undefined {
    const { kernel, use } = this
    if (kernel === undefined) return undefined
    return end - pos >= use.bytes || kernel.has(buf, pos) ? kernel : undefined
  }

  /** Notes that `dump` has more than a few goroutines that end at `line`. */
  ended(line: KnownLine, dump: number): void {
    this.cold[line * COLD + DUMP] = dump
  }

  /** Like `walk`, without the kernel: the reference implementation. */
  walkPlain(line: KnownLine, buf: Buffer, words: DataView, pos: number, end: number): KnownLine {
    let at = line
    let start = pos
    while (start < end) {
      const recent = this.hot[at * HOT + RECENT] as number
      if (recent === NONE_OF_THEM) break
      const last = this.#match(recent, buf, words, start, end, true)
      if (last !== NONE_OF_THEM) {
        at = last
        start = this.after
        if (start >= end) break
      }
      const other = this.#other(at, buf, words, start, end)
      if (other === undefined) break
      at = other
      start = this.after
    }
    return at
  }

  /** Releases `buf`, or whichever buffer was walked: its content may change. */
  leave(buf?: Buffer): void {
    this.calls.leave()
    this.leaveSource()
    this.kernel?.leave(buf)
  }

  /** Like `step`, for the children other than the one that matched last. */
  #other(line: KnownLine, buf: Buffer, words: DataView, pos: number, end: number): KnownLine | undefined {
    const cold = this.cold
    const row = line * COLD
    if (cold[row + FIRST] === cold[row + LAST]) return undefined
    const hot = this.hot
    const recent = hot[line * HOT + RECENT] as number
    const hashed = ((cold[row + DEPTH] as number) & HASHED) !== 0
    const next = hashed ? NEXT_IN_BUCKET : NEXT
    const key = hashed ? keyOf(line, hashLiteral(buf, words, pos, literalLength(buf, pos, end))) : 0
    let child = (hashed ? this.buckets[key & (this.buckets.length - 1)] : cold[row + FIRST]) as number
    while (child !== NONE_OF_THEM) {
      if (
        child !== recent &&
        (!hashed || (cold[child * COLD + KEY] === key && cold[child * COLD + ABOVE] === line)) &&
        this.#match(child, buf, words, pos, end, false) === child
      ) {
        hot[line * HOT + RECENT] = child
        return child
      }
      child = cold[child * COLD + next] as number
    }
    return undefined
  }

  /**
   * Is the line at `pos` equal to `line`? `on`: continue with the child that followed last. Returns the last line that matches. A single loop for
   * a whole stack: with a call per line, known stacks took a tenth longer.
   */
  #match(line: KnownLine, buf: Buffer, words: DataView, pos: number, end: number, on: boolean): KnownLine {
    const hot = this.hot
    const known = this.words
    let matched = NONE_OF_THEM
    let from = pos
    let start = pos
    let traced = 0
    let parent = -1
    const { calls } = this
    for (let next = line; next !== NONE_OF_THEM; ) {
      const row = next * HOT
      const shape = hot[row + SHAPE] as number
      const length = shape >>> LENGTH_SHIFT
      const stop = start + length
      if (stop >= end) break
      if (length < WORD) {
        if (!isSameShort(this.arena, hot[row + AT] as number, buf, start, stop)) break
      } else {
        if (words.getInt32(stop - WORD, true) !== hot[row + LAST_BYTES]) break
        if (!isSame(known, hot[row + AT] as number, words, start, stop)) break
      }
      let p = stop
      let c = buf[p] as number
      const tail = (shape >> TAIL_SHIFT) & LOW_BITS
      if (tail === ARGUMENTS || tail >= TRACED) {
        p = endOfArguments(buf, words, p, end)
        if (buf[p] !== PAREN_CLOSE) break
        c = buf[++p] as number
        if (tail !== ARGUMENTS) traced = stop
      } else if (tail === PARENT) {
        if (DIGIT[c] !== 1) break
        parent = 0
        while (DIGIT[c] === 1) {
          parent = parent * 10 + (c - ZERO)
          c = buf[++p] as number
        }
      } else if (tail === REGISTERS) {
        while (REGISTER[c] === 1) c = buf[++p] as number
      } else if (tail === ANY) {
        while (c !== LF && c !== CR) c = buf[++p] as number
      }
      if (c === CR) c = buf[++p] as number
      if (c !== LF) break
      matched = next
      if (traced !== 0) {
        calls.note(buf, traced, tail === WAITING)
        traced = 0
      }
      if (tail === PARENT) calls.parent = parent
      from = start
      start = p + 1
      if (!on || start >= end) break
      next = hot[next * HOT + RECENT] as number
    }
    if (matched !== NONE_OF_THEM) {
      this.from = from
      this.after = start
    }
    return matched
  }

  /** Adds the line at [start, …) of `buf`, parsed as `line`, below `parent`. */
  add(parent: KnownLine, buf: Buffer, start: number, line: LineText): KnownLine {
    const at = this.store(buf, start, line.literal)
    const call = line.tail === 'arguments' ? callOf(this.arena, at, at + line.literal) : undefined
    const tail = call === undefined ? TAILS[line.tail] : call === 'waits' ? WAITING : TRACED
    const child = this.append(parent, at, line.literal, tail, line.kind)
    const cold = this.cold
    const above = parent * COLD
    if (call !== undefined) this.calls.note(buf, start + line.literal, call === 'waits')
    else if (line.tail === 'parent') this.calls.parent = numberAt(buf, start + line.literal)
    if (((cold[above + DEPTH] as number) & HASHED) !== 0) this.index(child)
    else if (this.#isMany(parent)) {
      cold[above + DEPTH] = (cold[above + DEPTH] as number) | HASHED
      for (let each = cold[above + FIRST] as number; each !== NONE_OF_THEM; each = cold[each * COLD + NEXT] as number)
        this.index(each)
    }
    return child
  }

  /** Removes the line that was added last, unless it has children. */
  takeBack(line: KnownLine): void {
    if (line !== this.count - 1 || this.firstChild(line) !== ROOT) return
    const parent = this.parent(line)
    if (((this.cold[parent * COLD + DEPTH] as number) & HASHED) !== 0) this.unindex(line)
    this.removeLast()
    if (line < this.#entries.length) this.#entries[line] = undefined
    this.names.takeBack()
  }

  #isMany(parent: KnownLine): boolean {
    let left = FEW_CHILDREN
    for (let child = this.firstChild(parent); child !== NONE_OF_THEM; child = this.nextChild(child))
      if (left-- === 0) return true
    return false
  }
}
