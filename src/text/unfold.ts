/**
 * A dump on one line: a page, a mail, or a tool for which a line is a message has written something else in place of its line ends. A string that
 * a program has escaped itself is read in carriers/dump-string.ts.
 *
 *     <pre>goroutine 7 [running]:<br>main.f(0x1)<br>&nbsp;&nbsp;/app/main.go:3 +0x1d</pre>
 *     <li>goroutine 7 [running]:</li><li>main.f(0x1)</li><li>&nbsp;&nbsp;/app/main.go:3 +0x1d</li>
 *     panic: boom⏎⏎goroutine 7 [running]:⏎main.f(0x1)⏎\t/app/main.go:3 +0x1d
 *     ##teamcity[testStdErr name='TestF' out='goroutine 7 |[running|]:|nmain.f(0x1)|n\t/app/main.go:3 +0x1d|n']
 *     panic: boom goroutine 7 [running]: main.f(0x1) /app/main.go:3 +0x1d main.main() /app/main.go:9 +0x20
 *     web-1  | panic: boom web-1  | web-1  | goroutine 7 [running]: web-1  | main.f(0x1) web-1  | \t/app/main.go:3 +0x1d
 *     ['goroutine 7 [running]:', 'main.f(0x1)', '\t/app/main.go:3 +0x1d']
 *     http: panic serving 10.0.0.1:80: boom | goroutine 7 [running]: | main.f(0x1) | /app/main.go:3 +0x1d
 *     goroutine 7 [running]:main.f(0x1)/app/main.go:3 +0x1dmain.main()/app/main.go:9 +0x20
 */
import { latin1Of } from '../core/latin1.ts'
import { hasOffset, readLine, readStripped } from './line.ts'
import { NEEDLE } from './needle.ts'
import { plainText, withoutTags } from './plain.ts'
import { unquoteLatin1 } from './quote.ts'
import { headerEnd, holdsHeaderHead } from './titles.ts'
import { BRACKETED, isFrameAt, match, unglue } from './unglue.ts'

/**
 * What a line end becomes where one line is a message: the source of a case-insensitive pattern. Characters that are not ASCII are in UTF-8:
 * ⏎, ↵, ␤, ␊, and the separators of Unicode (U+2028, U+2029, U+0085).
 */
