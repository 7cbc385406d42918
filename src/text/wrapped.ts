/**
 * Decides whether a line of a dump and the line after it are one, which a terminal or a mail has wrapped. Latin-1.
 *
 *   lines of this length | the line                                  | both together      | what they are
 *   ---------------------|-------------------------------------------|--------------------|-------------------
 *   are known to wrap    | not a line of Go                          | anything           | one line
 *   are known to wrap    | a line of Go                              | such a line        | one line
 *   are not              | not a line of Go, and begins like one     | a line of Go       | one line
 *   are not              | a place without its offset, or a creator  | a longer one       | one line
 *   are not              | `[signal SIG…`, without its bracket       | with it            | one line
 *   are not              | a panic, with a part of a known reason    | the whole of it    | one line
 *   either               | any other                                 | anything           | two
 */
import { cutLine } from './cut.ts'
import { hasOffset, type LineKind, readLine, readStripped } from './line.ts'
import { plainText } from './plain.ts'
import { endsSignal, isCutSignal, knownReason, startsPreamble } from './preamble.ts'
import { findTitle, headerEnd } from './titles.ts'

/** Quoted-printable (RFC 2045) marks a line that goes on with this sign. After the name of a register the sign is the line's own. */
export const SOFT_BREAK: RegExp = /(?<! (?:fp|sp|pc))=$/

/** Lines that are long enough to be wrapped. */
const LONG: readonly Whole[] = ['header', 'func', 'file', 'created']
/** The head of a name, with its package at least. */
const CUT_NAME = /^[A-Za-z_][\w.~%@-]*[./](?:[\w~%@/-]|\.(?!\.))*(?:\((?:\*[\w.[\]]*\)?[\w.]*)?)?$/
/** The head of a header, as far as its bracket at least. */
const CUT_HEADER = /goroutine \d+ \[[^[\]]*\]?$/
/** The head of a place. */
const CUT_PLACE = /^\s+(?:[\w.-]*[/:]|$)/
/** A bracket is closed that was opened on the line before. */
const LACKS_ITS_HEAD = /^[^()[\]]*[)\]]/

/** A path without blanks, or an absolute one: words that end in a place are not one. */
const IN_PATH = /^\s*(?:\/|[A-Z]:|\S+:\d|\S+$)/i
/** No log line continues the name of a creator like this. */
const HAS_PARENT = / in goroutine \d+$/

type Whole = LineKind | 'header' | 'preamble' | undefined

export interface HeadOfWrapped {
  readonly head: string
  /** Together with what follows, it is a whole line. */
  readonly isWhole: boolean
}

/** The header with which `line` ends, if the rest of it is missing. */
export function cutHeaderIn(line: string): string | undefined {
  const head = CUT_HEADER.exec(line)?.[0]
  return head === undefined || findTitle(head, head.length, 1) !== undefined ? undefined : head
}

/** May `head` go on with the next line, where lines of its length are not known to wrap? */
export function mayGoOn(head: string): boolean {
  if (SOFT_BREAK.test(head)) return true
  const text = plainText(head)
  const whole = wholeOf(text)
  if (whole === 'preamble') return knownReason(text) === 'cut'
  if (whole !== undefined) return whole === 'created' || (whole === 'file' && !hasOffset(text))
  return cutLine(text) !== undefined || isCutSignal(text) || CUT_NAME.test(text) || CUT_PLACE.test(head)
}

/**
 * The part of `head` that comes before `rest`, if they are one line: all of it, without the sign of a mail, or with the blank that a mail has left
 * out. `isUsual`: lines of its length are known to wrap.
 */
export function headOfWrapped(head: string, rest: string, isUsual: boolean): HeadOfWrapped | undefined {
  const isSoft = SOFT_BREAK.test(head)
  const heads = isSoft ? [head.slice(0, -1), head] : [head, `${head} `]
  const whole = heads.find((each) => makesLine(each, rest, isUsual || isSoft))
  if (whole !== undefined) return { head: whole, isWhole: true }
  return isUsual && wholeOf(plainText(head)) === undefined ? { head: heads[0] ?? head, isWhole: false } : undefined
}

function makesLine(head: string, rest: string, isUsual: boolean): boolean {
  const text = plainText(head)
  const both = plainText(head + rest)
  const before = wholeOf(text)
  const made = wholeOf(both)
  if (isUsual) return made !== undefined && (before === undefined || before === made)
  if (before === 'preamble') return knownReason(text) === 'cut' && knownReason(both) === 'whole'
  if (isCutSignal(text)) return endsSignal(rest)
  if (!LONG.includes(made)) return false
  if (before === undefined) return !isCall(rest) || CUT_NAME.test(text) || text.startsWith('created by ')
  if (before !== made) return false
  return made === 'created' ? HAS_PARENT.test(rest) : made === 'file' && hasOffset(both) && !hasOffset(text)
}

/** What `text` is, if it is a whole line of a stack, its header, or the first line of what announces one. */
function wholeOf(text: string): Whole {
  if (text.startsWith('goroutine ') && headerEnd(text, 0) === text.length) return 'header'
  if (startsPreamble(text) !== undefined) return 'preamble'
  const line = readLine(text) ?? readStripped(text)
  if (line?.kind === 'file' && !IN_PATH.test(text)) return undefined
  return line?.kind === 'created' && !isWholeName(text.slice('created by '.length)) ? undefined : line?.kind
}

/** Does something follow the path of its package in `name`, with all its brackets closed? */
function isWholeName(name: string): boolean {
  const count = (bracket: string): number => name.split(bracket).length
  if (count('(') !== count(')') || count('[') !== count(']')) return false
  return /^[^/]*$|\.[^/]+(?:[([]|$)/.test(name) && !/[./*)]$/.test(name)
}

function isCall(text: string): boolean {
  return readLine(text)?.kind === 'func' && !LACKS_ITS_HEAD.test(text)
}
