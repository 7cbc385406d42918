/**
 * Lines that announce a dump before its first header: `panic: …`, `SIGQUIT: quit`, the title of a race report. They are searched for backwards
 * from a header, and at the end of a chunk, where lines that may announce a dump wait for what comes next.
 *
 * Hot: `findAnnouncement`, guarded by `npm run bench` (ordinary log). Words are searched for natively; text is read only around a hit.
 */

import { byteClass, LF, trimLineEnd } from '../core/ascii.ts'
import { lineStart } from './needle.ts'
import { startsPreamble } from './preamble.ts'
import { isRaceWarning, RACE_RULE } from './race.ts'
import { Words } from './search/words.ts'

/**
 * First bytes of lines that may announce a dump: panic, fatal error, SIGQUIT and Signal, Exception, runtime, unexpected, WARNING, `====`, `^\\` and a
 * byte order mark.
 */
const FIRST_BYTES: Uint8Array = byteClass('pfSEruW=^\xef')
/** No more of a line than this is examined. */
const LINE_BYTES = 512

/** May the line at `start` announce a dump, judging by its first byte? A cheap check before `announces`. */
export function mayAnnounce(buf: Buffer, start: number): boolean {
  return FIRST_BYTES[buf[start] as number] === 1
}

/** Does the first line of [start, end) announce a dump? Its line end is at or before `end`. */
export function announces(buf: Buffer, start: number, end: number): boolean {
  if (!mayAnnounce(buf, start)) return false
  const stop = Math.min(buf.indexOf(LF, start), end, start + LINE_BYTES)
  const text = buf.toString('latin1', start, trimLineEnd(buf, start, stop))
  const line = text.trimEnd()
  // Also with its trailing blank: the first line of a panic's value can be empty.
  return line === RACE_RULE || isRaceWarning(line) || (startsPreamble(text) ?? startsPreamble(line)) !== undefined
}

/**
 * Looks back from `to` (a line start) over at most `window` bytes, not before `pos`, for the earliest line that announces a dump. Returns
 * its offset, or `to`.
 */
export function announcementBefore(buf: Buffer, pos: number, to: number, window: number): number {
  const from = Math.max(pos, to - window)
  let found = to
  let at = to
  while (at > from) {
    const start = lineStart(buf, from, at - 1)
    // A line that starts before the window is incomplete: ignore it.
    if (start === from && from > pos && buf[from - 1] !== LF) break
    if (announces(buf, start, at)) found = start
    at = start
  }
  return found
}

/** A word that begins an announcement, wherever a carrier has put it in its line. */
interface Word {
  readonly text: string
  readonly bytes: Buffer
  /** What the text around the word must match to be an announcement, which then begins there: from `before` bytes before the word on. */
  readonly form: RegExp
  readonly before: number
  /** It is searched for at most this many bytes before the earliest word found so far, or before the end. */
  readonly within: number
}

/** Bytes that a form is matched against. */
const FORM_BYTES = 64
/** For words that come just before their `fatal error:` and are also common in ordinary logs. */
const SOON = 4096

function word(text: string, form: RegExp, within = Number.POSITIVE_INFINITY, before = 0): Word {
  return { text, bytes: Buffer.from(text), form, within, before }
}

/** The first lines of preambles (text/preamble.ts) and of race reports. */
const WORDS: readonly Word[] = [
  word('panic: ', /^panic: /),
  word('fatal error: ', /^fatal error: /),
  word('SIG', /^SIG[A-Z0-9]+: [a-z]/),
  word('Signal ', /^Signal \d/),
  word('DATA RACE', /^DATA RACE/),
  word('==================', /^={18}/),
  word('runtime: ', /^runtime: [a-zV]/, SOON),
  word('unexpected fault address', /^unexpected fault address 0x/, SOON),
]

/** A ninth word, where `Words` has room for eight. The rest of the dump is written together with it, so it is searched for only nearby. */
const EXCEPTION = word('Exception 0x', /^Exception 0x[0-9a-f]+ 0x/, SOON)
/** A word coloured by a page, with or without its colon. It is searched for by its closing tag: pages have few elements, and other logs none. */
const COLOURED = word('</', /(?:panic:?|fatal)<\/[a-z]/, SOON, 'panic:'.length)

const ANY_WORD = new Words(WORDS.map(({ text }) => text))
/** Hits that are not an announcement, after which each of the forms is searched for in turn. */
const TRIES = 16

/** Start of the first line in [end - window, end), not before `pos`, that may announce a dump; `end` if there is none. `end` is a line start. */
export function findAnnouncement(buf: Buffer, pos: number, end: number, window: number): number {
  const from = Math.max(pos, end - window)
  let first = findForm(buf, from, end, EXCEPTION)
  first = findForm(buf, from, first, COLOURED)
  if (first === end && !mayHoldForm(buf, from, end)) return end
  for (const each of WORDS) first = findForm(buf, from, first, each)
  if (first === end) return end
  const line = lineStart(buf, pos, first)
  // A line that starts before the window is too far from what may come.
  return line < from ? findAnnouncement(buf, buf.indexOf('\n', first) + 1, end, window) : line
}

/** May [from, end) hold an announcement? Most of a log does not contain even one of the words. */
function mayHoldForm(buf: Buffer, from: number, end: number): boolean {
  let tries = TRIES
  for (let at = ANY_WORD.first(buf, from, end); at >= 0; at = ANY_WORD.first(buf, at + 1, end)) {
    const text = buf.toString('latin1', at, Math.min(end, at + FORM_BYTES))
    if (tries-- === 0 || WORDS.some(({ form }) => form.test(text))) return true
  }
  return false
}

/** Offset of the first of these words in [from, end) that may be an announcement, no more than `within` bytes before `end`; `end` if there is none. */
function findForm(buf: Buffer, from: number, end: number, { bytes, form, within, before }: Word): number {
  const start = Math.max(from, end - within)
  // Only the tail is searched: the view keeps `indexOf` from running past `end`.
  const tail = buf.subarray(start, end)
  for (let at = tail.indexOf(bytes); at >= 0; at = tail.indexOf(bytes, at + 1)) {
    const first = Math.max(0, at - before)
    const found = form.exec(tail.toString('latin1', first, at + FORM_BYTES))
    if (found !== null) return start + first + found.index
  }
  return end
}

const MARK =
  /goroutine|panic|recover|fatal error: |SIG[A-Z]|Signal \d|Exception 0x|runtime: |unexpected fault address|={18}|WARNING: DATA RACE/i

/** May `text` begin a dump, announce one, or give the reason for it? A cheap check before all others. */
export function mayConcernDump(text: string): boolean {
  return MARK.test(text)
}

/** Is this a log line that announces a panic, or the first line of one? The panic's value may go on in indented lines. */
export function mentionsPanic(text: string): boolean {
  return /(?:^|\s)(?:panic|fatal error): /.test(text)
}

/** Does `text` begin with the panic that it announces, as the runtime prints it? */
export function isPanicAlone(text: string): boolean {
  return /^\s*(?:panic|fatal error): /.test(text)
}

const TEST_PLACE = /^\s+\S+\.go:\d+: /

/** Is this the first line of a message that a test logs? `testing` indents the other lines by four more blanks, or a TAB. */
export function isLoggedByTest(text: string): boolean {
  return TEST_PLACE.test(text)
}