export const LOST_END: string = String.raw`(?:<br ?/?>|(?:&#(?:13|x0?d);)?&#(?:10|x0?a);|#012|(?:%0d)?%0a|\xe2\x8f\x8e|\xe2\x86\xb5|\xe2\x90[\xa4\x8a]|\xe2\x80[\xa8\xa9]|\xc2\x85|\0)`
const SIGN = new RegExp(LOST_END, 'iy')
/** A bar, or a box-drawing one. They also separate the cells of a table: a call and its place must follow. */
const BAR = /( ?)(\||\xe2\x94\x82) ?/y
/** Bars with blanks around them as separators: a text may contain other bars. */
const SPACED_BARS: Readonly<Record<string, RegExp>> = { '|': / ?\| /g, '\xe2\x94\x82': / ?\xe2\x94\x82 /g }
/** In a page, some other tags end a line as well. */
const TAGS = /<br ?\/?>|<\/?(?:pre|code|p|div)\b[^<>]*>/gi
/** Between two lines that are elements, perhaps with others in them. Group 1: the name of the outer element. */
const NEXT_ELEMENT = /(?:<\/[a-z]\w*>)*<\/([a-z]\w*)>\s*(?=<\1\b)/iy
/** The number of a line, in an element before the one that holds the line. */
const LINE_NUMBER = /^(\s*(?:<[a-z][^<>]*>)+)\d{1,9}(?=<\/)/i
/** A call or a creator, and its place. */
const FRAME =
  /[ \t]+(created by \S+(?: in goroutine \d+)?|(?:[^\s()]*\(\*[^\s()]*\))*[^\s()]+\([0-9a-fx?,{}._ ]*\))[ \t]+(\S+:\d+(?: \+0x[0-9a-f]+)?)(?![^\s"'<])/y
/** Before the second line of a panic. */
const SIGNAL = /[ \t]*(?=\[signal SIG[A-Z0-9]+(?:: |\b)[^\]]*\]$)/
const HEADER = /[ \t]+(?=goroutine \d+ \[)/y
/** docker compose's prefix, after a header and before what follows it. */
const COMPOSE = /[ \t]+(\S+[ \t]*\|)(?=[ \t])/y
/** The end of the last line that docker compose passes on, before what it says itself: `web-1 exited with code 2`. */
const AFTER_LAST = / \+0x[0-9a-f]+(?= (?!fp=)[^\n]*$)/
/** What separates two strings of a list: Go uses only blanks. */
const NEXT_STRING = /[ \t]*(?:,[ \t]*|[ \t])(?=["'])/y
/** Strings of a list that are read before its first header, and how far back they reach. */
const STRINGS_BEFORE = 16
const BYTES_BEFORE = 4096
/** Longest call that is looked for after a header. */
const LINE_BYTES = 4096

/** What TeamCity escapes in a message (teamcity "Service Messages"): `|n`, `|[`, `|0x00e9`. */
const TEAMCITY = '##teamcity['
const TEAMCITY_ESCAPE = /\|(?:0x([0-9A-Fa-f]{4})|(.))/g
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '', x: '\n', l: '\n', p: '\n' }

/** `text` without its escapes, if it is a message of TeamCity that holds a dump. */
export function withoutTeamcity(text: string): string | undefined {
  if (!text.startsWith(TEAMCITY)) return undefined
  const plain = text.replace(TEAMCITY_ESCAPE, (_all, code: string | undefined, c: string | undefined) =>
    code === undefined ? (CONTROLS[c ?? ''] ?? c ?? '') : latin1Of(String.fromCharCode(Number.parseInt(code, 16))),
  )
  return plain.includes('\n') && holdsHeaderHead(plain) ? plain : undefined
}

/** `text`, one line in Latin-1, with the line ends of its dump restored; undefined if none was lost. */
export function unfold(text: string): string | undefined {
  const message = withoutTeamcity(text)
  if (message !== undefined) return message
  for (let at = text.indexOf(NEEDLE); at >= 0; at = text.indexOf(NEEDLE, at + 1)) {
    const end = headerEnd(text, at, BRACKETED)
    if (end < 0) continue
    SIGN.lastIndex = end
    const sign = SIGN.exec(text)?.[0]
    if (sign !== undefined) {
      const ends = sign.startsWith('<') ? TAGS : sign
      const [first = ''] = text.slice(end + sign.length).split(ends, 1)
      if (isCall(first)) return text.replaceAll(ends, '\n')
      continue
    }
    const unfolded =
      unfoldElements(text, end) ?? unfoldList(text, at, end) ?? unfoldBars(text, at, end) ?? unfoldCompose(text, end)
    if (unfolded !== undefined) return unfolded
    if (text[end] === ' ' || text[end] === '\t') return unfoldBlanks(text, at)
    if (isFrameAt(text, end)) {
      const lines = unglue(text, at, end)
      return lines === undefined ? undefined : [...linesBefore(text.slice(0, at)), ...lines].join('\n')
    }
  }
  return undefined
}

/** Lines that are each an element of a page. */
function unfoldElements(text: string, end: number): string | undefined {
  const name = match(NEXT_ELEMENT, text, end)?.[1]
  if (name === undefined) return undefined
  const lineEnd = new RegExp(`</${name}>`, 'i')
  const lines = text.split(lineEnd).map((line) => withoutTags(line.replace(LINE_NUMBER, '$1')))
  const header = text.slice(0, end).split(lineEnd).length - 1
  return isCall(lines[header + 1] ?? '') ? lines.join('\n') : undefined
}

/** Lines that a logger or a page has separated by bars; the header is the one at [at, end). */
function unfoldBars(text: string, at: number, end: number): string | undefined {
  const found = match(BAR, text, end)
  if (found === null) return undefined
  const [all, blank, bar = ''] = found
  const sign = (blank === '' ? undefined : SPACED_BARS[bar]) ?? bar
  const from = end + all.length
  const [call = '', place = ''] = text.slice(from, from + LINE_BYTES).split(sign, 2)
  const isFrame = isCall(call) && readStripped(place.trim())?.kind === 'file'
  if (!isFrame) return undefined
  const before = text.slice(0, at).replaceAll(sign, '\n')
  return `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${text.slice(at).replaceAll(sign, '\n')}`
}

/** Lines that docker compose has written one after another on one line. */
function unfoldCompose(text: string, end: number): string | undefined {
  const found = match(COMPOSE, text, end)
  if (found === null) return undefined
  const sign = ` ${found[1]}`
  const from = end + found[0].length
  const near = text.slice(from, from + LINE_BYTES)
  const [first = ''] = near.split(sign, 1)
  if (!isCall(first.trim())) return undefined
  // The first prefix may be at the beginning.
  const lines = ` ${text}`.split(sign).map((line) => (line.startsWith(' ') ? line.slice(1) : line).trimEnd())
  return lines.join('\n').replace(AFTER_LAST, '$&\n')
}

/** The strings of a list, each of them a line; the header is the one at [at, end). */
function unfoldList(text: string, at: number, end: number): string | undefined {
  const quote = text[at - 1]
  if ((quote !== '"' && quote !== "'") || text[end] !== quote) return undefined
  const next = match(NEXT_STRING, text, end + 1)
  if (next === null) return undefined
  const open = end + 1 + next[0].length
  const close = closingQuote(text, open, open + LINE_BYTES)
  if (close < 0 || !isCall(text.slice(open + 1, close))) return undefined
  const first = firstString(text, at - 1)
  const strings: string[] = []
  let p = first
  for (;;) {
    const stop = closingQuote(text, p, text.length)
    if (stop < 0) break
    strings.push(unquoteLatin1(`"${text.slice(p + 1, stop)}"`))
    p = stop + 1
    const parted = match(NEXT_STRING, text, p)
    if (parted === null) break
    p += parted[0].length
  }
  return `${text.slice(0, first)}\n${strings.join('\n')}\n${text.slice(p)}`
}

/** Start of the list that holds the string at `open`, or of an earlier string near enough: a panic may come before its header. */
function firstString(text: string, open: number): number {
  const least = Math.max(0, open - BYTES_BEFORE)
  let first = open
  for (let left = STRINGS_BEFORE; left > 0; left--) {
    let close = first - 1
    while (close > least && (text[close] === ' ' || text[close] === '\t' || text[close] === ',')) close--
    if (close === first - 1 || (text[close] !== '"' && text[close] !== "'")) break
    const before = openingQuote(text, least, close)
    if (before < 0) break
    first = before
  }
  return first
}

/** Start of the string that the quote at `close` ends; -1 if it is before `least`. */
function openingQuote(text: string, least: number, close: number): number {
  const quote = text[close] as string
  for (let at = close - 1; at >= least; at--) if (text[at] === quote && text[at - 1] !== '\\') return at
  return -1
}

/** End of the string that the quote at `open` begins; -1 if it is not before `most`. */
function closingQuote(text: string, open: number, most: number): number {
  const quote = text[open]
  const end = Math.min(text.length, most)
  for (let at = open + 1; at < end; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === quote) return at
  }
  return -1
}

function isCall(line: string): boolean {
  return readLine(plainText(line))?.kind === 'func'
}

/** Frames separated by blanks: the form of each shows where it ends. Prose may quote a call and a place, but not one with an offset. */
function unfoldBlanks(text: string, first: number): string | undefined {
  const lines: string[] = []
  let isGo = false
  let at = first
  for (let end = headerEnd(text, at, BRACKETED); end > 0; end = headerEnd(text, at, BRACKETED)) {
    lines.push(text.slice(at, end))
    at = end
    for (let frame = match(FRAME, text, at); frame !== null; frame = match(FRAME, text, at)) {
      const [all, call = '', place = ''] = frame
      if (readLine(call) === undefined || readStripped(place)?.kind !== 'file') break
      lines.push(call, `\t${place}`)
      isGo ||= hasOffset(place)
      at += all.length
    }
    const blanks = match(HEADER, text, at)
    if (blanks === null) break
    at += blanks[0].length
    lines.push('')
  }
  return isGo ? [...linesBefore(text.slice(0, first)), ...lines, text.slice(at)].join('\n') : undefined
}

/** What comes before the header: a log, or the lines of a panic. */
function linesBefore(text: string): string[] {
  const line = text.trimEnd()
  return line === '' ? [] : line.split(SIGNAL)
}
