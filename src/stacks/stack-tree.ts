/**
 * Every stack seen so far, as a tree of its lines: the parser of goroutines is a walk down this tree. A line that is known
 * costs a comparison of bytes; a line that is not is read once (line.ts) and becomes a child. Nothing rests on a hash alone.
 *
 * Hot: guarded by `npm run bench` (dump-heavy). A child is tried in this order: the one that matched last; all of them while
 * they are few; by a hash of the line's literal part. Lines are rows of two tables of numbers: as objects each would take four times the
 * memory, and a walk would wait for it.
 */
import { ARGUMENT, ARGUMENT_BYTES, CR, DIGIT, LF, PAREN_CLOSE, REGISTER, wordsOf, ZERO } from '../core/ascii.ts'
import type { LineKind, LineText, Tail } from '../text/line.ts'
import { callOf, numberAt, TracedCalls } from './calls.ts'
import { hashLine, hashLiteral } from './hash.ts'
import type { StackEntry } from './stack.ts'

const NONE = 0
const ARGUMENTS = 1
const REGISTERS = 2
const PARENT = 3
const ANY = 4
/** As ARGUMENTS, of a function whose first argument says who waits for whom: calls.ts. In the second a goroutine waits. */
const TRACED = 5
const WAITING = 6
export const TAILS: Readonly<Record<Tail, number>> = {
  none: NONE,
  arguments: ARGUMENTS,
  registers: REGISTERS,
  parent: PARENT,
  any: ANY,
}

/** Two bytes at once: half the steps through the longest part of a line that varies. */
const ARGUMENT_PAIR = new Uint8Array(1 << 16)
for (const a of ARGUMENT_BYTES)
  for (const b of ARGUMENT_BYTES) ARGUMENT_PAIR[a.charCodeAt(0) | (b.charCodeAt(0) << 8)] = 1

/** Bytes that are read at once. */
const WORD = 4

/** Children compared one by one before a hash is asked. */
const FEW = 24
/** Lines with one hash that are found by it: of more, which only somebody who knows the hash can make, the others are read anew each time. */
const SAME = 64

/** A line of the tree, as `StackTree` knows it: good until it starts over. */
export type KnownLine = number

/** Above the first lines of all stacks; no child of any line, so that it also stands for none. */
export const ROOT: KnownLine = 0
const NONE_OF_THEM = 0

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
const HOT = 4
const AT = 0
const SHAPE = 1
const LAST_BYTES = 2
const RECENT = 3
const LENGTH_SHIFT = 6
const TAIL_SHIFT = 3
const LOW_BITS = 7

/** The rest: how lines hang together, how deep one is and whether its children are hashed, and the next child with its hash. */
const COLD = 6
const ABOVE = 0
const FIRST = 1
const LAST = 2
const NEXT = 3
const DEPTH = 4
const SAME_HASH = 5
const HASHED = 1

/** Of a known line, what tells its like from a log line. */
const START_BYTES = 5

/** Bytes of a line beside its text: two rows, and a word for its stack. */
const LINE_BYTES = (HOT + COLD) * 4 + 8
/** Thousands of streams may have a dump open, of a few lines each. */
const SMALLEST_LINES = 4
const SMALLEST_ARENA = 512

export class StackTree {
  /** Grows; starts over when full, so that memory stays bounded whatever the input. */
  #arena = Buffer.allocUnsafe(SMALLEST_ARENA)
  #words = wordsOf(this.#arena)
  #used = 0
  #hot = new Int32Array(SMALLEST_LINES * HOT)
  #cold = new Int32Array(SMALLEST_LINES * COLD)
  #count = 1
  /** The stack of the goroutines that end at a line, once one has. */
  #entries: (StackEntry | undefined)[] = [undefined]
  /** Hash of parent and literal part → the first child that has it. Only of lines with more than a few children. */
  readonly #byHash = new Map<number, KnownLine>()
  readonly #limit: number
  readonly #starts = new Set<string>()
  /** Lines up to here are in `#starts`. */
  #startsUpTo = 1
  /** How often the tree was dropped for being full. */
  restarts = 0
  /** Calls of the goroutine that the walk is in. */
  readonly calls: TracedCalls = new TracedCalls()

  constructor(limitBytes: number) {
    this.#limit = limitBytes
  }

  get full(): boolean {
    return this.#used + this.#count * LINE_BYTES >= this.#limit
  }

