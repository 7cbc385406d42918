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
  LF,
  QUOTE,
  SPACE,
  TAB,
} from '../core/ascii.ts'
import { type Form, type FormSink, LINE_END, LineBuilder, RECORD_BYTES, Rest } from './form.ts'

/** How deep values may be nested. */
const DEPTH = 64
/** Fields of a record that are given to the records in it, bytes. */
const CONTEXT_BYTES = 4096
/** First names of a list of pairs. */
const PAIR_NAMES = new Set(['key', 'field', 'Key'])

/**
 * `record`: has a line. `inline`: part of one. `list`: its elements are records. `map`: an array of pairs, `pair` one of them. `unknown`: an
 * array of which nothing is known yet; `maybePair`: its first element is an object, of which no name is known yet.
 */
type Mode = 'record' | 'inline' | 'list' | 'map' | 'pair' | 'unknown' | 'maybePair'

interface Level {
  readonly isArray: boolean
  mode: Mode
  /** Elements, or members, so far. */
  count: number
  /** Of a record. */
  line: LineBuilder | undefined
  /** Fields of the record for those in it: length of its line where its first list begins; -1 for none. */
  context: number
  /** Where the next token is a name, a colon, a value, or what comes after one. */
  expects: 'name' | 'colon' | 'value' | 'next'
  /** Of a pair: the member that is being read. */
  pairName: string
  /** Where its opening bracket is, with the blanks before it. */
  readonly start: number
}

export class JsonDocument implements Form {
  readonly #sink: FormSink
  readonly #rest = new Rest()
  #levels: Level[] = []
  readonly #free: LineBuilder[] = []
  /** Bytes of the input that have been read, of those up to the end of the last token, and of those that belong to a line or a frame. */
  #at = 0
  #tokenEnd = 0
  #cut = 0
  /** The beginning of a line of text has been handed on. */
  #inLine = false
  /** A record is complete; a comma after it is its own. */
  #complete: LineBuilder | undefined

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
    if (this.#levels.length > 0) this.#sink.fault('the JSON ends in the middle')
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
      const level = this.#levels[this.#levels.length - 1]
      if (level === undefined && (this.#inLine || (c !== BRACE_OPEN && c !== BRACKET_OPEN && c !== COMMA))) {
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
      if (c === QUOTE) {
        stop = endOfString(buf, p + 1)
        if (stop < 0) {
          if (!final) return p
          this.#cutString(buf, p, buf.length)
          this.#at += buf.length - p
          return buf.length
        }
        if (buf[stop - 1] === LF) {
          // A string does not go over the end of its line: the rest of it is missing.
          this.#cutString(buf, p, buf[stop - 2] === CR ? stop - 2 : stop - 1)
          this.#at += stop - p
          this.#fail('a string without its end')
          p = stop
          continue
        }
      } else if (!isPunctuation(c)) {
        while (stop < buf.length && isLiteral(buf[stop] as number)) stop++
        if (stop === buf.length && !final) return p
      }
      if (c !== COMMA) this.#emit(0)
      const isFine = this.#token(buf, p, stop, c)
      this.#at += stop - p
      this.#tokenEnd = this.#at
      if (c === COMMA) this.#emit(1)
      if (!isFine) this.#fail('what is not JSON')
      p = stop
    }
    return p
  }

  /** False: it can't come here. */
  #token(buf: Buffer, start: number, stop: number, c: number): boolean {
    const level = this.#levels[this.#levels.length - 1]
    if (level === undefined) {
      if (c === COMMA) return true
      this.#open(c === BRACKET_OPEN, c === BRACKET_OPEN ? 'unknown' : 'record')
      return true
    }
    if (c === BRACE_CLOSE || c === BRACKET_CLOSE) {
      if (level.isArray !== (c === BRACKET_CLOSE) || level.expects === 'colon') return false
      this.#close(level)
      return true
    }
    if (c === COMMA) {
      if (level.expects !== 'next') return false
      level.expects = level.isArray ? 'value' : 'name'
      return true
    }
    if (level.expects === 'name') return c === QUOTE && this.#name(level, buf, start, stop)
    if (level.expects === 'colon') {
      level.expects = 'value'
      return c === COLON
    }
    if (level.expects !== 'value' || c === COLON) return false
    return c === BRACE_OPEN || c === BRACKET_OPEN
      ? this.#container(level, c === BRACKET_OPEN)
      : this.#scalar(level, buf, start, stop)
  }

