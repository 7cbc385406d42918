/**
 * A dump in a string of several lines, each of which is in a carrier: indented, quoted in a mail, a list of goleak, a value of klog, behind what a
 * shipper or a logger puts before each line. A tool has printed them, and a tracker, a mail or another log has stored them as a whole.
 *
 *     {"body":"It crashes:\n```\nweb-1  | panic: boom\nweb-1  | \nweb-1  | goroutine 1 [running]:\nweb-1  | main.main()\n…"}
 *     {"body":"It crashes:\n\n    goroutine 1 [running]:\n    main.main()\n    \t/app/main.go:3 +0x1d\n"}
 */
import { LF, NEWLINE } from '../core/ascii.ts'
import { type LineKind, readLine } from '../text/line.ts'
import { readProfileLine } from '../text/profile.ts'
import { beginsDump } from '../text/titles.ts'
import { CarriedText, type Carrier } from './carrier.ts'
import { carriersFor } from './detect.ts'
import { indentOf, prefixOf } from './shown-prefix.ts'

/** What every header has, that of goleak too. */
const MAY_BEGIN = /goroutine|Goroutine \d+ in state /
/** Lines that are tried: each may quote a header. */
const TRIES = 8
/** What may follow a header. */
const FIRST: readonly (LineKind | undefined)[] = ['func', 'created', 'unavailable']
/** Most lines between a header and its stack: empty ones, or those of other streams. */
const BETWEEN = 8

/** `text` without the carrier that a header in it and the first line of its stack have; undefined if there is no such header. */
export function withoutCarrier(text: Buffer): Buffer | undefined {
  const lines = text[text.length - 1] === LF ? text : Buffer.concat([text, NEWLINE])
  let left = TRIES
  for (let pos = 0; pos < lines.length && left > 0; ) {
    const next = lines.indexOf(LF, pos) + 1
    if (MAY_BEGIN.test(lines.toString('latin1', pos, next))) {
      left--
      const found = withoutThat(lines, pos, next)
      if (found !== undefined) return found
    }
    pos = next
  }
  return undefined
}

/** The lines without the carrier of the header in the line [pos, next). */
function withoutThat(lines: Buffer, pos: number, next: number): Buffer | undefined {
  const text = new CarriedText()
  for (const carrier of carriersAt(lines, pos, next)) {
    if (!carrier.read(lines, pos, next, text) || !beginsDump(text.latin1())) continue
    const { key } = text
    if (isBeforeStack(carrier, key, lines, next)) return strip(carrier.afresh(), key, lines)
  }
  return undefined
}

function carriersAt(lines: Buffer, pos: number, next: number): Carrier[] {
  const line = lines.subarray(pos, next - 1)
  const shown = prefixOf(line) ?? indentOf(line)
  const known = carriersFor('auto', {}).filter(({ several }) => several !== true)
  return shown === undefined ? known : [...known, shown]
}

/** Is the first line of a stack, or a record of a profile, next in that stream? Only the header has a label, and prose may quote one. */
function isBeforeStack(carrier: Carrier, key: string, lines: Buffer, pos: number): boolean {
  const text = new CarriedText()
  let at = pos
  for (let left = BETWEEN; at < lines.length && left >= 0; left--) {
    const next = lines.indexOf(LF, at) + 1
    if (!carrier.read(lines, at, next, text)) return false
    const line = text.latin1().trimEnd()
    if (text.key === key && line !== '') return FIRST.includes(readLine(line)?.kind) || isRecord(line)
    at = next
  }
  return false
}

function isRecord(line: string): boolean {
  const read = readProfileLine(line, undefined)
  return read?.kind === 'record' && read.pcs !== ''
}

/** Lines of other streams than `key`, and those that are in no carrier, stay as they are. */
function strip(carrier: Carrier, key: string, lines: Buffer): Buffer {
  const text = new CarriedText()
  const stripped: Buffer[] = []
  for (let pos = 0; pos < lines.length; ) {
    const next = lines.indexOf(LF, pos) + 1
    const isOwn = carrier.read(lines, pos, next, text) && text.key === key
    stripped.push(isOwn ? Buffer.from(text.buf.subarray(text.start, text.end)) : lines.subarray(pos, next))
    pos = next
  }
  return Buffer.concat(stripped)
}
