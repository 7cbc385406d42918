/** What another writer has cut off, or glued to, a line. */
import { startsPreamble } from './preamble.ts'
import { readProfileTitle } from './profile.ts'
import { RACE_RULE } from './race.ts'

const CUT_HEADER = /^goroutine \d*(?:$| (?:$|\[|gp=0x))/
const WORD = 'goroutine'
/** What is shorter may begin any word. */
const SHORTEST = 4
/** How lines of a goroutine begin. */
const HEAD = /^(?:\t|created by |goroutine \d|[^\s(]+\.[^\s]*\()/
const BEGINNING = /panic: |fatal error: |SIG[A-Z0-9]+: |goroutine(?:leak)? profile: total |={18}/g

/** Is this the head of a header? */
export function isCutHeader(text: string): boolean {
  return CUT_HEADER.test(text) || (text.length >= SHORTEST && WORD.startsWith(text))
}

/** Where in `text` the first line of another dump begins, glued to a word: behind a line that was cut. -1: nowhere. */
export function cutBeginning(text: string): number {
  for (const { index } of text.matchAll(BEGINNING)) {
    if (index === 0 || (/[\s"'`.:=>\]]/.test(text[index - 1] ?? '') && !HEAD.test(text))) continue
    const rest = text.slice(index)
    if (rest === RACE_RULE || readProfileTitle(rest) !== undefined || startsPreamble(rest) !== undefined) return index
  }
  return -1
}

/** May a dump line begin like this? Names, `\t/path`, `[originating`, `...51 frames`. */
export function mayBegin(text: string): boolean {
  return /^[A-Za-z_\t[.\x80-\xff]/.test(text)
}

/** No terminal is narrower. */
export const NARROWEST = 40

/** May this be the first part of a wrapped file line, with blanks in the place of its TAB, or nothing? */
export function mayBeWrappedFile(text: string): boolean {
  return text.length >= NARROWEST && /^ *(?:\/|[A-Z]:)/.test(text)
}