  #name(level: Level, buf: Buffer, start: number, stop: number): boolean {
    level.expects = 'colon'
    if (level.mode === 'maybePair') {
      const array = this.#levels[this.#levels.length - 2]
      const isPair = PAIR_NAMES.has(buf.toString('latin1', start + 1, stop - 1))
      if (array !== undefined) this.#decide(array, isPair ? 'map' : 'list')
      level.mode = isPair ? 'pair' : 'record'
      if (!isPair) this.#beginRecord(level)
    }
    if (level.mode === 'pair') {
      level.pairName = buf.toString('latin1', start + 1, stop - 1)
      return true
    }
    const line = this.#line()
    if (line === undefined) return true
    this.#comma(level, line)
    line.bytes(buf, start, stop)
    line.byte(COLON)
    return true
  }

  #scalar(level: Level, buf: Buffer, start: number, stop: number): boolean {
    level.expects = 'next'
    if (level.mode === 'unknown') this.#decide(level, 'inline')
    const line = this.#line()
    if (line === undefined) return true
    if (level.mode === 'pair') {
      if (PAIR_NAMES.has(level.pairName)) {
        const map = this.#levels[this.#levels.length - 2]
        if (map !== undefined) this.#comma(map, line)
        line.bytes(buf, start, stop)
        line.byte(COLON)
        level.count = 1
      } else if (level.pairName === 'value' && level.count === 1) {
        line.bytes(buf, start, stop)
        level.count = 2
      }
      return true
    }
    if (level.isArray) this.#element(level, line)
    line.bytes(buf, start, stop)
    return true
  }

  /** What is before an element of an array in a line: an array that is a record is an object there. */
  #element(level: Level, line: LineBuilder): void {
    const index = level.count
    this.#comma(level, line)
    if (level.mode === 'record') line.text(`"${index}":`)
  }

  #comma(level: Level, line: LineBuilder): void {
    // A record begins with the fields of those around it.
    if (level.line === undefined ? level.count > 0 : line.length > 1) line.byte(COMMA)
    level.count++
  }

  #container(level: Level, isArray: boolean): boolean {
    if (this.#levels.length >= DEPTH) return false
    level.expects = 'next'
    if (level.mode === 'unknown') {
      if (!isArray) {
        // The first name says whether these are pairs.
        this.#open(false, 'maybePair')
        return true
      }
      this.#decide(level, 'list')
    }
    if (level.mode === 'list') {
      this.#open(isArray, isArray ? 'unknown' : 'record')
      return true
    }
    if (level.mode === 'map') {
      this.#open(false, 'pair')
      return !isArray
    }
    const line = this.#line()
    if (level.mode === 'pair' && line !== undefined) {
      if (level.pairName !== 'value' || level.count !== 1) return false
      level.count = 2
    } else if (level.isArray && line !== undefined) this.#element(level, line)
    if (isArray) {
      this.#open(true, 'unknown')
      return true
    }
    this.#open(false, 'inline')
    line?.byte(BRACE_OPEN)
    return true
  }

  #open(isArray: boolean, mode: Mode): void {
    const level: Level = {
      isArray,
      mode,
      count: 0,
      line: undefined,
      context: -1,
      expects: isArray ? 'value' : 'name',
      pairName: '',
      start: this.#tokenEnd,
    }
    if (mode === 'record') this.#beginRecord(level)
    this.#levels.push(level)
  }

  /** What was read before the record is of no line; blanks before it are its own. */
  #beginRecord(level: Level): void {
    this.#frame(level.start)
    const line = this.#free.pop() ?? new LineBuilder()
    line.clear()
    line.byte(BRACE_OPEN)
    this.#addContext(line)
    level.line = line
  }

  /** The first element of an array has shown what it is. */
  #decide(level: Level, mode: 'inline' | 'list' | 'map'): void {
    const parent = this.#levels[this.#levels.indexOf(level) - 1]
    const isElement = parent === undefined || parent.mode === 'list'
    if (isElement && mode !== 'list') {
      // A record that is an array.
      level.mode = 'record'
      this.#beginRecord(level)
      if (mode === 'map') level.mode = 'map'
      return
    }
    level.mode = mode
    const around = this.#levels
      .slice(0, this.#levels.indexOf(level))
      .reverse()
      .find((each) => each.line !== undefined)
    const line = around?.line
    if (line === undefined || around === undefined) return
    if (mode === 'list') {
      if (around.context < 0) around.context = line.length
      line.text('0')
    } else line.byte(mode === 'map' ? BRACE_OPEN : BRACKET_OPEN)
  }

  #close(level: Level): void {
    // An array without elements.
    if (level.mode === 'unknown') this.#decide(level, 'inline')
    const parent = this.#levels[this.#levels.length - 2]
    const line = this.#line()
    if (level.mode === 'maybePair') {
      // `[{}]`
      if (parent !== undefined) this.#decide(parent, 'list')
    }
    this.#levels.pop()
    if (level.line !== undefined) {
      level.line.byte(BRACE_CLOSE)
      this.#complete = level.line
      return
    }
    if (line === undefined || level.mode === 'list' || level.mode === 'maybePair') return
    if (level.mode === 'pair') {
      if (level.count === 1) line.text('null')
      return
    }
    line.byte(level.isArray && level.mode !== 'map' ? BRACKET_CLOSE : BRACE_CLOSE)
  }

  /** Fields of the records around it, so that the stream that they name is known. */
  #addContext(line: LineBuilder): void {
    for (const level of this.#levels) {
      if (level.line === undefined || level.context < 3 || level.context > CONTEXT_BYTES) continue
      const fields = level.line.view().subarray(1, level.context)
      // Up to the name of the list itself.
      const end = lastComma(fields)
      if (end <= 0) continue
      if (line.length > 1) line.byte(COMMA)
      line.bytes(fields, 0, end)
    }
  }

  /** The line that is being written: of the innermost record. */
  #line(): LineBuilder | undefined {
    for (let i = this.#levels.length - 1; i >= 0; i--) {
      const level = this.#levels[i]
      if (level?.line !== undefined) return level.line
      if (level?.mode === 'list') return undefined
    }
    return undefined
  }

  /** Hands on the record that is complete. `comma`: its comma has been read. */
  #emit(comma: 0 | 1): void {
    const line = this.#complete
    if (line === undefined) return
    this.#complete = undefined
    const upTo = comma === 1 ? this.#at : this.#tokenEnd
    this.#sink.line(line.take(), upTo - this.#cut)
    this.#cut = upTo
    this.#free.push(line)
  }

  #frame(upTo: number): void {
    if (upTo > this.#cut) this.#sink.frame(upTo - this.#cut)
    this.#cut = Math.max(this.#cut, upTo)
  }

  /** A value without its last quote. */
  #cutString(buf: Buffer, start: number, stop: number): void {
    const level = this.#levels[this.#levels.length - 1]
    if (level?.expects === 'value') this.#scalar(level, buf, start, stop)
  }

  #breakOff(): void {
    const line = this.#line()
    if (line !== undefined && line.length > 1 && this.#at > this.#cut) {
      this.#sink.line(line.take(), this.#at - this.#cut)
      this.#cut = this.#at
    }
    this.#levels = []
  }

  /**
   * A string is longer than a record may be. What there is of the record, and all that comes up to the end of the line in the input, is one
   * line: it goes on in pieces, and whoever reads lines that are too long finds the dump in it.
   */
  #tooLong(): void {
    const record = this.#line()?.view()
    if (this.#levels.length > 0) this.#sink.fault('a string of more than 1 MiB in the JSON')
    this.#emit(0)
    const rest = this.#rest.take()
    this.#at += rest.length
    this.#sink.line(record === undefined ? rest : Buffer.concat([record, rest]), this.#at - this.#cut)
    this.#cut = this.#at
    this.#tokenEnd = this.#at
    this.#levels = []
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

/** Offset of the last comma of the outermost level in `fields`: the members before it are complete. */
function lastComma(fields: Uint8Array): number {
  let depth = 0
  let last = -1
  for (let p = 0; p < fields.length; p++) {
    const c = fields[p]
    if (c === QUOTE) {
      for (p++; p < fields.length && fields[p] !== QUOTE; p++) if (fields[p] === BACKSLASH) p++
    } else if (c === BRACE_OPEN || c === BRACKET_OPEN) depth++
    else if (c === BRACE_CLOSE || c === BRACKET_CLOSE) depth--
    else if (c === COMMA && depth === 0) last = p
  }
  return last
}
