/**
 * A line of JSON that is the line before but for one string, and for the digits of some others: a container's lines differ in their text and
 * their time. Such a line needs no scan.
 *
 * Hot while a dump is open in JSON lines: guarded by `npm run bench` (half of it dumps).
 */
import { BACKSLASH, DIGIT, LF, QUOTE, SLASH } from '../core/ascii.ts'
import type { CarriedText } from './carrier.ts'
import { SIMPLE_ESCAPES } from './escapes.ts'

/** Longer lines are scanned. */
const MOST = 512
const NONE = new Uint8Array(0)

/** Bytes of a line, and which of them may be any digit. */
class Part {
  /** Made when there is a line to remember: most carriers of a log never see two of theirs. */
  #bytes = NONE
  #digits = NONE
  length = 0

  /** The bytes [start, end) of `buf`. */
  set(buf: Uint8Array, start: number, end: number): void {
    if (this.#bytes === NONE) {
      this.#bytes = new Uint8Array(MOST)
      this.#digits = new Uint8Array(MOST)
    }
    this.length = end - start
    for (let i = 0; i < this.length; i++) this.#bytes[i] = buf[start + i] as number
    this.#digits.fill(0, 0, this.length)
  }

  /** Digits in [from, to) may differ. */
  vary(from: number, to: number): void {
    for (let i = Math.max(0, from); i < Math.min(to, this.length); i++)
      this.#digits[i] = DIGIT[this.#bytes[i] as number] as number
  }

  isAt(buf: Uint8Array, at: number): boolean {
    const bytes = this.#bytes
    for (let i = 0; i < this.length; i++) {
      const c = buf[at + i] as number
      if (c !== bytes[i] && !(this.#digits[i] === 1 && DIGIT[c] === 1)) return false
    }
    return true
  }
}

export class LikeLast {
  readonly #head = new Part()
  readonly #tail = new Part()
  #isSet = false
  /** Of the text that `read` has written: how long it is, and whether there is a line feed before its last byte. */
  length = 0
  holdsLines = false

  /** The line [pos, next) of `buf`, whose text is the string without its quotes at [start, end), is the last one. */
  remember(buf: Uint8Array, pos: number, next: number, start: number, end: number): void {
    this.#isSet = start - pos < MOST && next - end < MOST
    if (!this.#isSet) return
    this.#head.set(buf, pos, start)
    this.#tail.set(buf, end, next)
  }

  /** Digits of the last line may differ between `from` and `to`, counted from where it began; its text ended at `end`. */
  vary(from: number, to: number, end: number): void {
    if (to <= this.#head.length) this.#head.vary(from, to)
    else this.#tail.vary(from - end, to - end)
  }

  forget(): void {
    this.#isSet = false
  }

  /** Writes the text of the line [pos, next) of `buf` to the room of `text`, if it is like the last one. */
  read(buf: Uint8Array, pos: number, next: number, text: CarriedText): boolean {
    const head = this.#head
    const tail = this.#tail
    if (!this.#isSet || next - pos < head.length + tail.length || !head.isAt(buf, pos)) return false
    const end = next - tail.length
    const room = text.room(next - pos)
    let q = 0
    let feed = -1
    let p = pos + head.length
    for (; p < end; p++) {
      const c = buf[p] as number
      if (c === QUOTE) return false
      if (c !== BACKSLASH) {
        room[q++] = c
        continue
      }
      const kind = buf[++p] as number
      const simple = SIMPLE_ESCAPES[kind] as number
      if (simple === LF && feed < 0) feed = q
      if (simple !== 0) room[q++] = simple
      else if (kind === QUOTE || kind === BACKSLASH || kind === SLASH) room[q++] = kind
      else return false
    }
    if (p !== end || !tail.isAt(buf, end)) return false
    this.length = q
    this.holdsLines = feed >= 0 && feed < q - 1
    return true
  }
}
