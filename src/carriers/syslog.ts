/**
 * syslog lines: RFC 5424, RFC 3164, what rsyslog and syslog-ng write into files, `journalctl -o short`, `short-iso`, `short-precise`, `short-full`
 * and `with-unit`, and Heroku's and Cloud Foundry's drains; with and without `<PRI>`, and after the octet count of RFC 6587.
 *
 *     <14>1 2026-11-24T05:00:00.003Z host app 43 - - goroutine 7 [running]:
 *     <14>Nov 24 05:00:00 host app[43]: goroutine 7 [running]:
 *     2026-11-24T05:00:00.123456+00:00 host app[43]: goroutine 7 [running]:
 *     Tue 2026-11-24 05:00:00 UTC host app.service[43]: goroutine 7 [running]:
 *     83 <40>1 2026-11-24T05:00:00+00:00 host app web.3 - goroutine 7 [running]:        Heroku: no structured data
 *     2026-11-24T05:00:00+00:00 app[web.1]: goroutine 7 [running]:                       heroku logs
 *
 * rsyslog writes control characters as `#` and three octal digits, so that TAB is `#011` and a message of several lines has `#012` in it.
 * journalctl indents the further lines of a message by as many blanks as its first line has bytes before the text (systemd
 * `src/shared/logs-show.c`, print_multiline).
 */
import { BRACKET_CLOSE, BRACKET_OPEN, COLON, DASH, DOT, GREATER, isDigit, LESS, SPACE } from '../core/ascii.ts'
import type { CarriedText, Carrier, StreamNames } from './carrier.ts'
import { type LineShape, LONGEST_PART, ShapePart } from './line-shape.ts'
import { LEVEL } from './prefix-pieces.ts'
import { StreamKey } from './stream-key.ts'
import { fillEscaped } from './syslog-text.ts'
import { timeOf } from './time.ts'

/** Longest head of a line that is examined. */
const HEAD = 512
/** Longest name of a month, bytes. */
const MONTH = 16
const STRUCTURED_DATA = /^(?:-|(?:\[[^\s\]="]+(?: [^\s\]="]+="(?:[^"\\\]]|\\.)*")*\])+)(?: |$)/

