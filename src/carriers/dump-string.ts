/**
 * A whole dump in one string of a line, whatever its name and its writer: zap's `stacktrace`, logrus's `msg`, a logger's JSON line inside a
 * carrier's, and text that was escaped and not quoted (moby#27163).
 *
 *     {"level":"error","msg":"stuck","stacktrace":"goroutine 1 [running]:\nmain.main()\n\t/app/main.go:3 +0x1d\n"}
 *     {"message":"panic: boom\\n\\ngoroutine 1 [running]:\\nmain.main()\\n"}
 *     time="2026-11-24T05:00:00Z" level=info msg="goroutine 1 [running]:\nmain.main()\n"
 */
import { LF } from '../core/ascii.ts'
import { cutBeginning } from '../text/cut.ts'
import { LONGEST_NEEDLE, NEEDLE } from '../text/needle.ts'
import { startsPreamble } from '../text/preamble.ts'
import { beginsDump, headerAfterLabel, startsTitle } from '../text/titles.ts'
import { unfold } from '../text/unfold.ts'
import { withoutCarrier } from './carried-string.ts'
import type { CarriedText, Carrier, StreamNames } from './carrier.ts'
import { type TextPlace, withLineEndAt } from './dump-string-rest.ts'
import { decodeEscapes, stringAround } from './escapes.ts'

