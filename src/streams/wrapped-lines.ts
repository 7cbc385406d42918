/**
 * Lines with a prefix that a terminal or a mail has wrapped: only the first piece has the prefix. text/wrapped.ts decides which lines belong
 * together.
 *
 *     web-1  | github.com/example/shop/internal/handl
 *     ers.(*Server).Serve(0xc000332e00)
 */
import type { CarriedText, Carrier } from '../carriers/carrier.ts'
import { LF, trimLineEnd } from '../core/ascii.ts'
import { announces } from '../text/announcement.ts'
import { startsHeader } from '../text/titles.ts'
import { mayBeWrapped, PIECES, WIDEST, WrapWidths } from '../text/wrap-widths.ts'
import { cutHeaderIn, headOfWrapped, mayGoOn, SOFT_BREAK } from '../text/wrapped.ts'
import type { Recognition } from './recognition.ts'
import type { Stream } from './stream.ts'
import type { StreamMap } from './stream-map.ts'

/** A TAB is one byte, and up to this many columns. */
const TAB_COLUMNS = 8

/** Bytes before a text with which the next line usually begins, too. */
const FIRST_BYTES = 8
/** Bytes at the end of a line that are compared with its text. */
const LAST_BYTES = 16

/** A line in `buf`, [start, next), with whole lines after it up to `end`. */
export interface LineBefore {
  readonly buf: Buffer
  readonly start: number
  readonly next: number
  readonly end: number
  /** No more lines come. */
  readonly isFinal: boolean
}

const NONE: readonly string[] = []

export class WrappedLines {
  readonly #recognition: Recognition
  readonly #streams: StreamMap
  readonly #widths = new WrapWidths()
  /** The texts of the lines that continue the last one. */
  #rest: readonly string[] = NONE
  /** The stream of the last line, if it is continued. */
  #stream: Stream | undefined

  constructor(recognition: Recognition, streams: StreamMap) {
    this.#recognition = recognition
    this.#streams = streams
  }

  /** Lines are known to be wrapped. */
  get areKnown(): boolean {
    return this.#widths.areKnown
  }

