/**
 * How log lines of a stream begin: the lines that stand ahead of a dump show it, and the foreign lines inside one. It tells where, in a line
 * that another writer cut, the foreign part begins.
 */

import { setRecent } from '../core/lru.ts'
import type { KnownStacks } from '../stacks/known.ts'

/** Letters of a beginning that are compared; any digit is as good as another. */
const SHAPE = 5
/** Beginnings that are remembered. */
const SHAPES = 64
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

export class LogShapes {
  readonly #known: KnownStacks
  /** Shape → how often it was seen; the least recently seen first. */
  readonly #seen = new Map<string, number>()
  /** First letters of the shapes that are believed. */
  readonly #firsts = new Set<number>()

  constructor(known: KnownStacks) {
    this.#known = known
  }

  /** Learns how a log line begins. `inside` a dump it may be a piece of a cut line: there it takes more than one to be believed. */
  learn(text: string, inside: boolean): void {
    if (text.length < SHAPE) return
    const shape = shapeAt(text, 0)
    const seen = (this.#seen.get(shape) ?? 0) + (inside ? 1 : BELIEVED)
    setRecent(this.#seen, shape, seen, SHAPES)
    if (seen >= BELIEVED) this.#firsts.add(text.charCodeAt(0))
  }

  /** Does a log line begin at `at`? What begins a line of a known stack does not. */
  startsAt(text: string, at: number): boolean {
    const c = text.charCodeAt(at)
    if (LOG_FIRST[c] !== 1 && !this.#firsts.has(c)) return false
    const isLearned = (this.#seen.get(shapeAt(text, at)) ?? 0) >= BELIEVED
    if (isLearned && !this.#known.beginsLine(text.slice(at, at + SHAPE))) return true
    return LOG_START.test(text.slice(at, at + LOG_START_BYTES))
  }
}

function shapeAt(text: string, at: number): string {
  return text.slice(at, at + SHAPE).replace(/\d/g, '0')
}
