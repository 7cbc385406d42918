/**
 * Cut lines. A writer's text may be cut anywhere by another writer on the same pipe (formats.md § 5): the head of a dump line
 * with foreign text glued to it, whole foreign lines, then the tail of the dump line on a separate line:
 *
 *     goroutine 1100 [chan receiveOTHERPROC 994 ####
 *     ]:
 *
 * A head is joined to its tail where known lines show the cut, else where the foreign part begins like other log lines. If neither shows it, the
 * pieces stay foreign and the goroutine is damaged.
 */

import { DIGIT } from '../../core/ascii.ts'
import type { Held, LogTape } from '../../lines/tape.ts'
import { type KnownLine, ROOT } from '../../stacks/rows.ts'
import type { StackTree } from '../../stacks/stack-tree.ts'
import { mayBegin } from '../../text/cut.ts'
import { parseHeaderRest } from '../../text/header.ts'
import { type LineKind, readLine } from '../../text/line.ts'
import { isKnownState } from '../../text/states.ts'
import { restOfHeader } from '../../text/titles.ts'
import { PIECES } from '../../text/wrap-widths.ts'
import { LogShapes } from './log-shapes.ts'
import { type Fragment, Wraps } from './wraps.ts'

/** Longest head that is examined: names and paths are shorter. */
const HEAD_BYTES = 1024
const HEADER = 'goroutine '
/** Longest head of a cut header. */
const HEADER_BYTES = 256
/** Most offsets at which a head may be cut, and their least distance if none is certain. */
const CUTS = 8
const APART = 5
/** The beginning of a function's name, with its package at least. */
const NAME = /^[^\s"'=:;,{}<>|]+$/
/** `Cart).Run(0x1)`, `...]).Run()`: a bracket is closed that was opened in what comes before. */
const LACKS_ITS_HEAD = /^[^()[\]]*[)\]]/

export class Fragments {
  readonly #limit: number
  #tree: StackTree
  #tape: LogTape
  #list: Fragment[] = []
  readonly shapes: LogShapes
  readonly wraps: Wraps = new Wraps()

  constructor(limit: number, tree: StackTree, tape: LogTape) {
    this.#limit = limit
    this.#tape = tape
    this.#tree = tree
    this.shapes = new LogShapes(tree)
  }

  /** Prepares for another stream; nothing is pending. */
  reuse(tree: StackTree, tape: LogTape): void {
    this.#tree = tree
    this.#tape = tape
    this.shapes.reuse(tree)
    this.wraps.reuse()
  }

  /** The longest first: a piece from the middle must not pass for a separate line. */
  get pending(): readonly Fragment[] {
    return this.#list
  }

  /** Remembers what may be a head. One that is too old is log. */
  add(text: string, held: Held): void {
    const cuts = this.#cuts(text)
    // The middle of a line that was already cut: together with its head, it makes a longer head.
    if (cuts.length > 0) {
      const heads = this.#list.slice()
      for (const head of heads) {
        const cut = head.cuts[0]
        if (cut === undefined || head.parts.length >= PIECES || this.#list.length >= this.#limit * 2) continue
        const longer = head.text.slice(0, cut) + text
        this.#list.push({
          text: longer,
          parts: [...head.parts, { held, at: cut, length: text.length }],
          cuts: cuts.map((each) => each + cut),
        })
      }
    }
    this.#list.push({ text, parts: [{ held, at: 0, length: text.length }], cuts })
    const longer = this.wraps.add(text, held)
    if (longer !== undefined) this.#list.push(longer)
    this.#list.sort((a, b) => b.parts.length - a.parts.length)
    if (this.#list.length <= this.#limit) return
    const oldest = this.#list.find((each) => each.parts.length === 1)?.parts[0]?.held
    this.#list = this.#list.filter((each) => each.parts[0]?.held !== oldest)
    if (longer?.parts[0]?.held === oldest) this.wraps.interrupt()
    if (oldest !== undefined) this.#tape.release(oldest)
  }

