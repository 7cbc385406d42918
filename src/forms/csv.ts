/**
 * CSV and TSV with the names of the columns in the first row (RFC 4180): what Grafana, Splunk, Kibana, Datadog and Azure download. Each row
 * becomes a line of JSON, which the carriers read. Without the first row, the rows are known by their quotes: each field has them.
 *
 *     labels,Time,Line,tsNs,id
 *     "{""app"":""shop""}",2026-11-24T10:57:31.123456Z,goroutine 7 [running]:,1795517851123000000,id0
 */
import { COMMA, CR, LF, QUOTE, TAB } from '../core/ascii.ts'
import { type Form, type FormSink, LineBuilder, RECORD_BYTES, Rest } from './form.ts'

const SEMICOLON = 0x3b
const DELIMITERS = [COMMA, SEMICOLON, TAB, 0x7c] as const
/** How many quotes without an end are accepted as text; after that, every quote is text. */
const BAD_QUOTES = 3
/** How many lines after an unclosed quote decide whether it was a quote, or the file was cut inside its field. */
const LINES_AHEAD = 8
/** Every log download has a column with one of these names. */
const KNOWN =
  /^"?[@_]?(?:raw|line|log|message|msg|text|body|content|value|event|log_?(?:entry|message|line)|time|timestamp|ts(?:ns)?|date|datetime|_time|timegenerated(?: \[.*\])?|host|service|severity|level|status|source)"?$/i
