/**
 * One stream of an input: a container, a unit, a file. It joins the parts that the carrier cut (cut-text.ts), removes what the program's own logger
 * put around the text, and gives the lines to its dump.
 *
 *   text                                   | what happens
 *   ---------------------------------------|-------------------------------------------------------------------
 *   a part                                 | kept, its line held
 *   the last part                          | joined, and taken as a whole
 *   in the form of the logger inside       | taken without that form
 *   several lines, or a dump in one string | the line stays in the log; its lines are one dump, which is complete
 *   any other                              | a line of the dump, or foreign to it
 */

import type { BareLines } from '../carriers/bare-lines.ts'
import type { CarriedText, Carrier } from '../carriers/carrier.ts'
import { dumpString, dumpsInLine, holdsDump, unfoldedLine } from '../carriers/dump-string.ts'
import { LF } from '../core/ascii.ts'
import type { Limits } from '../core/limits.ts'
import { lesser } from '../core/number.ts'
import type { InterleavedDumps } from '../dumps/interleaved.ts'
import type { Held } from '../lines/tape.ts'
import { announces } from '../text/announcement.ts'
import { isRuntimeStack } from '../text/needle.ts'
import { beginsDump, holdsHeaderHead, startsTitle } from '../text/titles.ts'
import type { CarriedTape } from './carried-tape.ts'
import { CutText } from './cut-text.ts'
import { InnerLogger } from './inner-logger.ts'
import { CarriedOrigin, type StreamOrigin } from './origin.ts'
import { Silence } from './silence.ts'
import { giveLine, StringDumps } from './string-dumps.ts'

const TITLE_BYTES = 32

/** What all streams of an input share. */
export interface StreamParts {
  readonly limits: Limits
  readonly tape: CarriedTape
  /** The stream that is given the current raw line. */
  readonly atLine: Stream | undefined
  /** Carriers that may be inside that of the stream. */
  readonly innerCarriers: () => readonly Carrier[]
  makeDumps(origin: StreamOrigin): InterleavedDumps
}

/** A line of the input, with its line end. */
interface RawLine {
  readonly buf: Buffer
  readonly start: number
  readonly end: number
}

export class Stream {
  /** Undefined if the stream is only for asking whether a dump begins. */
  readonly carrier: Carrier | undefined
  readonly key: string
  readonly #parts: StreamParts
  readonly #origin: StreamOrigin
  #dumps: InterleavedDumps | undefined
  readonly #inner: InnerLogger
  // Made on demand: each line of a log may begin a stream.
  #cutText: CutText | undefined
  #stringDumps: StringDumps | undefined
  readonly #silence = new Silence()

  /** The stream `key` of `carrier`, which has just read a line of it; without a carrier, only for asking whether a dump begins. */
  constructor(parts: StreamParts, carrier: Carrier | undefined, key: string) {
    this.#parts = parts
    this.carrier = carrier
    this.key = key
    this.#origin = new CarriedOrigin(this)
    this.#inner = new InnerLogger(parts.innerCarriers)
  }