  /** What still waits for its rest is log. */
  clear(): void {
    this.wraps.interrupt()
    if (this.#list.length === 0) return
    const all = this.#list
    this.#list = []
    for (const fragment of all) for (const part of fragment.parts) this.#tape.release(part.held)
  }

  /** The first `cut` bytes of `fragment` are dump. Returns the lengths of those of its lines that are dump as a whole. */
  claim(fragment: Fragment, cut: number): number[] {
    const whole: number[] = []
    fragment.parts.forEach(({ held, at, length }, i) => {
      // If the cut is in an earlier part, nothing of this one is dump.
      const claimed = Math.max(0, Math.min(fragment.parts[i + 1]?.at ?? cut, cut) - at)
      if (claimed === length) {
        this.#tape.claim(held)
        whole.push(length)
      } else this.#tape.claim(held, claimed)
    })
    this.#list = this.#list.filter(
      (each) => !each.parts.some((part) => fragment.parts.some((own) => own.held === part.held)),
    )
    return whole
  }

  /** Offsets in a head at which its foreign part may begin, the likeliest first. */
  #cuts(text: string): number[] {
    const certain: number[] = []
    const likely: number[] = []
    const end = Math.min(text.length, HEAD_BYTES)
    for (let at = 1; at < end && certain.length + likely.length < CUTS; at++) {
      const certainty = this.shapes.startsAt(text, at)
      if (certainty === 'certain') certain.push(at)
      else if (certainty === 'likely' && at - (likely.at(-1) ?? -APART) > APART) likely.push(at)
    }
    return [...certain, ...likely]
  }

  /** Offset in [from, to] of `text` at which the foreign part begins: where it looks like a log line, else `to`. */
  #cutWithin(text: string, from: number, to: number): number {
    for (let at = from; at <= to; at++) if (this.shapes.startsAt(text, at)) return at
    return to
  }

  /** Joins head and tail into a known line below `at`; returns it and where the head ends. */
  joinKnown(at: KnownLine, head: string, tail: string): { line: KnownLine; cut: number } | undefined {
    for (let line = this.#tree.firstChild(at); line !== ROOT; line = this.#tree.nextChild(line)) {
      const literal = this.#tree.literal(line)
      if (literal[0] !== head[0]) continue
      const cut = this.#cutOf(literal, this.#tree.tail(line), head, tail)
      if (cut > 0) return { line, cut }
    }
    return undefined
  }

  #cutOf(literal: string, tailKind: number, head: string, tail: string): number {
    const common = commonPrefix(literal, head)
    const variable = VARIABLE[tailKind]
    if (variable === undefined) {
      const cut = literal.length - tail.length
      return cut >= 1 && cut <= common && literal.endsWith(tail) ? cut : -1
    }
    // If the cut is in the literal part: the tail is its rest and then the variable part.
    const m = variable.whole.exec(tail)
    const rest = m === null ? undefined : tail.slice(0, tail.length - m[0].length)
    for (let extra = 0; rest !== undefined && m !== null && extra <= m[0].length; extra++) {
      // What looks variable may still be literal: a name may end in digits.
      const part = tail.slice(0, rest.length + extra)
      const cut = literal.length - part.length
      if (
        part.length > 0 &&
        cut >= 1 &&
        cut <= common &&
        literal.endsWith(part) &&
        variable.full.test(tail.slice(part.length))
      )
        return cut
    }
    // The cut is after the literal part.
    if (common < literal.length) return -1
    let run = literal.length
    while (run < head.length && variable.byte.test(head[run] ?? '')) run++
    if (tail === '')
      return variable.full.test(head.slice(literal.length, run)) ? this.#cutWithin(head, literal.length + 1, run) : -1
    return variable.end.test(tail) ? this.#cutWithin(head, literal.length, run) : -1
  }

  /**
   * Joins head and tail into a line that is not known, of a kind that may come here. A tail that is itself a line is taken as one, unless the head
   * was certainly cut within a name.
   */
  joinNew(head: Fragment, tail: string, kinds: readonly LineKind[]): { text: string; cut: number } | undefined {
    if (!mayBegin(head.text)) return undefined
    const own = readLine(tail)
    const isWhole = own !== undefined && kinds.includes(own.kind)
    for (const cut of head.cuts) {
      if (isWhole && !this.#isCutName(head.text, cut, tail)) continue
      const text = head.text.slice(0, cut) + tail
      const line = readLine(text)
      if (line !== undefined && kinds.includes(line.kind)) return { text, cut }
    }
    return undefined
  }

  /**
   * Was a name cut at `cut`, although its `tail` is also one? `backup_2026-11-24 08:14:51.log done` is a log line. But `shop/cart/{"time":…` is not
   * one, and `shop/cart/2026-11-24 08:14:51 …` is not one if other functions belong to `shop`.
   */
  #isCutName(head: string, cut: number, tail: string): boolean {
    const name = head.slice(0, cut)
    const isCertain = this.shapes.startsAt(head, cut) === 'certain'
    if (isCertain && (/[A-Za-z0-9]$/.test(name) || LACKS_ITS_HEAD.test(tail))) return true
    if (!NAME.test(name) || this.#tree.names.knowsRoot(tail)) return false
    return (isCertain && DIGIT[head.charCodeAt(cut)] !== 1) || this.#tree.names.knowsRoot(name)
  }

  /** Does `text` continue `line`, which is complete without it? The line had `length` bytes. */
  isRestOf(line: KnownLine, text: string, length: number): boolean {
    // ` sp=0x… pc=0x…` occurs nowhere else.
    return VARIABLE[this.#tree.tail(line)]?.end.test(text) === true && this.wraps.mayWrap(length, text.includes('=0x'))
  }

  /** Joins head and tail into a goroutine header. */
  joinHeader(head: string, tail: string): { text: string; cut: number } | undefined {
    if (head[0] !== 'g') return undefined
    if (!tail.endsWith(':') && tail !== '') return undefined
    let found: { text: string; cut: number } | undefined
    // Where the head differs from a header, it is foreign.
    const common = commonPrefix(head, HEADER)
    const last = common < HEADER.length ? common : Math.min(head.length, HEADER_BYTES)
    for (let cut = 1; cut <= last; cut++) {
      const text = head.slice(0, cut) + tail
      const rest = restOfHeader(text)
      if (rest === undefined) continue
      const info = parseHeaderRest(rest)
      if (info === undefined || !isKnownState(info.state)) continue
      found = { text, cut }
      if (this.shapes.startsAt(head, cut)) break
    }
    return found
  }
}

interface Variable {
  /** The longest variable part at the end of a tail. */
  readonly whole: RegExp
  readonly full: RegExp
  readonly end: RegExp
  readonly byte: RegExp
}

/** By tail, in the order of TAILS: arguments, registers, parent. */
const VARIABLE: readonly (Variable | undefined)[] = [
  undefined,
  {
    whole: /[0-9a-fx?,{}._ ]*\)$/,
    full: /^[0-9a-fx?,{}._ ]*\)$/,
    end: /^[0-9a-fx?,{}._ ]*\)$/,
    byte: /[0-9a-fx?,{}._ )]/,
  },
  {
    whole: /[0-9a-fxspc= ]*$/,
    full: /^0x[0-9a-f]+ sp=0x[0-9a-f]+( pc=0x[0-9a-f]+)?$/,
    end: /^[0-9a-fxspc= ]+$/,
    byte: /[0-9a-fxspc= ]/,
  },
  { whole: /\d+$/, full: /^\d+$/, end: /^\d+$/, byte: /\d/ },
  undefined,
]

function commonPrefix(a: string, b: string): number {
  const n = Math.min(a.length, b.length)
  let i = 0
  while (i < n && a.charCodeAt(i) === b.charCodeAt(i)) i++
  return i
}
