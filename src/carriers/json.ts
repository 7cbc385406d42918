/**
 * Lines of JSON. What all writers have in common is here; the field names of each are in a dialect (json-dialect.ts). The line is scanned for those
 * fields and nothing else.
 */
import { BRACE_OPEN, LF, NO_BYTES, QUOTE, SPACE } from '../core/ascii.ts'
import type { CarriedText, Carrier, RecordFrame, StreamNames } from './carrier.ts'
import { decodeEscapes } from './escapes.ts'
import { type Dialect, type Layout, layoutOf } from './json-dialect.ts'
import { attributesOfPath } from './kubernetes.ts'
import { LikeLast } from './like-last.ts'
import { type LineShape, LONGEST_TEXT } from './line-shape.ts'
import { ABSENT, ARRAY, eachElement, JsonPaths, LITERAL, NULL, STRING } from './scan.ts'
import { StreamKey } from './stream-key.ts'
import { fillEscaped } from './syslog-text.ts'
import { timeOf, timeOfNumber } from './time.ts'

/** A place in a source file. */
const CALLER = /\.(?:go|s|c|cc|cpp|h|py|js|ts|java|rs|rb)(?::\d+)*$/

export class JsonCarrier implements Carrier {
  readonly name: string
  readonly #dialect: Dialect
  /** Made when the first line of JSON comes: an engine has many dialects, and most logs use none of them. */
  #made: JsonPaths | undefined
  readonly #layout: Layout
  #buf: Buffer = NO_BYTES
  #pos = 0
  #next = 0
  /** Index of the path that held the text; -1 for none. */
  #text = -1
  #textEndsLine = false
  /**
   * How many members the last line with a text had, and the last one before it with another number: a line of the log, which has other members, may
   * come between the lines of a dump.
   */
  #members = 0
  #otherMembers = 0
  readonly #streamKey = new StreamKey()
  readonly #like = new LikeLast()
  /** Length of the last line before its text, and after it. */
  #before = -1
  #after = -1
  /** `#paths` holds the result for the line that was read last. */
  #isScanned = false

  constructor(dialect: Dialect) {
    this.name = dialect.name
    this.#dialect = dialect
    this.#layout = layoutOf(dialect)
  }