const WORD = Buffer.from(NEEDLE)
/** A line end, as escaped text has it. */
const ESCAPED_END = '\\n'
/** Quotes that are not JSON's, but SQL's, for example. */
const OTHER_QUOTE = /['`]/g
/** Of longer lines, only the strings are examined. */
const LONGEST_LINE = 4 << 20
/** How many levels of strings in strings are examined. */
const DEPTH = 3
/** Most dumps that are read from one line: a report may have one for each of a few processes. */
const MOST_DUMPS = 16

export interface DumpString {
  /** Lines, separated by line feeds. */
  readonly text: Buffer
  /** The line ended before the string did: the original text is longer. */
  readonly cut: boolean
  /** Where it is: in a string of the line, in a string of that, and so on. Empty: it is the line itself. */
  readonly places: readonly TextPlace[]
  /** Length of the label before its header, bytes; 0 if there is none. */
  readonly label: number
}

/** The first string of [pos, end) that is a dump of several lines. */
export function dumpString(buf: Buffer, pos: number, end: number): DumpString | undefined {
  for (const found of strings(buf, pos, end, DEPTH)) return found
  return undefined
}

/**
 * All the dumps that the line [pos, end) holds: those in its strings, or the line itself, if its line ends are written as something else. A logger
 * may write the same dump twice, as a message and as a field.
 */
export function dumpsInLine(buf: Buffer, pos: number, end: number): DumpString[] {
  const found: DumpString[] = []
  for (const each of strings(buf, pos, end, DEPTH)) {
    if (!found.some(({ text }) => text.includes(each.text) || each.text.includes(text))) found.push(each)
    if (found.length === MOST_DUMPS) break
  }
  if (found.length > 0) return found
  const line = unfoldedLine(buf, pos, end)
  return line === undefined ? [] : [line]
}

/** Does the line [pos, end) hold a dump? */
export function holdsDump(buf: Buffer, pos: number, end: number): boolean {
  return dumpString(buf, pos, end) !== undefined || unfoldedLine(buf, pos, end) !== undefined
}

/** The line [pos, end) as a dump whose line ends are written as something else. */
export function unfoldedLine(buf: Buffer, pos: number, end: number): DumpString | undefined {
  const lines = end - pos > LONGEST_LINE ? undefined : unfoldedText(buf, pos, end)
  if (lines === undefined) return undefined
  const label = beginsDump(lines) ? 0 : headerAfterLabel(lines)
  if (label < 0) return undefined
  const text = Buffer.from(lines, 'latin1')
  return { text: label > 0 ? withLineEndAt(text, label) : text, cut: false, places: [], label }
}

/** The line [pos, end), or the string in it with the first header, with its lost line ends restored: the rest of the line may be escaped. */
function unfoldedText(buf: Buffer, pos: number, end: number): string | undefined {
  const line = buf.toString('latin1', pos, end)
  const at = line.includes('\\') ? indexOf(buf, pos, end) : -1
  const span = at < 0 ? undefined : stringAround(buf, pos, end, at)
  if (span === undefined || span.cut) return unfold(line)
  const text = Buffer.allocUnsafe(span.end - span.start)
  return unfold(text.toString('latin1', 0, decodeEscapes(buf, span.start, span.end, text, 0))) ?? unfold(line)
}

function* strings(buf: Buffer, pos: number, end: number, depth: number): Generator<DumpString, undefined> {
  let from = pos
  let at = indexOf(buf, from, end)
  while (at >= 0) {
    const span = stringAround(buf, from, end, at)
    // Text that was escaped without being quoted: it cannot contain a line feed as it is.
    const bare = span === undefined && depth === DEPTH && !buf.subarray(at, end).includes(LF)
    if (span === undefined && !bare) return undefined
    const {
      start,
      end: stop,
      cut,
    } = span ?? { start: startOfBare(buf, from, firstTitle(buf, at, end)), end, cut: false }
    yield* stringsIn(buf, start, stop, cut, bare, depth)
    from = stop + 1
    at = bare || from >= end ? -1 : indexOf(buf, from, end)
  }
  return undefined
}

/** The first needle from `at` on that begins a title; `at` if none does. A reason can hold the word: all goroutines are asleep. */
function firstTitle(buf: Buffer, at: number, end: number): number {
  for (let next = at; next >= 0; next = indexOf(buf, next + 1, end))
    if (startsTitle(buf.toString('latin1', next, Math.min(end, next + LONGEST_NEEDLE)))) return next
  return at
}

/** Where text that was escaped without being quoted begins: at the first line of its preamble, or at the header at `at`. */
function startOfBare(buf: Buffer, from: number, at: number): number {
  let start = from
  const lines = buf.toString('latin1', from, at).split(ESCAPED_END)
  if (lines.at(-1) !== '') return at
  for (const [n, line] of lines.entries()) {
    if (startsPreamble(line) !== undefined) return start
    const glued = n === 0 ? gluedPreamble(line) : -1
    if (glued >= 0) return start + glued
    start += line.length + ESCAPED_END.length
  }
  return at
}

/** Offset of the first line of a preamble, glued to a word or after the quote of a text; -1 if there is none. */
function gluedPreamble(line: string): number {
  for (const { index } of line.matchAll(OTHER_QUOTE))
    if (startsPreamble(line.slice(index + 1)) !== undefined) return index + 1
  const cut = cutBeginning(line)
  return cut >= 0 && startsPreamble(line.slice(cut)) !== undefined ? cut : -1
}

/** Like `strings`, for the string [start, stop). */
function* stringsIn(
  buf: Buffer,
  start: number,
  stop: number,
  cut: boolean,
  bare: boolean,
  depth: number,
): Generator<DumpString, undefined> {
  const place = { start, isQuoted: !bare }
  const text = Buffer.allocUnsafe(stop - start)
  const length = decodeEscapes(buf, start, stop, text, 0)
  const decoded = text.subarray(0, length)
  const latin1 = decoded.toString('latin1')
  if (latin1.includes('\n')) {
    const header = beginsDump(latin1) ? 0 : headerAfterLabel(latin1)
    if (header >= 0) {
      yield { text: header > 0 ? withLineEndAt(decoded, header) : decoded, cut, places: [place], label: header }
      return undefined
    }
    // What continues a string that was cut would keep its carrier.
    const inside = cut ? undefined : withoutCarrier(decoded)
    if (inside !== undefined) {
      yield { text: inside, cut, places: [place], label: 0 }
      return undefined
    }
  }
  let isEmpty = true
  if (depth > 1 && latin1.includes('"')) {
    for (const inner of strings(decoded, 0, length, depth - 1)) {
      isEmpty = false
      yield { ...inner, cut: cut || inner.cut, places: [place, ...inner.places] }
    }
  }
  const twice = isEmpty ? escapedTwice(decoded, latin1) : undefined
  if (twice !== undefined) yield { ...twice, cut: cut || twice.cut, places: [place, ...twice.places] }
  return undefined
}

/** The dump in a text that was escaped before another writer put it into a string: `"panic: boom\\n\\ngoroutine 1 [running]:\\n…"`. */
function escapedTwice(text: Buffer, latin1: string): DumpString | undefined {
  if (latin1.includes('\n') || !latin1.includes('\\n')) return undefined
  const lines = Buffer.allocUnsafe(text.length)
  const decoded = lines.subarray(0, decodeEscapes(text, 0, text.length, lines, 0))
  if (!beginsDump(decoded.toString('latin1'))) return undefined
  return { text: decoded, cut: false, places: [{ start: 0, isQuoted: false }], label: 0 }
}

function indexOf(buf: Buffer, from: number, end: number): number {
  const at = buf.subarray(from, end).indexOf(WORD)
  return at < 0 ? -1 : from + at
}

/** Not really a carrier: the text of a line that holds a dump is the line itself. */
export class Whole implements Carrier {
  readonly name = 'whole'

  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    if (!holdsDump(buf, pos, next - 1)) return false
    text.inPlace(buf, pos, next)
    text.key = ''
    text.partial = false
    return true
  }

  afresh(): Whole {
    return new Whole()
  }

  /** A log line before it may give one. */
  time(): number | undefined {
    return undefined
  }

  names(): StreamNames {
    return { source: '', attributes: {} }
  }
}