  /** The last line was given to `stream`: if it is continued, the next part belongs to the same stream. */
  fed(stream: Stream): void {
    if (this.#rest.length > 0) this.#stream = stream
  }

  /**
   * Do the lines after `line`, whose own `text` `carrier` has read, continue it? Then `text` is a part from now on, and `takePart` gives the other
   * parts. `needle`: the line holds one. False: the lines after it must come first.
   */
  begin(carrier: Carrier, text: CarriedText, needle: boolean, line: LineBefore): boolean {
    if (text.partial || carrier.several === true || carrier === this.#recognition.whole) return true
    if (!this.#mayBegin(text, line)) return true
    const { key } = text
    const stream = this.#streams.get(carrier, key)
    // Only lines of a dump are joined.
    if (stream?.open !== true && !(needle ? startsHeader(text.latin1()) : announces(text.buf, text.start, text.end)))
      return true
    const { buf, start, next } = line
    const length = trimLineEnd(buf, start, next) - start
    const prefixLength = length - (text.end - text.start) + 1
    // The stream that the line begins does not exist yet.
    const isStream = (other: Carrier, of: string): boolean => of === key || this.#streams.get(other, of) !== undefined
    const whole = text.latin1().replace(/\r$/, '')
    const words = stream?.withoutInner(whole) ?? whole
    const texts = this.#pieces(words, length, line, (from, to) =>
      this.#recognition.isCarried(buf, from, to, prefixLength / 2, isStream),
    )
    if (texts === 'unknown') return false
    if (texts === undefined) return true
    const [first = '', ...others] = texts
    setText(text, whole.slice(0, whole.length - words.length) + first)
    text.partial = true
    this.#rest = others
    return true
  }

  /** May the lines after `line`, whose own text is `text`, continue it? Most lines do not end like a wrapped one. */
  #mayBegin(text: CarriedText, line: LineBefore): boolean {
    this.#rest = NONE
    const { buf, start, next, end } = line
    const stop = trimLineEnd(buf, start, next)
    if (!mayBeWrapped(stop - start) || !endsLine(text, buf, stop)) return false
    const prefixLength = stop - start - (text.end - text.start) + 1
    return next >= end || prefixLength <= 0 || !beginsAlike(buf, start, next, Math.min(FIRST_BYTES, prefixLength))
  }

  /** Puts the next part into `text` and returns its stream; undefined if the last line is not continued. */
  takePart(text: CarriedText): Stream | undefined {
    const stream = this.#stream
    this.#stream = undefined
    if (stream?.open !== true) return undefined
    const [first = '', ...others] = this.#rest
    setText(text, first)
    text.partial = others.length > 0
    this.#rest = others
    return stream
  }

  /**
   * The texts of a line and of the lines that continue it; undefined if none does, 'unknown' if more lines must come first. The line is `length`
   * bytes long, including what carries `text`.
   */
  #pieces(
    text: string,
    length: number,
    line: LineBefore,
    isCarried: (from: number, to: number) => boolean,
  ): readonly string[] | 'unknown' | undefined {
    if (!this.#widths.has(length) && !mayGoOn(text)) return undefined
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
      if ((found === undefined && !isFull) || isCarried(at, next)) break
      const before = found?.head ?? (isSoft ? head.slice(0, -1) : head)
      texts.push(`${texts.pop()}`.slice(0, isSoft ? -1 : undefined) + before.slice(head.length), rest)
      if (found !== undefined) taken = [...texts]
      if (found?.isWhole === true && !isSoft) this.#widths.add(width)
      if (!isFull) break
      head = before + rest
      width = rest.length
      at = next
    }
    return taken
  }

  /** Is a piece without a prefix as long as the lines that are continued, one of which has `length` bytes? */
  #isFull(piece: string, length: number): boolean {
    if (this.#widths.has(piece.length) || SOFT_BREAK.test(piece)) return true
    return piece.length >= length && piece.length < length + TAB_COLUMNS
  }
}

/**
 * The line [pos, next) of `buf`, which ends within a header, joined with the next line, which is the rest of it; undefined if it is not. Whole lines
 * go up to `end`: 'unknown' if the next one has not come yet.
 */
export function wrappedHeader(buf: Buffer, pos: number, next: number, end: number): Buffer | 'unknown' | undefined {
  const stop = trimLineEnd(buf, pos, next)
  if (!mayBeWrapped(stop - pos)) return undefined
  const head = cutHeaderIn(buf.toString('latin1', pos, stop))
  if (head === undefined) return undefined
  if (next >= end) return 'unknown'
  const after = buf.indexOf(LF, next) + 1
  const rest = buf.toString('latin1', next, trimLineEnd(buf, next, after))
  if (rest.length > stop - pos || headOfWrapped(head, rest, false) === undefined) return undefined
  return Buffer.concat([buf.subarray(pos, stop), buf.subarray(next, after)])
}

/** Does the line that ends, without its line end, at `end` of `buf` end like its text? */
function endsLine(text: CarriedText, buf: Buffer, end: number): boolean {
  const stop = trimLineEnd(text.buf, text.start, text.end)
  const length = Math.min(LAST_BYTES, stop - text.start)
  if (end < length) return false
  for (let i = 1; i <= length; i++) if (buf[end - i] !== text.buf[stop - i]) return false
  return true
}

/** Does the line at `next` begin with the same `length` bytes as the one at `start`? */
function beginsAlike(buf: Buffer, start: number, next: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (buf[start + i] !== buf[next + i]) return false
  return true
}

function setText(text: CarriedText, words: string): void {
  text.filled(text.room(words.length).write(words, 'latin1'), false)
}
