/** A dump in a string that comes in pieces: whole lines of its text as they come, and the beginning of the next. */
import type { DumpString } from '../carriers/dump-string.ts'
import { DumpStringRest } from '../carriers/dump-string-rest.ts'
import { LF, NO_BYTES } from '../core/ascii.ts'

export class StringInPieces {
  /** Where the line begins in the input, where its beginning ends, and up to where it has come. */
  readonly start: number
  readonly end: number
  upTo: number
  /** The last line of the text, as much of it as has come. */
  tail: Buffer = NO_BYTES
  readonly #rest: DumpStringRest
  readonly #lineBytes: number

  /** `lineBytes`: a longer line of the text is not part of a dump. */
  constructor({ places, label }: DumpString, start: number, end: number, lineBytes: number) {
    this.#rest = new DumpStringRest(places, label)
    this.start = start
    this.end = end
    this.upTo = end
    this.#lineBytes = lineBytes
  }

  /** Takes a piece that ends at `upTo` of the input. Returns the lines that are complete now. */
  take(piece: Buffer, upTo: number): Buffer {
    this.upTo = upTo
    return this.#lines(this.#rest.take(piece, false))
  }

  /** Nothing more comes. */
  finish(): Buffer {
    return this.#lines(this.#rest.take(NO_BYTES, true))
  }

  /** The string lacks its end. */
  get isCut(): boolean {
    return this.#rest.isCut
  }

  /** Its last line is too long to be part of a dump: the rest is not examined. */
  get isOver(): boolean {
    return this.tail.length > this.#lineBytes
  }

  #lines(text: Buffer): Buffer {
    const all = Buffer.concat([this.tail, text])
    let whole = 0
    for (let lf = all.indexOf(LF); lf >= 0 && lf - whole <= this.#lineBytes; lf = all.indexOf(LF, whole)) whole = lf + 1
    this.tail = Buffer.from(all.subarray(whole))
    return all.subarray(0, whole)
  }
}
