/**
 * Every stack seen so far, as a tree of its lines: the parser of goroutines is a walk down this tree. A line that is known
 * costs a comparison of bytes; a line that is not is read once (line.ts) and becomes a child. Nothing rests on a hash alone.
 *
 * Hot: guarded by `npm run bench` (dump-heavy). A child is tried in this order: the one that matched last; all of them while
 * they are few; by a hash of the line's literal part.
 */
import {
  ARGUMENT,
  ARGUMENT_BYTES,
  BRACKET_OPEN,
  CR,
  DIGIT,
  DOT,
  EQUALS,
  LF,
  PAREN_CLOSE,
  PAREN_OPEN,
  REGISTER,
  SPACE,
  TAB,
} from '../bytes/ascii.ts'
import type { LineKind, LineText, Tail } from './line.ts'
import type { StackEntry } from './stack.ts'

const NONE = 0
const ARGUMENTS = 1
const REGISTERS = 2
const PARENT = 3
const ANY = 4
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

/** Children compared one by one before a hash is asked. */
const FEW = 24

export class KnownLine {
  readonly kind: LineKind
  readonly parent: KnownLine | undefined
  readonly depth: number
  /** Literal part, in the arena. */
  readonly at: number
  readonly length: number
  readonly tail: number
  /** Last four bytes of the literal part: where lines differ, they mostly differ here. */
  readonly last: number
  /** The child that matched last. */
  recent: KnownLine | undefined = undefined
  children: KnownLine[] | undefined = undefined
  byHash: Map<number, KnownLine[]> | undefined = undefined
  /** The stack of the goroutines that end here, once one has. */
  entry: StackEntry | undefined = undefined

  constructor(kind: LineKind, parent: KnownLine | undefined, at: number, length: number, tail: number, last = 0) {
    this.kind = kind
    this.parent = parent
    this.depth = parent === undefined ? 0 : parent.depth + 1
    this.at = at
    this.length = length
    this.tail = tail
    this.last = last
  }
}

export class KnownStacks {
  root: KnownLine = new KnownLine('note', undefined, 0, 0, NONE)
  /** Grows; starts over when full, so that memory stays bounded whatever the input. */
  #arena = Buffer.alloc(64 << 10)
  #words = new DataView(this.#arena.buffer, this.#arena.byteOffset, this.#arena.length)
  #used = 0
  readonly #limit: number
  readonly #starts = new Set<string>()
  /** How often the tree was dropped for being full. */
  restarts = 0

  constructor(limitBytes: number) {
    this.#limit = limitBytes
  }

  get full(): boolean {
    return this.#used >= this.#limit
  }

  /** Forgets everything; only between goroutines. */
  restart(): void {
    this.root = new KnownLine('note', undefined, 0, 0, NONE)
    this.#used = 0
    this.#starts.clear()
    this.restarts++
  }

  /** Does some known line begin with `text`, five characters? What begins a dump line begins no log line. */
  beginsLine(text: string): boolean {
    return this.#starts.has(text)
  }

  /** The child of `node` that the line at `pos` is, or undefined; `after` then holds the offset behind its line end. */
  step(node: KnownLine, buf: Buffer, words: DataView, pos: number, end: number): KnownLine | undefined {
    const recent = node.recent
    if (recent === undefined) return undefined
    if (this.#match(recent, buf, words, pos, end)) return recent
    const children = node.children as KnownLine[]
    const count = children.length
    if (count === 1) return undefined
    const tried = node.byHash === undefined ? children : node.byHash.get(hashLine(buf, pos, end))
    if (tried === undefined) return undefined
    for (let i = 0; i < tried.length; i++) {
      const child = tried[i] as KnownLine
      if (child !== recent && this.#match(child, buf, words, pos, end)) {
        node.recent = child
        return child
      }
    }
    return undefined
  }

  /** Offset behind the line that `step` matched. */
  after = 0

  #match(line: KnownLine, buf: Buffer, words: DataView, pos: number, end: number): boolean {
    const length = line.length
    const stop = pos + length
    if (stop >= end) return false
    let a = line.at
    let p = pos
    if (length >= 4) {
      if (words.getInt32(stop - 4, true) !== line.last) return false
      const known = this.#words
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
      if (p < stop - 4 && known.getInt32(a, true) !== words.getInt32(p, true)) return false
      p = stop
    } else {
      const arena = this.#arena
      while (p < stop) if (arena[a++] !== buf[p++]) return false
    }
    let c = buf[p] as number
    switch (line.tail) {
      case ARGUMENTS:
        while (p + 1 < end && ARGUMENT_PAIR[words.getUint16(p, true)] === 1) p += 2
        c = buf[p] as number
        while (ARGUMENT[c] === 1) c = buf[++p] as number
        if (c !== PAREN_CLOSE) return false
        c = buf[++p] as number
        break
      case REGISTERS:
        while (REGISTER[c] === 1) c = buf[++p] as number
        break
      case PARENT:
        if (DIGIT[c] !== 1) return false
        while (DIGIT[c] === 1) c = buf[++p] as number
        break
      case ANY:
        while (c !== LF && c !== CR) c = buf[++p] as number
        break
    }
    if (c === CR) c = buf[++p] as number
    if (c !== LF) return false
    this.after = p + 1
    return true
  }

