/**
 * How log lines of a stream begin, learned from the lines before a dump and the foreign lines inside one. In a line that another writer cut, this
 * shows where the foreign part begins.
 */

import { DIGIT, ZERO } from '../../core/ascii.ts'
import type { StackTree } from '../../stacks/stack-tree.ts'

/** Letters of a beginning that are compared; all digits are equivalent. */
const SHAPE = 5
/** Most beginnings that are remembered. */
const SHAPES = 128
/** How often a beginning must be seen inside dumps, where it may be a piece of a cut line, before it counts as that of a log line. */
const BELIEVED = 8
/** Log lines of most programs begin with one of these. */
const LOG_FIRST = new Uint8Array(256)
for (const c of '0123456789{[<tlABCDEFGHIJKLMNOPQRSTUVWXYZ') LOG_FIRST[c.charCodeAt(0)] = 1
/** Dates and times, JSON, levels, klog, logfmt, syslog. */
const LOG_START =
  /^(?:\d{4}[-/]\d\d[-/]\d\d|\d\d:\d\d:\d\d|\{"|[A-Z]{4,}[ :=\]\d]|[IWEF]\d{4} |\[\d|time=|level=|ts=|<\d+>)/
/** Longest text that LOG_START examines. */
const LOG_START_BYTES = 12
/** A date with its time, klog, JSON of a logger: none of these occurs glued to a word. */
const CERTAIN_START =
  /^(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|[IWEF]\d{4} \d\d:\d\d:|\{"(?:time|ts|@?timestamp|level|lvl|severity|msg|message|log|logger|caller)":|time="?\d{4}-)/
const CERTAIN_START_BYTES = 20
/** Letters of a beginning that are compared if no word begins there. */
export const LONG_SHAPE = 12
/** Beginnings of lines that are found by their bytes; a power of two. */
const SLOTS = 64
/** All digits are equivalent. */
const ANY_DIGIT: Uint8Array = Uint8Array.from({ length: 256 }, (_, c) => (DIGIT[c] === 1 ? ZERO : c))

/** How certain it is that a log line begins at some offset of a line. */
export type Certainty = 'certain' | 'likely' | undefined

/** A way in which lines begin. */
interface Beginning {
  /** How often it was seen, and in which line last. */
  times: number
  latest: number
  /** The first letter of a short one; -1 for a long one. */
  readonly first: number
}

/** The bytes with which a line began, all digits being equivalent, and what is known about them. */
interface Slot {
  readonly a: number
  readonly b: number
  readonly c: number
  readonly short: Beginning
  readonly long: Beginning
  /** Does LOG_START match? */
  readonly startsLog: boolean
}

export class LogShapes {
  #tree: StackTree
  #seen: Map<string, Beginning> | undefined
  /** First letters of the beginnings that count as those of log lines. */
  #firsts: Set<number> | undefined
  /** Number of lines that were learned from. */
  #lines = 0
  #slots: (Slot | undefined)[] | undefined

  constructor(tree: StackTree) {
    this.#tree = tree
  }

  /** Prepares for another stream: nothing is known about how its lines begin. */
  reuse(tree: StackTree): void {
    this.#tree = tree
    this.#seen = undefined
    this.#firsts = undefined
    this.#lines = 0
    this.#slots = undefined
  }

  /** Learns how a log line begins. `inside` a dump it may be a piece of a cut line, so several are needed there. */
  learn(text: string, inside: boolean): void {
    if (text.length < SHAPE) return
    const times = inside ? 1 : BELIEVED
    this.#note(this.#beginning(shapeAt(text, 0)), times)
    // The longer one does not count before the shorter one does.
    if (text.length >= LONG_SHAPE) this.#note(this.#beginning(shapeAt(text, 0, LONG_SHAPE)), times)
  }

  /**
   * Like `learn` inside a dump, for the line at `pos` of `buf`, which has LONG_SHAPE bytes or more: most lines begin like earlier ones. With `asLog`,
   * only if a log line begins like this; false: it does not, and nothing was learned.
   */
  learnAt(buf: Buffer, pos: number, asLog: boolean): boolean {
    const a = fourAt(buf, pos)
    const b = fourAt(buf, pos + 4)
    const c = fourAt(buf, pos + 8)
    const at = (Math.imul(a ^ Math.imul(b ^ Math.imul(c, PRIME), PRIME), PRIME) >>> 16) % SLOTS
    const slot = this.#slots?.[at]
    if (slot !== undefined && slot.a === a && slot.b === b && slot.c === c) {
      if (asLog && !slot.startsLog && !this.isStart(buf.toString('latin1', pos, pos + LONG_SHAPE))) return false
      this.#note(slot.short, 1)
      this.#note(slot.long, 1)
      return true
    }
    const text = buf.toString('latin1', pos, pos + LONG_SHAPE)
    if (asLog && !this.isStart(text)) return false
    const short = this.#note(this.#beginning(shapeAt(text, 0)), 1)
    const long = this.#note(this.#beginning(shapeAt(text, 0, LONG_SHAPE)), 1)
    this.#slots ??= new Array(SLOTS)
    this.#slots[at] = { a, b, c, short, long, startsLog: LOG_START.test(text) }
    return true
  }

  #note(beginning: Beginning, times: number): Beginning {
    beginning.times += times
    beginning.latest = ++this.#lines
    if (beginning.first >= 0 && beginning.times >= BELIEVED) {
      this.#firsts ??= new Set()
      this.#firsts.add(beginning.first)
    }
    return beginning
  }

  /** The record of a shape. The one that was seen longest ago is dropped. */
  #beginning(shape: string): Beginning {
    this.#seen ??= new Map()
    const known = this.#seen.get(shape)
    if (known !== undefined) return known
    const made = { times: 0, latest: 0, first: shape.length === SHAPE ? shape.charCodeAt(0) : -1 }
    if (this.#seen.size >= SHAPES) this.#forgetOldest(this.#seen)
    this.#seen.set(shape, made)
    return made
  }

  #forgetOldest(seen: Map<string, Beginning>): void {
    let oldest = ''
    let latest = Number.POSITIVE_INFINITY
    for (const [shape, beginning] of seen) {
      if (beginning.latest >= latest) continue
      oldest = shape
      latest = beginning.latest
    }
    seen.delete(oldest)
    this.#slots = undefined
  }

  #isLearned(shape: string): boolean {
    return (this.#seen?.get(shape)?.times ?? 0) >= BELIEVED
  }

  /** Does a log line begin like `text`? The beginning of a line of a known stack does not count. */
  isStart(text: string): boolean {
    return this.#isStartAt(text, 0)
  }

  #isStartAt(text: string, at: number): boolean {
    const c = text.charCodeAt(at)
    if (LOG_FIRST[c] !== 1 && this.#firsts?.has(c) !== true) return false
    if (this.#isLearned(shapeAt(text, at)) && !this.#tree.names.beginsLine(text.slice(at, at + SHAPE))) return true
    return LOG_START.test(text.slice(at, at + LOG_START_BYTES))
  }

  /**
   * Does a log line begin at `at`, glued to what comes before? Only where a word begins: `uptime=12s` and `APP_WORKER: stopped` are not pieces. A
   * beginning that is longer than a word, and was seen before, counts anywhere.
   */
  startsAt(text: string, at: number): Certainty {
    if (!this.#isStartAt(text, at)) return undefined
    if (CERTAIN_START.test(text.slice(at, at + CERTAIN_START_BYTES))) return 'certain'
    const long = shapeAt(text, at, LONG_SHAPE)
    if (/[0=":].*[0=":]/.test(long) && this.#isLearned(long)) return 'certain'
    return beginsWord(text, at) ? 'likely' : undefined
  }
}

/** Lower-case letters, upper-case letters and digits are different kinds of word. */
function beginsWord(text: string, at: number): boolean {
  const kind = kindOf(text.charCodeAt(at))
  const before = kindOf(text.charCodeAt(at - 1))
  return before !== 'other' && before !== kind
}

function kindOf(c: number): 'lower' | 'upper' | 'digit' | 'other' {
  if (c >= 0x61 && c <= 0x7a) return 'lower'
  if (c >= 0x41 && c <= 0x5a) return 'upper'
  return c >= 0x30 && c <= 0x39 ? 'digit' : 'other'
}

function shapeAt(text: string, at: number, length: number = SHAPE): string {
  return text.slice(at, at + length).replace(/\d/g, '0')
}

const PRIME = 0x9e3779b1

/** Four bytes; all digits are equivalent. */
function fourAt(buf: Uint8Array, pos: number): number {
  return (
    ((ANY_DIGIT[buf[pos] as number] as number) << 24) |
    ((ANY_DIGIT[buf[pos + 1] as number] as number) << 16) |
    ((ANY_DIGIT[buf[pos + 2] as number] as number) << 8) |
    (ANY_DIGIT[buf[pos + 3] as number] as number)
  )
}
