/**
 * A header, and what announces it, copied without the prefix that all lines after them have: a person has selected the text from the word on. The two
 * lines after the header show the prefix: it comes before a call, and before the place of that call.
 *
 *     goroutine 7 [running]:
 *     web-1  | main.f(0x1)
 *     web-1  | 	/app/main.go:3 +0x1d
 */
import { CarriedText } from '../carriers/carrier.ts'
import { prefixOf } from '../carriers/shown-prefix.ts'
import { isBlank, LF, PAREN_CLOSE, trimLineEnd } from '../core/ascii.ts'
import { GO_LINE_BYTES, readLine, readStripped } from '../text/line.ts'
import { lineStart } from '../text/needle.ts'
import { continuesPreamble, startsPreamble } from '../text/preamble.ts'

/** Most lines between the first one of a preamble and the first one with a prefix. */
const MOST_LINES = 4
/** As much of a line as shows that it is the first of a preamble. */
const LONGEST_HEAD = 256
/** What a copied page has before the rows of a table. */
const RULE = /^-{2,}$/

/**
 * The line [pos, next) of `buf`, a header without a prefix, with the prefix that its frames have; undefined if they have none. Whole lines go up
 * to `end`: 'unknown' if they do not show the prefix yet.
 */
export function withPrefixAfter(buf: Buffer, pos: number, next: number, end: number): Buffer | 'unknown' | undefined {
  if (next >= end) return 'unknown'
  const after = buf.indexOf(LF, next) + 1
  const before = prefixOfCall(buf, next, after)
  if (before === undefined) return undefined
  const header = Buffer.concat([Buffer.from(before, 'latin1'), buf.subarray(pos, next)])
  const prefix = prefixOf(header.subarray(0, -1))
  if (prefix === undefined) return undefined
  if (after >= end) return 'unknown'
  const text = new CarriedText()
  const isAfter = (from: number, to: number, kind: string): boolean => {
    if (!prefix.read(buf, from, to, text)) return false
    const line = text.latin1().trimEnd()
    return (readLine(line) ?? readStripped(line))?.kind === kind
  }
  return isAfter(next, after, 'func') && isAfter(after, buf.indexOf(LF, after) + 1, 'file') ? header : undefined
}

/**
 * Is the header at `header`, in the line [pos, next) of `buf`, indented like the preamble before it, while its first call is not? Whoever has copied
 * the text has indented only its head. The preamble is in [least, pos). Whole lines go up to `end`: 'unknown' if they do not show the call yet.
 */
export function isHeadIndented(
  buf: Buffer,
  least: number,
  pos: number,
  header: number,
  next: number,
  end: number,
): boolean | 'unknown' {
  if (header === pos || !isBlank(buf, pos, header) || !isAfterIndentedPreamble(buf, least, pos)) return false
  if (next >= end) return 'unknown'
  const stop = trimLineEnd(buf, next, buf.indexOf(LF, next) + 1)
  return stop - next <= GO_LINE_BYTES && readLine(buf.toString('latin1', next, stop))?.kind === 'func'
}

function isAfterIndentedPreamble(buf: Buffer, least: number, pos: number): boolean {
  for (let at = pos, left = MOST_LINES; left > 0 && at > least; left--) {
    const start = lineStart(buf, least, at - 1)
    const line = buf.toString('latin1', start, Math.min(at, start + LONGEST_HEAD)).trimEnd()
    const text = line.trimStart()
    if (startsPreamble(text) !== undefined) return text.length < line.length
    if (text !== '' && !continuesPreamble(text, 'panic')) return false
    at = start
  }
  return false
}

/** What comes before the call with which the line [pos, next) ends. */
function prefixOfCall(buf: Buffer, pos: number, next: number): string | undefined {
  const stop = trimLineEnd(buf, pos, next)
  if (stop - pos > GO_LINE_BYTES || buf[stop - 1] !== PAREN_CLOSE) return undefined
  const text = buf.toString('latin1', pos, stop)
  const name = text.lastIndexOf(' ', text.lastIndexOf('(')) + 1
  const prefix = text.slice(0, name)
  return prefix.trim() !== '' && readLine(text.slice(name))?.kind === 'func' ? prefix : undefined
}

/**
 * Start of the first line of a preamble without a prefix in [least, from) of `buf`, where the lines from `from` on have one; `from` if there is none.
 * `inside` gives the text of a line after the prefix.
 */
export function bareAnnouncement(
  buf: Buffer,
  least: number,
  from: number,
  inside: (start: number, next: number) => string | undefined,
): number {
  let at = from
  for (let left = MOST_LINES; left > 0 && at > least; left--) {
    const start = lineStart(buf, least, at - 1)
    const line = buf.toString('latin1', start, trimLineEnd(buf, start, at))
    const kind = startsPreamble(line)?.kind
    if (kind === 'panic' || kind === 'fatal' || kind === 'timeout') return start
    const text = inside(start, at) ?? (RULE.test(line) ? '' : line)
    if (text.trim() !== '' && !continuesPreamble(text, 'panic')) return from
    at = start
  }
  return from
}
