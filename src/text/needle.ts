/**
 * The gate: most of a log is not part of a dump, and is not even split into lines. A chunk is searched for the needles: the word `goroutine`,
 * which dumps contain, and the line that a fatal error can have instead, `runtime stack:`. Only lines around a needle are examined.
 *
 * Hot: guarded by `npm run bench` (ordinary log).
 */
import {
  BACKSLASH,
  BRACKET_OPEN,
  COLON,
  CR,
  ESC,
  isBlank,
  isDigit,
  LESS,
  LF,
  LOWER_G,
  SPACE,
  startsWith,
  trimLineEnd,
} from '../core/ascii.ts'
import { IN_STATE } from './leak-header.ts'
import { search } from './search/search.ts'

/** The word that all headers have, and all titles of profiles and accesses of race reports. */
export const NEEDLE = 'goroutine'
const RUNTIME_STACK = Buffer.from('runtime stack:')
/** Both needles have `r..ti.e` at the same offsets, so one search finds either. */
const ROUTINE = Buffer.from('routine')
const BAR = 0x7c
const SEMICOLON = 0x3b
const LOWER_O = 0x6f
const LOWER_U = 0x75
const UPPER_G = 0x47
const GREATER = 0x3e
/** Longest tag that is skipped in a header. */
const TAG_BYTES = 64
const BY = ' by '
/** Longer than any needle: `goroutineleak profile: total `, or `goroutine `, an id of up to twenty digits, ` gp=`. */
export const LONGEST_NEEDLE = 64

/** The word as an array of bytes: journald's form of what is not printable text. */
const NUMBERS = Buffer.from([...Buffer.from(NEEDLE)].join(','))

/**
 * Offset of the next needle in [pos, end) that a header, a profile title or a race report can have; -1 if there is none. `numbers`: it can
 * also be in an array of bytes.
 */
export function findNeedle(buf: Buffer, pos: number, end: number, numbers: boolean): number {
  const text = findText(buf, pos, end)
  if (!numbers) return text
  // What comes after `end` is not searched: the caller may ask about one line of many.
  const at = buf.subarray(0, text < 0 ? end : text).indexOf(NUMBERS, pos)
  return at < 0 ? text : at
}

/** Like `findNeedle`, for a needle that is text. */
function findText(buf: Buffer, pos: number, end: number): number {
  let at = search(buf, ROUTINE, pos, end, RUNTIME_STACK)
  while (at >= 0) {
    if (buf[at + 1] === LOWER_U) return at
    if (
      at >= pos + 2 &&
      buf[at - 1] === LOWER_O &&
      (buf[at - 2] === LOWER_G
        ? isPromising(buf, at + ROUTINE.length, end)
        : buf[at - 2] === UPPER_G && isOfOthers(buf, at, end))
    )
      return at - 2
    at = search(buf, ROUTINE, at + ROUTINE.length, end, RUNTIME_STACK)
  }
  return -1
}

/** ` by Goroutine 7:`, as people write the access of a race report; `Goroutine 7 in state `, as goleak writes a header. */
function isOfOthers(buf: Buffer, at: number, end: number): boolean {
  if (at >= BY.length + 2 && startsWith(buf, at - 2 - BY.length, end, BY))
    return isPromising(buf, at + ROUTINE.length, end)
  let p = at + ROUTINE.length + 1
  if (!isDigit(buf[p])) return false
  while (isDigit(buf[p])) p++
  return startsWith(buf, p, end, IN_STATE)
}

/**
 * What follows `goroutine`: ` 7 [`, ` 7 gp=`, ` 7:`, `:`, ` profile: `, `leak profile: `. Prose goes on differently. In a page, a blank can be a
 * no-break space, a bracket can be escaped, and each word can have a tag; a terminal may have coloured part of it. `word`: offset after the word.
 */
