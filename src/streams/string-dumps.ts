/**
 * Dumps in the strings of lines: each is a whole dump; its line holds more, and stays in the log. If a line is too long to be read at once, or a
 * terminal has wrapped it, the string continues in what comes.
 */
import type { CarriedText } from '../carriers/carrier.ts'
import { type DumpString, dumpString } from '../carriers/dump-string.ts'
import { LF, NEWLINE, trimLineEnd, wordsOf } from '../core/ascii.ts'
import type { InterleavedDumps } from '../dumps/interleaved.ts'
import type { LoggedReason } from '../text/reason.ts'
import { readRecordReason } from '../text/record-reason.ts'
import { mayBeWrapped } from '../text/wrap-widths.ts'
import type { CarriedTape } from './carried-tape.ts'
import { StringInPieces } from './string-in-pieces.ts'

type Found = Pick<DumpString, 'text' | 'cut'>

export class StringDumps {
  readonly #tape: CarriedTape
  readonly #lineBytes: number
  readonly #dumps: () => InterleavedDumps
  /** The string that continues in what comes. */
  #unfinished: StringInPieces | undefined

  constructor(tape: CarriedTape, lineBytes: number, dumps: () => InterleavedDumps) {
    this.#tape = tape
    this.#lineBytes = lineBytes
    this.#dumps = dumps
  }

  /** More of a string is to come. */
  get isOpen(): boolean {
    return this.#unfinished !== undefined
  }

  /** Its line lacks the end of the string. */
  get isCut(): boolean {
    return this.#unfinished?.isCut === true
  }

  /** Where its line begins in the input. */
  get start(): number | undefined {
    return this.#unfinished?.start
  }

  /** Approximate size of what is kept of it. */
  get bytes(): number {
    return this.#unfinished?.tail.length ?? 0
  }

  /** Takes the dumps `found` in `whole`, the text of the raw line [start, end) of the input, each with the reason that the line gives. */
  takeAll(found: readonly Found[], whole: CarriedText, start: number, end: number): void {
    const reason = this.#reasonIn(whole)
    for (const each of found) this.#take(each, reason, start, end)
  }

  /** Takes the beginning of a line that is too long to be read, which is at [start, end) of the input. True if a dump begins in it. */
  takeBeginning(line: Buffer, start: number, end: number): boolean {
    const found = dumpString(line, 0, line.length - 1)
    if (found === undefined) return false
    if (found.cut || !found.places.every(({ isQuoted }) => isQuoted)) {
      this.#dumps().end()
      this.#unfinished = new StringInPieces(found, start, end, this.#lineBytes)
      this.take(line.subarray(0, -1), end)
    } else this.#take(found, undefined, start, end)
    return true
  }

  /** Takes more of the line, a piece that ends at `upTo` of the input. */
  take(piece: Buffer, upTo: number): void {
    const unfinished = this.#unfinished
    if (unfinished !== undefined) this.#tape.beside(() => this.#takeLines(unfinished, unfinished.take(piece, upTo)))
  }

  /** The line is over. */
  end(): void {
    const unfinished = this.#unfinished
    if (unfinished !== undefined) this.#tape.beside(() => this.#end(unfinished))
  }

  #end(unfinished: StringInPieces): void {
    this.#takeLines(unfinished, unfinished.finish())
    if (this.#unfinished === undefined) return
    this.#unfinished = undefined
    const { tail, start, end, upTo } = unfinished
    const dumps = this.#dumps()
    if (tail.length > 0) giveLines(dumps, Buffer.concat([tail, NEWLINE]), start, end)
    dumps.reach(start, upTo)
    if (unfinished.isCut) dumps.cut(undefined)
    dumps.end(tail.toString('latin1'))
  }

  #takeLines(unfinished: StringInPieces, lines: Buffer): void {
    const dumps = this.#dumps()
    giveLines(dumps, lines, unfinished.start, unfinished.end)
    if (!unfinished.isOver) return
    this.#unfinished = undefined
    dumps.cut('lineBytes')
    dumps.end()
  }

  /** Takes a whole dump. */
  #take({ text, cut }: Found, reason: LoggedReason | undefined, start: number, end: number): void {
    const dumps = this.#dumps()
    dumps.end()
    this.#tape.keep()
    if (reason !== undefined) dumps.giveReason(reason)
    if (cut && this.#beginWrapped(start, end)) return
    const endsLine = text[text.length - 1] === LF
    const lines = endsLine ? Buffer.from(text) : Buffer.concat([text, NEWLINE])
    giveLines(dumps, lines, start, end)
    if (cut) dumps.cut(undefined)
    const last = endsLine ? -1 : text.lastIndexOf(LF)
    dumps.end(endsLine ? '' : text.toString('latin1', last + 1))
  }

  /** The raw line lacks the end of the string: the next one may continue it. */
  #beginWrapped(start: number, end: number): boolean {
    const tape = this.#tape
    const line = tape.buf.subarray(tape.start, trimLineEnd(tape.buf, tape.start, tape.end))
    const found = mayBeWrapped(line.length) ? dumpString(line, 0, line.length) : undefined
    if (found?.cut !== true) return false
    this.#unfinished = new StringInPieces(found, start, end, this.#lineBytes)
    this.take(line, end)
    return true
  }

  /** The reason for the dump that the line of the program's logger gives, or the raw line: one may be the text of the other. */
  #reasonIn(text: CarriedText): LoggedReason | undefined {
    const tape = this.#tape
    const raw = tape.buf.toString('latin1', tape.start, tape.end - 1)
    const own = text.holdsLines ? raw : text.latin1()
    return readRecordReason(own) ?? (own === raw ? undefined : readRecordReason(raw))
  }
}

/** Gives `dumps` whole lines, all from the raw line [start, end) of the input. */
function giveLines(dumps: InterleavedDumps, lines: Buffer, start: number, end: number): void {
  const words = wordsOf(lines)
  for (let pos = 0; pos < lines.length; ) {
    const next = lines.indexOf(LF, pos) + 1
    giveLine(dumps, lines, words, pos, next, start, end)
    pos = next
  }
}

/** Gives `dumps` the line [pos, next) of `buf`, from the raw line [start, end) of the input. */
export function giveLine(
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
