/** A header behind what may be a prefix or a log line: whether the other lines of its dump have that prefix, too, is not known yet. */
import type { CarriedText, Carrier } from '../carriers/carrier.ts'
import { Prefix } from '../carriers/prefix.ts'
import { isBlank, TAB } from '../core/ascii.ts'
import type { LogTape } from '../lines/tape.ts'
import { startsPreamble } from '../text/preamble.ts'
import type { GluedHeader } from './carried-tape.ts'
import type { Recognition } from './recognition.ts'
import type { Stream } from './stream.ts'
import type { StreamMaker } from './stream-maker.ts'
import type { StreamMap } from './stream-map.ts'

export interface UnprovedParts {
  readonly carrier: Carrier
  readonly stream: Stream
  readonly glued: GluedHeader
  /** Bytes before the header that the stream takes for the form of the program's own logger, and that may be a label of this header. */
  readonly label: number
  readonly tape: LogTape
  readonly streams: StreamMap
  readonly maker: StreamMaker
  readonly recognition: Recognition
}

/**
 * What a line has proved. `glued`: the header is of a dump without a carrier, and all that stands before it is a log line; `endGlued` follows, once it
 * is taken. `labelled`: it is of a stream of `prefix`, which has its header already.
 */
export type Proof =
  | { readonly is: 'glued'; readonly header: GluedHeader }
  | { readonly is: 'labelled'; readonly prefix: Prefix; readonly stream: Stream }

export class Unproved {
  readonly #parts: UnprovedParts

  constructor(parts: UnprovedParts) {
    this.#parts = parts
  }

  get stream(): Stream {
    return this.#parts.stream
  }

  /**
   * What the line [pos, next) of `buf` proves, if it goes on with the header: then `text` is its text. Without a prefix, what stands before the header is
   * a log line, and the stream is none; behind a prefix with which that of the header begins, the rest of it was a label.
   */
  prove(buf: Buffer, pos: number, next: number, text: CarriedText): Proof | undefined {
    const { carrier, glued, stream, recognition } = this.#parts
    // Nobody has decided about the line with the header, and its stream waits for more.
    if (glued.line.decided || !stream.open) return undefined
    text.inPlace(buf, pos, next)
    // The value of a panic goes on with a TAB on each line, whatever it quotes.
    if (stream.fit(text) > 0 && !(buf[pos] === TAB && this.#isBehindPanic)) {
      this.#part(0)
      return { is: 'glued', header: glued }
    }
    if (!(carrier instanceof Prefix)) return undefined
    const prefix = carrier.heads.find((each) => each.read(buf, pos, next, text) && stream.fit(text) > 0)
    if (prefix === undefined) return undefined
    const labelled = this.partLabel(prefix, text.key, prefix.length)
    recognition.use(prefix)
    return { is: 'labelled', prefix, stream: labelled }
  }

  /** Is what the stream takes for the form of the program's own logger a label, as a line behind it with `text` has it? */
  isLabelled(text: CarriedText): boolean {
    const { label, glued, stream } = this.#parts
    return label > 0 && !glued.line.decided && !stream.fitsInside(text)
  }

  /** Bytes ahead of what may be a label. */
  get #lengthAhead(): number {
    return this.#parts.glued.before.bytes.length - this.#parts.label
  }

  /** Is what stands before the header the beginning of a panic? */
  get #isBehindPanic(): boolean {
    return startsPreamble(this.#parts.glued.before.bytes.toString('latin1')) !== undefined
  }

  /** The header is of the stream `key` of `carrier`, which is made; what stands between the prefix, of `length` bytes, and the header is a label. */
  partLabel(carrier: Carrier, key: string, length: number = this.#lengthAhead): Stream {
    const { glued, maker, streams } = this.#parts
    this.#part(length)
    const stream = maker.make(carrier, key)
    streams.add(carrier, key, stream)
    maker.atLine = stream
    stream.takeHeader(glued.header)
    maker.atLine = undefined
    endGlued(this.#parts.tape, glued)
    return stream
  }

  /**
   * Its stream is none. What stands before the header, but for a prefix of `length` bytes, is a log line; where nothing does, the header alone was
   * indented, and nothing is. Its line end is released once the header is taken: so far the log ends with what is ahead of the header on its line.
   */
  #part(length: number): void {
    const { carrier, stream, glued, tape, streams, recognition } = this.#parts
    const { before, after, line } = glued
    const { bytes } = before
    if (isBlank(bytes, Math.min(length, bytes.length), bytes.length)) {
      tape.claim(before)
      tape.claim(after)
    } else tape.release(before)
    line.decided = true
    line.parts = []
    streams.remove(stream)
    if (carrier instanceof Prefix && !streams.has(carrier)) recognition.drop(carrier)
  }
}

/** The header that stood behind a log line is taken: the rest of that line is log. */
export function endGlued(tape: LogTape, { after }: GluedHeader): void {
  if (!after.decided) tape.release(after)
}
