/**
 * Carriers: what stands around a log line on its way. A carrier takes its own lines apart and hands on the text, and which stream
 * it is of. It is asked only about lines that may belong to a dump: ordinary lines do not pay for it.
 *
 * Hot while a dump is open: `read` allocates nothing. Guarded by `npm run bench -- --only 5`.
 */
import { LF, wordsOf } from '../core/ascii.ts'
import type { LineShape } from './line-shape.ts'

/** What a carrier knows of a stream. */
export interface StreamNames {
  /** Names the stream in the records; empty when the carrier knows no name, then the input's own is taken. */
  readonly source: string
  /** OpenTelemetry names: pod, container, host, unit. */
  readonly attributes: Readonly<Record<string, string>>
}

/** Puts the JSON text of a record where the text of the dump's first line stood. */
export type RecordFrame = (json: string) => string

export interface Carrier {
  readonly name: string
  /** Takes the line [pos, next) of `buf`, which ends with its line end, apart into `text`. False: it is not of this carrier. */
  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean
  /** The line that was read last holds several log records: `again` gives the next. */
  readonly several?: boolean
  again?(text: CarriedText): boolean
  /** What it takes for a header may stand ahead of one that Go has printed: in a dump that goes on it begins none. */
  readonly isLabel?: boolean
  /**
   * One for the same lines that has read none of them: what looks at lines that have gone by asks that one, and the line at hand, and what it says of
   * the next, stay as they are.
   */
  afresh(): Carrier

  // Of the line that was read last, while its bytes are at hand:

  /** When it was written, milliseconds since the epoch. `now` helps where it does not say the year. */
  time(now?: number): number | undefined
  names(): StreamNames
  /** Absent when records are lines of their own, as with every carrier that is not JSON. */
  frame?(): RecordFrame | undefined
  /** What lines have in common with it that are of the same stream, and differ in their text and their time alone. Absent, undefined: nothing is known of that. */
  shape?(): LineShape | undefined
}

const NO_ROOM: Buffer = Buffer.alloc(0)
const NO_WORDS = wordsOf(NO_ROOM)
const SMALLEST_ROOM = 256

/** The text of a line without what its carrier put around it. One object, filled anew for each line. */
export class CarriedText {
  /** Tells the streams of an input apart; says nothing to people. */
  key = ''
  /** The carrier cut the text here: the next line of this stream goes on with it. */
  partial = false
  /** There are line feeds in it, besides its line end. */
  holdsLines = false
  buf: Buffer = NO_ROOM
  words: DataView = NO_WORDS
  start = 0
  /** Behind the line end. */
  end = 0
  /** Grows: where no text is taken out of its line, there is none. */
  #own = NO_ROOM
  #ownWords = NO_WORDS

  /** The text stands in the line itself, [start, end) of `buf`, with its line end. */
  inPlace(buf: Buffer, start: number, end: number): void {
    this.holdsLines = false
    if (this.buf !== buf) {
      this.buf = buf
      this.words = wordsOf(buf)
    }
    this.start = start
    this.end = end
  }

  /** A buffer for `length` bytes of text; call `filled` when they are there. What was in it is lost. */
  room(length: number): Buffer {
    if (this.#own.length <= length) {
      this.#own = Buffer.allocUnsafeSlow(Math.max(SMALLEST_ROOM, length + 1, this.#own.length * 2))
      this.#ownWords = wordsOf(this.#own)
    }
    return this.#own
  }

  /** The first `length` bytes of the buffer from `room` are the text, but for its line end. `holdsLines`: where the caller knows. */
  filled(length: number, holdsLines?: boolean): void {
    this.#own[length] = LF
    this.holdsLines = holdsLines ?? this.#own.indexOf(LF) < length
    this.buf = this.#own
    this.words = this.#ownWords
    this.start = 0
    this.end = length + 1
  }

  /** Without line end, Latin-1. */
  latin1(max: number = MAX_TEXT): string {
    return this.buf.toString('latin1', this.start, Math.min(this.end - 1, this.start + max))
  }
}

const MAX_TEXT = 1 << 24
