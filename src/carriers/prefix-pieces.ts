/** What the pieces of a prefix may be in other lines: times, levels and places in the code differ, and there may be more or fewer blanks. */
import { COLON, DASH, DIGIT, SPACE, TAB } from '../core/ascii.ts'

/** What loggers call the severity of a line. */
export const LEVEL: RegExp =
  /^[[(<|]?(?:trace|debug|info|notice|warn|warning|error|err|fatal|panic|dpanic|critical|crit|[tdiwef]|trc|dbg|inf|wrn|ftl|pnc|trac|debu|erro|fata|pani)[\])>:|]?(?:\[\d+\])?$/i
/** `ts=2026-11-24T05:00:00Z`, `time="05:00:00"`, `level=info`. */
const FIELD = /^([\w.-]+=["']?)([^"']+)(["']?,?)$/
const DATE_WORD = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)$/
/** Also as svlogd writes it: `2026-11-24_05:00:00.12345`. */
const TIME = /^[[(]?\d[\d:.,+\-/TZ_]*[\])]?$/
/** TeamCity puts the severity directly after it: `[05:00:00]W:`. */
const TIME_AND_SEVERITY = /^\[\d\d:\d\d:\d\d\][A-Z]:$/
/** TAI64N, of daemontools, runit and s6 (cr.yp.to/libtai/tai64.html). */
const TAI64N = /^@[0-9a-f]{24}$/
/** Part of a path, without the signs that a name of a stream or a field would have. */
const PART = String.raw`[^\s:="'()[\]{}<>|,;]*`
const FILE = `(?:[A-Za-z]:)?${PART}`
/** What looks like a file even without a number. */
const SURE_FILE = String.raw`${FILE}(?:\/[^\s:/="'()[\]{}<>|,;]+|\.(?:log|txt|out|err)(?:\.\d+)?)`
/** `app.log:7:` of grep, and `app.log-7-` for a line of context; without numbers, what looks like a file. */
const GREP_NUMBERED = new RegExp(`^(${FILE}[A-Za-z]${PART}?)([:-])\\d+\\2$`)
const GREP = new RegExp(`^(${SURE_FILE}):$`)
/** A line with a prefix of its own follows. A place in the code may have a column: `shop.go:12:3: `. */
const BEFORE_PREFIX = String.raw`(?=[^\s:])(?!\d+:?$)`
/** The same before such a prefix; `grep -n` of one file gives the number alone, which is that of the line, not a name. */
const GREP_HEADS: readonly RegExp[] = [
  /^\d+[:-](?=[^\s\d:-])/,
  new RegExp(`^${FILE}[A-Za-z]${PART}(?<![T.-]\\d\\d):\\d+:${BEFORE_PREFIX}`),
  new RegExp(`^${SURE_FILE}(?:-\\d+-|:)${BEFORE_PREFIX}`),
]
/** Drone and Woodpecker count the lines of a step, and its seconds: `[build:12]`, `[build:12:3s]`. */
const STEP = /^\[([A-Za-z][\w.-]*)((?::L?\d+s?)+\])$/
const HALF_OF_DAY = /^[AP]M:?$/
/** Pages put nothing between a zone and the text. */
const ZONE = /^[A-Z]{3,4}$/
/** Also as a page has it: `&gt;` before what a mail quotes. */
const SIGNS = /^(?:[^\w&]|&(?:[a-z]+;)?)+$/
const KLOG = /^[IWEF]\d{4}(?:\d\d)?$/
const PLACE = /^\S*\.\w+:\d+[\]:]?$/

/** What a piece of the prefix may be. */
export type Piece =
  | { readonly kind: 'literal'; readonly bytes: Uint8Array; readonly named?: true }
  | { readonly kind: 'grep'; readonly isNumbered: boolean }
  | { readonly kind: 'run'; readonly table: Uint8Array; readonly named: boolean; readonly place?: PlaceEnd }
  | { readonly kind: 'word'; readonly separator: number; readonly times: number }

/** What follows the number of a line of code. */
type PlaceEnd = '' | ':' | ']'

