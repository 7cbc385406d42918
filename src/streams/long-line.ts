/**
 * A line that is too long to be read, and whose beginning holds no dump: it is searched as it comes for a string that one begins in. Nothing of it is
 * kept except what may be the beginning of such a string.
 *
 *     {"request":" … 40 MB … ","stacks":"goroutine 1 [running]:\nmain.main()\n … 20 MB … "}
 */
import { dumpString } from '../carriers/dump-string.ts'
import { BACKSLASH, CR, LF, NEWLINE, NO_BYTES, QUOTE, trimLineEnd } from '../core/ascii.ts'
import { findNeedle, LONGEST_NEEDLE } from '../text/needle.ts'
import type { CarriedStreams } from './carried-streams.ts'

/** Most backslashes that are examined to decide whether the quote after them is escaped; they are kept however the line is split into pieces. */
const ESCAPES = 16

/** Lines that are too long to be read, one after the other. They are already in the log. */
export class LongLines {
  readonly #streams: () => CarriedStreams
  readonly #reach: number
  /** The line that is coming, as long as no dump was found in it. */
  #line: LongLine | undefined

  /** `reach`: see LongLine. */
  constructor(streams: () => CarriedStreams, reach: number) {
    this.#streams = streams
    this.#reach = reach
  }

  /** Offset in the input of the line in which a dump may still begin. */
  get start(): number | undefined {
    return this.#line?.at
  }

  /** `buf` is the beginning of a line, at `base` of the input, with a line end that was added. `needle`: it holds one. */
  begin(buf: Buffer, base: number, needle: boolean): void {
    const isFound = this.#streams().takeBeginning(buf, base, needle)
    this.#line = isFound ? undefined : new LongLine(this.#reach, base)
    this.#line?.begin(buf.subarray(0, -1))
  }

  /** The next piece is [start, end) of `buf`, whose first byte is at `base` of the input. */
  take(buf: Buffer, start: number, end: number, base: number): void {
    const isLast = buf[end - 1] === LF
    const stop = isLast ? trimLineEnd(buf, start, end) : end
    const piece = buf.subarray(start, stop)
    const found = this.#line?.take(piece, base + stop, isLast)
    if (isLast || found !== undefined) this.#line = undefined
    if (found === undefined) {
      this.#streams().takePiece(piece, base + end, isLast)
      return
    }
    // The first line of the string is in the beginning: the rest belongs to the same string.
    if (this.#streams().takeBeginning(Buffer.concat([found.beginning, NEWLINE]), found.at, true))
      this.#streams().takePiece(found.rest, base + end, isLast)
  }
}

/** A string in which a dump begins: enough of it to show that, and the rest that has come so far. */
interface FoundString {
  readonly beginning: Buffer
  readonly rest: Buffer
  /** Offset of the first byte of `beginning` in the input. */
  readonly at: number
}

class LongLine {
  /** A string is examined from this many bytes before a needle to this many after it. */
  readonly #reach: number
  #kept: Buffer = NO_BYTES
  /** Offset in what is kept of the first byte that can belong to a needle. */
  #from = 0

  /** Offset of the line in the input. */
  readonly at: number

  constructor(reach: number, at: number) {
    this.#reach = reach
    this.at = at
  }

  /** `line` is the beginning of a line. */
  begin(line: Buffer): void {
    this.#keep(line, Math.max(0, line.length - LONGEST_NEEDLE))
  }

  /** Takes the next piece of the line, which ends at `upTo` of the input. `isLast`: the line ends with it. */
  take(piece: Buffer, upTo: number, isLast: boolean): FoundString | undefined {
    const read = Buffer.concat([this.#kept, piece])
    // If the line end came in two pieces, its first byte is here.
    const isCut = isLast && piece.length === 0 && read.at(-1) === CR
    const all = isCut ? read.subarray(0, -1) : read
    const end = isCut ? upTo - 1 : upTo
    let from = this.#from
    for (;;) {
      const needle = findNeedle(all, from, all.length, false)
      if (needle < 0) {
        this.#keep(all, Math.max(from, all.length - LONGEST_NEEDLE))
        return undefined
      }
      // The same bytes are examined whatever the pieces.
      const reached = needle + this.#reach
      if (reached > all.length && !isLast) {
        this.#keep(all, needle)
        return undefined
      }
      const start = this.#stringStart(all, needle)
      // If its quote is too far away, the byte before the needle is replaced by one.
      if (start < needle) all[start] = QUOTE
      const beginning = all.subarray(start, reached)
      if (dumpString(beginning, 0, beginning.length) !== undefined) {
        this.#kept = NO_BYTES
        return { beginning, rest: all.subarray(start + beginning.length), at: end - (all.length - start) }
      }
      // All other needles in there have been examined, too.
      from = Math.min(all.length, needle + Math.max(1, this.#reach >> 1))
    }
  }

  #keep(all: Buffer, from: number): void {
    const start = Math.max(0, from - this.#reach - ESCAPES)
    this.#kept = Buffer.from(all.subarray(start))
    this.#from = from - start
  }

  /** Offset of the quote that opens the string around the needle; of the byte before the needle if no quote is near. */
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