export class Syslog implements Carrier {
  readonly name = 'syslog'
  readonly #key = new StreamKey()
  #buf: Buffer = Buffer.alloc(0)
  #pos = 0
  /** Where the times before the host begin: there may be two. */
  #stampsAt = 0
  #stamp = 0
  #stampEnd = 0
  /** Offsets of host, program and process, in turn. */
  readonly #spans = new Int32Array(6)
  /** Bytes before the text of the last line with a head: lines that continue it have as many blanks. */
  #width = 0
  #lastKey = ''
  #lastNames: StreamNames = { source: '', attributes: {} }
  #lastHead = ''
  #isContinuation = false
  readonly #head = new ShapePart()

  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    this.#isContinuation = false
    if (buf[pos] === SPACE) return this.#continuation(buf, pos, next, text)
    const end = Math.min(next - 1, pos + HEAD)
    let p = skipCountAndPriority(buf, pos, end)
    const modern = p > pos && buf[p] === 0x31 && buf[p + 1] === SPACE
    if (modern) p += 2
    this.#stamp = p
    if (modern && buf[p] === DASH) p++
    else p = stampEnd(buf, p, end)
    if (p < 0 || buf[p] !== SPACE) return false
    this.#stampsAt = this.#stamp
    // Whoever collects the log may have put a time of its own before the line.
    const second = modern ? -1 : stampEnd(buf, p + 1, end)
    if (second >= 0 && buf[second] === SPACE) {
      this.#stamp = p + 1
      p = second
    }
    this.#stampEnd = p
    p = modern ? this.#modern(buf, p + 1, next) : this.#traditional(buf, p + 1, end)
    if (p < 0) return false
    this.#buf = buf
    const spans = this.#spans
    this.#key.begin()
    for (let i = 0; i < 6; i += 2) this.#key.add(buf, spans[i] as number, spans[i + 1] as number)
    const key = this.#key.take()
    if (key !== this.#lastKey) {
      this.#lastKey = key
      this.#lastNames = this.#readNames()
    }
    this.#pos = pos
    this.#width = p - pos
    this.#lastHead = ''
    text.key = key
    text.partial = false
    fillEscaped(buf, p, next, text)
    return true
  }

  afresh(): Syslog {
    return new Syslog()
  }

  time(now?: number): number | undefined {
    if (this.#isContinuation) return timeOf(this.#lastHead, now)
    const text = this.#buf.toString('latin1', this.#stamp, this.#stampEnd)
    // The second of two times may lack the year.
    return timeOf(text, now) ?? timeOf(this.#buf.toString('latin1', this.#stampsAt, this.#stampEnd), now)
  }

  names(): StreamNames {
    return this.#lastNames
  }

  shape(): LineShape | undefined {
    if (this.#isContinuation || this.#width > LONGEST_PART) return undefined
    this.#head.set(this.#buf, this.#pos, this.#pos + this.#width)
    this.#head.vary(this.#stampsAt - this.#pos, this.#stampEnd - this.#pos)
    return { head: this.#head, escapes: 'octal' }
  }

  #continuation(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    const width = this.#width
    if (width === 0 || pos + width > next - 1) return false
    for (let p = pos; p < pos + width; p++) if (buf[p] !== SPACE) return false
    this.#isContinuation = true
    text.key = this.#lastKey
    text.partial = false
    text.inPlace(buf, pos + width, next)
    return true
  }

  /** `host app 43 ID47 [sd] text`; returns where the text begins. */
  #modern(buf: Buffer, pos: number, next: number): number {
    const spans = this.#spans
    let p = pos
    for (let i = 0; i < 6; i += 2) {
      const stop = tokenEnd(buf, p, next - 1)
      const nil = stop === p + 1 && buf[p] === DASH
      spans[i] = p
      spans[i + 1] = nil ? p : stop
      if (stop === p || buf[stop] !== SPACE) return -1
      p = stop + 1
    }
    const id = tokenEnd(buf, p, next - 1)
    if (id === p) return -1
    if (buf[id] !== SPACE) return id
    p = id + 1
    // Heroku has none. Text in brackets is not structured data either.
    if (buf[p] === DASH || buf[p] === BRACKET_OPEN) {
      const m = STRUCTURED_DATA.exec(buf.toString('latin1', p, Math.min(next - 1, p + 2 * HEAD)))
      if (m !== null) {
        p += m[0].length
        // A blank that followed the colon of an RFC 3164 tag. Two belong to the text: race reports are indented by two.
        if (buf[p] === SPACE && buf[p + 1] !== SPACE) p++
      }
    }
    return buf[p] === 0xef && buf[p + 1] === 0xbb && buf[p + 2] === 0xbf ? p + 3 : p
  }

  /** `host app[43]: text`, `app[web.1]: text`. */
  #traditional(buf: Buffer, pos: number, end: number): number {
    const spans = this.#spans
    spans.fill(pos)
    let p = this.#tag(buf, pos, end)
    if (p >= 0 && spans[4] !== spans[5]) return p
    const host = tokenEnd(buf, pos, end)
    // A level where the host or the program should be: a logger's line.
    if (host === pos || buf[host] !== SPACE || isLevel(buf, pos, host)) return -1
    p = this.#tag(buf, host + 1, end)
    if (p < 0 || isLevel(buf, spans[2] as number, spans[3] as number)) return -1
    spans[0] = pos
    spans[1] = host
    return p
  }

  /** `app[43]: `, `app: `; returns where the text begins. */
  #tag(buf: Buffer, pos: number, end: number): number {
    const spans = this.#spans
    let p = pos
    while (p < end && buf[p] !== SPACE && buf[p] !== COLON && buf[p] !== BRACKET_OPEN) p++
    if (p === pos) return -1
    spans[2] = pos
    spans[3] = p
    spans[4] = p
    spans[5] = p
    if (buf[p] === BRACKET_OPEN) {
      const start = p + 1
      while (p < end && buf[p] !== BRACKET_CLOSE && buf[p] !== SPACE) p++
      if (buf[p] !== BRACKET_CLOSE) return -1
      spans[4] = start
      spans[5] = p
      p++
      // rsyslog writes what arrived in RFC 5424 without the colon.
      if (buf[p] === SPACE && p < end && pos > this.#stampEnd + 1) return p + 1
    }
    if (buf[p] !== COLON || p >= end) return -1
    p++
    return buf[p] === SPACE ? p + 1 : p === end ? p : -1
  }

  #readNames(): StreamNames {
    const [host, program, pid] = [0, 2, 4].map((i) => this.#buf.toString('utf8', this.#spans[i], this.#spans[i + 1]))
    this.#lastHead = this.#buf.toString('latin1', this.#stamp, this.#stampEnd)
    const attributes: Record<string, string> = {}
    if (host) attributes['host.name'] = host
    if (program) attributes['service.name'] = program
    if (pid) attributes[/^\d+$/.test(pid) ? 'process.pid' : 'syslog.procid'] = pid
    return { source: [host, program, pid].filter(Boolean).join('/'), attributes }
  }
}

