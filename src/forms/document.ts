/**
 * JSON over many lines, and many records in one value: arrays and responses of log stores, pretty-printed or not, of any length. Each record
 * becomes a line of JSON, which the carriers read.
 *
 *   value                                           | becomes
 *   ------------------------------------------------|---------------------------------------------------------------
 *   an object at the top, or an element of an array | a line
 *   an array in an array: `["1795…","text"]`        | a line, `{"0":"1795…","1":"text"}`
 *   `[{"key":"a","value":1},…]`, also with `field`  | `{"a":1,…}`, part of its record
 *   an array of records inside a record             | lines, each with the fields of the outer record before the array
 *   a line of text between two values               | itself
 *   `"message" => "text"`, as Logstash's rubydebug  | part of its record
 *   a record that is cut                            | what there is of it: carriers can read cut JSON
 *
 *     {"status":"success","data":{"result":[{"stream":{"pod":"web-1"},"values":[["1795517851473000000","goroutine 7 [running]:"]]}]}}
 *
 * Memory: one record and the fields of the records around it.
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
  /** Bytes of the input that were read; of those, the bytes up to the end of the last token, and the bytes that were emitted as a line or a frame. */
  #at = 0
  #tokenEnd = 0
  #cut = 0
  /** The beginning of a line of text was already emitted. */
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
        // Ruby writes `=>` instead of a colon.
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
          // A JSON string cannot contain a line end: its rest is missing.
          this.#records.cutString(buf, p, buf[stop - 2] === CR ? stop - 2 : stop - 1)
          this.#at += stop - p
          this.#fail('an unterminated string')
          p = stop
          continue
        }
      } else if (!isPunctuation(c)) {
        // Ruby writes times without quotes.
        while (stop < buf.length && (isLiteral(buf[stop] as number) || (buf[stop] === COLON && isDigit(c)))) stop++
        if (stop === buf.length && !final) return p
      }
      if (c !== COMMA) this.#emit(0)
      const isArrow = c === EQUALS && stop === p + 2
      const isFine = this.#records.token(buf, p, stop, isArrow ? COLON : c, this.#tokenEnd)
      this.#at += stop - p
      this.#tokenEnd = this.#at
      if (c === COMMA) this.#emit(1)
      if (!isFine) this.#fail('invalid syntax')
      p = stop
    }
    return p
  }

  /** Emits the complete record, if there is one. `comma`: its comma was read. */
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
   * A string is longer than a record may be. The record so far, and everything up to the end of the line in the input, becomes one line: it is
   * emitted
   * in pieces, and the code for lines that are too long finds the dump in it.
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

  /** Starts over with what follows: a line, or a value. */
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

/** Offset after the quote that ends the string, or after the line end that interrupts it; -1 if there is neither. */
function endOfString(buf: Buffer, pos: number): number {
  for (let p = pos; p < buf.length; p++) {
    const c = buf[p]
    if (c === QUOTE || c === LF) return p + 1
    if (c === BACKSLASH) p++
  }
  return -1
}
