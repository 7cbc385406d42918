/**
 * Two lines of a stack on one line: a page, a mail or a writer has lost the line end between them.
 *
 *     shop.f(0x1) /app/shop.go:12 +0x1d            a call, or a creator, and its place
 *     \t/app/shop.go:12 +0x1dshop.g(0x1)           a place, and the next call, also behind registers
 *
 * Letters after an offset can belong to the offset or to the name after it: only a name that is known settles where it begins.
 */
import { readLine, readStripped } from './line.ts'

const CALL = /^(?:created by \S+(?: in goroutine \d+)?|\S.*\))(?=[ \t]+\S*[\\/<?].*:\d+(?: \+0x[0-9a-f]+|$))/
const PLACE =
  /^[ \t]*((?:[A-Za-z]:)?[^\s"'`:]+:\d+(?: \+0x[0-9a-f]+)?(?: fp=0x[0-9a-f]+ sp=0x[0-9a-f]+(?: pc=0x[0-9a-f]+)?)?)([ \t]*)(?=\S)/
const CREATED = 'created by '
/** Letters at the end of an offset: no function is so long that there are more. */
const MOST_LETTERS = 8

/** The text of each line as Go prints it. Only one: a call follows it, but nothing shows where that begins. */
export type LinesOnOne = readonly [string, string] | readonly [string]

/** The lines that are joined on the line `text`; `isKnown` says whether a function has this name. Undefined: `text` is one line. */
export function linesOnOne(text: string, isKnown: (name: string) => boolean): LinesOnOne | undefined {
  const call = CALL.exec(text)?.[0]
  const kind = call === undefined ? undefined : readLine(call)?.kind
  if (call !== undefined && (kind === 'func' || kind === 'created'))
    return [call, `\t${text.slice(call.length).trimStart()}`]
  return placeBeforeCall(text, isKnown)
}

function placeBeforeCall(text: string, isKnown: (name: string) => boolean): LinesOnOne | undefined {
  const found = PLACE.exec(text)
  const place = found?.[1]
  if (found === null || place === undefined || readStripped(place)?.kind !== 'file') return undefined
  const end = found[0].length
  const isParted = found[2] !== ''
  let mayBeCall = false
  let split: LinesOnOne | undefined
  for (let letters = 0; letters <= MOST_LETTERS; letters++) {
    const call = text.slice(end - letters)
    if (isCall(call)) {
      mayBeCall = true
      const isCertain = isParted || !/0x[0-9a-f]+$/.test(place) || (letters === 0 && /\d$/.test(place))
      if (isCertain || call.startsWith(CREATED) || isKnown(call)) {
        const own: LinesOnOne = [`\t${place.slice(0, place.length - letters)}`, call]
        if (isCertain) return own
        // Two splits are possible, and nothing shows which is right.
        if (split !== undefined) return [`\t${place}`]
        split = own
      }
    }
    if (isParted || !/[a-f]/.test(text[end - letters - 1] ?? '')) break
  }
  return split ?? (mayBeCall ? [`\t${place}`] : undefined)
}

function isCall(text: string): boolean {
  const kind = readLine(text)?.kind
  return kind === 'func' || kind === 'created'
}
