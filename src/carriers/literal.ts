/**
 * A line of text in each string literal of a program or a document: tables of tests, a list in JSON that is printed on many lines.
 * lines.
 *
 *     "goroutine 7 [running]:",                     Go, C#, JSON
 *     '\t/app/main.go:3 +0x1d',                     JavaScript, Python
 *     "main.main()\n" +                             Go, Java
 *     `main.main()` + "\n" +                        Go
 *     - "main.main()"                               a list of YAML
 *     b'main.main()\n'                              Python
 *     stderr: 'panic: boom\n' +                      Node, before others
 *     "main.main()\n\t/app/main.go:3 +0x1d\n",      several lines in one: it stays in the log
 *     lines.push("main.main()");                    a call (literal-call.ts)
 *     stack := []byte("panic: boom\n\n" +           the first of several, in an expression
 *     main.main()\n\                               C, Rust: one literal over many lines, up to its quote
 *
 * A literal with a header and what follows it is a dump in one string (dump-string.ts).
 */
import {
  BACKSLASH,
  byteClass,
  COMMA,
  CR,
  LF,
  NO_BYTES,
  PAREN_CLOSE,
  QUOTE,
  SPACE,
  startsWith,
  trimLineEnd,
} from '../core/ascii.ts'
import { startsPreamble } from '../text/preamble.ts'
import { beginsDump, startsTitle } from '../text/titles.ts'
import type { CarriedText, Carrier, StreamNames } from './carrier.ts'
import { decodeEscapes } from './escapes.ts'
import { LiteralCall } from './literal-call.ts'

const APOSTROPHE = 0x27
const BACKTICK = 0x60
const PLUS = 0x2b
/** What may come before the literal on its line, and after it. */
const BEFORE = byteClass(' \t([{+-')
const AFTER = byteClass(' \t\r,;+)]}\\')
/** A field or a variable that the literal is assigned to, and what comes between them. */
const NAME = byteClass('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_')
const ASSIGNS = byteClass(' :=')
const LONGEST_NAME = 32
const LINE_END = '"\\n"'
/** What comes before the first literal of an expression, and its quote. */
const EXPRESSION = /^[^"'`]*[({[=:,]\s*["'`]/
/** The end of a line of a literal that continues on the next one. */
const CONTINUED = /(?<!\\)(?:\\\\)*(\\n\\)$/
/** The quote of such a literal, before its first text or after its last. */
const OPENING = /^(?:.*[^\\])?"(?=(?:[^"\\]|\\.)*$)/
const CLOSING = /^((?:[^"\\]|\\.)*)"[\s,;)\]}]*$/
/** Longer ones are read as dumps in one string, if at all. */
const LONGEST = 16 << 10

export class Literal implements Carrier {
  readonly name = 'literal'
  /** The texts of the last line, without its line end. */
  #texts: Buffer = NO_BYTES
  #at = 0
  /** The last line was part of a literal that continues. */
  #isContinued = false
  #call = new LiteralCall()

  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    if (this.#readContinued(buf, pos, trimLineEnd(buf, pos, next))) return this.again(text)
    const found = literalAt(buf, pos, next) ?? this.#inCall(buf, pos, next) ?? firstAt(buf, pos, next)
    if (found === undefined) return false
    const [start, stop] = found
    const texts = Buffer.allocUnsafe(stop - start)
    let length =
      buf[start - 1] === BACKTICK ? buf.copy(texts, 0, start, stop) : decodeEscapes(buf, start, stop, texts, 0)
    while (length > 0 && (texts[length - 1] === LF || texts[length - 1] === CR)) length--
    this.#texts = texts.subarray(0, length)
    this.#at = 0
    const last = this.#texts.lastIndexOf(LF) + 1
    if (last > 0) {
      const latin1 = this.#texts.toString('latin1')
      if (beginsDump(latin1) && !beginsDump(latin1.slice(last))) return false
    }
    return this.again(text)
  }

