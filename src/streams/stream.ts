/**
 * One stream of an input: a container, a unit, a file. It joins the parts that the carrier cut (cut-text.ts), takes off what the program's own logger put
 * around the text, and gives the lines to its dump.
 *
 *   text                                   | what happens
 *   ---------------------------------------|-------------------------------------------------------------------
 *   a part                                 | kept, its line held
 *   the last part                          | joined, and taken as a whole
 *   in the form of the logger inside       | without it
 *   several lines, or a dump in one string | the line stays in the log; its lines are one dump, which is complete
 *   any other                              | a line of the dump, or foreign to it
 */

import type { BareLines } from '../carriers/bare-lines.ts'
import type { CarriedText, Carrier } from '../carriers/carrier.ts'
import { type DumpString, dumpString, dumpsInLine, holdsDump, unfoldedLine } from '../carriers/dump-string.ts'
import { mayBeWrapped } from '../carriers/wrapped-string.ts'
import { LF, trimLineEnd } from '../core/ascii.ts'
import type { Limits } from '../core/limits.ts'
import type { InterleavedDumps } from '../dumps/interleaved.ts'
import type { Held } from '../lines/tape.ts'
import { announces } from '../text/announcement.ts'
import { isRuntimeStack } from '../text/needle.ts'
import type { LoggedReason } from '../text/reason.ts'
import { readRecordReason } from '../text/record-reason.ts'
import { beginsDump, holdsHeaderHead, startsTitle } from '../text/titles.ts'
import type { CarriedTape } from './carried-tape.ts'
import { CutText } from './cut-text.ts'
import { InnerLogger } from './inner-logger.ts'
import { LongString } from './long-string.ts'
import { Silence } from './silence.ts'

const TITLE_BYTES = 32

type Found = Pick<DumpString, 'text' | 'cut'>

export interface StreamParts {
  readonly limits: Limits
  readonly tape: CarriedTape
  readonly makeDumps: () => InterleavedDumps
  /** Carriers that may stand inside the one of the stream. */
  readonly innerCarriers: () => readonly Carrier[]
}

export class Stream {
  readonly #parts: StreamParts
  #dumps: InterleavedDumps | undefined
  readonly #inner: InnerLogger
  readonly #cut: CutText
  #long: LongString | undefined
  readonly #silence = new Silence()

  constructor(parts: StreamParts) {
    this.#parts = parts
    this.#inner = new InnerLogger(parts.innerCarriers)
    this.#cut = new CutText(parts.tape, parts.limits.lineBytes)
  }

  /** A dump is open here, may be, or half a line is. */
  get open(): boolean {
    return this.#cut.isOpen || this.#long !== undefined || (this.#dumps !== undefined && !this.#dumps.quiet)
  }

