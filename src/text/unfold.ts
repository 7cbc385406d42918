/**
 * A dump that was put on one line: a page, a mail or a tool that takes one line for a message has written something else in the place of its
 * line ends. What a program escapes itself is a string (carriers/dump-string.ts).
 *
 *     <pre>goroutine 7 [running]:<br>main.f(0x1)<br>&nbsp;&nbsp;/app/main.go:3 +0x1d</pre>
 *     panic: boom⏎⏎goroutine 7 [running]:⏎main.f(0x1)⏎\t/app/main.go:3 +0x1d
 *     ##teamcity[testStdErr name='TestF' out='goroutine 7 |[running|]:|nmain.f(0x1)|n\t/app/main.go:3 +0x1d|n']
 *     panic: boom goroutine 7 [running]: main.f(0x1) /app/main.go:3 +0x1d main.main() /app/main.go:9 +0x20
 */
import { latin1Of } from '../core/latin1.ts'
import { hasOffset, readLine, readStripped } from './line.ts'
import { plainText } from './plain.ts'
import { headerEnd, holdsHeaderHead } from './titles.ts'

const WORD = 'goroutine'
/** Of a state, or of labels: a line may quote tens of thousands of headers that no bracket ends. */
const BRACKETED = 1024
/** What a line end has become where one line is a message: the source of a pattern without case. Letters that are not ASCII are in UTF-8: ⏎, ↵, ␤, ␊. */
export const LOST_END: string = String.raw`(?:<br ?/?>|(?:&#(?:13|x0?d);)?&#(?:10|x0?a);|#012|(?:%0d)?%0a|\xe2\x8f\x8e|\xe2\x86\xb5|\xe2\x90[\xa4\x8a])`
const SIGN = new RegExp(LOST_END, 'iy')
/** In a page, some of its other tags end a line. */
const TAGS = /<br ?\/?>|<\/?(?:pre|code|p|div)\b[^<>]*>/gi
/** A call or a creator, and its place. */
const FRAME =
  /[ \t]+(created by \S+(?: in goroutine \d+)?|(?:[^\s()]*\(\*[^\s()]*\))*[^\s()]+\([0-9a-fx?,{}._ ]*\))[ \t]+(\S+:\d+(?: \+0x[0-9a-f]+)?)(?![^\s"'<])/y
const HEADER = /[ \t]+(?=goroutine \d+ \[)/y

/** What TeamCity escapes in a message (teamcity "Service Messages"): `|n`, `|[`, `|0x00e9`. */
const TEAMCITY = '##teamcity['
const TEAMCITY_ESCAPE = /\|(?:0x([0-9A-Fa-f]{4})|(.))/g
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '', x: '\n', l: '\n', p: '\n' }

/** `text`, if it is a message of TeamCity that holds a dump, without its escapes. */
export function withoutTeamcity(text: string): string | undefined {
  if (!text.startsWith(TEAMCITY)) return undefined
  const plain = text.replace(TEAMCITY_ESCAPE, (_all, code: string | undefined, c: string | undefined) =>
    code === undefined ? (CONTROLS[c ?? ''] ?? c ?? '') : latin1Of(String.fromCharCode(Number.parseInt(code, 16))),
  )
  return plain.includes('\n') && holdsHeaderHead(plain) ? plain : undefined
}

/** `text`, one line in Latin-1, with the line ends that its dump had; undefined where none was lost. */
export function unfold(text: string): string | undefined {
  const message = withoutTeamcity(text)
  if (message !== undefined) return message
  for (let at = text.indexOf(WORD); at >= 0; at = text.indexOf(WORD, at + 1)) {
    const end = headerEnd(text, at, BRACKETED)
    if (end < 0) continue
    SIGN.lastIndex = end
    const sign = SIGN.exec(text)?.[0]
    if (sign !== undefined) {
      const ends = sign.startsWith('<') ? TAGS : sign
      const [first = ''] = text.slice(end + sign.length).split(ends, 1)
      if (readLine(plainText(first))?.kind === 'func') return text.replaceAll(ends, '\n')
      continue
    }
    if (text[end] === ' ' || text[end] === '\t') return unfoldBlanks(text, at)
  }
  return undefined
}

/** Frames that blanks part: what each of them is says where it ends. Prose may quote a call and a place, but none with an offset. */
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
  return isGo ? `${text.slice(0, first)}${lines.join('\n')}\n${text.slice(at)}` : undefined
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
