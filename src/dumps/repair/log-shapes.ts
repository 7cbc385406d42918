/**
 * How log lines of a stream begin: the lines that stand ahead of a dump show it, and the foreign lines inside one. It tells where, in a line
 * that another writer cut, the foreign part begins.
 */

import { setRecent } from '../../core/lru.ts'
import type { StackTree } from '../../stacks/stack-tree.ts'

/** Letters of a beginning that are compared; any digit is as good as another. */
const SHAPE = 5
/** Beginnings that are remembered. */
const SHAPES = 128
/** How often a beginning must be seen inside dumps, where it may be a piece of a cut line, before it is taken for that of a log line. */
const BELIEVED = 8
/** Log lines of most programs begin with one of these. */
const LOG_FIRST = new Uint8Array(256)
for (const c of '0123456789{[<tlABCDEFGHIJKLMNOPQRSTUVWXYZ') LOG_FIRST[c.charCodeAt(0)] = 1
/** Dates and times, JSON, levels, klog, logfmt, syslog. */
const LOG_START =
  /^(?:\d{4}[-/]\d\d[-/]\d\d|\d\d:\d\d:\d\d|\{"|[A-Z]{4,}[ :=\]\d]|[IWEF]\d{4} |\[\d|time=|level=|ts=|<\d+>)/
/** Longest text that LOG_START looks at. */
const LOG_START_BYTES = 12
/** A date with its time, klog, JSON of a logger: no word has one of these glued behind it. */
const CERTAIN_START =
  /^(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|[IWEF]\d{4} \d\d:\d\d:|\{"(?:time|ts|@?timestamp|level|lvl|severity|msg|message|log|logger|caller)":|time="?\d{4}-)/
const CERTAIN_START_BYTES = 20
/** Letters of a beginning that are compared where no word begins. */
const LONG_SHAPE = 12

/** How sure it is that a log line begins at some place of a line. */
export type Certainty = 'certain' | 'likely' | undefined

export class LogShapes {
  readonly #tree: StackTree
  /** Shape → how often it was seen; the least recently seen first. */
  #seen: Map<string, number> | undefined
  /** First letters of the shapes that are believed. */
  #firsts: Set<number> | undefined
  /** How the latest line began, where that is believed: most lines of a log begin like the one before. */
  #latest = ''

  constructor(tree: StackTree) {
    this.#tree = tree
  }

  /** Learns how a log line begins. `inside` a dump it may be a piece of a cut line: there it takes more than one to be believed. */
  learn(text: string, inside: boolean): void {
    if (text.length < SHAPE || (this.#latest !== '' && text.startsWith(this.#latest))) return
    this.#latest = ''
    const times = inside ? 1 : BELIEVED
    if (this.#note(shapeAt(text, 0), times)) {
      this.#firsts ??= new Set()
      this.#firsts.add(text.charCodeAt(0))
    }
    if (text.length < LONG_SHAPE) return
    // It is believed no sooner than the shorter one.
    if (this.#note(shapeAt(text, 0, LONG_SHAPE), times)) this.#latest = text.slice(0, LONG_SHAPE)
  }

  #note(shape: string, times: number): boolean {
    this.#seen ??= new Map()
    const seen = (this.#seen.get(shape) ?? 0) + times
    setRecent(this.#seen, shape, seen, SHAPES)
    return seen >= BELIEVED
  }

  #isLearned(shape: string): boolean {
    return (this.#seen?.get(shape) ?? 0) >= BELIEVED
  }

  /** Does a log line begin like `text`? What begins a line of a known stack does not. */
  isStart(text: string): boolean {
    return this.#isStartAt(text, 0)
  }

  #isStartAt(text: string, at: number): boolean {
    const c = text.charCodeAt(at)
    if (LOG_FIRST[c] !== 1 && this.#firsts?.has(c) !== true) return false
    if (this.#isLearned(shapeAt(text, at)) && !this.#tree.beginsLine(text.slice(at, at + SHAPE))) return true
    return LOG_START.test(text.slice(at, at + LOG_START_BYTES))
  }

  /**
   * Does a log line begin at `at`, glued behind what stands there? Only where a word begins: `uptime=12s` and `APP_WORKER: stopped` are no
   * pieces. A beginning that is as long as no word, and has been seen, is one anywhere.
   */
  startsAt(text: string, at: number): Certainty {
    if (!this.#isStartAt(text, at)) return undefined
    if (CERTAIN_START.test(text.slice(at, at + CERTAIN_START_BYTES))) return 'certain'
    const long = shapeAt(text, at, LONG_SHAPE)
    if (/[0=":].*[0=":]/.test(long) && this.#isLearned(long)) return 'certain'
    return beginsWord(text, at) ? 'likely' : undefined
  }
}

/** Letters in lower case, in upper case, and digits, are words of different kinds. */
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
