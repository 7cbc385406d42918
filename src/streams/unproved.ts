/** A header after what may be a prefix or a log line: it is not known yet whether the other lines of its dump have that prefix, too. */
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

/** What is shared by all of an input. */
export interface UnprovedParts {
  readonly tape: LogTape
  readonly streams: StreamMap
  readonly maker: StreamMaker
  readonly recognition: Recognition
}

/** A header after a log line on the same line, and what follows it, at least the line end. */
export interface GluedHeader {
  readonly header: Held
  readonly after: Held
}

/**
 * What a line has proved. `glued`: the header belongs to a dump without a carrier, and all that comes before it is a log line; `endGlued` must follow
 * once the header is taken. `labelled`: the line belongs to a stream of `prefix`, which already has its header.
 */
export type Proof =
  | { readonly is: 'glued'; readonly header: GluedHeader }
  | { readonly is: 'labelled'; readonly prefix: Prefix; readonly stream: Stream }

export class Unproved {
  readonly #parts: UnprovedParts
  readonly #carrier: Carrier
  readonly stream: Stream
  readonly #glued: GluedLine
  /** Length of what the stream takes for the form of the program's own logger, which may be a label that only this header has. */
  readonly #label: number

  constructor(parts: UnprovedParts, carrier: Carrier, stream: Stream, glued: GluedLine, label: number) {
    this.#parts = parts
    this.#carrier = carrier
    this.stream = stream
    this.#glued = glued
    this.#label = label
  }

  /**
   * What the line [pos, next) of `buf` proves, if it continues the header; `text` is then its text. Without a prefix: what comes before the header
   * is a log line, and the stream was not one. After a prefix with which that of the header begins: the rest of that was a label.
   */
  prove(buf: Buffer, pos: number, next: number, text: CarriedText): Proof | undefined {
    const { stream } = this
    // The line with the header is still undecided, and its stream waits for more.
    if (this.#glued.line.decided || !stream.open) return undefined
    text.inPlace(buf, pos, next)
    // The value of a panic continues with a TAB on each line, whatever it quotes.
    if (stream.fit(text) > 0 && !(buf[pos] === TAB && this.#isAfterPanic)) return { is: 'glued', header: this.#part(0) }
    if (!(this.#carrier instanceof Prefix)) return undefined
    const prefix = this.#carrier.heads.find((each) => each.read(buf, pos, next, text) && stream.fit(text) > 0)
    if (prefix === undefined) return undefined
    const labelled = this.partLabel(prefix, text.key, prefix.length)
    this.#parts.recognition.use(prefix)
    return { is: 'labelled', prefix, stream: labelled }
  }

  /** Is what the stream takes for the form of the program's own logger only a label, judging by a later line with `text`? */
  isLabelled(text: CarriedText): boolean {
    return this.#label > 0 && !this.#glued.line.decided && !this.stream.fitsInside(text)
  }

  /** Length of what comes before a possible label. */
  get #lengthBefore(): number {
    return this.#glued.from - this.#label
  }

  /** Is what comes before the header the beginning of a panic? */
  get #isAfterPanic(): boolean {
    const { line, from } = this.#glued
    return startsPreamble(line.bytes.toString('latin1', 0, from)) !== undefined
  }

  /** Gives the header to a new stream `key` of `carrier`; what is between the prefix, of `length` bytes, and the header is a label. */
  partLabel(carrier: Carrier, key: string, length: number = this.#lengthBefore): Stream {
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
   * Removes its stream. What comes before the header, except for a prefix of `length` bytes, is a log line; if there is nothing but blanks, only the
   * header was indented. The log line's end is released once the header is taken: until then the log ends with what comes before the header on its
   * line.
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

/** Call when a header glued to a log line is taken: the rest of that line is log. */
export function endGlued(tape: LogTape, { after }: GluedHeader): void {
  if (!after.decided) tape.release(after)
}
