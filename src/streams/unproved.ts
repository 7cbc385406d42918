/** A header behind what may be a prefix or a log line: whether the other lines of its dump have that prefix, too, is not known yet. */
import type { CarriedText, Carrier } from '../carriers/carrier.ts'
import { Prefix } from '../carriers/prefix.ts'
import { isBlank, TAB } from '../core/ascii.ts'
import type { LogTape } from '../lines/tape.ts'
import { startsPreamble } from '../text/preamble.ts'
import type { GluedHeader } from './carried-tape.ts'
import type { Stream } from './stream.ts'

export class Unproved {
  readonly carrier: Carrier
  readonly stream: Stream
  readonly glued: GluedHeader
  /** Bytes before the header that the stream takes for the form of the program's own logger, and that may be a label of this header. */
  readonly label: number

  constructor(carrier: Carrier, stream: Stream, glued: GluedHeader, label: number) {
    this.carrier = carrier
    this.stream = stream
    this.glued = glued
    this.label = label
  }

  /** Nobody has decided about the line with the header, and its stream waits for more. */
  get #isOpen(): boolean {
    return !this.glued.line.decided && this.stream.open
  }

  /** Does the line [pos, next) of `buf` go on with the header, without a prefix? Then it is `text`. */
  goesOnBare(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    if (!this.#isOpen) return false
    text.inPlace(buf, pos, next)
    // The value of a panic goes on with a TAB on each line, whatever it quotes.
    return this.stream.fit(text) > 0 && !(buf[pos] === TAB && this.#isBehindPanic)
  }

  /** The beginning of the prefix behind which the line [pos, next) of `buf` goes on with the header; then `text` is what stands there. */
  headOn(buf: Buffer, pos: number, next: number, text: CarriedText): Prefix | undefined {
    if (!this.#isOpen || !(this.carrier instanceof Prefix)) return undefined
    return this.carrier.heads.find((each) => each.read(buf, pos, next, text) && this.stream.fit(text) > 0)
  }

  /** How long the prefix is if the label is none of it. */
  get prefixLength(): number {
    return this.glued.before.bytes.length - this.label
  }

  /** Is what stands before the header the beginning of a panic? */
  get #isBehindPanic(): boolean {
    return startsPreamble(this.glued.before.bytes.toString('latin1')) !== undefined
  }

  /**
   * What stands before the header, but for a prefix of `length` bytes, is a log line; where nothing does, the header alone was indented, and nothing is.
   * Its line end is for the caller to release, once the header is taken: so far the log ends with what is ahead of the header on its line.
   */
  part(tape: LogTape, length: number): void {
    const { before, after, line } = this.glued
    const { bytes } = before
    if (isBlank(bytes, Math.min(length, bytes.length), bytes.length)) {
      tape.claim(before)
      tape.claim(after)
    } else tape.release(before)
    line.decided = true
    line.parts = []
  }
}