const ISO_TIME = /^"?\d{4}-\d\d-\d\d[T ]\d\d:\d\d/
const NAME = /^[\p{L}@_"'#*][^=(){}]{0,80}$/u

/** A row each of whose fields is in quotes. */
const QUOTED_ROW = /^(?:"(?:[^"]|"")*",)+"(?:[^"]|"")*"\r?\n?$/

export interface CsvTable {
  readonly delimiter: number
  readonly columns: number
  /** Names of the columns, if the first row does not hold them. */
  readonly names?: readonly string[]
}

/** Parses the first line; undefined if it does not hold column names. `second`: the next line, if it is known. */
export function csvTable(first: string, second?: string): CsvTable | undefined {
  const line = first.replace(/\r?\n?$/, '')
  for (const delimiter of DELIMITERS) {
    const names = line.split(String.fromCharCode(delimiter))
    if (names.length < 2 || !names.every((name) => NAME.test(name.trim()))) continue
    if (!names.some((name) => KNOWN.test(name.trim())) && !isTimed(names.length, delimiter, second)) continue
    if (new Set(names).size < names.length) continue
    if (
      second !== undefined &&
      second.split(String.fromCharCode(delimiter)).length < Math.min(names.length, 2) &&
      !second.startsWith('"')
    )
      continue
    return { delimiter, columns: names.length }
  }
  return undefined
}

/** The table of which `first` and `second` are rows, quoted throughout; undefined if they are not. A list of strings may look the same, but has no time. */
export function quotedTable(first: string, second: string): CsvTable | undefined {
  if (!QUOTED_ROW.test(first) || !QUOTED_ROW.test(second)) return undefined
  const fields = first.split('","')
  const time = fields.findIndex((field) => ISO_TIME.test(field))
  if (time < 0 || second.split('","').length !== fields.length) return undefined
  const names = fields.map((_, i) => (i === time ? 'time' : `column ${i + 1}`))
  return { delimiter: COMMA, columns: fields.length, names }
}

/** For column names in other languages: the next row has as many fields, one of them a time. Prose has commas too, and can have times. */
function isTimed(columns: number, delimiter: number, second: string | undefined): boolean {
  if (second === undefined) return delimiter !== COMMA
  const fields = second.split(String.fromCharCode(delimiter))
  return delimiter !== COMMA && fields.length >= columns && fields.some((field) => ISO_TIME.test(field))
}

export class Csv implements Form {
  readonly #sink: FormSink
  readonly #delimiter: number
  readonly #rest = new Rest()
  readonly #line = new LineBuilder()
  #names: string[] | undefined
  #badQuotes = 0

  constructor(sink: FormSink, { delimiter, names }: CsvTable) {
    this.#sink = sink
    this.#delimiter = delimiter
    this.#names = names?.map((name) => JSON.stringify(name))
  }

  push(chunk: Buffer): void {
    const buf = this.#rest.with(chunk)
    let pos = 0
    while (pos < buf.length) {
      const end = this.#rowEnd(buf, pos)
      if (end < 0) {
        if (buf.length - pos <= RECORD_BYTES) break
        pos = this.#forgive(buf, pos)
        continue
      }
      this.#row(buf, pos, end)
      pos = end
    }
    this.#rest.keep(buf, pos)
  }

  end(): void {
    const buf = this.#rest.take()
    for (let pos = 0; pos < buf.length; ) {
      const end = this.#rowEnd(buf, pos)
      if (end < 0 && this.#hasOpenQuote(buf, pos)) {
        if (this.#isCutField(buf, pos)) {
          this.#sink.fault('the CSV ends in the middle of a field')
          this.#row(buf, pos, buf.length, true)
          return
        }
        pos = this.#forgive(buf, pos)
        continue
      }
      this.#row(buf, pos, end < 0 ? buf.length : end)
      pos = end < 0 ? buf.length : end
    }
  }

  /** Offset after the line end of the row; -1 if it has not arrived. */
  #rowEnd(buf: Buffer, pos: number): number {
    let from = pos
    for (;;) {
      const lf = buf.indexOf(LF, from)
      if (lf < 0) return -1
      if (this.#badQuotes > BAD_QUOTES || !this.#hasOpenQuote(buf, pos, lf)) return lf + 1
      from = lf + 1
      const quote = buf.indexOf(QUOTE, from)
      if (quote < 0) return -1
      from = quote
    }
  }

  #scanned: { buf: Buffer; pos: number; at: number; open: boolean } = {
    buf: Buffer.alloc(0),
    pos: -1,
    at: 0,
    open: false,
  }

  /** Is a quoted field open at `end`? For the same row, continues where the last call stopped. */
  #hasOpenQuote(buf: Buffer, pos: number, end: number = buf.length): boolean {
    const last = this.#scanned
    const isSameRow = last.buf === buf && last.pos === pos && last.at <= end
    let open = isSameRow && last.open
    for (let p = isSameRow ? last.at : pos; p < end; p++) {
      if (buf[p] !== QUOTE) continue
      // A quote opens a field only at its start.
      if (open || p === pos || buf[p - 1] === this.#delimiter || buf[p - 1] === QUOTE) open = !open
    }
    this.#scanned = { buf, pos, at: end, open }
    return open
  }

  /** The quote in the row at `pos` never closes: its first line is taken as text. */
  #forgive(buf: Buffer, pos: number): number {
    this.#badQuotes++
    if (this.#badQuotes === 1) this.#sink.fault('a quote in the CSV never closes')
    const lf = buf.indexOf(LF, pos)
    const end = lf < 0 ? buf.length : lf + 1
    this.#row(buf, pos, end)
    return end
  }

  /** Was the field cut? Then the lines after its first one do not look like rows. */
  #isCutField(buf: Buffer, pos: number): boolean {
    const lines = buf
      .toString('latin1', pos, pos + RECORD_BYTES)
      .split('\n')
      .slice(1, 1 + LINES_AHEAD)
    const delimiter = String.fromCharCode(this.#delimiter)
    const rows = lines.filter((line) => line.split(delimiter).length >= (this.#names?.length ?? 0))
    return rows.length * 2 < lines.length
  }

  /** `isCut`: its last field is not closed. */
  #row(buf: Buffer, pos: number, end: number, isCut = false): void {
    let stop = end
    if (stop > pos && buf[stop - 1] === LF) stop--
    if (stop > pos && buf[stop - 1] === CR) stop--
    if (this.#names === undefined) {
      this.#names = []
      this.#fields(buf, pos, stop, isCut, (text) => this.#names?.push(JSON.stringify(text.toString('utf8').trim())))
      this.#sink.frame(end - pos)
      return
    }
    const names = this.#names
    const line = this.#line
    line.clear()
    line.byte(0x7b)
    let index = 0
    this.#fields(buf, pos, stop, isCut, (text) => {
      const name = names[index] ?? JSON.stringify(`column ${index + 1}`)
      if (index++ > 0) line.byte(COMMA)
      line.text(`${name}:`)
      // Loki's labels are JSON inside a field.
      if (text[0] === 0x7b && isObject(text)) line.bytes(text, 0, text.length)
      else line.quoted(text)
    })
    line.byte(0x7d)
    this.#sink.line(line.take(), end - pos)
  }

  #fields(buf: Buffer, pos: number, end: number, isCut: boolean, take: (text: Buffer) => void): void {
    for (let p = pos; p <= end; ) {
      if (buf[p] === QUOTE && p < end) {
        const found = closingQuote(buf, p + 1, end)
        const close = found < 0 && isCut ? end : found
        if (close >= 0) {
          const text = buf.subarray(p + 1, close)
          take(text.includes('""') ? Buffer.from(text.toString('latin1').replaceAll('""', '"'), 'latin1') : text)
          p = close + 1
          while (p < end && buf[p] !== this.#delimiter) p++
          p++
          continue
        }
      }
      const found = buf.indexOf(this.#delimiter, p)
      const stop = found < 0 || found > end ? end : found
      take(buf.subarray(p, stop))
      p = stop + 1
    }
  }
}

function closingQuote(buf: Buffer, pos: number, end: number): number {
  for (let p = pos; p < end; p++) {
    if (buf[p] !== QUOTE) continue
    if (buf[p + 1] !== QUOTE || p + 1 >= end) return p
    p++
  }
  return -1
}

function isObject(text: Buffer): boolean {
  if (text.length > 8192) return false
  try {
    JSON.parse(text.toString('utf8'))
    return true
  } catch {
    return false
  }
}