function isPromising(buf: Buffer, word: number, end: number): boolean {
  const at = marksEnd(buf, word, end)
  const blank = blankAt(buf, at)
  if (blank === 0) {
    const c = buf[at + 1]
    return startsWith(buf, at, end, 'leak profile: total ') || (startsWith(buf, at, end, ':') && (c === LF || c === CR))
  }
  let p = marksEnd(buf, at + blank, end)
  if (!isDigit(buf[p])) return startsWith(buf, at, end, ' profile: total ')
  while (isDigit(buf[p])) p++
  p = marksEnd(buf, p, end)
  if (startsWith(buf, p, end, ':')) return true
  if (buf[p] === LF || buf[p] === CR) return endsAccess(buf, word - NEEDLE.length)
  const gap = blankAt(buf, p)
  if (gap === 0) return false
  p = marksEnd(buf, p + gap, end)
  if (p >= end) return false
  const c = buf[p]
  return c === BRACKET_OPEN || c === BACKSLASH || c === BAR || startsWith(buf, p, end, 'gp=')
}

/** Does the word at `at`, followed only by an id on its line, end the access of a race report that has lost its colon? */
function endsAccess(buf: Buffer, at: number): boolean {
  return at >= BY.length && startsWith(buf, at - BY.length, at, BY)
}

/** Offset after the colours and the tags of a page that begin at `at`; `at` if there are none. */
function marksEnd(buf: Buffer, at: number, end: number): number {
  let p = at
  for (;;) {
    if (buf[p] === ESC && buf[p + 1] === BRACKET_OPEN) {
      p += 2
      while (isDigit(buf[p]) || buf[p] === SEMICOLON) p++
      p++
    } else if (buf[p] === LESS) {
      const stop = buf.subarray(p, Math.min(end, p + TAG_BYTES)).indexOf(GREATER)
      if (stop < 0) return p
      p += stop + 1
    } else return p
  }
}

/** Is the needle at `at` written as only a page, or a program that colours lines, writes it? */
function isDecorated(buf: Buffer, at: number): boolean {
  let p = at + NEEDLE.length
  if (buf[p] === 0xc2) return true
  while (isDigit(buf[++p]));
  if (buf[p] !== SPACE) return buf[p] === 0xc2 || buf[p] === ESC
  const c = buf[p + 1]
  return c === BACKSLASH || c === BAR || c === ESC || c === LESS
}

/** Does the line end as titles do, and begin as Go prints it? A header ends with a colon, the title of a profile with a number. */
export function isTitle(buf: Buffer, line: number, next: number): boolean {
  const last = buf[trimLineEnd(buf, line, next) - 1]
  if (last === COLON) return !isDecorated(buf, line)
  return isDigit(last) && !isDigit(buf[line + NEEDLE.length + 1])
}

/** Length of the blank at `at` in bytes; 0 if there is none. */
function blankAt(buf: Buffer, at: number): number {
  if (buf[at] === SPACE) return 1
  return buf[at] === 0xc2 && buf[at + 1] === 0xa0 ? 2 : 0
}

/** Is the line [start, end), which ends with its line end, `runtime stack:`? A terminal may have filled it with blanks. */
export function isRuntimeStack(buf: Buffer, start: number, end: number): boolean {
  if (!startsWith(buf, start, end, 'runtime stack:')) return false
  return isBlank(buf, start + RUNTIME_STACK.length, trimLineEnd(buf, start, end))
}

/** Start of the line that holds `at`, not before `pos`. */
export function lineStart(buf: Buffer, pos: number, at: number): number {
  if (at <= pos) return pos
  const lf = buf.lastIndexOf(LF, at - 1)
  return lf < pos ? pos : lf + 1
}

/** Start of the first line in `buf` from `least` on, not before the line at `pos`. */
export function firstLine(buf: Buffer, pos: number, least: number): number {
  return least <= pos || buf[least - 1] === LF ? Math.max(pos, least) : buf.indexOf(LF, least) + 1
}
