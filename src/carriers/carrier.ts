/**
 * Carriers: what is put around a log line on its way. A carrier takes its own lines apart and hands on the text, and the stream that it belongs to.
 * It is asked only about lines that may belong to a dump: ordinary lines do not pay for it.
 *
 * Hot while a dump is open: `read` allocates nothing. Guarded by `npm run bench -- --only 5`.
 */
import { LF, wordsOf } from '../core/ascii.ts'
import type { LineShape } from './line-shape.ts'

/** What a carrier knows about a stream. */
export interface StreamNames {
  /** Names the stream in the records; empty if the carrier knows no name, in which case the input's own name is used. */
  readonly source: string
  /** OpenTelemetry names: pod, container, host, unit. */
  readonly attributes: Readonly<Record<string, string>>
}

/** Puts the JSON text of a record in place of the text of the dump's first line. */
export type RecordFrame = (json: string) => string

export interface Carrier {
  readonly name: string
  /** Reads the text of the line [pos, next) of `buf`, which ends with its line end, into `text`. False: the line is not of this carrier. */
  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean
  /** The line read last holds several log records: `again` gives the next. */
  readonly several?: boolean
  again?(text: CarriedText): boolean
  /** What it takes for a header may precede the header that Go printed: within a dump that goes on, it does not begin another. */
  readonly isLabel?: boolean
  /**
   * A carrier for the same lines that has not read any yet. Code that looks back at earlier lines asks it instead, so that this carrier keeps the
   * current line, and what it says about the next one.
   */
  afresh(): Carrier

  // About the line read last, while its bytes are available:

  /** When it was written, milliseconds since the epoch. `now` helps if the line does not give the year. */
  time(now?: number): number | undefined
  names(): StreamNames
  /** Absent if records are written as separate lines, as with every carrier that is not JSON. */
  frame?(): RecordFrame | undefined
  /** What it shares with other lines of its stream, if they differ only in text and time. Absent or undefined: unknown. */
  shape?(): LineShape | undefined
}

const NO_ROOM: Buffer = Buffer.alloc(0)
const NO_WORDS = wordsOf(NO_ROOM)
const SMALLEST_ROOM = 256

/** The text of a line without what its carrier put around it. One object, refilled for each line. */
export class CarriedText {
  /** Distinguishes the streams of an input; not meant for people. */
  key = ''
  /** The carrier cut the text here: the next line of this stream continues it. */
  partial = false
  /** The text contains line feeds besides its line end. */
  holdsLines = false
  buf: Buffer = NO_ROOM
  words: DataView = NO_WORDS
  start = 0
  /** Offset after the line end. */
  end = 0
  /** Grows as needed; empty as long as no text is taken out of its line. */
  #own = NO_ROOM
  #ownWords = NO_WORDS

  /** The text is in the line itself, [start, end) of `buf`, with its line end. */
  inPlace(buf: Buffer, start: number, end: number): void {
    this.holdsLines = false
    if (this.buf !== buf) {
      this.buf = buf
      this.words = wordsOf(buf)
    }
    this.start = start
    this.end = end
  }

  /** A buffer for `length` bytes of text; call `filled` when they are written. Its previous content is lost. */
  room(length: number): Buffer {
    if (this.#own.length <= length) {
      this.#own = Buffer.allocUnsafeSlow(Math.max(SMALLEST_ROOM, length + 1, this.#own.length * 2))
      this.#ownWords = wordsOf(this.#own)
    }
    return this.#own
  }

  /** The first `length` bytes of the buffer from `room` are the text without its line end. `holdsLines`: if the caller knows. */
  filled(length: number, holdsLines?: boolean): void {
    this.#own[length] = LF
    this.holdsLines = holdsLines ?? this.#own.indexOf(LF) < length
    this.buf = this.#own
    this.words = this.#ownWords
    this.start = 0
    this.end = length + 1
  }

  /** Without its line end, Latin-1. */
  latin1(max: number = MAX_TEXT): string {
    return this.buf.toString('latin1', this.start, Math.min(this.end - 1, this.start + max))
  }
}

const MAX_TEXT = 1 << 24
