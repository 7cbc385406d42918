/**
 * Dumps inside carriers: each raw line goes to the stream that it belongs to. One pod's lines never break another's dump. recognition.ts decides
 * which carriers a log has, stream-map.ts keeps the streams, and stream.ts is one of them.
 *
 *   state  | raw line                                           | what happens
 *   -------|----------------------------------------------------|------------------------------------------------------
 *   closed | holds a header that a carrier knows                | open: its text goes to its stream
 *   closed | the same, while a dump without a carrier is open   | open, unless a prefix is all that carries it
 *   open   | of a carrier in use, its stream is open            | its text goes there, with those of many lines that follow
 *   open   | of a carrier in use, a dump begins in it           | its stream opens too
 *   open   | holds a header that another carrier knows          | that carrier is in use from now on
 *   open   | in no carrier, fits after a header with a prefix   | only the header had the prefix: the line goes to its dump
 *   open   | the same, after a beginning of that prefix         | the rest was a label: the other lines have the shorter prefix
 *   open   | any other                                          | log, or part of a dump without a carrier
 *   open   | the last open stream is complete                   | closed
 *
 * Hot while a dump is open: guarded by `npm run bench -- --only 5`.
 */

import { CarriedText, type Carrier } from '../carriers/carrier.ts'
import type { InputKind } from '../carriers/detect.ts'
import { Prefix } from '../carriers/prefix.ts'
import { Syslog } from '../carriers/syslog.ts'
import { TAB, trimLineEnd } from '../core/ascii.ts'
import type { Budget } from '../core/budget.ts'
import type { LogTape } from '../lines/tape.ts'
import { mayAnnounce } from '../text/announcement.ts'
import { CarriedTape } from './carried-tape.ts'
import { LikeLines } from './like-lines.ts'
import { OpenStrings } from './open-strings.ts'
import { Recognition } from './recognition.ts'
import type { Stream } from './stream.ts'
import { StreamMaker, type StreamMakerOptions } from './stream-maker.ts'
import { StreamMap } from './stream-map.ts'
import { type GluedHeader, Unproved, type UnprovedParts } from './unproved.ts'
import { WrappedLines } from './wrapped-lines.ts'

export interface CarriedStreamsOptions extends StreamMakerOptions {
  readonly budget: Budget
  readonly tape: LogTape
  readonly input: InputKind
  /** The texts of many lines are taken at once only from this many bytes on. */
  readonly blockBytes: number
}

/**
 * What became of a raw line. `GluedHeader`: the line continues, without a prefix, a header that had one; the header is handed on, and the line was
 * not taken. `likely log`: it looks like a line with a prefix, but of no dump; where the prefix is a word, that proves little, since a header has
 * one, too. `waits`: it was not taken, since the lines after it decide what it is.
 */
export type Taken = 'taken' | 'refused' | 'likely log' | 'waits' | GluedHeader

export class CarriedStreams {
  readonly #tape: LogTape
  /** Which carriers the log has. */
  readonly recognition: Recognition
  readonly #map: StreamMap
  readonly #strings: OpenStrings
  /** The text of the current raw line. */
  readonly #text = new CarriedText()
  /** The current raw line. */
  readonly #line: CarriedTape
  readonly #maker: StreamMaker
  /** The stream of a header with a prefix that the other lines of its dump may not have. */
  #unproved: Unproved | undefined
  readonly #ofUnproved: UnprovedParts
  readonly #wrappedLines: WrappedLines
  readonly #like: LikeLines

