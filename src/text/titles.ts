/**
 * How the lines of a dump begin, wherever in a text they are: at the start of a line, after what a carrier or a logger put before them, or in one
 * string with other lines. Only this file decides where a header ends: its labels may hold `]`, `"`, `}` and line ends as escapes.
 *
 *     goroutine 7 [chan receive labels:{"k": "http://[::1]:80/"}]:       Go 1.26
 *     goroutine 7 [chan receive] {k: "]: \"q\" {x}"}:                    Go 1.27
 *     goroutine profile: total 41
 *     Previous write at 0x00c0000180e8 by goroutine 7:
 */
import { readLine } from './line.ts'
import { NEEDLE } from './needle.ts'

export interface Span {
  readonly index: number
  readonly end: number
}

const HEAD = /goroutine \d+ (?:gp=0x\S+ m=\S+ (?:mp=\S+ )?)?(?=\[)/y
const PROFILE = /goroutine(?:leak)? profile: total \d+/y
/** What comes before the word in the access of a race report, and its greatest length. */
const BEFORE_WORD = /(?:previous )?(?:atomic )?(?:read|write)(?: at 0x[0-9a-f.]+)? by (?:main )?$/i
const BEFORE_BYTES = 64
/** A person who copies a report may lose its colons. */
const AFTER_WORD = / \d+(?::|$)|:/y
/** A header, a title, or an access, by its first bytes. */
const TITLE = /^(?:goroutine(?: \d| profile|leak profile)|(?:previous )?(?:atomic )?(?:read|write) (?:at 0x|by ))/i
/** Echo logs no line end before the stack (middleware/recover.go). */
const ECHO = '[PANIC RECOVER] '
/** After one of these words, with a colon, a blank or marks of code between, a header is not prose: `Stack: goroutine 94 [running]:` (Traefik). */
const LABEL = /(?:stack|trace|panic|recover|dump|crash|fatal|error)[^\n]{0,64}?[:=\s]\s*(?:```)?$/i
/** After what a logger puts before its message, neither: a time, perhaps after a severity, and whatever follows it. */
const LOGGED =
  /^[[(<]?[A-Z]?(?:\d{4}[-/]?\d\d[-/]?\d\d|\d{4} \d\d:|\d\d:\d\d:\d\d|[A-Z][a-z]{2} [ \d]\d )[^\n]*[\s\]:>|]$/
const LABEL_BYTES = 320
/** A frame: a function, and its file line. */
const FRAME = /^\r?\n[^\s(][^\n]*\)\r?\n(?:\t| {2,})\S[^\n]*:\d+/
const FRAME_BYTES = 4096

/** Offset after the colon of the header that begins at `at`, with at most `most` characters in a bracket; -1 if there is none. */
export function headerEnd(text: string, at: number, most: number = text.length): number {
  HEAD.lastIndex = at
  if (!HEAD.test(text)) return -1
  const open = HEAD.lastIndex
  const close = closing(text, open, ']', most)
  if (close < open + 2) return -1
  if (text[close + 1] === ':') return close + 2
  if (!text.startsWith(' {', close + 1)) return -1
  const end = closing(text, close + 2, '}', most)
  return end > 0 && text[end + 1] === ':' ? end + 2 : -1
}

/** Offset at which the bracket at `open` is closed, outside quotes and on the same line; -1 if it is not. */
function closing(text: string, open: number, bracket: ']' | '}', most: number): number {
  let isQuoted = false
  const end = Math.min(text.length, open + 1 + most)
  for (let i = open + 1; i < end; i++) {
    const c = text[i]
    if (c === '\n') return -1
    if (isQuoted) {
      if (c === '\\') i++
      else if (c === '"') isQuoted = false
    } else if (c === '"') isQuoted = true
    else if (c === bracket) return i
    else if (c === '[') return -1
  }
  return -1
}

/** The header, the title of a profile or the access of a race report to which the word at `at` belongs. */
function titleAt(text: string, at: number): Span | undefined {
  const header = headerEnd(text, at)
  if (header > 0) return { index: at, end: header }
  PROFILE.lastIndex = at
  if (PROFILE.test(text)) return { index: at, end: PROFILE.lastIndex }
  const before = BEFORE_WORD.exec(text.slice(Math.max(0, at - BEFORE_BYTES), at))
  AFTER_WORD.lastIndex = at + NEEDLE.length
  if (before === null || !AFTER_WORD.test(text)) return undefined
  return { index: at - before[0].length, end: AFTER_WORD.lastIndex }
}

/** Replaces a header in a fatal error of the runtime itself. */
const RUNTIME_STACK = /runtime stack:\s*$/

/**
 * What may follow a title. A page ends a line with its own tag, or has each in elements; Apache names the script after what it writes; a person adds
 * a remark.
 */
const ENDS_TITLE = /^(?:\s|$|\(|(?:<br ?\/?>|(?:<\/[a-z]\w{0,9}>){1,4})\s*$|: \/|, referer: )/i

/** The first title in a line that begins in the first `within` characters and is not glued to what follows. At most `tries` words are tried. */
export function findTitle(text: string, within: number, tries: number): Span | undefined {
  const stack = RUNTIME_STACK.exec(text)
  if (stack !== null) return { index: stack.index, end: text.length }
  let at = text.indexOf(NEEDLE)
  for (let left = tries; at >= 0 && at <= within && left > 0; left--) {
    const found = titleAt(text, at)
    const rest = found === undefined ? '' : text.slice(found.end)
    if (found !== undefined && (ENDS_TITLE.test(rest) || isCall(rest))) return found
    at = text.indexOf(NEEDLE, at + 1)
  }
  return undefined
}

/** A mail that reflows its text may put the first call on the line of the header. */
function isCall(rest: string): boolean {
  return rest.endsWith(')') && readLine(rest)?.kind === 'func'
}

/** A fatal error of the runtime itself may show no goroutine. */
const FATAL_STACK = /(?:^|\n)fatal error: [^\n]+\n(?:\[signal [^\n]*\n)?\s*\nruntime stack:\r?\n/

/** Does a dump begin in one of the lines of `text`: is one of them, from start to end, a title? */
export function beginsDump(text: string): boolean {
  if (text.includes('runtime stack:') && FATAL_STACK.test(text)) return true
  for (let at = text.indexOf(NEEDLE); at >= 0; at = text.indexOf(NEEDLE, at + 1)) {
    const found = titleAt(text, at)
    if (found === undefined || !(isLineEnd(text, found.end) || isCall(restOfLine(text, found.end)))) continue
    if (found.index === 0 || text[found.index - 1] === '\n') return true
    const line = text.lastIndexOf('\n', at) + 1
    if (text.startsWith(ECHO, line) && found.end < text.length) return true
  }
  return false
}

/** Offset of the first header that follows a label on its line and has a frame; -1 if there is none. */
export function headerAfterLabel(text: string): number {
  for (let at = text.indexOf(NEEDLE); at >= 0; at = text.indexOf(NEEDLE, at + 1)) {
    const end = headerEnd(text, at)
    if (end < 0 || !FRAME.test(text.slice(end, end + FRAME_BYTES))) continue
    const line = Math.max(text.lastIndexOf('\n', at) + 1, at - LABEL_BYTES)
    const label = text.slice(line, at)
    // Or only the header is indented.
    if (LABEL.test(label) || LOGGED.test(label) || /^ +$/.test(label)) return at
  }
  return -1
}

function isLineEnd(text: string, at: number): boolean {
  return (
    at === text.length || text[at] === '\n' || (text[at] === '\r' && (at + 1 === text.length || text[at + 1] === '\n'))
  )
}

function restOfLine(text: string, at: number): string {
  return /[^\r\n]*/.exec(text.slice(at, at + FRAME_BYTES))?.[0] ?? ''
}

/** Does `text` begin like a title? */
export function startsTitle(text: string): boolean {
  return TITLE.test(text)
}

/** Does `text` hold the head of a header, as far as its bracket? */
export function holdsHeaderHead(text: string): boolean {
  return /goroutine \d+ (?:\[|gp=0x)/.test(text)
}

/** Is `text` the head of a header, as far as its bracket? */
export function startsHeader(text: string): boolean {
  return /^goroutine \d+ (?:\[|gp=0x)/.test(text)
}

/** What follows the id of a header that was put together from pieces; undefined if it is not a header. */
export function restOfHeader(text: string): string | undefined {
  HEAD.lastIndex = 0
  return HEAD.test(text) ? text.slice(HEAD.lastIndex) : undefined
}

/** What programs that dump on a signal print after their goroutines: `*** goroutine dump end ***`, `=== END goroutine stack dump ===`. */
export function endsDump(text: string): boolean {
  return END_MARK.test(text)
}

const END_MARK =
  /^(?:\*\*\* END \*\*\*|=== END .*===)$|=== END goroutine stack dump ===|\*\*\* goroutine dump end\.* \*\*\*/

/** The end of a block of code in Markdown, or of a text over several lines in a program: what comes in the next one is another dump. */
const FENCE = /^(?:`{3,}|~{3,}|[ \t]*(?:"""|'''|`)[,;)\]}]*)$/

/** Longest of these lines that is recognised; nearly all lines of a log are longer. */
const FENCE_BYTES = 24

export function isFence(text: string): boolean {
  return text.length <= FENCE_BYTES && FENCE.test(text)
}

/** What a page has done to a header (escaped its bracket, put no-break spaces into it), or `cat -A` (shown its line end). Latin-1. */
export type HeaderOnPage = 'escaped' | 'unbroken' | 'shown'

const ESCAPED_HEADER = /goroutine \d+ \\\[/
const UNBROKEN_HEADER = /goroutine(?:\xc2\xa0\d+(?:\xc2\xa0| )| \d+\xc2\xa0)\[/

const SHOWN_HEADER = /goroutine \d+ \[.*\]:(?:\^M)?\$$/

export function headerOnPage(line: string): HeaderOnPage | undefined {
  if (ESCAPED_HEADER.test(line)) return 'escaped'
  if (SHOWN_HEADER.test(line)) return 'shown'
  return UNBROKEN_HEADER.test(line) ? 'unbroken' : undefined
}
