/**
 * Lines behind a prefix that a terminal or a mail has wrapped: the prefix stands ahead of the first piece alone. text/wrapped.ts says what goes on
 * with what.
 *
 *     web-1  | github.com/example/shop/internal/handl
 *     ers.(*Server).Serve(0xc000332e00)
 */
import type { CarriedText } from '../carriers/carrier.ts'
import { LF, trimLineEnd } from '../core/ascii.ts'
import { cutHeaderIn, headOfWrapped, mayGoOn, SOFT_BREAK } from '../text/wrapped.ts'

/** No terminal is narrower, and what is longer has been wrapped by none. */
const NARROWEST = 40
const WIDEST = 1024
/** A TAB is one byte, and up to so many columns. */
const TAB_COLUMNS = 8
/** Pieces of one line, at most. */
const PIECES = 6
/** Lengths at which the lines of one log are wrapped, at most: where there are TABs, it is more than one. */
const WIDTHS = 8

/** Bytes ahead of a text with which the next line mostly begins, too. */
const FIRST_BYTES = 8
/** Bytes at the end of a line that are compared with its text. */
const LAST_BYTES = 16

/** A line as it stands in `buf`, [start, next), with whole lines behind it up to `end`. */
export interface LineBefore {
  readonly buf: Buffer
  readonly start: number
  readonly next: number
  readonly end: number
  /** No more lines come. */
  readonly isFinal: boolean
  /** Has a carrier put something ahead of the line [from, to), `least` bytes or more? */
  isCarried(from: number, to: number, least: number): boolean
}

export class WrappedLines {
  readonly #widths = new Set<number>()
  /** The texts of the lines that the last one goes on with. */
  #rest: readonly string[] = []

  /** Lines are known to be wrapped. */
  get areKnown(): boolean {
    return this.#widths.size > 0
  }

  /** The last line goes on with the next. */
  get goOn(): boolean {
    return this.#rest.length > 0
  }

  /**
   * Does `line` go on with those behind it? Then `text`, which is its own, is a part from now on, and `next` gives the other parts; `inside` is the end of
   * it, without what a logger has put ahead of that. False: the lines behind it must come first.
   */
  begin(text: CarriedText, inside: (words: string) => string, line: LineBefore): boolean {
    this.#rest = []
    const { buf, start, next, end } = line
    if (!endsLine(text, buf, next)) return true
    const length = trimLineEnd(buf, start, next) - start
    const ahead = length - (text.end - text.start) + 1
    const like = buf.subarray(start, start + Math.min(FIRST_BYTES, ahead))
    if (next < end && like.length > 0 && buf.subarray(next, next + like.length).equals(like)) return true
    const whole = text.latin1().replace(/\r$/, '')
    const words = inside(whole)
    const texts = this.#pieces(words, length, line, ahead / 2)
    if (texts === 'unknown') return false
    if (texts === undefined) return true
    const [first = '', ...others] = texts
    setText(text, whole.slice(0, whole.length - words.length) + first)
    text.partial = true
    this.#rest = others
    return true
  }

  /** Puts the next part into `text`. */
  next(text: CarriedText): void {
    const [first = '', ...others] = this.#rest
    setText(text, first)
    text.partial = others.length > 0
    this.#rest = others
  }

  /**
   * The texts of a line and of the lines behind it that it goes on with; undefined where it goes on with none, 'unknown' where more must come first. The
   * line is `length` bytes long, with what carries `text`; a line that is carried has `least` bytes ahead of its own.
   */
  #pieces(text: string, length: number, line: LineBefore, least: number): readonly string[] | 'unknown' | undefined {
    if (length < NARROWEST || length > WIDEST || !(this.#widths.has(length) || mayGoOn(text))) return undefined
    const { buf, end } = line
    let taken: readonly string[] | undefined
    const texts = [text]
    let head = text
    let width = length
    for (let at = line.next; texts.length < PIECES; ) {
      if (at >= end) return line.isFinal ? taken : 'unknown'
      const next = buf.indexOf(LF, at) + 1
      const stop = trimLineEnd(buf, at, next)
      if (stop === at || stop - at > WIDEST) break
      const rest = buf.toString('latin1', at, stop)
      const isSoft = SOFT_BREAK.test(head)
      const isUsual = this.#widths.has(width)
      const found = headOfWrapped(head, rest, isUsual)
      const isFull = this.#isFull(rest, length)
      if ((found === undefined && !isFull) || line.isCarried(at, next, least)) break
      const before = found?.head ?? (isSoft ? head.slice(0, -1) : head)
      texts.push(`${texts.pop()}`.slice(0, isSoft ? -1 : undefined) + before.slice(head.length), rest)
      if (found !== undefined) taken = [...texts]
      if (found?.isWhole === true && !isSoft) this.#learn(width)
      if (!isFull) break
      head = before + rest
      width = rest.length
      at = next
    }
    return taken
  }

  /** Is a piece without a prefix as long as the lines that go on, of which one has `length` bytes? */
  #isFull(piece: string, length: number): boolean {
    if (this.#widths.has(piece.length) || SOFT_BREAK.test(piece)) return true
    return piece.length >= length && piece.length < length + TAB_COLUMNS
  }

  #learn(width: number): void {
    this.#widths.add(width)
    if (this.#widths.size <= WIDTHS) return
    for (const oldest of this.#widths) {
      this.#widths.delete(oldest)
      break
    }
  }
}

/**
 * The line [pos, next) of `buf`, which ends within a header, with the rest of that, which is the next line; undefined where it is not. Whole lines go up to
 * `end`: 'unknown' where the next one is not there.
 */
export function wrappedHeader(buf: Buffer, pos: number, next: number, end: number): Buffer | 'unknown' | undefined {
  const stop = trimLineEnd(buf, pos, next)
  if (stop - pos < NARROWEST || stop - pos > WIDEST) return undefined
  const head = cutHeaderIn(buf.toString('latin1', pos, stop))
  if (head === undefined) return undefined
  if (next >= end) return 'unknown'
  const after = buf.indexOf(LF, next) + 1
  const rest = buf.toString('latin1', next, trimLineEnd(buf, next, after))
  if (rest.length > stop - pos || headOfWrapped(head, rest, false) === undefined) return undefined
  return Buffer.concat([buf.subarray(pos, stop), buf.subarray(next, after)])
}

/** Does the line that ends at `next` of `buf` end as its text does? */
function endsLine(text: CarriedText, buf: Buffer, next: number): boolean {
  const stop = trimLineEnd(text.buf, text.start, text.end)
  const last = text.buf.subarray(Math.max(text.start, stop - LAST_BYTES), stop)
  const end = trimLineEnd(buf, 0, next)
  return end >= last.length && buf.subarray(end - last.length, end).equals(last)
}

function setText(text: CarriedText, words: string): void {
  text.filled(text.room(words.length).write(words, 'latin1'), false)
}