  constructor(options: CarriedStreamsOptions) {
    const { tape, input, keys, limits, budget, blockBytes } = options
    this.#tape = tape
    this.#line = new CarriedTape(tape)
    this.#maker = new StreamMaker(options, this.#line)
    this.#map = new StreamMap(limits.sources, budget)
    const onDrop = (carrier: Carrier): void => this.#map.drop(carrier)
    this.recognition = new Recognition({ input, keys, tape, probe: () => this.#maker.probe, onDrop })
    this.#strings = new OpenStrings(tape, this.#map)
    this.#wrappedLines = new WrappedLines(this.recognition, this.#map)
    this.#ofUnproved = { tape, streams: this.#map, maker: this.#maker, recognition: this.recognition }
    this.#like = new LikeLines(blockBytes)
  }

  /** Where the first of what is open in any stream begins; undefined if nothing is open. */
  get start(): number | undefined {
    return this.#map.start
  }

  /** A stream has a dump open: every line must be shown to `takeLine`. */
  get open(): boolean {
    return this.#map.open
  }

  /**
   * Takes the raw line [pos, next) of `buf`, which is at `offset` of the input. `needle`: it holds one. Whole lines go up to `end`; `final`: it must
   * be taken now. Returns what became of it.
   */
  takeLine(
    buf: Buffer,
    pos: number,
    next: number,
    offset: number,
    needle: boolean,
    end: number = next,
    final: boolean = true,
  ): Taken {
    this.#like.forget()
    const { inUse, whole, klog } = this.recognition
    const text = this.#text
    if (this.#strings.takeLine(buf, pos, next, offset)) return 'taken'
    this.#line.begin(buf, pos, next)
    const continued = this.#wrappedLines.takePart(text)
    if (continued !== undefined) {
      this.#feed(undefined, continued, text, offset, false)
      return 'taken'
    }
    let known: Carrier | undefined
    for (const carrier of inUse) {
      if (carrier === whole && !needle) continue
      if (!carrier.read(buf, pos, next, text)) continue
      if (!this.#wrappedLines.begin(carrier, text, needle, { buf, start: pos, next, end, isFinal: final }))
        return 'waits'
      klog.note(carrier, text)
      if (this.#take(carrier, offset, needle)) return 'taken'
      if (carrier !== whole && (known === undefined || known instanceof Prefix)) known = carrier
    }
    const proof = this.#unproved?.prove(buf, pos, next, text)
    if (proof !== undefined) {
      this.#unproved = undefined
      if (proof.is === 'glued') return proof.header
      this.#feed(proof.prefix, proof.stream, text, offset, needle)
      return 'taken'
    }
    if (needle && this.recognition.recognise(buf, pos, next, pos)) {
      const [carrier] = this.recognition.inUse
      if (carrier?.read(buf, pos, next, text) === true && this.#take(carrier, offset, needle)) return 'taken'
    }
    if (known === undefined) return 'refused'
    if (known instanceof Prefix) return 'likely log'
    this.#tape.pass(buf, pos, next)
    return 'taken'
  }

  /**
   * Takes the raw line [pos, next) of `buf`, at `offset` of the input, which lacks what carries it: it belongs to the stream of `like`, a line that a
   * carrier in use reads. `needle`: it holds one. False: it is not part of a dump.
   */
  takeBare(buf: Buffer, pos: number, next: number, offset: number, needle: boolean, like: Buffer): boolean {
    this.#like.forget()
    const text = this.#text
    const carrier = this.recognition.inUse.find((each) => each.read(like, 0, like.length, text))
    if (carrier === undefined || carrier.several === true) return false
    const { key } = text
    this.#line.begin(buf, pos, next)
    text.inPlace(buf, pos, next)
    text.key = key
    text.partial = false
    return this.#give(carrier, offset, needle)
  }

  /** See OpenStrings.takeLine. If it is not taken, nothing may be open any more. */
  takeRest(buf: Buffer, pos: number, next: number, offset: number): boolean {
    this.#like.forget()
    return this.#strings.takeLine(buf, pos, next, offset)
  }

  /** Another chunk comes: forgets what was seen of the last one. */
  enter(): void {
    this.#like.forget()
    this.#like.leave(this.open)
  }

  /**
   * Takes lines of [pos, end) of `buf` that are like the one before, of the same stream, and whose texts are of known stacks. `base`: offset of the
   * first byte of `buf` in the input. Returns where the first line begins that was not taken.
   */
  takeKnown(buf: Buffer, pos: number, end: number, base: number): number {
    const stream = this.#repeated
    if (stream === undefined) return pos
    const at = this.#like.giveKnown(buf, pos, end, base)
    this.#map.fed(stream)
    return at
  }

  /** Are the next lines likely to be plain log after a dump? */
  get expectsLog(): boolean {
    return this.#like.stream?.expectsLog === true
  }

  /** Like `takeKnown`, for lines whose texts are plain log after the dump: they pass. None of them holds a needle. */
  takeLog(buf: Buffer, pos: number, end: number): number {
    const stream = this.#repeated
    if (stream === undefined) return pos
    const at = this.#like.giveLog(buf, pos, end)
    this.#tape.pass(buf, pos, at)
    this.#map.fed(stream)
    return at
  }

  /** The stream that was given the line before, if the next one may be read like that. */
  get #repeated(): Stream | undefined {
    const { stream, carrier } = this.#like
    const { inUse, klog } = this.recognition
    const mayRepeat = !this.#wrappedLines.areKnown && inUse[0] === carrier && klog.isNowhere
    return mayRepeat && this.#unproved?.stream !== stream ? stream : undefined
  }

  /** Like OpenStrings.begin, for a line that is already in the log, as is all that follows. `needle`: its beginning holds one. */
  takeBeginning(buf: Buffer, offset: number, needle: boolean): boolean {
    this.#strings.endWrapped()
    if (!needle) return false
    const { whole } = this.recognition
    this.#text.key = ''
    const stream = this.#map.get(whole, '') ?? this.#maker.make(whole, '')
    this.#map.add(stream)
    this.#line.beginKept(buf, 0, buf.length)
    return this.#strings.begin(stream, buf, offset)
  }

  /** See OpenStrings.takePiece. */
  takePiece(piece: Buffer, upTo: number, isLast: boolean): void {
    this.#strings.takePiece(piece, upTo, isLast)
  }

  /** See StreamMap.count. */
  count(): void {
    this.#map.count()
  }

  /** Completes what is open. */
  end(): void {
    this.#map.end()
    this.#unproved = undefined
  }

  /** See Engine.tick: silence ends a dump. */
  tick(now: number, idle: number): void {
    this.#map.tick(now, idle)
    if (!this.open) this.#like.leave(false)
  }

  /** Gives the current text to its stream, if that is open or a dump begins here. */
  #give(carrier: Carrier, offset: number, needle: boolean): boolean {
    const text = this.#text
    const { key } = text
    let stream = this.#map.get(carrier, key)
    if (stream === undefined || !stream.open) {
      if (stream === undefined && !needle && !mayAnnounce(text.buf, text.start)) return false
      const line = carrier.several === true ? text : this.#line
      const isInValue = needle && text.buf[text.start] === TAB && this.recognition.klog.isIn(carrier, key)
      if (!isInValue && !(stream ?? this.#maker.probe).begins(text, needle, line)) return false
      if (stream === undefined) {
        stream = this.#maker.make(carrier, key)
        // The stream has to find the program's own logger, too.
        if (!isInValue) stream.begins(text, needle, line)
        this.#map.add(stream)
      }
      if (isInValue) stream.indent()
      const label = needle && !isInValue ? stream.label(text) : 0
      if (needle && (label > 0 || carrier instanceof Prefix || carrier instanceof Syslog)) {
        this.#line.mayBeGlued(text.buf, text.start + label, trimLineEnd(text.buf, text.start, text.end))
        this.#feed(carrier, stream, text, offset, needle)
        const { glued } = this.#line
        this.#unproved = glued && new Unproved(this.#ofUnproved, carrier, stream, glued, label)
        return true
      }
    } else if (stream === this.#unproved?.stream && stream.fit(text) > 0) {
      const unproved = this.#unproved
      this.#unproved = undefined
      if (unproved.isLabelled(text)) stream = unproved.partLabel(carrier, key)
    }
    this.#feed(carrier, stream, text, offset, needle)
    return true
  }

  /** `carrier` is undefined if the line is in none. */
  #feed(carrier: Carrier | undefined, stream: Stream, text: CarriedText, offset: number, needle: boolean): void {
    const line = this.#line
    this.#maker.atLine = stream
    stream.feed(text, needle, offset, offset + line.end - line.start)
    this.#maker.atLine = undefined
    line.settle()
    if (stream.isWrapped) this.#strings.wrap(stream)
    this.#wrappedLines.fed(stream)
    this.#map.fed(stream)
    if (carrier === undefined) this.#like.forget()
    else this.#like.follow(stream, carrier)
  }

  /** Like `#give`, for each text that `carrier` finds in the line. A line with several log records stays in the log: it holds more than the dump. */
  #take(carrier: Carrier, offset: number, needle: boolean): boolean {
    if (carrier.several !== true) return this.#give(carrier, offset, needle)
    this.#line.keep()
    do {
      this.#give(carrier, offset, needle)
    } while (carrier.again?.(this.#text) === true)
    return true
  }
}
