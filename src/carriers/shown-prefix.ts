/** The prefix that the line with the first header shows: the other lines of its stream have one like it (prefix.ts). */
import { ESC, LF } from '../core/ascii.ts'
import { callAfterHeader } from '../text/header.ts'
import { findTitle, headerEnd } from '../text/titles.ts'
import { withoutControls } from './control-sequences.ts'
import { Prefix } from './prefix.ts'

const LONGEST = 512
/** Most words that are tried. */
const TRIES = 8
const RECORD = Buffer.from('{"')
/** Longest prefix of a record. */
const LONGEST_OF_RECORD = 256
const STRING_WITH_HEADER = '"goroutine '
/** What follows a header that fills its string. */
const END_OF_STRING = /^(?:\\r)?(?:\\n)?"/

/** What a prefix ends with. A log line that lacks its line end usually does not. */
const SEPARATOR = /[\s\]:|>]$|^(?:\S*[./]\S*-)?\d+-$|\d (?:[AP]M|[A-Z]{3,4})$|(?:^|\s)[^\w\s"'`({[\\]{1,4}$/

/**
 * The carrier of lines with a prefix like that of `line`, which holds a header; undefined if there is none. `indented`: the header comes after a
 * TAB that is not part of the prefix.
 */
export function prefixOf(line: Buffer, indented = false): Prefix | undefined {
  if (line.includes(LF)) return undefined
  const coloured = line.includes(ESC)
  const raw = line.toString('latin1').replace(/\r$/, '')
  const text = coloured ? withoutControls(raw) : raw
  const m = findTitle(text, LONGEST, TRIES)
  if (m === undefined) return undefined
  if (indented && text[m.index - 1] !== '\t') return undefined
  const prefix = text.slice(0, indented ? m.index - 1 : m.index)
  const suffix = callAfterHeader(text.slice(m.index)) < 0 ? text.slice(m.end) : ''
  if (prefix === '') return coloured || suffix !== '' ? new Prefix('', suffix, coloured) : undefined
  // Blanks alone are indentation, and so is a TAB after a blank: `indentOf` reads them.
  if (prefix.trim() === '' || !SEPARATOR.test(prefix) || prefix.endsWith(' \t')) return undefined
  return new Prefix(prefix, suffix, coloured)
}

/**
 * Like `prefixOf`, for a header that is indented, perhaps after a time: its frames begin with the same blanks. The caller has to check that it is
 * not text in the value of a panic.
 */
export function indentOf(line: Buffer): Prefix | undefined {
  if (line.includes(LF) || line.includes(ESC)) return undefined
  const text = line.toString('latin1')
  const m = findTitle(text, LONGEST, TRIES)
  if (m === undefined) return undefined
  const prefix = text.slice(0, m.index)
  const blanks = /[ \t]+$/.exec(prefix)?.[0]
  if (blanks === undefined || (blanks !== prefix && !blanks.endsWith(' \t'))) return undefined
  return blanks === prefix ? new Prefix(prefix, text.slice(m.end), false, true) : new Prefix(prefix, text.slice(m.end))
}

/**
 * Like `prefixOf`, for a prefix before a JSON record that no log shipper has written: `kubectl logs --timestamps`, the log of a CI job, `docker
 * compose`.
 *
 *     2026-11-24T05:00:00.1234567Z {"Time":"…","Action":"output","Package":"shop","Output":"goroutine 7 [running]:\n"}
 *
 * Each record has one line of the dump: a log line with a whole dump in a string needs no carrier (Whole in dump-string.ts).
 */
export function prefixOfRecord(line: Buffer): Prefix | undefined {
  const at = line.indexOf(RECORD)
  if (at <= 0 || at > LONGEST_OF_RECORD || line.includes(LF) || line.includes(ESC)) return undefined
  const text = line.toString('latin1')
  const header = text.indexOf(STRING_WITH_HEADER, at) + 1
  const end = header > 0 ? headerEnd(text, header) : -1
  const prefix = text.slice(0, at)
  return end > 0 && END_OF_STRING.test(text.slice(end)) && SEPARATOR.test(prefix) ? new Prefix(prefix) : undefined
}
