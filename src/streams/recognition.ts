/**
 * Which carriers a log has. A carrier is in use from the first line on in which it carries the beginning of a dump; before that, any JSON of
 * an ordinary log would pass for a carrier of text. With `--input`, the named carriers are in use from the start, and there are no others.
 *
 *   asked in this order                                       | in use when a dump begins in its text
 *   ----------------------------------------------------------|---------------------------------------
 *   carriers in use, the latest first                         | already
 *   the known ones: CRI, OTLP, JSON dialects, syslog, …, and  | from now on
 *   the log of a container runtime in one of them             |
 *   a prefix before a record that holds nothing but a header  | from now on
 *   a log line with a whole dump in one of its strings        | from now on, last of all
 *   a TAB, in a value of klog                                 | from now on
 *   a prefix like that of this line                           | from now on
 */

import { CarriedText, type Carrier } from '../carriers/carrier.ts'
import { carriersFor, type InputKind, type KeyNames } from '../carriers/detect.ts'
import { Whole } from '../carriers/dump-string.ts'
import { Prefix } from '../carriers/prefix.ts'
import { indentOf, prefixOf, prefixOfRecord } from '../carriers/shown-prefix.ts'
import { Syslog } from '../carriers/syslog.ts'
import { unparsedIn } from '../carriers/unparsed.ts'
import { SPACE, TAB } from '../core/ascii.ts'
import { lookBack } from '../lines/look-back.ts'
import type { LogTape } from '../lines/tape.ts'
import { announces, findAnnouncement } from '../text/announcement.ts'
import { isRuntimeStack, lineStart } from '../text/needle.ts'
import { bareAnnouncement } from './bare-head.ts'
import { beginsValue, isIndentedTitle, KlogValue } from './klog-value.ts'
import { isInIndentedPanic, isInPanicValue } from './panic-value.ts'
import type { Stream } from './stream.ts'

/** Most carriers in use at once: several programs may write one log, each in its own way. */
const CARRIERS = 16

export interface RecognitionParts {
  readonly input: InputKind
  readonly keys: KeyNames
  readonly tape: LogTape
  /** Decides whether a dump begins in a text before its stream exists. */
  readonly probe: () => Stream
  /** A carrier is no longer in use, because there are too many. */
  readonly onDrop: (carrier: Carrier) => void
}

export class Recognition {
  readonly #parts: RecognitionParts
  /** Made when the first line is examined: most inputs have no dump. */
  #all: readonly Carrier[] | undefined
  readonly whole: Carrier = new Whole()
  readonly klog: KlogValue = new KlogValue()
  readonly #text = new CarriedText()
  #inUse: Carrier[]

  constructor(parts: RecognitionParts) {
    this.#parts = parts
    this.#inUse = parts.input === 'auto' ? [] : [...this.#known]
  }

