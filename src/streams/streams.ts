/**
 * Dumps inside carriers: each raw line goes to the stream that it is of. One pod's lines never break another's dump. recognition.ts tells
 * which carriers a log has, lanes.ts keeps the streams, lane.ts is one of them.
 *
 *   state  | raw line                                           | what happens
 *   -------|----------------------------------------------------|------------------------------------------------------
 *   closed | holds a header, a carrier knows it                 | open: its text goes to the lane of its stream
 *   closed | the same, a dump without a carrier is open         | open, unless all that carries it is a prefix
 *   open   | of a carrier in use, its stream is open            | its text goes there
 *   open   | of a carrier in use, a dump begins in it           | its stream opens too
 *   open   | holds a header, another carrier knows it           | that is in use from now on
 *   open   | in no carrier, fits behind a header with a prefix  | the prefix was of the first line only: it goes there
 *   open   | any other                                          | log, or of a dump without a carrier
 *   open   | the last open stream is complete                   | closed
 *
 * Hot while a dump is open: guarded by `npm run bench -- --only 5`.
 */

import { CarriedText, type Carrier, type RecordFrame, type StreamNames } from '../carriers/carrier.ts'
import { type InputKind, innerCarriers, type KeyNames } from '../carriers/detect.ts'
import { Prefix } from '../carriers/prefix.ts'
import { SPACE, TAB } from '../core/ascii.ts'
import type { Limits } from '../core/limits.ts'
import type { InterleavedDumps } from '../dumps/interleaved.ts'
import type { LogTape } from '../lines/tape.ts'
import { mayAnnounce } from './announcement.ts'
import { CarriedTape } from './carried-tape.ts'
import { Lane } from './lane.ts'
import { Lanes } from './lanes.ts'
import { Recognition } from './recognition.ts'

/** Where a dump of a stream comes from. */
export interface StreamOrigin extends StreamNames {
  /** Of the line at hand. */
  time(now: number | undefined): number | undefined
  frame(): RecordFrame | undefined
  /** The texts of those of the lines that are of the stream. Asked last: the line at hand is another one then. */
  texts(lines: readonly string[]): string[]
}

export interface StreamsOptions {
  readonly limits: Limits
  readonly tape: LogTape
  readonly input: InputKind
  readonly keys: KeyNames
  readonly makeDumps: (origin: StreamOrigin, tape: LogTape) => InterleavedDumps
}

export class Streams {
  readonly #options: StreamsOptions
  /** Which carriers the log has. */
  readonly recognition: Recognition
  readonly #lanes: Lanes
  /** Carriers that may stand inside the one of a stream. */
  readonly #inner: readonly Carrier[]
  /** Says whether a dump begins in a text, before there is a lane for its stream. */
  readonly #probe: Lane
  /** The text of the raw line at hand. */
  readonly #text = new CarriedText()
  /** The raw line at hand. */
  readonly #line: CarriedTape
  /** A lane whose header had a prefix that its other lines may not have. */
  #bare: Lane | undefined
  /** They have none. */
  #bareIsCertain = false

  constructor(options: StreamsOptions) {
    const { limits, input, keys, tape } = options
    this.#options = options
    this.#line = new CarriedTape(tape)
    this.#inner = innerCarriers(keys)
    this.#lanes = new Lanes(limits.sources)
    this.#probe = this.#newLane(undefined)
    this.recognition = new Recognition({
      input,
      keys,
      tape,
      probe: this.#probe,
      onDrop: (carrier) => this.#lanes.drop(carrier),
    })
  }

  /** Some stream has a dump open: every line must be shown. */
  get open(): boolean {
    return this.#lanes.open
  }