  /** As `literalAt`, for a literal among the arguments of a call. */
  #inCall(buf: Buffer, pos: number, next: number): readonly [number, number] | undefined {
    const end = trimLineEnd(buf, pos, next)
    const found = end - pos > LONGEST ? undefined : this.#call.find(buf.toString('latin1', pos, end))
    return found === undefined ? undefined : [pos + found.index, pos + found.end]
  }

  /** Is the line [pos, end) part of a literal over many lines? */
  #readContinued(buf: Buffer, pos: number, end: number): boolean {
    if ((buf[end - 1] !== BACKSLASH && !this.#isContinued) || end - pos > LONGEST) return false
    const line = buf.toString('latin1', pos, end)
    const mark = CONTINUED.exec(line)?.[1]
    const text = mark === undefined ? CLOSING.exec(line)?.[1] : line.slice(0, -mark.length).replace(OPENING, '')
    if (text === undefined || (mark === undefined && !this.#isContinued)) return false
    this.#isContinued = true
    const escaped = Buffer.from(text, 'latin1')
    const texts = Buffer.allocUnsafe(escaped.length)
    this.#texts = texts.subarray(0, decodeEscapes(escaped, 0, escaped.length, texts, 0))
    this.#at = 0
    return !this.several
  }

  get several(): boolean {
    return this.#texts.includes(LF)
  }

  again(text: CarriedText): boolean {
    const texts = this.#texts
    if (this.#at > texts.length) return false
    const lf = texts.indexOf(LF, this.#at)
    const stop = lf < 0 ? texts.length : lf
    text.filled(texts.copy(text.room(stop - this.#at), 0, this.#at, stop), false)
    this.#at = stop + 1
    text.key = ''
    text.partial = false
    return true
  }

  afresh(): Literal {
    const other = new Literal()
    other.#call = this.#call.afresh()
    return other
  }

  /** A log line before it may give one. */
  time(): number | undefined {
    return undefined
  }

  names(): StreamNames {
    return { source: '', attributes: {} }
  }
}

/** Where the text of the literal begins and ends that makes up the line [pos, next); undefined if the line is something else. */
function literalAt(buf: Buffer, pos: number, next: number): readonly [number, number] | undefined {
  let start = pos
  while (start < next && BEFORE[buf[start] as number] === 1) start++
  start = afterName(buf, start, next)
  const quote = buf[start]
  if (quote !== QUOTE && quote !== APOSTROPHE && quote !== BACKTICK) return undefined
  const end = next - 1
  if (end - start > LONGEST) return undefined
  start++
  const stop = closing(buf, start, end, quote)
  return stop >= 0 && isOver(buf, stop + 1, end) ? [start, stop] : undefined
}

/** As `literalAt`, for the first literal of an expression, with which a dump begins. */
function firstAt(buf: Buffer, pos: number, next: number): readonly [number, number] | undefined {
  const end = trimLineEnd(buf, pos, next)
  const last = buf[end - 1] ?? 0
  if (end - pos > LONGEST || (last !== PLUS && last !== COMMA && last !== PAREN_CLOSE)) return undefined
  const line = buf.toString('latin1', pos, end)
  const start = EXPRESSION.exec(line)?.[0].length ?? 0
  const text = line.slice(start)
  if (start === 0 || !(startsPreamble(text) !== undefined || startsTitle(text))) return undefined
  const stop = closing(buf, pos + start, end, buf[pos + start - 1] ?? 0)
  return stop >= 0 && isOver(buf, stop + 1, end) ? [pos + start, stop] : undefined
}

/** Where the literal may begin after a name, or the letter of its kind, at `pos`; `pos` if there is neither. */
function afterName(buf: Buffer, pos: number, next: number): number {
  let end = pos
  while (end < next && NAME[buf[end] as number] === 1) end++
  if (end === pos || end - pos > LONGEST_NAME) return pos
  let start = end
  let isAssigned = end - pos === 1
  for (; start < next && ASSIGNS[buf[start] as number] === 1; start++) isAssigned ||= buf[start] !== SPACE
  return isAssigned ? start : pos
}

/** Is there no text in [pos, end)? A raw string gets its line end from another literal. */
function isOver(buf: Buffer, pos: number, end: number): boolean {
  for (let p = pos; p < end; p++) {
    if (startsWith(buf, p, end, LINE_END)) p += LINE_END.length - 1
    else if (AFTER[buf[p] as number] !== 1) return false
  }
  return true
}

/** Where the literal whose text begins at `pos` ends; -1 if it does not end on this line. */
function closing(buf: Buffer, pos: number, end: number, quote: number): number {
  for (let p = pos; p < end; p++) {
    if (buf[p] === quote) return p
    if (buf[p] === BACKSLASH && quote !== BACKTICK) p++
  }
  return -1
}