  get #known(): readonly Carrier[] {
    this.#all ??= carriersFor(this.#parts.input, this.#parts.keys)
    return this.#all
  }

  /** The latest first. */
  get inUse(): readonly Carrier[] {
    return this.#inUse
  }

  /**
   * Does a dump begin in the line [pos, next), which holds a needle, in a carrier? Then that carrier is in use from now on. The lines from
   * `from` on come before it.
   */
  recognise(buf: Buffer, pos: number, next: number, from: number): boolean {
    return this.#recognise(buf, pos, next, from, 'any')
  }

  /** Like `recognise`, but without indentation: after `panic: …` an indented header is text in its value. */
  recogniseFlush(buf: Buffer, pos: number, next: number, from: number): boolean {
    return this.#recognise(buf, pos, next, from, 'flush')
  }

  /** Like `recognise`, but without prefixes, which only the header itself shows. `isInDump`: the line follows a line of a dump without a carrier. */
  recogniseForm(buf: Buffer, pos: number, next: number, from: number, isInDump: boolean): boolean {
    return this.#recognise(buf, pos, next, from, 'none', isInDump)
  }

  /** Like `recognise`, for indentation alone. */
  recogniseIndent(buf: Buffer, pos: number, next: number, from: number): boolean {
    if (this.#parts.input !== 'auto' || (buf[pos] !== SPACE && buf[pos] !== TAB)) return false
    const indent = indentOf(buf.subarray(pos, next - 1))
    return indent?.isIndent === true && !isInPanicValue(this.#parts.tape, buf, pos, next, from) && this.#use(indent)
  }

  #recognise(
    buf: Buffer,
    pos: number,
    next: number,
    from: number,
    prefixes: 'any' | 'flush' | 'none',
    isInDump = false,
  ): boolean {
    if (this.#known.length === 0) return false
    if (buf[pos] === SPACE) this.#showHeadOfMessage(buf, pos, from)
    for (const carrier of this.#inUse) {
      if ((prefixes === 'none' && carrier instanceof Prefix) || (isInDump && carrier.isLabel === true)) continue
      if (this.#beginsIn(carrier, buf, pos, next, from)) return true
    }
    if (this.#parts.input !== 'auto') return false
    for (const carrier of this.#known) {
      if (this.#inUse.includes(carrier) || (isInDump && carrier.isLabel === true)) continue
      if (!carrier.read(buf, pos, next, this.#text)) continue
      const unparsed = unparsedIn(carrier, this.#text)
      if (unparsed !== undefined && this.#beginsIn(unparsed, buf, pos, next, from)) return this.#use(unparsed)
      if (this.#beginsIn(carrier, buf, pos, next, from)) return this.#use(carrier)
    }
    const line = buf.subarray(pos, next - 1)
    const beforeRecord = prefixes === 'none' ? undefined : prefixOfRecord(line)
    if (beforeRecord !== undefined && this.#beginsIn(beforeRecord, buf, pos, next, from)) return this.#use(beforeRecord)
    const { whole } = this
    if (!this.#inUse.includes(whole) && this.#beginsIn(whole, buf, pos, next, from)) {
      // After the others: each of them knows more about a line than that it holds a dump.
      this.#inUse.push(whole)
      return true
    }
    if (prefixes === 'none') return false
    if (isIndentedTitle(buf, pos, next) && this.#isInPlainValue(buf, pos, from)) return this.#use(new Prefix('\t'))
    const prefix = prefixOf(line)
    if (prefix !== undefined) return this.#isAnnounced(prefix, buf, pos, next, from) && this.#use(prefix)
    const indent = prefixes === 'any' ? indentOf(line) : undefined
    if (indent !== undefined && !isInPanicValue(this.#parts.tape, buf, pos, next, from)) return this.#use(indent)
    const inValue = prefixOf(line, true)
    return inValue !== undefined && this.#beginsIn(inValue, buf, pos, next, from) && this.#use(inValue)
  }

  /** Does the carrier of the line only quote a header? Then no dump begins in the line. The parameters are those of `recognise`. */
  quotes(buf: Buffer, pos: number, next: number, from: number): boolean {
    if (this.#known.length === 0 || this.recognise(buf, pos, next, from)) return false
    const reads = (carrier: Carrier): boolean => carrier.read(buf, pos, next, this.#text)
    if (this.#inUse.some((carrier) => carrier !== this.whole && reads(carrier))) return true
    if (this.#parts.input !== 'auto') return false
    const line = buf.subarray(pos, next - 1)
    if (this.#known.some(reads) || prefixOf(line, true) !== undefined) return true
    return indentOf(line)?.isBlank === true && isInIndentedPanic(this.#parts.tape, buf, pos, next, from)
  }

  /** Does the line [pos, next) belong to one of those streams, with at least `least` bytes before its text? Any number can look like a time. */
  isCarried(
    buf: Buffer,
    pos: number,
    next: number,
    least: number,
    isStream: (carrier: Carrier, key: string) => boolean,
  ): boolean {
    const text = new CarriedText()
    return this.#inUse.some((carrier) => {
      const other = carrier === this.whole ? undefined : carrier.afresh()
      if (other?.read(buf, pos, next, text) !== true || !isStream(carrier, text.key)) return false
      return next - pos - (text.end - text.start) >= least
    })
  }

  /** Start of the first line in [from, near) that announces the dump in the line [near, next), or one in another stream; `near` if there is none. */
  announced(buf: Buffer, from: number, near: number, next: number): number {
    const text = this.#text
    const carrier = this.#inUse.find((each) => each.read(buf, near, next, text))
    if (carrier === undefined) return near
    const other = carrier.afresh()
    // Only lines that have waited: the result must not depend on the chunks, and at the end of a chunk any other line would have gone out.
    const least = findAnnouncement(buf, from, near, near - from)
    let at = near
    for (let line = near; line > least; ) {
      const start = lineStart(buf, from, line - 1)
      if (other.read(buf, start, line, text) && this.#parts.probe().begins(text, false, text)) at = start
      line = start
    }
    return at
  }

  /**
   * Like `announced`, for lines that were copied without the prefix of the line [near, next). A shipper or a daemon writes whole lines: a line
   * without its form comes from another writer.
   */
  announcedBare(buf: Buffer, from: number, near: number, next: number): number {
    const text = this.#text
    const carrier = this.#inUse.find((each) => each.read(buf, near, next, text))
    if (!(carrier instanceof Prefix)) return near
    const other = carrier.afresh()
    const least = findAnnouncement(buf, from, near, near - from)
    return bareAnnouncement(buf, least, near, (start, stop) =>
      other.read(buf, start, stop, text) ? text.latin1() : undefined,
    )
  }

  #beginsIn(carrier: Carrier, buf: Buffer, pos: number, next: number, from: number): boolean {
    const text = this.#text
    if (!carrier.read(buf, pos, next, text)) return false
    if (isIndentedTitle(text.buf, text.start, text.end)) return this.#isInValue(carrier, text.key, buf, pos, from)
    do {
      const line = carrier.several === true ? text : { buf, start: pos, end: next }
      if (this.#parts.probe().begins(text, true, line)) return true
    } while (carrier.again?.(text) === true)
    return false
  }

  /** Is the line at `pos`, of the stream `key`, in a value of klog? The nearest line of the stream that is not indented decides. */
  #isInValue(carrier: Carrier, key: string, buf: Buffer, pos: number, from: number): boolean {
    const text = this.#text
    const other = carrier.afresh()
    lookBack(this.#parts.tape, buf, from, pos, (before, start, next) => {
      if (!other.read(before, start, next, text) || text.key !== key) return false
      this.klog.note(carrier, text)
      return text.buf[text.start] !== TAB
    })
    return this.klog.isIn(carrier, key)
  }

  /** `runtime stack:` alone does not prove a prefix: `fatal error: …` must come before it in the same stream. */
  #isAnnounced(prefix: Prefix, buf: Buffer, pos: number, next: number, from: number): boolean {
    const text = this.#text
    if (!prefix.read(buf, pos, next, text) || !isRuntimeStack(text.buf, text.start, text.end)) return true
    const { key } = text
    let found = false
    lookBack(this.#parts.tape, buf, from, pos, (before, start, end) => {
      found = prefix.read(before, start, end, text) && text.key === key && announces(text.buf, text.start, text.end)
      return found
    })
    return found
  }

  /** Like `#isInValue`, without a carrier. */
  #isInPlainValue(buf: Buffer, pos: number, from: number): boolean {
    let found = false
    lookBack(this.#parts.tape, buf, from, pos, (before, start, next) => {
      if (before[start] === TAB) return false
      found = beginsValue(before, start, next)
      return true
    })
    return found
  }

  /** A line that begins with blanks may continue a message of journalctl: the message's first line names its stream. */
  #showHeadOfMessage(buf: Buffer, pos: number, from: number): void {
    const syslog = this.#known.find((carrier) => carrier instanceof Syslog)
    if (syslog === undefined) return
    lookBack(this.#parts.tape, buf, from, pos, (before, start, next) => {
      if (before[start] === SPACE) return false
      syslog.read(before, start, next, this.#text)
      return true
    })
  }

  /** The carrier is no longer in use: it was not one. */
  drop(carrier: Carrier): void {
    this.#inUse = this.#inUse.filter((each) => each !== carrier)
  }

  /** Puts the carrier in use. */
  use(carrier: Carrier): void {
    this.#use(carrier)
  }

  #use(carrier: Carrier): true {
    this.#inUse.unshift(carrier)
    for (const dropped of this.#inUse.splice(CARRIERS)) this.#parts.onDrop(dropped)
    return true
  }
}
