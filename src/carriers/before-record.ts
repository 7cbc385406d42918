/**
 * A prefix before a JSON record that no log shipper has written: `kubectl logs --timestamps`, the log of a CI job, `docker compose`.
 *
 *     2026-11-24T05:00:00.1234567Z {"Time":"…","Action":"output","Package":"shop","Output":"goroutine 7 [running]:\n"}
 *
 * Each record has one line of the dump: a log line with a whole dump in a string needs no carrier (Whole in dump-string.ts).
 */
import { ESC, LF } from '../core/ascii.ts'
import { headerEnd } from '../text/titles.ts'
import { Prefix, SEPARATOR } from './prefix.ts'

const RECORD = Buffer.from('{"')
const LONGEST = 256
const HEADER = '"goroutine '
/** What follows a header that fills its string. */
const END = /^(?:\\r)?(?:\\n)?"/

/** The carrier of lines with a prefix like that of `line`, after which a record begins; undefined if there is none. */
export function prefixOfRecord(line: Buffer): Prefix | undefined {
  const at = line.indexOf(RECORD)
  if (at <= 0 || at > LONGEST || line.includes(LF) || line.includes(ESC)) return undefined
  const text = line.toString('latin1')
  const header = text.indexOf(HEADER, at) + 1
  const end = header > 0 ? headerEnd(text, header) : -1
  const prefix = text.slice(0, at)
  return end > 0 && END.test(text.slice(end)) && SEPARATOR.test(prefix) ? new Prefix(prefix) : undefined
}