/** Including its brackets. */
const LONGEST_LEVEL = 12

function isLevel(buf: Buffer, start: number, end: number): boolean {
  return end - start <= LONGEST_LEVEL && LEVEL.test(buf.toString('latin1', start, end))
}

/** `123 <14>`: either may be missing. */
function skipCountAndPriority(buf: Buffer, pos: number, end: number): number {
  let p = pos
  while (p < end && p < pos + 7 && isDigit(buf[p])) p++
  if (p > pos && (buf[p] !== SPACE || buf[p + 1] !== LESS)) return pos
  if (p > pos) p++
  if (buf[p] !== LESS) return pos
  let q = p + 1
  while (q < end && isDigit(buf[q])) q++
  return q > p + 1 && q <= p + 4 && buf[q] === GREATER ? q + 1 : pos
}

const TIME_BYTE = new Uint8Array(256)
for (const c of '0123456789:.,+-TZ') TIME_BYTE[c.charCodeAt(0)] = 1

/** Where the time stamp at `pos` ends; -1 if there is none. */
function stampEnd(buf: Buffer, pos: number, end: number): number {
  let p = pos
  if (isDigit(buf[p])) {
    p = runEnd(buf, p, end)
    if (p - pos >= 15) return p
  }
  p = monthEnd(buf, pos, end)
  if (buf[p] !== SPACE) return -1
  while (buf[p] === SPACE && p < end) p++
  const date = p
  p = runEnd(buf, p, end)
  const isFull = p - date === 10
  if (p === date || (p - date > 2 && !isFull) || buf[p] !== SPACE) return -1
  const clock = p + 1
  p = runEnd(buf, clock, end)
  if (p - clock < 8) return -1
  // `UTC`, `CET`, `+03` of short-full.
  return isFull && buf[p] === SPACE ? tokenEnd(buf, p + 1, end) : p
}

/**
 * Where the month at `pos` ends, or the day of the week: three letters in English; journalctl writes it in the language of the locale, such as
 * `4月`, `févr.` or `Mär`. `pos` if there is none.
 */
function monthEnd(buf: Buffer, pos: number, end: number): number {
  let p = pos
  let isForeign = false
  for (; p < end && p - pos <= MONTH; p++) {
    const c = buf[p] as number
    if (c >= 0x80 || c === DOT) isForeign = true
    else if (!isLetter(c) && !isDigit(c)) break
  }
  return p - pos === 3 || (isForeign && p - pos <= MONTH) ? p : pos
}

function runEnd(buf: Buffer, pos: number, end: number): number {
  let p = pos
  while (p < end && TIME_BYTE[buf[p] as number] === 1) p++
  return p
}

function tokenEnd(buf: Buffer, pos: number, end: number): number {
  let p = pos
  while (p < end && buf[p] !== SPACE) p++
  return p
}

function isLetter(c: number | undefined): boolean {
  return c !== undefined && (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a
}