  /**
   * Takes the raw line [pos, next) of `buf`, which stands at `offset` of the input. `needle`: it holds one. False: it is of no carrier in
   * use.
   */
  line(buf: Buffer, pos: number, next: number, offset: number, needle: boolean): boolean {
    const { inUse, whole, klog } = this.recognition
    const text = this.#text
    this.#line.begin(buf, pos, next)
    let known = false
    for (const carrier of inUse) {
      if (carrier === whole && !needle) continue
      if (!carrier.read(buf, pos, next, text)) continue
      klog.note(carrier, text)
      if (carrier.several === true) {
        this.#several(carrier, offset, needle)
        return true
      }
      if (this.#take(carrier, offset, needle)) return true
      if (carrier !== whole) known = true
    }
    if (this.#toBare(buf, pos, next, offset)) return true
    if (needle && this.recognition.recognise(buf, pos, next, pos)) {
      const carrier = this.recognition.inUse[0]
      if (carrier?.read(buf, pos, next, text) === true && this.#take(carrier, offset, needle)) return true
    }
    if (!known) return false
    this.#options.tape.pass(buf, pos, next)
    return true
  }

  /** Completes what is open. */
  end(): void {
    this.#lanes.end()
    this.#bare = undefined
  }

  /** As Engine.tick: silence ends a dump. */
  tick(now: number, idle: number): void {
    this.#lanes.tick(now, idle)
  }

  /** The text at hand goes to its stream, if that is open or a dump begins here. */
  #take(carrier: Carrier, offset: number, needle: boolean): boolean {
    const text = this.#text
    const { key } = text
    let lane = this.#lanes.get(carrier, key)
    if (lane === undefined || !lane.open) {
      if (lane === undefined && !needle && !mayAnnounce(text.buf, text.start)) return false
      const { buf, start, end } = this.#line
      const raw = buf.subarray(start, end)
      const isInValue = needle && text.buf[text.start] === TAB && this.recognition.klog.isIn(carrier, key)
      if (!isInValue && !(lane ?? this.#probe).begins(text, needle, raw)) return false
      if (lane === undefined) {
        lane = this.#newLane(carrier)
        // The lane looks for itself for the logger inside.
        if (!isInValue) lane.begins(text, needle, raw)
        this.#lanes.add(carrier, key, lane)
      }
      if (isInValue) lane.indent()
      if (carrier instanceof Prefix) {
        this.#bare = lane
        this.#bareIsCertain = false
      }
    } else if (lane === this.#bare && !this.#bareIsCertain && lane.fit(text) > 0) this.#bare = undefined
    this.#feed(lane, text, offset, needle)
    return true
  }

  #feed(lane: Lane, text: CarriedText, offset: number, needle: boolean): void {
    const line = this.#line
    lane.feed(text, needle, offset, offset + line.end - line.start)
    line.settle()
    this.#lanes.fed(lane)
  }

  /** A line with several log records stays in the log: it says more than the dump. */
  #several(carrier: Carrier, offset: number, needle: boolean): void {
    this.#line.keep()
    do {
      this.#take(carrier, offset, needle)
    } while (carrier.again?.(this.#text) === true)
  }

  /** A line without the prefix that the header had goes to its lane, if the first of them fits there. */
  #toBare(buf: Buffer, pos: number, next: number, offset: number): boolean {
    const lane = this.#bare
    if (lane === undefined || !lane.open) return false
    const text = this.#text
    let stop = next - 1
    while (stop > pos && buf[stop - 1] === SPACE) stop--
    // logrus fills a message up with blanks.
    if (stop < next - 1) text.filled(buf.copy(text.room(stop - pos), 0, pos, stop))
    else text.inPlace(buf, pos, next)
    text.partial = false
    if (!this.#bareIsCertain && lane.fit(text) === 0) return false
    this.#bareIsCertain = true
    this.#feed(lane, text, offset, false)
    return true
  }

  /** A lane of a stream of `carrier`; without one, for questions only. */
  #newLane(carrier: Carrier | undefined): Lane {
    const { limits, makeDumps } = this.#options
    const tape = this.#line
    const { key } = this.#text
    const names = carrier?.names()
    return new Lane({
      limits,
      tape,
      innerCarriers: this.#inner,
      makeDumps: () =>
        makeDumps(
          {
            source: names?.source ?? '',
            attributes: names?.attributes ?? {},
            time: (now) => carrier?.time(now),
            frame: () => carrier?.frame?.(),
            // A line of several records is still being read.
            texts: (lines) => (carrier === undefined || carrier.several ? [] : textsOf(carrier, key, lines)),
          },
          tape,
        ),
    })
  }
}

/** The texts of the lines that are of the stream `key` of `carrier`. */
function textsOf(carrier: Carrier, key: string, lines: readonly string[]): string[] {
  const text = new CarriedText()
  return lines.flatMap((line) => {
    const buf = Buffer.from(`${line}\n`, 'latin1')
    return carrier.read(buf, 0, buf.length, text) && text.key === key ? [text.latin1().trimEnd()] : []
  })
}
