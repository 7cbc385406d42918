/**
 * Where a line goes: to the dump in the text as it is, to the stream of a carrier, or out as log. Most of a log goes out unchanged, a chunk at a
 * time.
 *
 *   open                    | what comes                           | where it goes
 *   ------------------------|--------------------------------------|-----------------------------------------------------
 *   nothing                 | lines without a header               | log; the last ones wait if they may announce a dump
 *   nothing                 | a header, with what announces it     | streams if a carrier knows it, else plain
 *   a dump in some stream   | any line                             | streams, else plain if something may be open there
 *   plain, not yet a dump   | a header that a carrier knows        | streams; what was held is log
 *   plain                   | a line that is foreign to it         | streams if a dump begins there in a carrier, else plain
 *   plain                   | any other                            | plain
 *
 * Hot: `lines`, guarded by `npm run bench` (ordinary log). A needle is the word `goroutine` where a header may have it (text/needle.ts).
 */

import type { InputKind } from '../carriers/detect.ts'
import { LF, wordsOf } from '../core/ascii.ts'
import type { Limits } from '../core/limits.ts'
import type { InterleavedDumps } from '../dumps/interleaved.ts'
import type { LogQueue } from '../lines/log-queue.ts'
import type { LineSink } from '../lines/splitter.ts'
import { announces } from '../text/announcement.ts'
import { firstLine, isTitle, lineStart } from '../text/needle.ts'
import type { CarriedStreams } from './carried-streams.ts'
import { HeaderSearch, mayBeCarried } from './header-search.ts'
import { LongLines } from './long-line.ts'
import { Needles } from './needles.ts'
import { endGlued } from './unproved.ts'

/** Most bytes of the last line that are examined when the input ends. */
const LAST_LINE_BYTES = 4096

export interface RouterParts {
  readonly limits: Limits
  readonly input: InputKind
  readonly tape: LogQueue
  /** Dumps in the text as it is. */
  readonly plain: InterleavedDumps
  /** Dumps inside carriers, made on demand: most inputs have none, and there may be thousands of files. */
  readonly makeStreams: () => CarriedStreams
  /** See CarriedStreamsOptions.blockBytes, for log after a dump. */
  readonly blockBytes: number
}

export class Router implements LineSink {
  readonly #limits: Limits
  readonly #tape: LogQueue
  readonly #plain: InterleavedDumps
  readonly #makeStreams: () => CarriedStreams
  /** Dumps inside carriers; undefined until a line may be in one. */
  #made: CarriedStreams | undefined
  readonly #blockBytes: number
  readonly #needles: Needles
  readonly #search: HeaderSearch
  readonly #long: LongLines

  constructor(parts: RouterParts) {
    this.#limits = parts.limits
    this.#needles = new Needles(parts.input)
    this.#tape = parts.tape
    this.#plain = parts.plain
    this.#makeStreams = parts.makeStreams
    this.#blockBytes = parts.blockBytes
    this.#search = new HeaderSearch(parts.limits, this.#needles, () => this.#streams.recognition)
    this.#long = new LongLines(() => this.#streams, parts.limits.preambleBytes)
  }

