/**
 * Strings with a dump in them that are not complete yet: in a line that is too long to be read at once, which comes in pieces; and in a line that
 * a terminal has wrapped and that was copied from there, whose rest is in the next lines.
 *
 *     {"level":"error","stack":"goroutine 1 [running]:\\nmain.(*Server).ha
 *     ndle(0x1)\\n\\t/app/main.go:3 +0x1d\\n"}
 */
import { trimLineEnd } from '../core/ascii.ts'
import type { LogTape } from '../lines/tape.ts'
import { WIDEST } from '../text/wrap-widths.ts'
import type { Stream } from './stream.ts'
import type { StreamMap } from './stream-map.ts'

/** How a separate line begins, but not arguments: a record, a date, the first field of logfmt. */
const BEGINNING = /^(?:\{(?!0x|[{}.])|\[(?!\.)|\d{2,4}[-/:.]|\w+=)/
/** The rest of a string up to its quote, after which it cannot go on; or a whole line of it. `ESCAPED`: it must have such an escape, or the quote. */
const REST = /^(?:[^"\\]|\\.)*(?:"(?=[,}\] ]|$)|\\?$)/
const ESCAPED = /\\[nt]|"/

export class OpenStrings {
  readonly #tape: LogTape
  readonly #streams: StreamMap
  /** The stream of a line that is too long to be read at once, as long as a dump is open in it. */
  #long: Stream | undefined
  /** The stream of a line that lacks the end of the string with its dump. */
  #wrapped: Stream | undefined

  constructor(tape: LogTape, streams: StreamMap) {
    this.#tape = tape
    this.#streams = streams
  }

  /** The last line of `stream` lacks the end of its string. */
  wrap(stream: Stream): void {
    this.#wrapped = stream
  }

  /** Takes the line [pos, next) of `buf`, at `offset` of the input, if it continues the string of a wrapped line; otherwise that is over. */
  takeLine(buf: Buffer, pos: number, next: number, offset: number): boolean {
    const stream = this.#wrapped
    if (stream === undefined) return false
    const end = trimLineEnd(buf, pos, next)
    if (!stream.isWrapped || !continuesString(buf.toString('latin1', pos, end))) {
      this.endWrapped()
      return false
    }
    this.#tape.pass(buf, pos, next)
    stream.feedRest(buf.subarray(pos, end), offset + next - pos)
    if (stream.isWrapped) this.#streams.fed(stream)
    else this.endWrapped()
    return true
  }

  /** The string of a wrapped line is over: the next line does not continue it. */
  endWrapped(): void {
    const stream = this.#wrapped
    if (stream === undefined) return
    stream.endRest()
    this.#wrapped = undefined
    this.#streams.fed(stream)
  }

  /** `line`, at `offset` of the input, is the beginning of a line of `stream` that is too long to be read. True if a dump begins in it. */
  begin(stream: Stream, line: Buffer, offset: number): boolean {
    const isFound = stream.feedBeginning(line, offset, offset + line.length - 1)
    this.#streams.fed(stream)
    this.#long = stream.open ? stream : undefined
    return isFound
  }

  /** The next piece of that line, up to `upTo` of the input. `isLast`: the line ends with it. */
  takePiece(piece: Buffer, upTo: number, isLast: boolean): void {
    const stream = this.#long
    if (stream === undefined) return
    stream.feedRest(piece, upTo)
    if (isLast) {
      stream.endRest()
      this.#long = undefined
    }
    this.#streams.fed(stream)
  }
}

/** Does `line` continue the string whose end is missing in the line before? */
function continuesString(line: string): boolean {
  return line.length <= WIDEST && ESCAPED.test(line) && !BEGINNING.test(line) && REST.test(line)
}
