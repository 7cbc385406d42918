/**
 * A line that is too long to be read, and in whose beginning no dump begins: it is searched as it comes for the string that one begins in. No
 * more of it is kept than may be the beginning of such a string.
 *
 *     {"request":" … 40 MB … ","stacks":"goroutine 1 [running]:\nmain.main()\n … 20 MB … "}
 */
import { dumpString } from '../carriers/dump-string.ts'
import { BACKSLASH, CR, LF, QUOTE, trimLineEnd } from '../core/ascii.ts'
import { findNeedle, NEEDLE_BYTES } from '../text/needle.ts'
import type { CarriedStreams } from './carried-streams.ts'

/** Backslashes that are looked at to tell whether the quote behind them is escaped: in whatever pieces the line comes, these are kept. */
const ESCAPES = 16
const EMPTY = Buffer.alloc(0)
const NEWLINE = Buffer.from('\n')

/** Lines that are too long to be read, one after the other. They are in the log already. */
export class LongLines {
  readonly #streams: CarriedStreams
  readonly #reach: number
  /** The one that comes, as long as no dump was found in it. */
  #line: LongLine | undefined

  /** `reach`: as LongLine has it. */
  constructor(streams: CarriedStreams, reach: number) {
    this.#streams = streams
    this.#reach = reach
  }

  /** Offset in the input of the line in which a dump may still begin. */
  get start(): number | undefined {
    return this.#line?.at
  }

  /** `buf` is the beginning of one, at `base` of the input, with a line end that is ours. `needle`: it holds one. */
  begin(buf: Buffer, base: number, needle: boolean): void {
    const isFound = this.#streams.beginning(buf, base, needle)
    this.#line = isFound ? undefined : new LongLine(this.#reach, base)
    this.#line?.begin(buf.subarray(0, -1))
  }

  /** The next piece is [start, end) of `buf`, whose first byte stands at `base` of the input. */
  take(buf: Buffer, start: number, end: number, base: number): void {
    const isLast = buf[end - 1] === LF
    const stop = isLast ? trimLineEnd(buf, start, end) : end
    const piece = buf.subarray(start, stop)
    const found = this.#line?.take(piece, base + stop, isLast)
    if (isLast || found !== undefined) this.#line = undefined
    if (found === undefined) {
      this.#streams.rest(piece, base + end, isLast)
      return
    }
    // Its first line has come with the beginning: all else is of the same string.
    if (this.#streams.beginning(Buffer.concat([found.beginning, NEWLINE]), found.at, true))
      this.#streams.rest(found.rest, base + end, isLast)
  }
}

/** Where a dump begins: what has come of its string, and what of that shows that it is one. */
interface FoundString {
  readonly beginning: Buffer
  readonly rest: Buffer
  /** Offset of the first byte of `beginning` in the input. */
  readonly at: number
}

class LongLine {
  /** A string is looked at from so many bytes before a needle to so many after it. */
  readonly #reach: number
  #kept: Buffer = EMPTY
  /** Offset in what is kept of the first byte that may be of a needle. */
  #from = 0

  /** Offset of the line in the input. */
  readonly at: number

  constructor(reach: number, at: number) {
    this.#reach = reach
    this.at = at
  }

  /** `line` is the beginning of a line. */
  begin(line: Buffer): void {
    this.#keep(line, Math.max(0, line.length - NEEDLE_BYTES))
  }

  /** Takes the next piece of the line, which ends at `upTo` of the input. `isLast`: the line ends with it. */
  take(piece: Buffer, upTo: number, isLast: boolean): FoundString | undefined {
    const read = Buffer.concat([this.#kept, piece])
    // Of a line end that came in two pieces, the first is here.
    const isCut = isLast && piece.length === 0 && read.at(-1) === CR
    const all = isCut ? read.subarray(0, -1) : read
    const end = isCut ? upTo - 1 : upTo
    let from = this.#from
    for (;;) {
      const needle = findNeedle(all, from, all.length, false)
      if (needle < 0) {
        this.#keep(all, Math.max(from, all.length - NEEDLE_BYTES))
        return undefined
      }
      // The same is looked at in whatever pieces it comes.
      const reached = needle + this.#reach
      if (reached > all.length && !isLast) {
        this.#keep(all, needle)
        return undefined
      }
      const start = this.#stringStart(all, needle)
      // Where its quote is too far away, one is lent to it in the place of the byte before.
      if (start < needle) all[start] = QUOTE
      const beginning = all.subarray(start, reached)
      if (dumpString(beginning, 0, beginning.length) !== undefined) {
        this.#kept = EMPTY
        return { beginning, rest: all.subarray(start + beginning.length), at: end - (all.length - start) }
      }
      // All other needles in there were looked at, too.
      from = Math.min(all.length, needle + Math.max(1, this.#reach >> 1))
    }
  }

  #keep(all: Buffer, from: number): void {
    const start = Math.max(0, from - this.#reach - ESCAPES)
    this.#kept = Buffer.from(all.subarray(start))
    this.#from = from - start
  }

  /** Where the quote of the string around the needle is; the byte before the needle, when none is near. */
  #stringStart(all: Buffer, needle: number): number {
    const first = Math.max(0, needle - this.#reach)
    for (let p = needle - 1; p >= first; p--) if (all[p] === QUOTE && !isEscaped(all, p)) return p
    return Math.max(0, needle - 1)
  }
}

function isEscaped(buf: Buffer, at: number): boolean {
  let backslashes = 0
  while (backslashes < ESCAPES && buf[at - 1 - backslashes] === BACKSLASH) backslashes++
  return backslashes % 2 === 1
}
