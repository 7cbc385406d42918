/** What the lines of a stream have after their text: the fields of a logger, a number, the blanks that fill the cells of a table. */
import { DIGIT, startsWith } from '../core/ascii.ts'
import { BLANKS } from './prefix-pieces.ts'

const NUMBER_AFTER = /^[ \t]\d{10,19}$/
const FIRST_FIELD = /\s(?:\{\s*"[^"]*":|[\w.-]+=)/
/** What Firefox shows for an empty line. */
const EMPTY = '<empty string>'

export class Suffix {
  /** What it begins with, or the name of its first field; undefined if it is only blanks. */
  readonly #marker: Uint8Array | undefined
  /** It is a number: the time of `aws logs get-log-events --output text`. */
  readonly #isNumber: boolean

  /** `suffix`: what the line with the header has. */
  constructor(suffix: string) {
    this.#isNumber = NUMBER_AFTER.test(suffix)
    const field = FIRST_FIELD.exec(suffix)
    // A table pads its cells: the shorter the text, the more blanks follow it.
    const rest = suffix.startsWith('  ') ? suffix.trimStart() : suffix
    const marker = field?.[0] ?? (rest.trim() === '' ? undefined : rest)
    this.#marker = marker === undefined ? undefined : Uint8Array.from(Buffer.from(marker, 'latin1'))
  }

  /** Where the text ends that begins at `at` in the line [start, end) of `buf`. */
  textEnd(buf: Buffer, start: number, at: number, end: number): number {
    const found = this.#find(buf, Math.max(start, at - 1), end)
    let stop = found < 0 ? end : Math.max(at, found)
    while (stop > at && BLANKS[buf[stop - 1] as number] === 1) stop--
    return stop - at === EMPTY.length && startsWith(buf, at, stop, EMPTY) ? at : stop
  }

  /** Where it begins in [from, end); -1 if it is not there. */
  #find(buf: Buffer, from: number, end: number): number {
    if (this.#isNumber) return blankBeforeNumber(buf, from, end)
    return this.#marker === undefined ? -1 : lastIndexOf(buf, this.#marker, from, end)
  }
}

/** Offset of the blank before the number that ends [from, end); -1 if there is none. */
function blankBeforeNumber(buf: Buffer, from: number, end: number): number {
  let at = end
  while (at > from && DIGIT[buf[at - 1] as number] === 1) at--
  return at < end && at > from && BLANKS[buf[at - 1] as number] === 1 ? at - 1 : -1
}

function lastIndexOf(buf: Buffer, bytes: Uint8Array, from: number, end: number): number {
  for (let p = end - bytes.length; p >= from; p--) {
    let i = 0
    while (i < bytes.length && buf[p + i] === bytes[i]) i++
    if (i === bytes.length) return p
  }
  return -1
}
