/**
 * A dump in a string of a line that is too long to be read at once: the string is decoded as its pieces come, and nothing of it is kept except
 * an escape that was cut at the end of a piece.
 *
 *     {"msg":"goroutine 1 [running]:\nmain.main()\n … 60 MB … \n"}
 */
import { BACKSLASH, NEWLINE, NO_BYTES, QUOTE } from '../core/ascii.ts'
import { decodeEscapes } from './escapes.ts'

const LETTER_U = 0x75

/** Length of an escape at most, by the letter after its backslash; `\u` can be the first of a pair. */
const LONGEST: Readonly<Record<number, number>> = { [LETTER_U]: 12, 85: 10, 120: 4 }

/** Where a text begins, in the line or in the text of the string around it. One without quotes extends to the end. */
export interface TextPlace {
  readonly start: number
  readonly isQuoted: boolean
}

class Decoder {
  #skip: number
  readonly isQuoted: boolean
  #cut: Buffer = NO_BYTES
  /** Its closing quote has come. */
  isOver = false

  constructor({ start, isQuoted }: TextPlace) {
    this.#skip = start
    this.isQuoted = isQuoted
  }

  /** `isLast`: no more comes, so an escape that is cut stays cut. */
  take(piece: Buffer, isLast: boolean): Buffer {
    if (this.isOver) return NO_BYTES
    const skipped = Math.min(this.#skip, piece.length)
    this.#skip -= skipped
    const buf = Buffer.concat([this.#cut, piece.subarray(skipped)])
    let p = 0
    while (p < buf.length) {
      const c = buf[p] as number
      if (c === BACKSLASH) {
        const length = LONGEST[buf[p + 1] ?? LETTER_U] ?? 2
        if (p + length > buf.length && !isLast) break
        p += 2
      } else if (c === QUOTE && this.isQuoted) {
        this.isOver = true
        break
      } else p++
    }
    const end = Math.min(p, buf.length)
    this.#cut = this.isOver ? NO_BYTES : Buffer.from(buf.subarray(end))
    const text = Buffer.allocUnsafe(end)
    return text.subarray(0, decodeEscapes(buf, 0, end, text, 0))
  }
}

export class DumpStringRest {
  readonly #decoders: readonly Decoder[]
  /** Bytes of the innermost text up to its header, before which a line end must be inserted. */
  #label: number

  constructor(places: readonly TextPlace[], label: number) {
    this.#decoders = places.map((place) => new Decoder(place))
    this.#label = label
  }

  /** The line ended before the string did. */
  get isCut(): boolean {
    return this.#decoders.some(({ isQuoted }) => isQuoted) && !this.#decoders.some(({ isOver }) => isOver)
  }

  /** Takes the next piece of the line; returns the text that it holds. */
  take(piece: Buffer, isLast: boolean): Buffer {
    const text = this.#decoders.reduce((outer, decoder) => decoder.take(outer, isLast), piece)
    const at = this.#label
    if (at <= 0) return text
    this.#label -= text.length
    return at > text.length ? text : withLineEndAt(text, at)
  }
}

/** `text` with a line end between its label and the header at `at`. */
export function withLineEndAt(text: Buffer, at: number): Buffer {
  return Buffer.concat([text.subarray(0, at), NEWLINE, text.subarray(at)])
}
