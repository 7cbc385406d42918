/** A header behind what may be a prefix or a log line: whether the other lines of its dump have that prefix, too, is not known yet. */
import type { CarriedText, Carrier } from '../carriers/carrier.ts'
import { Prefix } from '../carriers/prefix.ts'
import { isBlank, TAB } from '../core/ascii.ts'
import type { Held, LogTape } from '../lines/tape.ts'
import { startsPreamble } from '../text/preamble.ts'
import type { GluedLine } from './carried-tape.ts'
import type { Recognition } from './recognition.ts'
import type { Stream } from './stream.ts'
import type { StreamMaker } from './stream-maker.ts'
import type { StreamMap } from './stream-map.ts'

/** What all of an input share. */
export interface UnprovedParts {
  readonly tape: LogTape
  readonly streams: StreamMap
  readonly maker: StreamMaker
  readonly recognition: Recognition
}

/** A header that stood behind a log line, and what follows it, the line end at least. */
export interface GluedHeader {
  readonly header: Held
  readonly after: Held
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
  readonly #carrier: Carrier
  readonly stream: Stream
  readonly #glued: GluedLine
  /** Bytes before the header that the stream takes for the form of the program's own logger, and that may be a label of this header. */
  readonly #label: number

  constructor(parts: UnprovedParts, carrier: Carrier, stream: Stream, glued: GluedLine, label: number) {
    this.#parts = parts
    this.#carrier = carrier
    this.stream = stream
    this.#glued = glued
    this.#label = label
  }

  /**
   * What the line [pos, next) of `buf` proves, if it goes on with the header: then `text` is its text. Without a prefix, what stands before the header is
   * a log line, and the stream is none; behind a prefix with which that of the header begins, the rest of it was a label.
   */
  prove(buf: Buffer, pos: number, next: number, text: CarriedText): Proof | undefined {
    const { stream } = this
    // Nobody has decided about the line with the header, and its stream waits for more.
    if (this.#glued.line.decided || !stream.open) return undefined
    text.inPlace(buf, pos, next)
    // The value of a panic goes on with a TAB on each line, whatever it quotes.
    if (stream.fit(text) > 0 && !(buf[pos] === TAB && this.#isBehindPanic))
      return { is: 'glued', header: this.#part(0) }
    if (!(this.#carrier instanceof Prefix)) return undefined
    const prefix = this.#carrier.heads.find((each) => each.read(buf, pos, next, text) && stream.fit(text) > 0)
    if (prefix === undefined) return undefined
    const labelled = this.partLabel(prefix, text.key, prefix.length)
    this.#parts.recognition.use(prefix)
    return { is: 'labelled', prefix, stream: labelled }
  }

  /** Is what the stream takes for the form of the program's own logger a label, as a line behind it with `text` has it? */
  isLabelled(text: CarriedText): boolean {
    return this.#label > 0 && !this.#glued.line.decided && !this.stream.fitsInside(text)
  }

  /** Bytes ahead of what may be a label. */
  get #lengthAhead(): number {
    return this.#glued.from - this.#label
  }

  /** Is what stands before the header the beginning of a panic? */
  get #isBehindPanic(): boolean {
    const { line, from } = this.#glued
    return startsPreamble(line.bytes.toString('latin1', 0, from)) !== undefined
  }

  /** The header is of the stream `key` of `carrier`, which is made; what stands between the prefix, of `length` bytes, and the header is a label. */
  partLabel(carrier: Carrier, key: string, length: number = this.#lengthAhead): Stream {
    const { tape, maker, streams } = this.#parts
    const glued = this.#part(length)
    const stream = maker.make(carrier, key)
    streams.add(stream)
    maker.atLine = stream
    stream.takeHeader(glued.header)
    maker.atLine = undefined
    endGlued(tape, glued)
    return stream
  }

  /**
   * Its stream is none. What stands before the header, but for a prefix of `length` bytes, is a log line; where nothing does, the header alone was
   * indented, and nothing is. Its line end is released once the header is taken: so far the log ends with what is ahead of the header on its line.
   */
  #part(length: number): GluedHeader {
    const { tape, streams, recognition } = this.#parts
    const carrier = this.#carrier
    const { line, from, to } = this.#glued
    const [before, header, after] = tape.split(line, from, to)
    if (isBlank(before.bytes, Math.min(length, from), from)) {
      tape.claim(before)
      tape.claim(after)
    } else tape.release(before)
    streams.remove(this.stream)
    if (carrier instanceof Prefix && !streams.has(carrier)) recognition.drop(carrier)
    return { header, after }
  }
}

/** The header that stood behind a log line is taken: the rest of that line is log. */
export function endGlued(tape: LogTape, { after }: GluedHeader): void {
  if (!after.decided) tape.release(after)
}
