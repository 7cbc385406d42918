/**
 * A line of JSON that equals the line before except for one string, and for digits: the lines of a container differ in text and time, and
 * occasionally in an offset or an id. Such a line needs no scan.
 *
 * Hot while a dump is open in JSON lines: guarded by `npm run bench` (half of it dumps).
 */
import { BACKSLASH, LF, QUOTE, SLASH } from '../core/ascii.ts'
import type { CarriedText } from './carrier.ts'
import { SIMPLE_ESCAPES } from './escapes.ts'
import { type LineShape, LONGEST_PART, ShapePart } from './line-shape.ts'

export class LikeLast {
  readonly #head = new ShapePart()
  readonly #tail = new ShapePart()
  #isSet = false
  /** Length of the text that `read` has written, and whether there is a line feed before its last byte. */
  length = 0
  holdsLines = false

  /** Remembers the line [pos, next) of `buf`, whose text is the string without its quotes at [start, end), as the last one. */
  remember(buf: Uint8Array, pos: number, next: number, start: number, end: number): void {
    this.#isSet = start - pos < LONGEST_PART && next - end < LONGEST_PART
    if (!this.#isSet) return
    this.#head.set(buf, pos, start)
    this.#tail.set(buf, end, next)
  }

  /** All digits of the last line may differ, in addition to its text. */
  varyAll(): void {
    this.#head.varyAll()
    this.#tail.varyAll()
  }

  /** Nothing between `from` and `to` may differ. Offsets are from the beginning of the line, whose text ended at `end`. */
  fix(from: number, to: number, end: number): void {
    if (to <= this.#head.length) this.#head.fix(from, to)
    else this.#tail.fix(from - end, to - end)
  }

  /** Digits of the last line may differ between `from` and `to`; offsets as in `fix`. */
  vary(from: number, to: number, end: number): void {
    if (to <= this.#head.length) this.#head.vary(from, to)
    else this.#tail.vary(from - end, to - end)
  }

  forget(): void {
    this.#isSet = false
  }

  /** What the last line has in common with lines that are like it. */
  get shape(): LineShape | undefined {
    return this.#isSet ? { head: this.#head, tail: this.#tail, escapes: 'json' } : undefined
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