  /** Offset in the input of the first line of what is open; undefined when nothing is. */
  get start(): number | undefined {
    const starts = [this.#dumps?.start, this.#cut.start, this.#long?.start].filter((start) => start !== undefined)
    return starts.length === 0 ? undefined : Math.min(...starts)
  }

  /** About what it keeps: the parts of a line, which are held as well, and its dump. */
  get bytes(): number {
    return this.#cut.bytes + (this.#long?.tail.length ?? 0) + (this.#dumps?.bytes ?? 0)
  }

  /** Does a dump begin in `text`, of the raw line [start, end) of `line`? `needle`: that holds the word. */
  begins(text: CarriedText, needle: boolean, line: Buffer, start: number, end: number): boolean {
    if (text.partial && needle) return holdsHeaderHead(text.latin1())
    if (announces(text.buf, text.start, text.end) || isRuntimeStack(text.buf, text.start, text.end)) return true
    if (!needle) return false
    const isDump = beginsDump(text.latin1()) || unfoldedLine(text.buf, text.start, text.end - 1) !== undefined
    return (
      isDump ||
      this.#inner.find(text) ||
      dumpString(text.buf, text.start, text.end - 1) !== undefined ||
      holdsDump(line, start, end - 1)
    )
  }

  /** A dump begins in a value of klog. */
  indent(): void {
    this.#inner.indent()
  }

  /** As InnerLogger.prefixLength: it may be a label of the header alone. */
  label(text: CarriedText): number {
    return this.#inner.prefixLength(text)
  }

  /** As InnerLogger.without. */
  withoutInner(text: string): string {
    return this.#inner.without(text)
  }

  /** How well a line fits the open dump, as Assembler.fit. */
  fit(text: CarriedText): number {
    return this.#dumps?.fit(text.buf, text.words, text.start, text.end) ?? 0
  }

  /** As `fit`, without what the program's own logger put around it: a call with several arguments may look as if it had words before it. */
  fitsInside(text: CarriedText): boolean {
    return this.label(text) > 0 && this.fit(this.#inner.inside(text)) > 0
  }

  /** The texts of its lines are those of the dump. */
  get #isBare(): boolean {
    return this.#inner.isNone && !this.#cut.isOpen && this.#long === undefined
  }

  /** Its last line lacks the end of the string that a dump is in. */
  get isWrapped(): boolean {
    return this.#long?.isCut === true
  }

  /** May `feedKnown` go on? */
  get walks(): boolean {
    return this.#isBare && this.#dumps?.walks === true
  }

  /** Takes those of the lines that are of known stacks, up to the first that is not; the chunk that they are of stands at `base` of the input. */
  feedKnown(lines: BareLines, base: number): void {
    const dumps = this.#dumpsFor()
    const { start, pos } = lines
    const startOf = (text: number): number => base + lines.posOf(text)
    const stop = dumps.runKnown(lines.buf, lines.words, start, lines.buf.length, base + pos - start, startOf)
    if (stop === start) return
    lines.goTo(stop)
    this.#silence.break()
  }

  /** May `feedLog` go on? */
  get logs(): boolean {
    return this.#isBare && this.#dumps?.logs === true
  }

  /** Takes those of the lines whose texts begin ahead of `end` that are plain log, up to the first that is not. The caller lets them pass. */
  feedLog(lines: BareLines, end: number): void {
    const { start } = lines
    const stop = this.#dumpsFor().takeLog(lines.buf, start, end, 0)
    if (stop === start) return
    lines.goTo(stop)
    this.#silence.break()
  }

  /** Takes the text of the raw line that the tape is at, which stands at [start, end) of the input. */
  feed(text: CarriedText, needle: boolean, start: number, end: number): void {
    if (!this.#cut.take(text)) return
    this.#whole(text, needle || this.#cut.isHeld, start, end)
    this.#cut.clear()
    this.#forget()
  }

  /** Takes a header that stood behind a label on its line. */
  takeHeader(held: Held): void {
    const line = Buffer.concat([held.bytes, NEWLINE])
    const words = new DataView(line.buffer, line.byteOffset, line.length)
    this.#dumpsFor().takeHeader(line, words, 0, line.length, held.at, held)
  }

  /** Takes the beginning of a line that is too long to be read, which stands at [start, end) of the input. True when a dump begins in it. */
  feedBeginning(line: Buffer, start: number, end: number): boolean {
    const found = dumpString(line, 0, line.length - 1)
    if (found === undefined) return false
    if (found.cut || !found.places.every(({ isQuoted }) => isQuoted)) {
      this.#dumpsFor().end()
      this.#long = new LongString(found, start, end, this.#parts.limits.lineBytes)
      this.feedRest(line.subarray(0, -1), end)
    } else this.#dumpOf(found, undefined, start, end)
    this.#forget()
    return true
  }

  /** Takes what comes after the beginning of that line, a piece that ends at `upTo` of the input. */
  feedRest(piece: Buffer, upTo: number): void {
    const long = this.#long
    if (long === undefined) return
    this.#silence.break()
    this.#parts.tape.beside(() => this.#takeLines(long, long.take(piece, upTo)))
  }

  /** That line is over. */
  endRest(): void {
    const long = this.#long
    if (long !== undefined) this.#parts.tape.beside(() => this.#endLong(long))
  }

  #endLong(long: LongString): void {
    this.#takeLines(long, long.finish())
    if (this.#long === undefined) return
    this.#long = undefined
    const { tail, start, end, upTo } = long
    const dumps = this.#dumpsFor()
    if (tail.length > 0) this.#toLines(dumps, Buffer.concat([tail, NEWLINE]), start, end)
    dumps.reach(start, upTo)
    if (long.isCut) dumps.cut(undefined)
    dumps.end(tail.toString('latin1'))
    this.#forget()
  }

  #takeLines(long: LongString, lines: Buffer): void {
    this.#toLines(this.#dumpsFor(), lines, long.start, long.end)
    if (!long.isOver) return
    this.#long = undefined
    this.#dumps?.cut('lineBytes')
    this.end()
  }

  /** Completes what is open. */
  end(limit?: keyof Limits): void {
    this.#cut.release()
    if (limit !== undefined) this.#dumps?.cut(limit)
    this.endRest()
    this.#dumps?.end()
    this.#forget()
  }

  /** As Engine.tick. */
  tick(now: number, idle: number): void {
    if (this.#silence.lasts(this.#dumps?.progress ?? 0, now, idle)) this.end()
  }

  #whole(text: CarriedText, needle: boolean, start: number, end: number): void {
    this.#silence.break()
    const line = this.#inner.inside(text)
    const { tape } = this.#parts
    // What the logger inside puts around a text may be around several lines.
    if (line === text ? text.holdsLines : line.buf.indexOf(LF, line.start) < line.end - 1) {
      // The line feed at the end is ours.
      const found = needle ? dumpsInLine(tape.buf, tape.start, tape.end - 1) : []
      const own = line.buf.subarray(line.start, line.end)
      const isDump = beginsDump(line.latin1())
      // The text is one of the strings, too, or the line itself.
      const others = isDump ? found.filter((each) => each.places.length > 0 && !isSame(own, each.text)) : found
      if (isDump || (found.length === 0 && announces(line.buf, line.start, line.end)))
        this.#dumpsOf([{ text: own, cut: false }, ...others], text, start, end)
      else if (found.length === 0) tape.keep()
      else this.#dumpsOf(others, text, start, end)
      return
    } else if (needle && !(startsTitle(line.latin1(TITLE_BYTES)) && beginsDump(line.latin1()))) {
      const found = this.#strings(line, tape.buf.subarray(tape.start, tape.end))
      if (found.length > 0) {
        this.#dumpsOf(found, text, start, end)
        return
      }
    }
    this.#toDump(this.#dumpsFor(), line.buf, line.words, line.start, line.end, start, end)
  }

  /** What the line of the program's logger says of the dump in it, or the raw line: one may be the text of the other. */
  #reasonIn(text: CarriedText): LoggedReason | undefined {
    const { tape } = this.#parts
    const raw = tape.buf.toString('latin1', tape.start, tape.end - 1)
    const own = text.holdsLines ? raw : text.latin1()
    return readRecordReason(own) ?? (own === raw ? undefined : readRecordReason(raw))
  }

