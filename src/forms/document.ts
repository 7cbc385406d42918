/**
 * JSON over many lines, and many records in one value: arrays and answers of log stores, pretty-printed or not, of any length. Each record
 * becomes a line of JSON, which the carriers read.
 *
 *   value                                           | becomes
 *   ------------------------------------------------|---------------------------------------------------------------
 *   an object at the top, or an element of an array | a line
 *   an array in an array: `["1795…","text"]`        | a line, `{"0":"1795…","1":"text"}`
 *   `[{"key":"a","value":1},…]`, also with `field`  | `{"a":1,…}`, part of its record
 *   an array of such in a record                    | lines, each with the fields of the record before the array
 *   a line of text between two values               | itself
 *   `"message" => "text"`, as Logstash's rubydebug  | part of its record
 *   a record that breaks off                        | what there is of it: carriers know JSON that is cut
 *
 *     {"status":"success","data":{"result":[{"stream":{"pod":"web-1"},"values":[["1795517851473000000","goroutine 7 [running]:"]]}]}}
 *
 * Memory: one record and the fields of those around it.
 */
import {
  BACKSLASH,
  BRACE_CLOSE,
  BRACE_OPEN,
  BRACKET_CLOSE,
  BRACKET_OPEN,
  COLON,
  COMMA,
  CR,
  EQUALS,
  GREATER,
  isDigit,
  LF,
  QUOTE,
  SPACE,
  TAB,
} from '../core/ascii.ts'
import { type Form, type FormSink, LINE_END, RECORD_BYTES, Rest } from './form.ts'
import { JsonRecords } from './json-records.ts'

export class JsonDocument implements Form {
  readonly #sink: FormSink
  readonly #rest = new Rest()
  readonly #records = new JsonRecords((at) => this.#frame(at))
  /** Bytes of the input that have been read, of those up to the end of the last token, and of those that belong to a line or a frame. */
  #at = 0
  #tokenEnd = 0
  #cut = 0
  /** The beginning of a line of text has been handed on. */
  #inLine = false

  constructor(sink: FormSink) {
    this.#sink = sink
  }

  push(chunk: Buffer): void {
    const buf = this.#rest.with(chunk)
    const taken = this.#read(buf, false)
    this.#rest.keep(buf, taken)
    if (this.#rest.length > RECORD_BYTES) this.#tooLong()
  }

  flush(): void {
    this.#emit(0)
  }

  end(): void {
    const buf = this.#rest.take()
    const taken = this.#read(buf, true)
    this.#emit(0)
    this.#at += buf.length - taken
    if (this.#records.open) this.#sink.fault('the JSON ends in the middle')
    this.#breakOff()
    this.#frame(this.#at)
  }

  #read(buf: Buffer, final: boolean): number {
    let p = 0
    while (p < buf.length) {
      const c = buf[p] as number
      if (!this.#inLine && (c === SPACE || c === LF || c === CR || c === TAB)) {
        p++
        this.#at++
        continue
      }
      if (!this.#records.open && (this.#inLine || (c !== BRACE_OPEN && c !== BRACKET_OPEN && c !== COMMA))) {
        const lf = buf.indexOf(LF, p)
        this.#inLine &&= lf < 0
        if (lf < 0 && !final && !this.#inLine) return p
        this.#emit(0)
        const stop = lf < 0 ? buf.length : lf + 1
        this.#at += stop - p
        const text = lf < 0 && final ? Buffer.concat([buf.subarray(p), LINE_END]) : buf.subarray(p, stop)
        this.#sink.line(text, this.#at - this.#cut)
        this.#cut = this.#at
        this.#tokenEnd = this.#at
        p = stop
        continue
      }
      let stop = p + 1
      if (c === EQUALS) {
        // Ruby writes `=>` in the place of a colon.
        if (stop === buf.length && !final) return p
        if (buf[stop] === GREATER) stop++
      } else if (c === QUOTE) {
        stop = endOfString(buf, p + 1)
        if (stop < 0) {
          if (!final) return p
          this.#records.cutString(buf, p, buf.length)
          this.#at += buf.length - p
          return buf.length
        }
        if (buf[stop - 1] === LF) {
          // A string does not go over the end of its line: the rest of it is missing.
          this.#records.cutString(buf, p, buf[stop - 2] === CR ? stop - 2 : stop - 1)
          this.#at += stop - p
          this.#fail('a string without its end')
          p = stop
          continue
        }
      } else if (!isPunctuation(c)) {
        // A time in Ruby has no quotes.
        while (stop < buf.length && (isLiteral(buf[stop] as number) || (buf[stop] === COLON && isDigit(c)))) stop++
        if (stop === buf.length && !final) return p
      }
      if (c !== COMMA) this.#emit(0)
      const isArrow = c === EQUALS && stop === p + 2
      const isFine = this.#records.token(buf, p, stop, isArrow ? COLON : c, this.#tokenEnd)
      this.#at += stop - p
      this.#tokenEnd = this.#at
      if (c === COMMA) this.#emit(1)
      if (!isFine) this.#fail('what is not JSON')
      p = stop
    }
    return p
  }

  /** Hands on the record that is complete. `comma`: its comma has been read. */
  #emit(comma: 0 | 1): void {
    const line = this.#records.complete
    if (line === undefined) return
    const upTo = comma === 1 ? this.#at : this.#tokenEnd
    this.#sink.line(line.take(), upTo - this.#cut)
    this.#cut = upTo
    this.#records.release(line)
  }

  #frame(upTo: number): void {
    if (upTo > this.#cut) this.#sink.frame(upTo - this.#cut)
    this.#cut = Math.max(this.#cut, upTo)
  }

  #breakOff(): void {
    const line = this.#records.line()
    if (line !== undefined && line.length > 1 && this.#at > this.#cut) {
      this.#sink.line(line.take(), this.#at - this.#cut)
      this.#cut = this.#at
    }
    this.#records.leave()
  }

  /**
   * A string is longer than a record may be. What there is of the record, and all that comes up to the end of the line in the input, is one
   * line: it goes on in pieces, and whoever reads lines that are too long finds the dump in it.
   */
  #tooLong(): void {
    const record = this.#records.line()?.view()
    if (this.#records.open) this.#sink.fault('a string of more than 1 MiB in the JSON')
    this.#emit(0)
    const rest = this.#rest.take()
    this.#at += rest.length
    this.#sink.line(record === undefined ? rest : Buffer.concat([record, rest]), this.#at - this.#cut)
    this.#cut = this.#at
    this.#tokenEnd = this.#at
    this.#records.leave()
    this.#inLine = true
  }

  /** Begins anew with what follows: a line, or a value. */
  #fail(what: string): void {
    this.#sink.fault(`${what} in the JSON`)
    this.#emit(0)
    this.#at += this.#rest.take().length
    this.#breakOff()
    this.#frame(this.#at)
    this.#tokenEnd = this.#at
  }
}

function isPunctuation(c: number): boolean {
  return (
    c === COMMA || c === COLON || c === BRACE_OPEN || c === BRACE_CLOSE || c === BRACKET_OPEN || c === BRACKET_CLOSE
  )
}

function isLiteral(c: number): boolean {
  return c > SPACE && c !== QUOTE && !isPunctuation(c)
}

/** Offset after the quote that ends the string, or after the line end that it goes over; -1 when neither is there. */
function endOfString(buf: Buffer, pos: number): number {
  for (let p = pos; p < buf.length; p++) {
    const c = buf[p]
    if (c === QUOTE || c === LF) return p + 1
    if (c === BACKSLASH) p++
  }
  return -1
}
