/** What the lines of a carrier have in common apart from their texts: the bytes before the text and after it. Some digits may differ. */
import { BACKSLASH, DIGIT } from '../core/ascii.ts'

/** Longer parts are not remembered. */
export const LONGEST_PART = 512
/** Longer texts are not taken: they may be parts of a text. */
export const LONGEST_TEXT: number = 8 << 10
/** A part is three rows, which strip.wat reads: its bytes; ones where any digit may be; ones up to its length. */
const ROW = LONGEST_PART + 16
const ONES = 0xff
const NONE: Uint8Array = new Uint8Array(0)

export class ShapePart {
  /** Made when there is a line to remember: most carriers of a log never see two of their lines. */
  rows: Uint8Array = NONE
  #bytes = NONE
  #digits = NONE
  length = 0

  /** Sets the part to the bytes [start, end) of `buf`. */
  set(buf: Uint8Array, start: number, end: number): void {
    if (this.rows === NONE) {
      this.rows = new Uint8Array(3 * ROW)
      this.#bytes = this.rows.subarray(0, ROW)
      this.#digits = this.rows.subarray(ROW, 2 * ROW)
    }
    this.length = end - start
    for (let i = 0; i < this.length; i++) this.#bytes[i] = buf[start + i] as number
    this.#digits.fill(0)
    this.rows.fill(ONES, 2 * ROW, 2 * ROW + this.length)
    this.rows.fill(0, 2 * ROW + this.length)
  }

  /** Digits in [from, to) may differ. */
  vary(from: number, to: number): void {
    for (let i = Math.max(0, from); i < Math.min(to, this.length); i++)
      this.#digits[i] = DIGIT[this.#bytes[i] as number] === 1 ? ONES : 0
  }

  /** All digits may differ, unless there are escapes, which they could be part of. */
  varyAll(): void {
    const at = this.#bytes.indexOf(BACKSLASH)
    if (at < 0 || at >= this.length) this.vary(0, this.length)
  }

  /** Nothing in [from, to) may differ. */
  fix(from: number, to: number): void {
    this.#digits.fill(0, Math.max(0, from), Math.max(0, Math.min(to, this.length)))
  }

  isAt(buf: Uint8Array, at: number): boolean {
    const bytes = this.#bytes
    for (let i = 0; i < this.length; i++) {
      const c = buf[at + i] as number
      if (c !== bytes[i] && !(this.#digits[i] === ONES && DIGIT[c] === 1)) return false
    }
    return true
  }
}

/**
 * How a text encodes other bytes. `json`: it is a string without its quotes, and a line feed at its end is that of the line. `octal`: as rsyslog
 * writes control characters (syslog-text.ts); a text that begins with a blank is read by the carrier alone.
 */
export type Escapes = 'none' | 'json' | 'octal'

export interface LineShape {
  readonly head: ShapePart
  /** Absent: the text ends with the line. */
  readonly tail?: ShapePart
  readonly escapes: Escapes
}