  /** The line [pos, next) of `buf`, of the raw line [start, end) of the input, goes to the dump. */
  #toDump(
    dumps: InterleavedDumps,
    buf: Buffer,
    words: DataView,
    pos: number,
    next: number,
    start: number,
    end: number,
  ): void {
    dumps.run(buf, words, pos, next, start - pos)
    if (dumps.stopped === 'foreign') dumps.takeForeign(buf, pos, start - pos)
    dumps.reach(start, end)
  }

  /** Whole lines, all of the raw line [start, end) of the input. */
  #toLines(dumps: InterleavedDumps, lines: Buffer, start: number, end: number): void {
    const words = new DataView(lines.buffer, lines.byteOffset, lines.length)
    for (let pos = 0; pos < lines.length; ) {
      const next = lines.indexOf(LF, pos) + 1
      this.#toDump(dumps, lines, words, pos, next, start, end)
      pos = next
    }
  }

  #dumpsFor(): InterleavedDumps {
    this.#dumps ??= this.#parts.makeDumps()
    return this.#dumps
  }

  /** The dumps in `whole`, each of which has the reason that the line gives. */
  #dumpsOf(found: readonly Found[], whole: CarriedText, start: number, end: number): void {
    const reason = this.#reasonIn(whole)
    for (const each of found) this.#dumpOf(each, reason, start, end)
  }

  /** A whole dump in one string: the line it came in says more, and stays in the log. */
  #dumpOf({ text, cut }: Found, reason: LoggedReason | undefined, start: number, end: number): void {
    const dumps = this.#dumpsFor()
    dumps.end()
    this.#parts.tape.keep()
    if (reason !== undefined) dumps.giveReason(reason)
    if (cut && this.#beginWrapped(start, end)) return
    const endsLine = text[text.length - 1] === LF
    const lines = endsLine ? Buffer.from(text) : Buffer.concat([text, NEWLINE])
    this.#toLines(dumps, lines, start, end)
    if (cut) dumps.cut(undefined)
    const last = endsLine ? -1 : text.lastIndexOf(LF)
    dumps.end(endsLine ? '' : text.toString('latin1', last + 1))
  }

  /** The raw line lacks the end of the string: the next one may go on with it. */
  #beginWrapped(start: number, end: number): boolean {
    const { tape, limits } = this.#parts
    const line = tape.buf.subarray(tape.start, trimLineEnd(tape.buf, tape.start, tape.end))
    const found = mayBeWrapped(line.length) ? dumpString(line, 0, line.length) : undefined
    if (found?.cut !== true) return false
    this.#long = new LongString(found, start, end, limits.lineBytes)
    this.feedRest(line, end)
    return true
  }

  #strings(text: CarriedText, line: Buffer): DumpString[] {
    const found = dumpsInLine(text.buf, text.start, text.end - 1)
    return found.length > 0 ? found : dumpsInLine(line, 0, line.length - 1)
  }

  /** Lets go of what only a dump needs: the next dump of the stream may be seconds or weeks away. */
  #forget(): void {
    if (this.#dumps?.quiet !== true || this.#cut.isOpen || this.#long !== undefined) return
    this.#dumps.release()
    this.#dumps = undefined
  }
}

/** Are they the same text, but for a line end? */
function isSame(own: Buffer, other: Buffer): boolean {
  return own.includes(other) || other.includes(own.subarray(0, -1))
}

const NEWLINE = Buffer.from('\n')
