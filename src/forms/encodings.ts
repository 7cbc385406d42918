/** Bytes that are not lines of UTF-8: UTF-16 with a byte order mark, and the frames in which Docker's and Podman's API sends two streams. */
import { LF } from '../core/ascii.ts'
import { type Form, type FormSink, LINE_END, RECORD_BYTES, Rest } from './form.ts'

/** PowerShell's `>` writes the least byte first. */
export class Utf16 implements Form {
  readonly #sink: FormSink
  readonly #bigEndian: boolean
  readonly #rest = new Rest()
  #isAtMark = true

  constructor(sink: FormSink, bigEndian: boolean) {
    this.#sink = sink
    this.#bigEndian = bigEndian
  }

  push(chunk: Buffer): void {
    const buf = this.#rest.with(chunk)
    let pos = 0
    if (this.#isAtMark && buf.length >= 2) {
      this.#isAtMark = false
      this.#sink.frame(2)
      pos = 2
    }
    for (let end = this.#lineEnd(buf, pos); end >= 0; end = this.#lineEnd(buf, pos)) {
      this.#sink.line(this.#utf8(buf, pos, end), end - pos)
      pos = end
    }
    this.#rest.keep(buf, pos)
    if (this.#rest.length > 2 * RECORD_BYTES) this.#flush()
  }

  end(): void {
    this.#flush()
  }

  place(raw: Uint8Array, offset: number): number {
    const high = this.#bigEndian ? 0 : 1
    const unitAt = (at: number): number => ((raw[at + high] ?? 0) << 8) | (raw[at + 1 - high] ?? 0)
    let at = 0
    for (let utf8 = 0; utf8 < offset && at < raw.length; ) {
      const unit = unitAt(at)
      const isPair = (unit & 0xfc00) === 0xd800 && at + 2 < raw.length && (unitAt(at + 2) & 0xfc00) === 0xdc00
      utf8 += unit < 0x80 ? 1 : unit < 0x800 ? 2 : isPair ? 4 : 3
      at += isPair ? 4 : 2
    }
    return Math.min(at, raw.length)
  }

  #flush(): void {
    const rest = this.#rest.take()
    if (rest.length === 0) return
    this.#sink.line(Buffer.concat([this.#utf8(rest, 0, rest.length & ~1), LINE_END]), rest.length)
  }

  /** Offset after the next line end, which is at an even place; -1 for none. */
  #lineEnd(buf: Buffer, pos: number): number {
    const high = this.#bigEndian ? 0 : 1
    for (let at = buf.indexOf(LF, pos); at >= 0; at = buf.indexOf(LF, at + 1)) {
      const start = at - (1 - high)
      if ((start - pos) % 2 === 0 && start + 2 <= buf.length && buf[start + high] === 0) return start + 2
    }
    return -1
  }

  #utf8(buf: Buffer, pos: number, end: number): Buffer {
    const units = this.#bigEndian ? Buffer.from(buf.subarray(pos, end)).swap16() : buf.subarray(pos, end)
    return Buffer.from(units.toString('utf16le'))
  }
}

const EMPTY = Buffer.alloc(0)
const HEAD = 8
const STREAMS = ['stdin', 'stdout', 'stderr'] as const

/** Is this the head of a frame: `[stream, 0, 0, 0, length]` (docs.docker.com/reference/api/engine, "Attach to a container", Stream format)? */
export function isFrameHead(buf: Uint8Array, at = 0): boolean {
  return (
    (buf[at] === 1 || buf[at] === 2) &&
    buf[at + 1] === 0 &&
    buf[at + 2] === 0 &&
    buf[at + 3] === 0 &&
    (buf[at + 4] ?? 1) === 0
  )
}

export class Multiplexed implements Form {
  readonly #sink: FormSink
  readonly #rest = new Rest()
  /** Of the line that each stream has not ended. */
  readonly #open: Buffer[] = [EMPTY, EMPTY, EMPTY]
  /** Bytes of the input of which no line has been made. */
  #raw = 0

  constructor(sink: FormSink) {
    this.#sink = sink
  }

  push(chunk: Buffer): void {
    const buf = this.#rest.with(chunk)
    let pos = 0
    while (pos + HEAD <= buf.length) {
      const length = buf.readUInt32BE(pos + 4)
      if (!isFrameHead(buf, pos)) {
        this.#sink.fault('what is not a frame in the stream of Docker')
        this.#raw += buf.length - pos
        pos = buf.length
        break
      }
      if (pos + HEAD + length > buf.length) break
      this.#frame(buf[pos] as number, buf.subarray(pos + HEAD, pos + HEAD + length))
      pos += HEAD + length
    }
    this.#rest.keep(buf, pos)
  }

  end(): void {
    const rest = this.#rest.take()
    if (rest.length > 0) this.#sink.fault('the stream of Docker ends in the middle of a frame')
    for (const [stream, open] of this.#open.entries()) if (open.length > 0) this.#line(stream, open, LINE_END)
    this.#raw += rest.length
    if (this.#raw > 0) this.#sink.frame(this.#raw)
  }

  #frame(stream: number, payload: Buffer): void {
    const open = this.#open[stream] ?? EMPTY
    const text = open.length > 0 ? Buffer.concat([open, payload]) : payload
    let pos = 0
    this.#raw += HEAD + payload.length
    for (let lf = text.indexOf(LF, pos); lf >= 0; lf = text.indexOf(LF, pos)) {
      this.#line(stream, text.subarray(pos, lf + 1))
      pos = lf + 1
    }
    this.#open[stream] = Buffer.from(text.subarray(pos))
  }

  /** A line of log goes out in a frame for itself. */
  #line(stream: number, text: Buffer, end: Uint8Array = EMPTY): void {
    const record = JSON.stringify({
      log: Buffer.concat([text, end]).toString('utf8'),
      stream: STREAMS[stream] ?? 'stdout',
    })
    const head = Buffer.alloc(HEAD)
    head[0] = stream
    head.writeUInt32BE(text.length, 4)
    this.#sink.line(Buffer.from(`${record}\n`), this.#raw, Buffer.concat([head, text]))
    this.#raw = 0
  }
}