  get #paths(): JsonPaths {
    this.#made ??= new JsonPaths(this.#layout.paths)
    return this.#made
  }

  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    if (buf[pos] !== BRACE_OPEN) return false
    if (this.#isLikeLast(buf, pos, next, text)) return true
    const { kinds } = this.#paths
    if (this.#paths.scan(buf, pos, next) < 0) return false
    for (const some of this.#layout.requires) if (!some.some((index) => kinds[index] !== ABSENT)) return false
    const { maxMembers, blankWithoutText } = this.#dialect
    if (maxMembers !== undefined && this.#paths.members > maxMembers) return false
    let found = -1
    for (let i = 0; i < this.#layout.times; i++) {
      const kind = kinds[i]
      if (kind === STRING || kind === ARRAY || kind === NULL) {
        found = i
        break
      }
    }
    if (found >= 0) this.#remember(this.#paths.members)
    else if (blankWithoutText !== true && !this.#isBlank(this.#paths.members)) return false
    this.#buf = buf
    this.#pos = pos
    this.#next = next
    this.#text = found
    this.#isScanned = true
    this.#fill(buf, text)
    text.key = this.#key(buf)
    this.#rememberLine(text)
    return true
  }

  /** Reads the line without a scan, if it differs from the last one only in its text and time. */
  #isLikeLast(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    const like = this.#like
    if (!like.read(buf, pos, next, text)) return false
    this.#buf = buf
    this.#pos = pos
    this.#next = next
    this.#isScanned = false
    this.#filled(text, like.length, like.holdsLines)
    text.key = this.#streamKey.take()
    return true
  }

  /** If one line is as long as the one before, apart from its text, the next may be, too. */
  #rememberLine({ partial }: CarriedText): void {
    const { kinds, starts, ends } = this.#paths
    const [pos, next, at] = [this.#pos, this.#next, this.#text]
    const [start, end] = [starts[at] ?? pos, ends[at] ?? pos]
    const isAsLong = start - pos === this.#before && next - end === this.#after
    this.#before = start - pos
    this.#after = next - end
    if (!isAsLong || kinds[at] !== STRING || partial) {
      this.#like.forget()
      return
    }
    const like = this.#like
    const { times, streams, others, haveDigits } = this.#layout
    like.remember(this.#buf, pos, next, start, end)
    // With another digit, a name could become one of those that are looked for.
    if (!haveDigits) like.varyAll()
    for (let i = times; i < others; i++) {
      if (kinds[i] === ABSENT) continue
      const [from, to] = [(starts[i] ?? pos) - pos, (ends[i] ?? pos) - pos]
      if (i < streams) like.vary(from, to, end - pos)
      else like.fix(from, to, end - pos)
    }
  }

  /** Where things are in the line that was read last. */
  get #scanned(): JsonPaths {
    if (!this.#isScanned) {
      this.#paths.scan(this.#buf, this.#pos, this.#next)
      this.#isScanned = true
    }
    return this.#paths
  }

  #remember(members: number): void {
    if (members === this.#members) return
    this.#otherMembers = this.#members
    this.#members = members
  }

  /** For a logger that leaves out what is empty: zerolog's empty line is like an earlier one without the text. */
  #isBlank(members: number): boolean {
    return members === this.#members - 1 || members === this.#otherMembers - 1
  }

  afresh(): JsonCarrier {
    return new JsonCarrier(this.#dialect)
  }

  time(now?: number): number | undefined {
    for (let i = this.#layout.times; i < this.#layout.streams; i++) {
      const value = this.#value(i)
      if (value === undefined) continue
      const number = /^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value) ? Number(value) : undefined
      const time = number === undefined ? timeOf(value, now) : timeOfNumber(number)
      if (time !== undefined) return time
    }
    return undefined
  }

  names(): StreamNames {
    const attributes: Record<string, string> = {}
    const names: string[] = []
    for (const [i, { path, attribute, named, mayBeCaller }] of this.#dialect.streams.entries()) {
      const value = this.#value(this.#layout.streams + i)
      if (value === undefined || value === '' || (mayBeCaller === true && CALLER.test(value))) continue
      if (named) names.push(value)
      if (!(attribute in attributes)) attributes[attribute] = value
      if (attribute === 'log.file.path') Object.assign(attributes, attributesOfPath(value), attributes)
      if (path === 'container_name') attributes[attribute] = value.replace(/^\//, '')
    }
    return { source: names.join('/'), attributes }
  }

  frame(): RecordFrame | undefined {
    const at = this.#text
    if (at < 0) return undefined
    const { kinds, starts, ends } = this.#scanned
    const quotes = kinds[at] === STRING ? 1 : 0
    const before = this.#buf.toString('utf8', this.#pos, (starts[at] ?? 0) - quotes)
    const after = this.#buf.toString('utf8', (ends[at] ?? 0) + quotes, this.#next).trimEnd()
    const end = this.#textEndsLine ? '\n' : ''
    return (json) => `${before}${JSON.stringify(json + end)}${after}`
  }

  shape(): LineShape | undefined {
    const { cutAt, syslogText } = this.#dialect
    return syslogText !== true && (cutAt === undefined || cutAt > LONGEST_TEXT) ? this.#like.shape : undefined
  }

  #value(index: number): string | undefined {
    const { kinds, starts, ends } = this.#scanned
    const kind = kinds[index]
    if (kind !== STRING && kind !== LITERAL) return undefined
    const raw = this.#buf.toString('utf8', starts[index], ends[index])
    if (!raw.includes('\\')) return raw
    const bytes = Buffer.from(raw)
    return bytes.toString('utf8', 0, decodeEscapes(bytes, 0, bytes.length, bytes, 0))
  }

  #fill(buf: Buffer, text: CarriedText): void {
    const { kinds, starts, ends } = this.#paths
    const { tag } = this.#layout
    const at = this.#text
    const start = at < 0 ? 0 : (starts[at] as number)
    const end = at < 0 ? 0 : (ends[at] as number)
    const room = text.room(end - start)
    let length = 0
    if (at >= 0 && kinds[at] === STRING) length = decodeEscapes(buf, start, end, room, 0)
    else if (at >= 0 && kinds[at] === ARRAY) length = fromArray(buf, start, end, room)
    this.#filled(text, length)
    if (kinds[tag] === STRING && buf[starts[tag] as number] === 0x50) text.partial = true
  }

  /** The first `length` bytes of the room of `text` are the decoded string. */
  #filled(text: CarriedText, length: number, holdsLines?: boolean): void {
    const { cutAt, syslogText } = this.#dialect
    this.#textEndsLine = length > 0 && text.room(length)[length - 1] === LF
    text.partial = cutAt !== undefined && length >= cutAt && !this.#textEndsLine
    text.filled(this.#textEndsLine ? length - 1 : length, holdsLines)
    if (syslogText === true) fillEscaped(text.buf, text.buf[0] === SPACE ? 1 : 0, text.end, text)
  }

  #key(buf: Buffer): string {
    const { kinds, starts, ends } = this.#paths
    const key = this.#streamKey
    const { streams, others, mayBeCaller } = this.#layout
    key.begin()
    for (let i = streams; i < others; i++) {
      if (kinds[i] === ABSENT || (i === mayBeCaller && this.#isCaller(buf, i))) key.add(buf, 0, 0)
      else key.add(buf, starts[i] as number, ends[i] as number)
    }
    return key.take()
  }

  #isCaller(buf: Buffer, index: number): boolean {
    const { starts, ends } = this.#paths
    const end = ends[index] as number
    return CALLER.test(buf.toString('latin1', Math.max(starts[index] as number, end - CALLER_BYTES), end))
  }
}

const CALLER_BYTES = 64

/** journald writes bytes that are not UTF-8 as an array of numbers, and a field that occurs twice as an array of strings. */
function fromArray(buf: Buffer, start: number, end: number, room: Buffer): number {
  let length = 0
  let strings = 0
  eachElement(buf, start, end, (from, to) => {
    if (buf[from] === QUOTE) {
      if (strings++ > 0) room[length++] = LF
      length = decodeEscapes(buf, from + 1, to - 1, room, length)
      return
    }
    let byte = 0
    for (let p = from; p < to; p++) byte = (byte * 10 + (buf[p] as number) - 0x30) & 0xff
    room[length++] = byte
  })
  return length
}
