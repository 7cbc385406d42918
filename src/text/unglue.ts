/**
 * Frames on one line with nothing in place of their line ends, as a store that removes line feeds shows a field:
 *
 *     goroutine 7 [running]:main.f(0x1)/app/main.go:3 +0x1dbufio.(*Writer).Flush(0xc000012345)/usr/local/go/src/bufio/bufio.go:645 +0x45
 *
 * A call ends with its parenthesis, a place with the digits of its line or its offset. Where letters can belong to the offset or to the name after
 * it, the folder of the name's file decides. If it does not, nothing is read: no stack is better than a stack with a wrong name.
 */
import { readLine, readStripped } from './line.ts'
import { headerEnd } from './titles.ts'

const CALL = /[ \t]*((?:[^\s()]*\(\*[^\s()]*\))*[^\s()]+\([0-9a-fx?,{}._ ]*\))/y
const PLACE = /[ \t]*((?:[A-Za-z]:)?[^\s:"'()]+:\d+(?: \+0x[0-9a-f]+)?)/y
const CREATED = 'created by '
const IN_PARENT = /created by \S+ in goroutine \d+/y
const BLANKS = /[ \t]*/y
const OFFSET = ' +0x'
/** What can be part of a name directly after an offset. */
const NAME = /[\w./~%-]/
/** Letters of an offset that can belong to a name: no function is so long that there are more. */
const MOST_LETTERS = 8
/** Longest creator that is read, with its place. */
const CREATOR_BYTES = 1024
/** Longest state, or labels: a line may quote tens of thousands of headers whose bracket is never closed. */
export const BRACKETED = 1024
/** `gin@v1.11.0`: a folder of the module cache. */
const VERSION = /@[^/\\]*/g

interface Frame {
  readonly call: string
  readonly place: string
  /** Where the place ends, if all the digits at its end belong to its offset. */
  readonly end: number
}

/** Does a frame begin at `at`? */
export function isFrameAt(text: string, at: number): boolean {
  return frameAt(text, at) !== undefined
}

/** The lines of `text` from the header at [at, end) on; undefined if they cannot be told apart. */
export function unglue(text: string, at: number, end: number): string[] | undefined {
  const lines = [text.slice(at, end)]
  let isGo = false
  let from = end
  for (;;) {
    const frame = frameAt(text, from)
    if (frame !== undefined) {
      const stop = placeEnd(text, frame)
      if (stop === undefined) return undefined
      const place = frame.place.slice(0, frame.place.length - (frame.end - stop))
      isGo ||= place.includes(OFFSET)
      lines.push(frame.call, `\t${place}`)
      from = stop
      continue
    }
    const header = from + (match(BLANKS, text, from)?.[0].length ?? 0)
    const headerStop = headerEnd(text, header, BRACKETED)
    if (headerStop < 0) break
    lines.push('', text.slice(header, headerStop))
    from = headerStop
  }
  return isGo && !text.startsWith(CREATED, from) ? [...lines, text.slice(from)] : undefined
}

function frameAt(text: string, at: number): Frame | undefined {
  const called = match(CALL, text, at)
  const call = called?.[1] ?? creatorAt(text, at)
  if (call === undefined || readLine(call) === undefined) return undefined
  const placed = placeAt(text, at + (called?.[0].length ?? call.length))
  return placed === undefined ? undefined : { call, ...placed }
}

function placeAt(text: string, at: number): Omit<Frame, 'call'> | undefined {
  const found = match(PLACE, text, at)
  const place = found?.[1]
  if (found === null || place === undefined || readStripped(place)?.kind !== 'file') return undefined
  return { place, end: at + found[0].length }
}

/** The creator at `at`, without its place. Its name has no parentheses: without a parent after it, the folder of the file shows where it ends. */
function creatorAt(text: string, at: number): string | undefined {
  if (!text.startsWith(CREATED, at)) return undefined
  const parent = match(IN_PARENT, text, at)
  if (parent !== null) return parent[0]
  const near = text.slice(at, at + CREATOR_BYTES)
  for (const { index } of near.slice(CREATED.length).matchAll(/\/|[A-Z]:[\\/]/g)) {
    const stop = CREATED.length + index
    const placed = placeAt(near, stop)
    if (placed !== undefined && isOf(near.slice(CREATED.length, stop), placed.place)) return near.slice(0, stop)
  }
  return undefined
}

/** Where the place of a frame ends and the next line begins; undefined if that is ambiguous. */
function placeEnd(text: string, { place, end }: Frame): number | undefined {
  if (!place.includes(OFFSET) || !NAME.test(text[end] ?? '')) return end
  let isName = false
  for (let at = end; end - at <= MOST_LETTERS; at--) {
    if (text.startsWith(CREATED, at) || headerEnd(text, at, BRACKETED) > 0) return at
    const isLetter = /[a-f]/.test(text[at - 1] ?? '')
    const frame = frameAt(text, at)
    if (frame !== undefined) {
      if ((at === end && !isLetter) || isOf(frame.call, frame.place)) return at
      isName = true
    }
    if (!isLetter) break
  }
  return isName ? undefined : end
}

/** Is the function `name` in a file of its package's folder? The package of a program is `main` in any folder. */
function isOf(name: string, place: string): boolean {
  const slash = name.lastIndexOf('/', name.indexOf('(') < 0 ? name.length : name.indexOf('('))
  const dot = name.indexOf('.', slash + 1)
  const pack = dot < 0 ? name.replace(/\(.*/, '') : name.slice(0, dot)
  if (pack === 'main' || pack === 'panic') return true
  const folder = place
    .replaceAll('\\', '/')
    .replace(/\/[^/]*$/, '')
    .replace(VERSION, '')
  return folder === pack || folder.endsWith(`/${pack}`)
}

/** What a sticky pattern finds at `at`. */
export function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
