/**
 * logfmt with one line of the text in each record: log/slog's TextHandler, logrus's TextFormatter. Values are quoted as strconv.Quote does where
 * they need it.
 *
 *     time=2026-11-24T05:00:00.779Z level=INFO msg="\t/app/main.go:3 +0x1d" service=shop
 *     time=2026-11-24T05:00:00.779Z level=INFO msg=main.main()
 */
import { LF, QUOTE, SPACE } from '../core/ascii.ts'
import type { CarriedText, Carrier, StreamNames } from './carrier.ts'
import { decodeEscapes } from './escapes.ts'
import { stringEnd } from './scan.ts'
import { timeOf } from './time.ts'

const HEAD = 256
const MSG = [0x6d, 0x73, 0x67, 0x3d] as const

export class Logfmt implements Carrier {
  readonly name = 'logfmt'
  #buf: Buffer = Buffer.alloc(0)
  #pos = 0
  #text = 0

  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    const end = next - 1
    let p = pos
    for (;;) {
      while (
        p < end &&
        !(buf[p] === MSG[0] && buf[p + 1] === MSG[1] && buf[p + 2] === MSG[2] && buf[p + 3] === MSG[3])
      ) {
        // Skips a value in quotes.
        const stop = buf[p] === QUOTE ? stringEnd(buf, p + 1, end) : p
        if (stop < 0) return false
        p = stop + 1
      }
      if (p >= end) return this.#blank(buf, pos, end, text)
      if (p > pos && buf[p - 1] === SPACE) break
      if (p === pos) break
      p++
    }
    this.#at(buf, pos, p)
    let start = p + 4
    let stop: number
    if (buf[start] === QUOTE) {
      start++
      stop = stringEnd(buf, start, end)
      if (stop < 0) return false
    } else {
      stop = start
      while (stop < end && buf[stop] !== SPACE) stop++
      if (buf[stop - 1] === 0x0d) stop--
    }
    const room = text.room(stop - start)
    const length = decodeEscapes(buf, start, stop, room, 0)
    text.filled(room[length - 1] === LF && length > 0 ? length - 1 : length)
    text.key = ''
    text.partial = false
    return true
  }

  /** logrus leaves out an empty message. */
  #blank(buf: Buffer, pos: number, end: number, text: CarriedText): boolean {
    const head = Math.min(end, pos + HEAD)
    if (!/^time=\S+ level=\w+(?: |$)/.test(buf.toString('latin1', pos, head).trimEnd())) return false
    this.#at(buf, pos, head)
    text.room(0)
    text.filled(0)
    text.key = ''
    text.partial = false
    return true
  }

  /** Notes the line at `pos`, whose time comes before `text`. */
  #at(buf: Buffer, pos: number, text: number): void {
    this.#buf = buf
    this.#pos = pos
    this.#text = text
  }

  afresh(): Logfmt {
    return new Logfmt()
  }

  time(now?: number): number | undefined {
    return timeOf(this.#buf.toString('latin1', this.#pos, this.#text), now)
  }

  names(): StreamNames {
    return { source: '', attributes: {} }
  }
}