  /** Adds the line at [start, …) of `buf`, read as `line`, below `node`. */
  add(node: KnownLine, buf: Buffer, start: number, line: LineText): KnownLine {
    const at = this.#store(buf, start, line.literal)
    if (line.kind === 'func') this.#starts.add(buf.toString('latin1', start, start + 5))
    const last = line.literal >= 4 ? this.#words.getInt32(at + line.literal - 4, true) : 0
    const child = new KnownLine(line.kind, node, at, line.literal, TAILS[line.tail], last)
    if (node.children === undefined) node.children = [child]
    else node.children.push(child)
    node.recent = child
    if (node.byHash !== undefined) this.#index(node.byHash, child)
    else if (node.children.length > FEW) {
      node.byHash = new Map()
      for (const each of node.children) this.#index(node.byHash, each)
    }
    return child
  }

  #index(table: Map<number, KnownLine[]>, line: KnownLine): void {
    const hash = hashLiteral(this.#arena, line.at, line.at + line.length)
    const same = table.get(hash)
    if (same === undefined) table.set(hash, [line])
    else same.push(line)
  }

  #store(buf: Buffer, start: number, length: number): number {
    if (this.#used + length > this.#arena.length) {
      const arena = Buffer.alloc(Math.max(this.#arena.length * 2, this.#used + length))
      this.#arena.copy(arena, 0, 0, this.#used)
      this.#arena = arena
      this.#words = new DataView(arena.buffer, arena.byteOffset, arena.length)
    }
    const at = this.#used
    buf.copy(this.#arena, at, start, start + length)
    this.#used += length
    return at
  }

  /** Where literal parts stand: good until the next `add`. */
  get bytes(): Buffer {
    return this.#arena
  }

  /** The literal part, Latin-1. */
  literal(line: KnownLine): string {
    return this.#arena.toString('latin1', line.at, line.at + line.length)
  }
}

/** Hash of a literal part as `add` stores it. Lines with an `any` tail share one bucket: there are two kinds of them. */
function hashLiteral(buf: Buffer, start: number, end: number): number {
  if (buf[start] === DOT || buf[start] === BRACKET_OPEN) return 0
  let hash = 7
  for (let p = start; p < end; p++) hash = (Math.imul(hash, 31) + (buf[p] as number)) | 0
  return hash
}

/** Hash of what is the literal part of the line at `pos`, by the same cuts that line.ts makes. */
function hashLine(buf: Buffer, pos: number, end: number): number {
  const first = buf[pos]
  if (first === DOT || first === BRACKET_OPEN) return 0
  if (first === TAB || first === SPACE) return hashFileLine(buf, pos, end)
  if (first === 0x63 && buf[pos + 7] === SPACE) return hashCreatedLine(buf, pos, end)
  let hash = 7
  let name = 7
  let p = pos
  for (; p < end; p++) {
    const c = buf[p] as number
    if (c === LF || c === CR) break
    hash = (Math.imul(hash, 31) + c) | 0
    if (c === PAREN_OPEN) name = hash
    // A file line without its TAB.
    else if (c === EQUALS && isRegisterName(buf, p)) return hash
  }
  return buf[p - 1] === PAREN_CLOSE ? name : hash
}

/** Up to the `=` of ` fp=` (or ` pc=`), else the whole line. */
function hashFileLine(buf: Buffer, pos: number, end: number): number {
  let hash = 7
  for (let p = pos; p < end; p++) {
    const c = buf[p] as number
    if (c === LF || c === CR) break
    hash = (Math.imul(hash, 31) + c) | 0
    if (c === EQUALS && isRegisterName(buf, p)) break
  }
  return hash
}

/** Does ` fp` or ` pc` stand ahead of `at`? */
function isRegisterName(buf: Buffer, at: number): boolean {
  return buf[at - 3] === SPACE && (buf[at - 1] === 0x70 || buf[at - 1] === 0x63)
}

/** `created by NAME in goroutine ` holds five spaces, and a name none. */
function hashCreatedLine(buf: Buffer, pos: number, end: number): number {
  let hash = 7
  let spaces = 0
  for (let p = pos; p < end; p++) {
    const c = buf[p] as number
    if (c === LF || c === CR) break
    hash = (Math.imul(hash, 31) + c) | 0
    if (c === SPACE && ++spaces === 5) break
  }
  return hash
}
