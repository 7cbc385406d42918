/**
 * Log lines after those of a dump, many at a time: lines that begin, and end, as no line of a dump does. The result is that of foreign-lines.ts,
 * which examines the text of each line.
 *
 *   begins with                              | is plain log
 *   -----------------------------------------|---------------------------------------------------------------
 *   a digit, a brace, and such               | unless it ends as a call may, with no blank before that
 *   a letter                                 | the same, if log lines of the stream begin like it (log-shapes.ts)
 *   what a line of a dump may begin with     | no
 *
 * Hot after a dump: guarded by `npm run bench` (half of it dumps).
 */
import { byteClass, DOT, LF, PAREN_CLOSE, SPACE, startsWith, trimLineEnd } from '../core/ascii.ts'
import { ROOT } from '../stacks/rows.ts'
import { GO_LINE_BYTES } from '../text/line.ts'
import type { Remarks } from '../text/remarks.ts'
import type { OpenBlocks } from './open-blocks.ts'
import { LONG_SHAPE } from './repair/log-shapes.ts'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const DIGITS = '0123456789'
/** First bytes with which no line of a dump, and no piece of one, begins. */
const APART: Uint8Array = byteClass(`${DIGITS}{"<(#*+,;>@|`)
/**
 * Letters that can begin a piece of a dump line, except the first letters of `created by`, `goroutine`, `panic: `, `fatal error: `, `SIG`,
 * `runtime: `, `unexpected fault`, `non-Go function` and `stack: `.
 */
const LETTER: Uint8Array = byteClass([...LETTERS].filter((c) => !'cgpfSruns'.includes(c)).join(''))
/** Beginnings of lines of a dump that start with one of those letters. */
const BEGINNINGS = ['Exception 0x', 'WARNING: DATA', 'traceback: ']
/** Bytes of names of functions, up to the first parenthesis or bracket (line.ts). */
const WORD: Uint8Array = byteClass(`${LETTERS}${DIGITS}_.~%/@*)$+-`)
for (let c = 0x80; c < 0x100; c++) WORD[c] = 1
const SEMICOLON = 0x3b
/** What ends the first word of a log line, and is not in a name, not even in one that a page has changed. */
const AFTER_WORD: Uint8Array = byteClass(' \t":=,{|\'')

export class PlainLog {
  readonly #open: OpenBlocks
  readonly #remarks: Remarks

  constructor(open: OpenBlocks, remarks: Remarks) {
    this.#open = open
    this.#remarks = remarks
  }

  /** Is the open dump, after a log line, free of doubt to the point that lines can be passed at once? */
  get isExpected(): boolean {
    const { dump, goroutine, fragments, reasonBefore, sinceLastLine, hasDoubt, state } = this.#open
    const { at } = goroutine
    return (
      state === 'open' &&
      dump !== undefined &&
      !hasDoubt &&
      goroutine.doubt === undefined &&
      fragments.pending.length === 0 &&
      reasonBefore.latest === undefined &&
      !dump.isCrash &&
      dump.body.goroutines === 'headers' &&
      sinceLastLine.lines > 0 &&
      goroutine.header !== undefined &&
      goroutine.length === 0 &&
      at !== undefined &&
      at !== ROOT &&
      !goroutine.expectsFile
    )
  }

  /**
   * Takes the lines [pos, end) of `buf` that are plain log, up to the first that is not, or that ends the dump; returns where that begins. The
   * caller lets them pass. `base`: see Remarks.mayBeIn.
   */
  take(buf: Buffer, pos: number, end: number, base: number): number {
    const { goroutine, fragments, sinceLastLine, logTimes, limits } = this.#open
    const below = this.#firstBytesBelow()
    const mostLines = limits.foreignLines - sinceLastLine.lines
    const mostBytes = limits.foreignBytes - sinceLastLine.bytes
    let lines = 0
    let last = pos
    let at = pos
    while (at < end && lines < mostLines) {
      const isLetter = LETTER[buf[at] as number] === 1
      if (!(isLetter || APART[buf[at] as number] === 1) || below[buf[at] as number] === 1) break
      const next = buf.indexOf(LF, at) + 1
      const stop = trimLineEnd(buf, at, next)
      if (
        next - pos > mostBytes ||
        stop - at < LONG_SHAPE ||
        stop - at > GO_LINE_BYTES ||
        !endsPlain(buf, at, stop, isLetter) ||
        this.#remarks.mayBeIn(buf, at, next, base) ||
        !fragments.shapes.learnAt(buf, at, isLetter)
      )
        break
      lines++
      last = at
      at = next
    }
    if (lines === 0) return pos
    logTimes.note(textAt(buf, pos))
    if (lines > 1) logTimes.note(textAt(buf, last))
    sinceLastLine.lines += lines
    sinceLastLine.bytes += at - pos
    fragments.wraps.interrupt()
    goroutine.interrupt('')
    return at
  }

  /** First bytes of the lines that are known to come next. */
  #firstBytesBelow(): Uint8Array {
    const { at, tree } = this.#open.goroutine
    let line = at === undefined ? ROOT : tree.firstChild(at)
    if (line === ROOT) return NONE
    const bytes = new Uint8Array(NONE.length)
    for (; line !== ROOT; line = tree.nextChild(line)) bytes[tree.literal(line, 1).charCodeAt(0)] = 1
    return bytes
  }
}

const NONE = new Uint8Array(256)

/**
 * Is the line [pos, stop) neither a call nor the name of a function alone? `isLetter`: it begins with a letter. What a page or a person may have put
 * after a line of a dump is left to the code that removes it (plain.ts).
 */
function endsPlain(buf: Buffer, pos: number, stop: number, isLetter: boolean): boolean {
  const last = buf[stop - 1]
  if (last === SPACE || last === SEMICOLON || (last === DOT && buf[stop - 2] === DOT)) return false
  if (!isLetter && last !== PAREN_CLOSE) return true
  let p = pos
  while (WORD[buf[p] as number] === 1) p++
  return (
    AFTER_WORD[buf[p] as number] === 1 && !(isLetter && BEGINNINGS.some((each) => startsWith(buf, pos, stop, each)))
  )
}

function textAt(buf: Buffer, pos: number): string {
  return buf.toString('latin1', pos, trimLineEnd(buf, pos, buf.indexOf(LF, pos) + 1))
}
