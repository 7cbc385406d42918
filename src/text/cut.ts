/** Lines that another writer has cut short, or glued to another line. */
import { type LineText, readCutCall, readLine, readStripped } from './line.ts'
import { NEEDLE } from './needle.ts'
import { startsPreamble } from './preamble.ts'
import { readProfileTitle } from './profile.ts'
import { RACE_RULE } from './race.ts'
import { NARROWEST } from './wrap-widths.ts'

const CUT_HEADER = /^goroutine \d*(?:$| (?:$|\[|gp=0x|gp?=?0?$))/
/** Anything shorter can begin any word. */
const SHORTEST = 4
/** How lines of a goroutine begin. */
const HEAD = /^(?:\t|created by |goroutine \d|[^\s(]+\.[^\s]*\()/
const BEGINNING = /panic: |fatal error: |SIG[A-Z0-9]+: |goroutine(?:leak)? profile: total |={18}/g

/** Is this the head of a header? */
export function isCutHeader(text: string): boolean {
  return CUT_HEADER.test(text) || (text.length >= SHORTEST && NEEDLE.startsWith(text))
}

/** `shop/cart.Tot`, `main.mai`: a name with its package and without arguments. A word in a log can look the same. */
export function isCutName(text: string): boolean {
  return CUT_NAME.test(text)
}

/** Which line was cut: the header of the next goroutine, or a line of the stack before it. */
export type CutLine = 'header' | 'line'

const CREATOR = 'created by '
const IN_PARENT = ' in goroutine '
const ANCESTOR = '[originating from goroutine '
const CUT_NAME = /^[A-Za-z_][\w~%@-]*(?:[./][\w.~%/@-]*)[\w~]$/
/** `sync.(*Once`, `shop/cart.(*Cart[...]).Ru`: no word of prose contains a receiver. */
const CUT_METHOD = /^[\w.~%/@-]+\.\(\*[\w.[\]]*(?:\)[\w.]*)?$/

/** Is this the head of a line of Go, but not a whole line? A head that can begin any log line does not count. */
export function cutLine(text: string): CutLine | undefined {
  if (isCutHeader(text)) return 'header'
  const isHead =
    (text.startsWith(CREATOR) && isCutCreator(text)) ||
    (text.length >= SHORTEST && (CREATOR.startsWith(text) || ANCESTOR.startsWith(text))) ||
    CUT_METHOD.test(text) ||
    readCutCall(text) !== undefined
  return isHead ? 'line' : undefined
}

/** `created by main.f`, followed by as much of ` in goroutine ` as there is. */
function isCutCreator(text: string): boolean {
  const blank = text.indexOf(' ', CREATOR.length)
  return blank < 0 || (blank > CREATOR.length && IN_PARENT.startsWith(text.slice(blank)))
}

/** Offset in `text` at which the first line of another dump begins, glued to the rest of a line that was cut; -1 if there is none. */
export function cutBeginning(text: string): number {
  for (const { index } of text.matchAll(BEGINNING)) {
    if (index === 0 || (/[\s"'`.:=>\]]/.test(text[index - 1] ?? '') && !HEAD.test(text))) continue
    const rest = text.slice(index)
    if (rest === RACE_RULE || readProfileTitle(rest) !== undefined || startsPreamble(rest) !== undefined) return index
  }
  return -1
}

/** Can a line of a dump begin like this? Names, `\t/path`, `[originating`, `...51 frames`. */
export function mayBegin(text: string): boolean {
  return /^[A-Za-z_\t[.\x80-\xff]/.test(text)
}

/** Can this be the first part of a wrapped file line, with blanks instead of its TAB, or without it? */
export function mayBeWrappedFile(text: string): boolean {
  return text.length >= NARROWEST && /^ *(?:\/|[A-Z]:)/.test(text)
}

const CUT_PATH = /^[ \t]+\S*[^\s/\\][/\\]$/

/** Is this a path that continues on the next line? A person wraps it after one of its folders. */
export function isCutPath(text: string): boolean {
  return CUT_PATH.test(text)
}

/** Arguments of a call, as far as a comma. */
const ARGUMENTS = /^[ \t]*[0-9a-fx?{}._][0-9a-fx?,{}._ ]*,[ \t]*$/

/** Does this line end where a mail or a person has wrapped it, at a blank: `main.f(0x1,`, `created by`? */
export function isCutAtBlank(text: string): boolean {
  return text === CREATOR.trimEnd() || (/,[ \t]*$/.test(text) && readCutCall(text.trimEnd()) !== undefined)
}

/** Is this a line of arguments in the middle of a call? */
export function isMiddleOfCall(text: string): boolean {
  return ARGUMENTS.test(text)
}

/**
 * A place with something after it. With an offset: anything that is not a word, or what a shell, `go run` or an editor prints when the program ends.
 * Without one, the place must be indented, and a tag or the end of a string must follow.
 */
const BEFORE_GLUED =
  /^(?:(?:[ \t]+\S|[^\s"'`{[<])[^\n"]*?:\d+ [+ ]0x[0-9a-f]+(?=[ \t]*(?:[^\s\w]|exit status \d|Process finished with|FAIL\t))|[ \t]+\S[^\n"]*?:\d+(?: [+ ]0x[0-9a-f]+)?(?: fp=0x[0-9a-f]+(?: sp=0x[0-9a-f]+(?: pc=0x[0-9a-f]+)?)?)?(?=<\/?[a-z]|["'`](?:[\]}),; ]|$)))/

export interface GluedPlace {
  readonly line: LineText
  /** Where the place ends. */
  readonly end: number
}

/**
 * A place with something glued to it: `\t/app/main.go:12 +0x1d]]></error>`, `\t/app/main.go:12</pre>`, `\t/app/main.go:12"}]`. Like any place, it
 * may have lost its TAB. No path contains a quote, but the lines of many logs do.
 */
export function readGluedPlace(text: string): GluedPlace | undefined {
  const place = BEFORE_GLUED.exec(text)?.[0]
  if (place === undefined) return undefined
  const line = readLine(place) ?? readStripped(place)
  return line?.kind === 'file' ? { line, end: place.length } : undefined
}