  /** Forgets everything; only between goroutines. */
  restart(): void {
    this.#hot.fill(0, 0, HOT)
    this.#cold.fill(0, 0, COLD)
    this.#count = 1
    this.#used = 0
    this.#entries = [undefined]
    this.#byHash.clear()
    this.#starts.clear()
    this.#startsUpTo = 1
    this.restarts++
  }

  kind(line: KnownLine): LineKind {
    return KINDS[(this.#hot[line * HOT + SHAPE] as number) & LOW_BITS] as LineKind
  }

  /** What stands behind the literal part, as `TAILS` has it. */
  tail(line: KnownLine): number {
    const tail = ((this.#hot[line * HOT + SHAPE] as number) >> TAIL_SHIFT) & LOW_BITS
    return tail >= TRACED ? ARGUMENTS : tail
  }

  /** Of a first line: the root. Of the root: itself. */
  parent(line: KnownLine): KnownLine {
    return this.#cold[line * COLD + ABOVE] as number
  }

  /** The child that was added first; the root when there is none. */
  firstChild(line: KnownLine): KnownLine {
    return this.#cold[line * COLD + FIRST] as number
  }

  /** The next child of the same line; the root when there is none. */
  nextChild(line: KnownLine): KnownLine {
    return this.#cold[line * COLD + NEXT] as number
  }

  /** Lines above it, the root included. */
  depth(line: KnownLine): number {
    return (this.#cold[line * COLD + DEPTH] as number) >> 1
  }

  entry(line: KnownLine): StackEntry | undefined {
    return this.#entries[line]
  }

  setEntry(line: KnownLine, entry: StackEntry): void {
    this.#entries[line] = entry
  }

  /** Does some known line begin with `text`, five characters? What begins a dump line begins no log line. */
  beginsLine(text: string): boolean {
    for (; this.#startsUpTo < this.#count; this.#startsUpTo++) {
      const line = this.#startsUpTo
      if (this.kind(line) === 'func') this.#starts.add(this.literal(line, START_BYTES))
    }
    if (this.#starts.has(text)) return true
    // `a.b(`, and then the arguments.
    const shortest = 'a.('.length
    for (let end = shortest; end < text.length; end++) if (this.#starts.has(text.slice(0, end))) return true
    return false
  }

  /** Where the last line that was matched begins, and the offset behind its line end. */
  from = 0
  after = 0

  /** The child of `line` that the line at `pos` is, or undefined. */
  step(line: KnownLine, buf: Buffer, words: DataView, pos: number, end: number): KnownLine | undefined {
    const recent = this.#hot[line * HOT + RECENT] as number
    if (recent === NONE_OF_THEM) return undefined
    if (this.#match(recent, buf, words, pos, end, false) === recent) return recent
    return this.#other(line, buf, words, pos, end)
  }

  /** Goes down from `line` as far as the lines from `pos` on are known: returns the last of them, or `line` itself. */
  walk(line: KnownLine, buf: Buffer, words: DataView, pos: number, end: number): KnownLine {
    let at = line
    let start = pos
    while (start < end) {
      const recent = this.#hot[at * HOT + RECENT] as number
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

  /** As `step`, among the children beside the one that matched last. */
  #other(line: KnownLine, buf: Buffer, words: DataView, pos: number, end: number): KnownLine | undefined {
    const cold = this.#cold
    const row = line * COLD
    if (cold[row + FIRST] === cold[row + LAST]) return undefined
    const hot = this.#hot
    const recent = hot[line * HOT + RECENT] as number
    const hashed = ((cold[row + DEPTH] as number) & HASHED) !== 0
    const next = hashed ? SAME_HASH : NEXT
    let child = hashed ? (this.#byHash.get(mix(line, hashLine(buf, pos, end))) ?? NONE_OF_THEM) : cold[row + FIRST]
    while (child !== undefined && child !== NONE_OF_THEM) {
      if (
        child !== recent &&
        cold[child * COLD + ABOVE] === line &&
        this.#match(child, buf, words, pos, end, false) === child
      ) {
        hot[line * HOT + RECENT] = child
        return child
      }
      child = cold[child * COLD + next]
    }
    return undefined
  }

  /**
   * Is the line at `pos` this one? `on`: and are those behind it the ones that followed last? Returns the last that is. One loop for a whole
   * stack: with a call for each line, known stacks took a tenth longer.
   */
  #match(line: KnownLine, buf: Buffer, words: DataView, pos: number, end: number, on: boolean): KnownLine {
    const hot = this.#hot
    const known = this.#words
    let matched = NONE_OF_THEM
    let from = pos
    let start = pos
    let traced = 0
    let parent = -1
    for (let next = line; next !== NONE_OF_THEM; ) {
      const row = next * HOT
      const shape = hot[row + SHAPE] as number
      const length = shape >>> LENGTH_SHIFT
      const stop = start + length
      if (stop >= end) break
      if (length < WORD) {
        if (!isSameShort(this.#arena, hot[row + AT] as number, buf, start, stop)) break
      } else {
        if (words.getInt32(stop - WORD, true) !== hot[row + LAST_BYTES]) break
        if (!isSame(known, hot[row + AT] as number, words, start, stop)) break
      }
      let p = stop
      let c = buf[p] as number
      const tail = (shape >> TAIL_SHIFT) & LOW_BITS
      if (tail === ARGUMENTS) {
        p = endOfArguments(buf, words, p, end)
        if (buf[p] !== PAREN_CLOSE) break
        c = buf[++p] as number
      } else if (tail >= TRACED) {
        p = endOfArguments(buf, words, p, end)
        if (buf[p] !== PAREN_CLOSE) break
        c = buf[++p] as number
        traced = stop
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
        this.calls.note(buf, traced, tail === WAITING)
        traced = 0
      }
      from = start
      start = p + 1
      if (!on || start >= end) break
      next = hot[next * HOT + RECENT] as number
    }
    if (matched !== NONE_OF_THEM) {
      if (parent >= 0) this.calls.parent = parent
      this.from = from
      this.after = start
    }
    return matched
  }

  /** Adds the line at [start, …) of `buf`, read as `line`, below `parent`. */
  add(parent: KnownLine, buf: Buffer, start: number, line: LineText): KnownLine {
    const at = this.#store(buf, start, line.literal)
    const call = line.tail === 'arguments' ? callOf(this.#arena, at, at + line.literal) : undefined
    const tail = call === undefined ? TAILS[line.tail] : call === 'waits' ? WAITING : TRACED
    const child = this.#count++
    if ((child + 1) * HOT > this.#hot.length) this.#growLines()
    const hot = this.#hot
    const cold = this.#cold
    const row = child * HOT
    hot[row + AT] = at
    hot[row + SHAPE] = (line.literal << LENGTH_SHIFT) | (tail << TAIL_SHIFT) | CODES[line.kind]
    hot[row + LAST_BYTES] = line.literal >= 4 ? this.#words.getInt32(at + line.literal - 4, true) : 0
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
    this.#entries.push(undefined)
    if (call !== undefined) this.calls.note(buf, start + line.literal, call === 'waits')
    else if (line.tail === 'parent') this.calls.parent = numberAt(buf, start + line.literal)
    if (((cold[above + DEPTH] as number) & HASHED) !== 0) this.#index(parent, child)
    else if (this.#isMany(parent)) {
      cold[above + DEPTH] = (cold[above + DEPTH] as number) | HASHED
      for (let each = cold[above + FIRST] as number; each !== NONE_OF_THEM; each = cold[each * COLD + NEXT] as number)
        this.#index(parent, each)
    }
    return child
  }

  /** Takes back the line that was added last, below which no other was. */
  takeBack(line: KnownLine): void {
    if (line !== this.#count - 1 || this.firstChild(line) !== ROOT) return
    const cold = this.#cold
    const parent = this.parent(line)
    const above = parent * COLD
    let before = NONE_OF_THEM
    for (let each = this.firstChild(parent); each !== line; each = this.nextChild(each)) before = each
    if (before === NONE_OF_THEM) cold[above + FIRST] = NONE_OF_THEM
    else cold[before * COLD + NEXT] = NONE_OF_THEM
    cold[above + LAST] = before
    this.#hot[parent * HOT + RECENT] = before
    if (((cold[above + DEPTH] as number) & HASHED) !== 0) this.#forget(parent, line)
    this.#entries.pop()
    this.#used = this.start(line)
    this.#count--
    this.#startsUpTo = Math.min(this.#startsUpTo, this.#count)
  }

  #forget(parent: KnownLine, child: KnownLine): void {
    const key = this.#keyOf(parent, child)
    const cold = this.#cold
    let last = this.#byHash.get(key)
    if (last === child) this.#byHash.delete(key)
    // It is the last one that has this hash.
    for (; last !== undefined && last !== NONE_OF_THEM; last = cold[last * COLD + SAME_HASH])
      if (cold[last * COLD + SAME_HASH] === child) cold[last * COLD + SAME_HASH] = NONE_OF_THEM
  }

  #keyOf(parent: KnownLine, child: KnownLine): number {
    const at = this.start(child)
    return mix(parent, hashLiteral(this.#arena, at, at + this.length(child)))
  }

  #isMany(parent: KnownLine): boolean {
    let left = FEW
    for (let child = this.firstChild(parent); child !== NONE_OF_THEM; child = this.nextChild(child))
      if (left-- === 0) return true
    return false
  }

  #index(parent: KnownLine, child: KnownLine): void {
    const key = this.#keyOf(parent, child)
    const first = this.#byHash.get(key)
    if (first === undefined) {
      this.#byHash.set(key, child)
      return
    }
    // Behind those that were there: a line that was put together of pieces may stand here twice, and the first one is found.
    const cold = this.#cold
    let last = first
    let left = SAME
    for (let next = last; next !== NONE_OF_THEM; next = cold[next * COLD + SAME_HASH] as number) {
      last = next
      if (left-- === 0) return
    }
    cold[last * COLD + SAME_HASH] = child
  }

  #growLines(): void {
    const hot = new Int32Array(this.#hot.length * 2)
    hot.set(this.#hot)
    this.#hot = hot
    const cold = new Int32Array(this.#cold.length * 2)
    cold.set(this.#cold)
    this.#cold = cold
  }

  #store(buf: Buffer, start: number, length: number): number {
    if (this.#used + length > this.#arena.length) {
      const arena = Buffer.alloc(Math.max(this.#arena.length * 2, this.#used + length))
      this.#arena.copy(arena, 0, 0, this.#used)
      this.#arena = arena
      this.#words = wordsOf(arena)
    }
    const at = this.#used
    const arena = this.#arena
    for (let i = 0; i < length; i++) arena[at + i] = buf[start + i] as number
    this.#used += length
    return at
  }

  /** Where literal parts stand: good until the next `add`. */
  get bytes(): Buffer {
    return this.#arena
  }

  /** Offset of the literal part in `bytes`. */
  start(line: KnownLine): number {
    return this.#hot[line * HOT + AT] as number
  }

  /** Length of the literal part. */
  length(line: KnownLine): number {
    return (this.#hot[line * HOT + SHAPE] as number) >>> LENGTH_SHIFT
  }

  /** The literal part, or so much of it, Latin-1. */
  literal(line: KnownLine, most: number = this.length(line)): string {
    const start = this.start(line)
    return this.#arena.toString('latin1', start, start + Math.min(most, this.length(line)))
  }
}

/** Are [pos, stop) the bytes that stand at `a` of the known ones? But for the last four, which were looked at. */
function isSame(known: DataView, at: number, words: DataView, pos: number, stop: number): boolean {
  let a = at
  let p = pos
  const whole = stop - 8
  while (p < whole) {
    if (
      ((known.getInt32(a, true) ^ words.getInt32(p, true)) |
        (known.getInt32(a + 4, true) ^ words.getInt32(p + 4, true))) !==
      0
    )
      return false
    a += 8
    p += 8
  }
  return p >= stop - 4 || known.getInt32(a, true) === words.getInt32(p, true)
}

function isSameShort(known: Buffer, at: number, buf: Buffer, pos: number, stop: number): boolean {
  for (let p = pos, a = at; p < stop; p++, a++) if (known[a] !== buf[p]) return false
  return true
}

/** Where what may be arguments ends. */
function endOfArguments(buf: Buffer, words: DataView, pos: number, end: number): number {
  let p = pos
  if (buf[p] === PAREN_CLOSE) return p
  while (p + 4 <= end) {
    const four = words.getInt32(p, true)
    if (((ARGUMENT_PAIR[four & 0xffff] as number) & (ARGUMENT_PAIR[four >>> 16] as number)) === 0) break
    p += 4
  }
  if (p + 2 <= end && ARGUMENT_PAIR[words.getUint16(p, true)] === 1) p += 2
  return ARGUMENT[buf[p] as number] === 1 ? p + 1 : p
}

/** Children of different lines share one table. */
function mix(parent: KnownLine, hash: number): number {
  return hash ^ Math.imul(parent, 0x9e3779b1)
}