  get #cut(): CutText {
    const { tape, limits } = this.#parts
    this.#cutText ??= new CutText(tape, limits.lineBytes)
    return this.#cutText
  }

  get #strings(): StringDumps {
    const { tape, limits } = this.#parts
    this.#stringDumps ??= new StringDumps(tape, limits.lineBytes, () => this.#dumpsFor())
    return this.#stringDumps
  }

  get #isCut(): boolean {
    return this.#cutText?.isOpen === true
  }

  get #isInString(): boolean {
    return this.#stringDumps?.isOpen === true
  }

  /** Is the current raw line one of its own? At the end there is none. */
  get isAtLine(): boolean {
    return this.#parts.atLine === this
  }

  /** A dump is open here, or may be, or part of a line is. */
  get open(): boolean {
    return this.#isCut || this.#isInString || (this.#dumps !== undefined && !this.#dumps.quiet)
  }

  /** Offset in the input of the first line of what is open; undefined if nothing is open. */
  get start(): number | undefined {
    return lesser(this.#dumps?.start, lesser(this.#cutText?.start, this.#stringDumps?.start))
  }

  /** Approximate size of what it keeps: the parts of a line, which are held as well, and its dump. */
  get bytes(): number {
    return (this.#cutText?.bytes ?? 0) + (this.#stringDumps?.bytes ?? 0) + (this.#dumps?.bytes ?? 0)
  }

  /** Does a dump begin in `text`, or in `line`, the raw line that holds nothing else? `needle`: it holds one. */
  begins(text: CarriedText, needle: boolean, line: RawLine): boolean {
    if (text.partial && needle) return holdsHeaderHead(text.latin1())
    if (announces(text.buf, text.start, text.end) || isRuntimeStack(text.buf, text.start, text.end)) return true
    if (!needle) return false
    const isDump = beginsDump(text.latin1()) || unfoldedLine(text.buf, text.start, text.end - 1) !== undefined
    return (
      isDump ||
      this.#inner.find(text) ||
      dumpString(text.buf, text.start, text.end - 1) !== undefined ||
      holdsDump(line.buf, line.start, line.end - 1)
    )
  }

  /** A dump begins in a value of klog. */
  indent(): void {
    this.#inner.indent()
  }

  /** See InnerLogger.prefixLength: it may be a label that only the header has. */
  label(text: CarriedText): number {
    return this.#inner.prefixLength(text)
  }

  /** Has the program's own logger put something around the texts? */
  get isLogged(): boolean {
    return !this.#inner.isNone
  }

  /** See InnerLogger.without. */
  withoutInner(text: string): string {
    return this.#inner.without(text)
  }

  /** How well a line fits the open dump, see Assembler.fit. */
  fit(text: CarriedText): number {
    return this.#dumps?.fit(text.buf, text.words, text.start, text.end) ?? 0
  }

  /** Does it fit without what the program's own logger put around it? A call with several arguments can look like one with words before it. */
  fitsInside(text: CarriedText): boolean {
    return this.label(text) > 0 && this.fit(this.#inner.inside(text)) > 0
  }

  /** The texts of its lines are lines of the dump as they are. */
  get #isBare(): boolean {
    return this.#inner.isNone && !this.#isCut && !this.#isInString
  }

  /** Its last line lacks the end of the string that a dump is in. */
  get isWrapped(): boolean {
    return this.#stringDumps?.isCut === true
  }

  /** Can `feedKnown` continue? */
  get canWalk(): boolean {
    return this.#isBare && this.#dumps?.canWalk === true
  }

  /** Takes those of the lines that are of known stacks, up to the first that is not; the chunk that they are from is at `base` of the input. */
  feedKnown(lines: BareLines, base: number): void {
    const dumps = this.#dumpsFor()
    const { start, pos } = lines
    const startOf = (text: number): number => base + lines.posOf(text)
    const stop = dumps.runKnown(lines.buf, lines.words, start, lines.buf.length, base + pos - start, startOf)
    if (stop === start) return
    lines.goTo(stop)
    this.#silence.break()
  }

  /** Can `feedLog` continue? */
  get expectsLog(): boolean {
    return this.#isBare && this.#dumps?.expectsLog === true
  }

  /** Takes the lines that are plain log and whose texts begin before `end`, up to the first that is not. The caller lets them pass. */
  feedLog(lines: BareLines, end: number): void {
    const { start } = lines
    const stop = this.#dumpsFor().takeLog(lines.buf, start, end, 0)
    if (stop === start) return
    lines.goTo(stop)
    this.#silence.break()
  }

  /** Takes the text of the tape's current raw line, which is at [start, end) of the input. */
  feed(text: CarriedText, needle: boolean, start: number, end: number): void {
    if ((text.partial || this.#isCut) && !this.#cut.take(text)) return
    this.#whole(text, needle || this.#cutText?.isHeld === true, start, end)
    this.#cutText?.clear()
    this.#forget()
  }

  /** Takes a header that came after a label on its line. */
  takeHeader(held: Held): void {
    this.#dumpsFor().takeHeader(held)
  }

  /** See StringDumps.takeBeginning. */
  feedBeginning(line: Buffer, start: number, end: number): boolean {
    if (!this.#strings.takeBeginning(line, start, end)) return false
    if (this.#isInString) this.#silence.break()
    this.#forget()
    return true
  }

  /** See StringDumps.take. */
  feedRest(piece: Buffer, upTo: number): void {
    if (!this.#isInString) return
    this.#silence.break()
    this.#strings.take(piece, upTo)
    this.#forget()
  }

  /** See StringDumps.end. */
  endRest(): void {
    if (!this.#isInString) return
    this.#strings.end()
    this.#forget()
  }

  /** Completes what is open. */
  end(limit?: keyof Limits): void {
    this.#cutText?.release()
    if (limit !== undefined) this.#dumps?.cut(limit)
    this.endRest()
    this.#dumps?.end()
    this.#forget()
  }

  /** See Engine.tick. */
  tick(now: number, idle: number): void {
    if (this.#silence.lasts(this.#dumps?.progress ?? 0, now, idle)) this.end()
  }

  #whole(text: CarriedText, needle: boolean, start: number, end: number): void {
    this.#silence.break()
    const line = this.#inner.inside(text)
    const { tape } = this.#parts
    // What the logger inside puts around a text may enclose several lines.
    if (line === text ? text.holdsLines : line.buf.indexOf(LF, line.start) < line.end - 1) {
      // The line feed at the end was added.
      const found = needle ? dumpsInLine(tape.buf, tape.start, tape.end - 1) : []
      const own = line.buf.subarray(line.start, line.end)
      const isDump = beginsDump(line.latin1())
      // The text is also one of the strings, or the line itself.
      const others = isDump ? found.filter((each) => each.places.length > 0 && !isSame(own, each.text)) : found
      if (isDump || (found.length === 0 && announces(line.buf, line.start, line.end)))
        this.#strings.takeAll([{ text: own, cut: false }, ...others], text, start, end)
      else if (found.length === 0) tape.keep()
      else this.#strings.takeAll(others, text, start, end)
      return
    } else if (needle && !(startsTitle(line.latin1(TITLE_BYTES)) && beginsDump(line.latin1()))) {
      const inText = dumpsInLine(line.buf, line.start, line.end - 1)
      const isOneOfSeveral = this.carrier?.several === true
      const found = inText.length > 0 || isOneOfSeveral ? inText : dumpsInLine(tape.buf, tape.start, tape.end - 1)
      if (found.length > 0) {
        this.#strings.takeAll(found, text, start, end)
        return
      }
    }
    giveLine(this.#dumpsFor(), line.buf, line.words, line.start, line.end, start, end)
  }

  #dumpsFor(): InterleavedDumps {
    this.#dumps ??= this.#parts.makeDumps(this.#origin)
    return this.#dumps
  }

  /** Releases what only a dump needs: the next dump of the stream may be seconds or weeks away. */
  #forget(): void {
    if (this.#dumps?.quiet !== true || this.#isCut || this.#isInString) return
    this.#dumps.release()
    this.#dumps = undefined
  }
}

/** Are they the same text, apart from a line end? */
function isSame(own: Buffer, other: Buffer): boolean {
  return own.includes(other) || other.includes(own.subarray(0, -1))
}