  get #streams(): CarriedStreams {
    this.#made ??= this.#makeStreams()
    return this.#made
  }

  /** Dumps inside carriers; undefined as long as no line may have been in one. */
  get streams(): CarriedStreams | undefined {
    return this.#made
  }

  /** Whether the next lines are known to hold no needle. */
  set isOrdinary(isKnown: boolean) {
    this.#needles.isOrdinary = isKnown
  }

  /** Offset in the input of the line in which a dump may still begin, though it is already in the log. */
  get start(): number | undefined {
    return this.#long.start
  }

  /** Offset in the input of the line from which on lines wait; -1 for none. */
  get waitsFrom(): number {
    return this.#search.waitsFrom
  }

  lines(buf: Buffer, start: number, end: number, base: number, final: boolean): number {
    this.#tape.base = base
    const words = wordsOf(buf)
    this.#needles.enter(end)
    this.#made?.enter()
    let pos = start
    while (pos < end) {
      const streams = this.#made
      if (streams?.open === true) {
        pos = streams.takeKnown(buf, pos, end, base)
        if (pos < end && streams.expectsLog) pos = streams.takeLog(buf, pos, this.#needles.lineFrom(buf, pos))
        if (pos === end) break
        const stop = buf.indexOf(LF, pos) + 1
        if (streams.takeRest(buf, pos, stop, base + pos)) pos = stop
        if (pos === stop || !streams.open) continue
        const next = this.#carriedLine(buf, words, pos, base, final)
        if (next === pos) {
          this.#search.waitsFrom = base + pos
          return pos
        }
        pos = next
        continue
      }
      if (this.#plain.quiet) {
        const found = this.#search.next(buf, pos, end, base, final)
        if (found.is === 'carried') {
          pos = this.#approachCarried(buf, words, pos, found.near, found.next, base)
          continue
        }
        this.#tape.pass(buf, pos, found.at)
        pos = found.at
        if (found.is === 'waits') return pos
        if (found.is === 'bare') {
          pos = this.#bareLines(buf, words, pos, found.next, base, found.like)
          continue
        }
      } else if (!this.#plain.open && this.#entersCarrier(buf, pos)) {
        pos = this.#carriedLine(buf, words, pos, base)
        continue
      }
      if (pos < end) pos = this.#plainLines(buf, words, pos, this.#plainEnd(buf, pos, end), base)
    }
    return end
  }

  unterminated(buf: Buffer, base: number): void {
    this.#tape.lent = buf
    this.lines(buf, 0, buf.length, base, true)
    const last = lineStart(buf, 0, buf.length - 1)
    this.#plain.end(buf.toString('latin1', Math.max(last, buf.length - LAST_LINE_BYTES), buf.length - 1))
    this.#tape.lent = undefined
  }

  beginning(buf: Buffer, base: number): void {
    this.#tape.base = base
    this.#tape.passBeginning(buf)
    this.#long.begin(buf, base, this.#needles.find(buf, 0, buf.length) >= 0)
  }

  overlong(buf: Buffer, start: number, end: number, base: number): void {
    this.#tape.base = base
    this.#tape.passRest(buf, start, end)
    this.#long.take(buf, start, end, base)
  }

  /**
   * Gives the lines [pos, end) to the plain dump, up to where it stops. A line that is foreign to it goes to the streams if a dump begins there in a
   * carrier. A prefix is not enough: the line may be a log line that lacks its line end.
   */
  #plainLines(buf: Buffer, words: DataView, pos: number, end: number, base: number): number {
    const at = this.#plain.run(buf, words, pos, end, base)
    if (this.#plain.stopped !== 'foreign') return at
    const next = buf.indexOf(LF, at) + 1
    if (
      mayBeCarried(buf, at, next, this.#needles.within(buf, at, next)) &&
      this.#breaksIn(buf, at, next) &&
      this.#streams.takeLine(buf, at, next, base + at, true) === 'taken'
    ) {
      this.#plain.takenElsewhere(next - at)
      return next
    }
    const after = this.#plain.takeForeign(buf, at, base)
    return end - after < this.#blockBytes || !this.#plain.expectsLog ? after : this.#passLog(buf, after, base)
  }

  /** Does a dump in a carrier begin in the line [at, next), which is foreign to the plain one? */
  #breaksIn(buf: Buffer, at: number, next: number): boolean {
    const { recognition } = this.#streams
    if (recognition.recogniseForm(buf, at, next, at, this.#plain.isInDump)) return true
    return !this.#plain.isIndented && recognition.recogniseIndent(buf, at, next, at)
  }

  /** Passes the lines from `pos` on that are plain log after the dump; a line with a needle is not. Returns where the next one begins. */
  #passLog(buf: Buffer, pos: number, base: number): number {
    const stop = this.#plain.takeLog(buf, pos, this.#needles.lineFrom(buf, pos), base)
    this.#tape.pass(buf, pos, stop)
    return stop
  }

  /** Passes the log before the header in the line [near, next), which is in a carrier, and takes what is left. Returns where the next line begins. */
  #approachCarried(buf: Buffer, words: DataView, pos: number, near: number, next: number, base: number): number {
    // What announces it, a few lines before in the same stream, belongs to it.
    const window = firstLine(buf, pos, near - this.#limits.preambleBytes)
    const { recognition } = this.#streams
    const announced = recognition.announced(buf, window, near, next)
    let from = announced < near ? announced : recognition.announcedBare(buf, window, near, next)
    this.#tape.pass(buf, pos, from)
    if (from < announced) {
      const first = buf.indexOf(LF, from) + 1
      from = this.#bareLines(buf, words, from, first, base, Buffer.from(buf.subarray(near, next)))
    }
    while (from < next) from = this.#carriedLine(buf, words, from, base)
    return from
  }

  /** Takes the lines [pos, end), which lack what carries the line `like`. */
  #bareLines(buf: Buffer, words: DataView, pos: number, end: number, base: number, like: Buffer): number {
    for (let from = pos; from < end; ) {
      const next = buf.indexOf(LF, from) + 1
      const needle = this.#needles.within(buf, from, next) >= 0
      if (this.#streams.takeBare(buf, from, next, base + from, needle, like)) from = next
      else from = this.#carriedLine(buf, words, from, base)
    }
    return end
  }

  /** Does a carrier know the header in the line at `pos`? Then what was held before it without a carrier is log. */
  #entersCarrier(buf: Buffer, pos: number): boolean {
    const next = buf.indexOf(LF, pos) + 1
    if (!mayBeCarried(buf, pos, next, this.#needles.within(buf, pos, next))) return false
    const { recognition } = this.#streams
    const isKnown = this.#plain.isAnnounced
      ? recognition.recogniseFlush(buf, pos, next, pos)
      : recognition.recognise(buf, pos, next, pos)
    if (!isKnown) return false
    this.#plain.end()
    return true
  }

  /**
   * Takes one line while a stream has a dump open. Returns where the next one begins; `pos` if the line waits, which it cannot if this is `final`.
   */
  #carriedLine(buf: Buffer, words: DataView, pos: number, base: number, final = true): number {
    const next = buf.indexOf(LF, pos) + 1
    const needle = this.#needles.within(buf, pos, next) >= 0
    const taken = this.#streams.takeLine(buf, pos, next, base + pos, needle, this.#needles.end, final)
    if (taken === 'taken') return next
    if (taken === 'waits') return pos
    if (taken === 'likely log') {
      if (!this.#concernsPlain(buf, words, pos, next, needle)) {
        this.#tape.pass(buf, pos, next)
        return next
      }
    } else if (taken !== 'refused') {
      this.#plain.takeHeader(taken.header)
      endGlued(this.#tape, taken)
    }
    if (!this.#plain.quiet || needle || announces(buf, pos, next)) {
      this.#plain.run(buf, words, pos, next, base)
      if (this.#plain.stopped === 'foreign') this.#plain.takeForeign(buf, pos, base)
    } else this.#tape.pass(buf, pos, next)
    return next
  }

  /** May the line belong to a dump without a carrier? `needle`: it holds one. */
  #concernsPlain(buf: Buffer, words: DataView, pos: number, next: number, needle: boolean): boolean {
    if (needle && this.#needles.from(buf, pos) === pos && isTitle(buf, pos, next)) return true
    return announces(buf, pos, next) || (!this.#plain.quiet && this.#plain.fit(buf, words, pos, next) > 0)
  }

  /** Up to where lines go to the plain dump. As long as it may turn out not to be one, only up to the next needle, which may be in a carrier. */
  #plainEnd(buf: Buffer, pos: number, end: number): number {
    if (this.#plain.open) return end
    const next = buf.indexOf(LF, pos) + 1
    return this.#plain.quiet ? next : this.#needles.lineFrom(buf, next)
  }
}
