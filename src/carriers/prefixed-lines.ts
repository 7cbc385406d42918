/**
 * A text in one string, each of whose lines has a prefix: a tool has printed them, and a tracker, a mail or another log has stored them as a whole.
 *
 *     {"body":"It crashes:\n```\nweb-1  | panic: boom\nweb-1  | \nweb-1  | goroutine 1 [running]:\nweb-1  | main.main()\n…"}
 */
import { LF, NEWLINE } from '../core/ascii.ts'
import { type LineKind, readLine } from '../text/line.ts'
import { NEEDLE } from '../text/needle.ts'
import { CarriedText } from './carrier.ts'
import type { Prefix } from './prefix.ts'
import { indentOf, prefixOf } from './shown-prefix.ts'

/** Headers that are tried: each may be a quotation. */
const TRIES = 8
/** What may follow a header. */
const FIRST: readonly (LineKind | undefined)[] = ['func', 'created', 'unavailable']
/** Most lines of other streams between a header and its stack. */
const OTHERS = 8

/** `text` without the prefix that a header in it and the first line of its stack have; undefined if there is no such header. */
export function withoutPrefixes(text: Buffer): Buffer | undefined {
  const lines = text[text.length - 1] === LF ? text : Buffer.concat([text, NEWLINE])
  for (let at = lines.indexOf(NEEDLE), left = TRIES; at >= 0 && left > 0; left--) {
    const start = lines.lastIndexOf(LF, at) + 1
    const next = lines.indexOf(LF, at) + 1
    const line = lines.subarray(start, next - 1)
    const prefix = prefixOf(line) ?? indentOf(line)
    if (prefix !== undefined && isBeforeStack(prefix, lines, start, next)) return strip(lines, prefix, start)
    at = lines.indexOf(NEEDLE, next)
  }
  return undefined
}

/** Is the prefix of the header in the line [start, next) also before the first line of its stack, the next of its stream? */
function isBeforeStack(prefix: Prefix, lines: Buffer, start: number, next: number): boolean {
  const text = new CarriedText()
  if (!prefix.read(lines, start, next, text)) return false
  const { key } = text
  for (let pos = next, left = OTHERS; pos < lines.length && left >= 0; left--) {
    const end = lines.indexOf(LF, pos) + 1
    if (!prefix.read(lines, pos, end, text)) return false
    if (text.key === key) return FIRST.includes(readLine(text.latin1().trimEnd())?.kind)
    pos = end
  }
  return false
}

/** Lines of other streams than that of the line at `header`, and those without a prefix, stay as they are. */
function strip(lines: Buffer, prefix: Prefix, header: number): Buffer {
  const text = new CarriedText()
  prefix.read(lines, header, lines.indexOf(LF, header) + 1, text)
  const { key } = text
  const stripped: Buffer[] = []
  for (let pos = 0; pos < lines.length; ) {
    const next = lines.indexOf(LF, pos) + 1
    const isOwn = prefix.read(lines, pos, next, text) && text.key === key
    stripped.push(isOwn ? Buffer.from(text.buf.subarray(text.start, text.end)) : lines.subarray(pos, next))
    pos = next
  }
  return Buffer.concat(stripped)
}
