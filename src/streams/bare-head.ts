/**
 * A header, and what announces it, that were copied without the prefix that all lines behind them have: a person has marked the text from the
 * word on. The two lines behind the header show the prefix: it stands ahead of a call, and ahead of its place.
 *
 *     goroutine 7 [running]:
 *     web-1  | main.f(0x1)
 *     web-1  | 	/app/main.go:3 +0x1d
 */
import { CarriedText } from '../carriers/carrier.ts'
import { prefixOf } from '../carriers/prefix.ts'
import { LF, PAREN_CLOSE, trimLineEnd } from '../core/ascii.ts'
import { readLine, readStripped, TEXT_BYTES } from '../text/line.ts'
import { lineStart } from '../text/needle.ts'
import { continuesPreamble, startsPreamble } from '../text/preamble.ts'

/** Lines between the first one of a preamble and the one behind which all have a prefix. */
const MOST_LINES = 4
/** What a page that was copied has ahead of the rows of a table. */
const RULE = /^-{2,}$/

/**
 * The line [pos, next) of `buf`, a header without a prefix, as it would stand behind the prefix that its frames have; undefined where they have
 * none. Whole lines go up to `end`: 'unknown' where they do not show it yet.
 */
export function withPrefixBehind(buf: Buffer, pos: number, next: number, end: number): Buffer | 'unknown' | undefined {
  if (next >= end) return 'unknown'
  const after = buf.indexOf(LF, next) + 1
  const before = prefixOfCall(buf, next, after)
  if (before === undefined) return undefined
  const header = Buffer.concat([Buffer.from(before, 'latin1'), buf.subarray(pos, next)])
  const prefix = prefixOf(header.subarray(0, -1))
  if (prefix === undefined) return undefined
  if (after >= end) return 'unknown'
  const text = new CarriedText()
  const isBehind = (from: number, to: number, kind: string): boolean => {
    if (!prefix.read(buf, from, to, text)) return false
    const line = text.latin1().trimEnd()
    return (readLine(line) ?? readStripped(line))?.kind === kind
  }
  return isBehind(next, after, 'func') && isBehind(after, buf.indexOf(LF, after) + 1, 'file') ? header : undefined
}

/** What stands ahead of the call in the line [pos, next), with which that ends. */
function prefixOfCall(buf: Buffer, pos: number, next: number): string | undefined {
  const stop = trimLineEnd(buf, pos, next)
  if (stop - pos > TEXT_BYTES || buf[stop - 1] !== PAREN_CLOSE) return undefined
  const text = buf.toString('latin1', pos, stop)
  const name = text.lastIndexOf(' ', text.lastIndexOf('(')) + 1
  const prefix = text.slice(0, name)
  return prefix.trim() !== '' && readLine(text.slice(name))?.kind === 'func' ? prefix : undefined
}

/**
 * Where the first line of a preamble stands that has no prefix, in [least, from) of `buf`, while the lines from `from` on have one; `from` where
 * there is none. `inside` gives the text of a line behind the prefix.
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