function table(has: (c: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, c) => (has(c) ? 1 : 0))
}
export const BLANKS: Uint8Array = table((c) => c === SPACE || c === TAB)
const SPACES = table((c) => c === SPACE)
const SOLID = table((c) => c > SPACE)
const LETTERS = table((c) => (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a)
const TIMES = table((c) => '0123456789:.,+-/TZ_[]()'.includes(String.fromCharCode(c)))
const SEVERITY = table((c) => ' DEFIWN:'.includes(String.fromCharCode(c)))
const STAMP = table((c) => '@0123456789abcdef'.includes(String.fromCharCode(c)))
const BLANK_RUN: Piece = { kind: 'run', table: BLANKS, named: false }
export const LAST_BLANK: Piece = { kind: 'run', table: BLANKS, named: false }
/** Spaces at the end of a prefix: a TAB after them belongs to the text. */
const LAST_SPACES: Piece = { kind: 'run', table: SPACES, named: false }

const GREP_END: Piece = { kind: 'grep', isNumbered: false }
const GREP_NUMBER: Piece = { kind: 'grep', isNumbered: true }

export function literal(text: string): Extract<Piece, { kind: 'literal' }> {
  return { kind: 'literal', bytes: Uint8Array.from(Buffer.from(text, 'latin1')) }
}

/** What grep has put before a prefix; empty if it has not. */
export function grepHead(prefix: string): string {
  const [first = ''] = prefix.split(/[ \t]/, 1)
  if (TIME.test(first)) return ''
  return GREP_HEADS.map((form) => form.exec(first)?.[0]).find(Boolean) ?? ''
}

/** The pieces of a prefix, perhaps after what grep has put before it. */
export function piecesOf(prefix: string): Piece[] {
  const head = grepHead(prefix)
  if (head === '') return wordsOf(prefix)
  const grep = grepPieces(head) ?? [{ kind: 'run', table: DIGIT, named: false }, GREP_END]
  return [...grep, ...wordsOf(prefix.slice(head.length))]
}

/** Words of the same form, one by one. */
function wordsOf(prefix: string): Piece[] {
  const pieces: Piece[] = []
  const words = prefix.split(/([ \t]+)/)
  for (const [i, word] of words.entries()) {
    if (word === '') continue
    const last = i >= words.length - 2
    const step = stepPieces(word)
    const grep = i === words.length - 1 ? grepPieces(word) : undefined
    const field = fieldPieces(word) ?? bracketPieces(word)
    if (/^[ \t]/.test(word)) pieces.push(blankPiece(word, i === 0, last))
    else if (TIME.test(word)) pieces.push({ kind: 'run', table: TIMES, named: false })
    else if (TAI64N.test(word)) pieces.push({ kind: 'run', table: STAMP, named: false })
    else if (TIME_AND_SEVERITY.test(word))
      pieces.push({ kind: 'run', table: TIMES, named: false }, { kind: 'run', table: SEVERITY, named: false })
    else if (step !== undefined) pieces.push(...step)
    else if (grep !== undefined) pieces.push(...grep)
    else if (PLACE.test(word)) pieces.push({ kind: 'run', table: SOLID, named: false, place: placeEnd(word) })
    else if (field !== undefined) pieces.push(...field)
    else if (KLOG.test(word) || DATE_WORD.test(word) || LEVEL.test(word)) pieces.push(...levelPieces(word))
    else if (SIGNS.test(word) || HALF_OF_DAY.test(word) || (last && ZONE.test(word))) pieces.push(literal(word))
    else {
      // The word directly before the text ends with its separator.
      const separator = i === words.length - 1 ? word.slice(-1) : ''
      if (separator === '') pieces.push({ kind: 'run', table: SOLID, named: true })
      else pieces.push({ kind: 'word', separator: separator.charCodeAt(0), times: word.split(separator).length - 1 })
    }
  }
  return pieces
}

/** The file is the stream. Undefined: grep does not write such a word. */
function grepPieces(word: string): Piece[] | undefined {
  const numbered = GREP_NUMBERED.exec(word)
  const file = (numbered ?? GREP.exec(word))?.[1]
  if (file === undefined) return undefined
  return [{ ...literal(file), named: true }, numbered === null ? GREP_END : GREP_NUMBER]
}

/** Offset after what grep puts between a file and its line, which begins at `pos`; -1 if it is not there. */
export function grepEnd(buf: Buffer, pos: number, isNumbered: boolean): number {
  const separator = buf[pos]
  if (separator !== COLON && separator !== DASH) return -1
  let at = pos + 1
  if (!isNumbered) return at
  while (DIGIT[buf[at] as number] === 1) at++
  return at > pos + 1 && buf[at] === separator ? at + 1 : -1
}

/** Offset after the word at `pos` that ends with its `times`th separator; -1 if there is none. */
export function wordEnd(buf: Buffer, pos: number, end: number, separator: number, times: number): number {
  let left = times
  for (let at = pos; at < end && (buf[at] as number) > SPACE; at++)
    if (buf[at] === separator && --left === 0) return at > pos ? at + 1 : -1
  return -1
}

function placeEnd(word: string): PlaceEnd {
  if (word.endsWith(':')) return ':'
  return word.endsWith(']') ? ']' : ''
}

/** Does [from, to) of `buf` end like a place in the code: `shop.go:12:`? */
export function isPlace(buf: Buffer, from: number, to: number, end: PlaceEnd): boolean {
  let at = to - end.length
  if (end !== '' && buf[at] !== end.charCodeAt(0)) return false
  const digits = at
  while (at > from && DIGIT[buf[at - 1] as number] === 1) at--
  return at < digits && buf[at - 1] === COLON
}

function blankPiece(word: string, isFirst: boolean, isLast: boolean): Piece {
  if (isLast && word.length === 1) return LAST_BLANK
  if (isFirst && word === '\t') return literal('\t')
  return isLast && !word.includes('\t') ? LAST_SPACES : BLANK_RUN
}

/** Does a run consist of blanks, which may be missing at the end of a line? */
export function areBlanks(run: Uint8Array): boolean {
  return run === BLANKS || run === SPACES
}

/** The step is the stream. Undefined: the word does not count lines. */
function stepPieces(word: string): Piece[] | undefined {
  const [, name, counts = ''] = STEP.exec(word) ?? []
  if (name === undefined) return undefined
  return [literal('['), { ...literal(name), named: true }, ...countedPieces(counts, literal)]
}

/** A field with a time or a severity. Undefined: the word is none. */
function fieldPieces(word: string): Piece[] | undefined {
  const [, name = '', value = '', end = ''] = FIELD.exec(word) ?? []
  if (TIME.test(value)) return [literal(name), { kind: 'run', table: TIMES, named: false }, literal(end)]
  return LEVEL.test(value) ? [literal(name), ...levelPieces(value), literal(end)] : undefined
}

/** `05:00:00.123][12][critical][main]` of spdlog: a time, a thread, a severity and a name. Undefined: the word is none of these. */
function bracketPieces(word: string): Piece[] | undefined {
  const parts = word.split(/(?<=\])(?=\[)/)
  const names = parts.findIndex((part) => !TIME.test(part))
  if (parts.length < 2 || names === 0) return undefined
  const rest = names < 0 ? [] : parts.slice(names)
  // The run of the times has taken the first bracket after them.
  const named = rest.flatMap((part, i): Piece[] => {
    const left = i === 0 ? part.slice(1) : part
    return LEVEL.test(left) ? levelPieces(left) : [{ ...literal(left), named: true }]
  })
  return [{ kind: 'run', table: TIMES, named: false }, ...named]
}

/** `INFO[0000]`, `[warn]`, `I1124`: letters and numbers may be others. */
function levelPieces(word: string): Piece[] {
  return countedPieces(word, (part) =>
    /^[A-Za-z]/.test(part) ? { kind: 'run', table: LETTERS, named: false } : literal(part),
  )
}

/** Where there is a number, any number may be. */
function countedPieces(word: string, other: (part: string) => Piece): Piece[] {
  return (word.match(/[A-Za-z]+|\d+|[^A-Za-z\d]+/g) ?? []).map((part) =>
    /^\d/.test(part) ? { kind: 'run', table: DIGIT, named: false } : other(part),
  )
}
