/**
 * Wrapped lines. A terminal or a logger that wraps cuts a line without anything foreign in its head, and the tail is the very next line:
 *
 *     \t/usr/local/go/src/github.com/example/service/internal/worker/pool/dispatch
 *     er.go:48 +0x1d
 *
 *   lines of this length  | this line                       | what it is
 *   ----------------------|---------------------------------|------------------------------------------------------
 *   any                   | may come here by itself         | not part of the line before
 *   any                   | makes a line that may come here | its tail; this length is known to wrap from now on
 *   are known to wrap     | makes a line that may come here | its tail
 *
 * A person who wraps a path does so after one of its folders, however short the line is; a mail wraps a call after an argument.
 */

import type { Held } from '../../lines/tape.ts'
import { isCutAtBlank, isCutPath, isMiddleOfCall } from '../../text/cut.ts'
import { type LineKind, type LineText, readLine, readOddCall, readStripped } from '../../text/line.ts'
import { plainText } from '../../text/plain.ts'
import { NARROWEST, PIECES, WrapWidths } from '../../text/wrap-widths.ts'
import { SOFT_BREAK } from '../../text/wrapped.ts'

/**
 * Foreign text, Latin-1, that may begin with the head of a dump line. If the line was cut more than once, it consists of the heads of several log
 * lines, one after the other.
 */
export interface Fragment {
  readonly text: string
  /** The log lines that `text` was taken from. Each has `length` bytes, and is in `text` from `at` up to the next one's `at`. */
  readonly parts: readonly { readonly held: Held; readonly at: number; readonly length: number }[]
  /** Offsets at which foreign text may begin. */
  readonly cuts: readonly number[]
}

/** A line that was wrapped, joined with its tail. */
interface Wrapped {
  readonly fragment: Fragment
  readonly text: string
  readonly line: LineText
}

/** A path that begins within another one. */
const HAS_ROOT = /[/\\](?:\/|[A-Za-z]:[/\\])/
/** Kinds of line that may be long enough to be wrapped. */
const LONG: readonly LineKind[] = ['func', 'file', 'created']

export class Wraps {
  /** The line before this one, with the lines that it continues, if it may be wrapped. */
  #head: Fragment | undefined
  /** Made on demand: most streams have no wrapped line. */
  #known: WrapWidths | undefined

  /** Prepares for another stream: nothing is known about how its lines are wrapped. */
  reuse(): void {
    this.#head = undefined
    this.#known = undefined
  }

  get #widths(): WrapWidths {
    this.#known ??= new WrapWidths()
    return this.#known
  }

  /** Remembers a line that may be the beginning of a wrapped one. If it may be the middle of one, returns the part that has come so far. */
  add(text: string, held: Held): Fragment | undefined {
    const before = this.#head
    this.interrupt()
    const isInMiddle = before !== undefined && before.parts.length < PIECES && isMiddle(before, text)
    if (text.length < NARROWEST && !isInMiddle && !isCutPath(text) && !isCutAtBlank(text)) return undefined
    const part = { held, at: 0, length: text.length }
    this.#head = { text, parts: [part], cuts: [] }
    if (!isInMiddle) return undefined
    const at = before.text.length
    this.#head = { text: before.text + text, parts: [...before.parts, { ...part, at }], cuts: [] }
    return this.#head
  }

  /** The line before this one, if nothing has taken it. */
  get head(): Fragment | undefined {
    return this.#head
  }

  /** A wrapped line continues on the very next line. The current line was not a piece of one, so nothing is pending any more. */
  interrupt(): void {
    this.#head = undefined
  }

  /** Joins `tail` to the line before it, into a line of one of `kinds`. */
  join(tail: string, kinds: readonly LineKind[]): Wrapped | undefined {
    const fragment = this.#head
    if (fragment === undefined) return undefined
    const head = textOf(fragment)
    if (isCutPath(head)) return joinPath(fragment, head + tail.trimStart(), kinds)
    const isAtBlank = isCutAtBlank(head)
    const text = plainText(isAtBlank ? `${head.trimEnd()} ${tail.trimStart()}` : head + tail)
    const line = readLine(text) ?? readStripped(text) ?? readCallOfC(text, tail)
    if (line === undefined || !LONG.includes(line.kind) || !kinds.includes(line.kind)) return undefined
    const width = widthOf(fragment)
    if (!isAtBlank && this.#known?.has(width) !== true) {
      const isIndented = /^\s/.test(text)
      const own = readLine(tail) ?? (isIndented ? undefined : readStripped(tail))
      if (tail.length > width || (own !== undefined && kinds.includes(own.kind))) return undefined
      if (line.kind === 'file' && readStripped(text.trimStart()) === undefined) return undefined
    }
    if (width >= NARROWEST) this.#widths.add(width)
    return { fragment, text, line }
  }

  /** May a line of this length continue on the next, as others of that length do? `certain`: this one does. */
  mayWrap(length: number, certain = false): boolean {
    if (certain && length >= NARROWEST) this.#widths.add(length)
    return this.#known?.has(length) === true
  }
}

/** Joins a path that continues after one of its folders: `text` is the whole place. */
function joinPath(fragment: Fragment, text: string, kinds: readonly LineKind[]): Wrapped | undefined {
  if (!kinds.includes('file') || HAS_ROOT.test(text)) return undefined
  const plain = plainText(text)
  const line = readLine(plain)
  return line?.kind === 'file' ? { fragment, text: plain, line } : undefined
}

/** If the call of a function in C (line.ts) is wrapped, only arguments can go to its next line. */
function readCallOfC(text: string, tail: string): LineText | undefined {
  return /^(?:0x[0-9a-f]+, )*(?:0x[0-9a-f]+|\.\.\.)\)$/.test(tail) && /^\w+\(/.test(text)
    ? readOddCall(text)
    : undefined
}

/** Can `text`, after a line that was wrapped, be a middle part of it and not its end? */
function isMiddle(before: Fragment, text: string): boolean {
  if (text.length === widthOf(before) || (isCutAtBlank(before.text) && isMiddleOfCall(text))) return true
  return SOFT_BREAK.test(before.text) && SOFT_BREAK.test(text)
}

/** The text of the lines of `fragment` together, without the signs that they continue. */
function textOf({ text, parts }: Fragment): string {
  return parts.map(({ at, length }) => text.slice(at, at + length).replace(SOFT_BREAK, '')).join('')
}

/** Length of the wrapped lines; the last of them is shorter. */
function widthOf(fragment: Fragment): number {
  return fragment.parts[0]?.length ?? 0
}
