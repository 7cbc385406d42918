/**
 * Parses the place in a file that a line of a stack gives: the positions of path and line number, and their encoding as units of a stack (stack.ts).
 */
import { COLON, DIGIT, EQUALS, isHexDigit, SPACE, TAB, ZERO } from '../core/ascii.ts'
import type { Texts } from './texts.ts'

/** Stored instead of the upper 16 bits of a line number: the lower ones are then the number of its text. */
export const LINE_IS_TEXT = 0xffff

/** Offset of the path in the line that begins at `from`. */
export function afterBlanks(bytes: Buffer, from: number): number {
  let start = from
  for (let blank = blankAt(bytes, start); blank > 0; blank = blankAt(bytes, start)) start += blank
  return start
}

/** End of the place in the literal part of a file line that ends at `upTo`, which may include the beginning of the registers. */
export function endOfPlace(bytes: Buffer, upTo: number): number {
  let end = upTo
  // ` fp=`
  if (bytes[end - 1] === EQUALS) end -= 4
  let hex = end
  while (isHexDigit(bytes[hex - 1])) hex--
  // ` +0x`
  return bytes[hex - 1] === 0x78 ? hex - 4 : end
}

/** Offset of the colon in the place that ends at `end`. */
export function colonBefore(bytes: Buffer, start: number, end: number): number {
  let colon = end - 1
  while (colon > start && bytes[colon] !== COLON) colon--
  return colon
}

export function pushLine(
  into: number[],
  known: Texts,
  bytes: Buffer,
  words: DataView,
  from: number,
  end: number,
): void {
  let line = 0
  for (let i = from; i < end && DIGIT[bytes[i] as number] === 1; i++) line = line * 10 + (bytes[i] as number) - ZERO
  if (line < LINE_IS_TEXT * 0x10000) into.push(line & 0xffff, Math.floor(line / 0x10000))
  else into.push(known.numberOf(bytes, words, from, end), LINE_IS_TEXT)
}

/** Length in bytes of the blank at `at`; 0 for none. A web page may have put other spaces there: U+00A0, U+2000 to U+200A. */
function blankAt(bytes: Buffer, at: number): number {
  const c = bytes[at]
  if (c === TAB || c === SPACE) return 1
  if (c === 0xc2) return bytes[at + 1] === 0xa0 ? 2 : 0
  return c === 0xe2 && bytes[at + 1] === 0x80 && ((bytes[at + 2] as number) & 0xf0) === 0x80 ? 3 : 0
}
