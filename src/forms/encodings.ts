/** Bytes that are not lines of UTF-8: UTF-16 with a byte order mark, and the frames in which the APIs of Docker and Podman multiplex two streams. */
import { LF, NO_BYTES } from '../core/ascii.ts'
import { type Form, type FormSink, LINE_END, RECORD_BYTES, Rest } from './form.ts'

/** UTF-16 with a byte order mark. PowerShell's `>` writes little-endian. */
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

  /** Offset after the next line end, which must be at an even distance from `pos`; -1 if there is none. */
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

const HEAD = 8
const STREAMS = ['stdin', 'stdout', 'stderr'] as const

/** Is this the header of a frame: `[stream, 0, 0, 0, length]` (docs.docker.com/reference/api/engine, "Attach to a container", Stream format)? */
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
  /** The unfinished line of each stream, in pieces. */
  readonly #open: Buffer[][] = STREAMS.map(() => [])
  readonly #openBytes: number[] = STREAMS.map(() => 0)
  /** Offset in the input where the unfinished line begins. */
  readonly #openAt: number[] = STREAMS.map(() => 0)
  /** Bytes of the input that were read. */
  #at = 0
  /** The current frame: its stream, and its remaining bytes. */
  #stream = 0
  #left = 0
  /** Bytes of the input that were read since the last line was emitted. */
  #raw = 0
  #isDamaged = false

  constructor(sink: FormSink) {
    this.#sink = sink
  }

  push(chunk: Buffer): void {
    const buf = this.#rest.with(chunk)
    let pos = 0
    for (;;) {
      if (this.#left > 0) pos = this.#payload(buf, pos)
      if (this.#left > 0 || pos + HEAD > buf.length) break
      if (isFrameHead(buf, pos)) {
        this.#stream = buf[pos] as number
        this.#left = buf.readUInt32BE(pos + 4)
        this.#skip(HEAD)
        pos += HEAD
      } else pos = this.#damage(buf, pos)
    }
    this.#rest.keep(buf, pos)
  }

  end(): void {
    const rest = this.#rest.take()
    if (rest.length > 0 || this.#left > 0) this.#sink.fault('the Docker stream ends in the middle of a frame')
    this.#endLines()
    this.#raw += rest.length
    if (this.#raw > 0) this.#sink.frame(this.#raw)
  }

  /** Takes the part of the frame that begins at `pos`, up to its end; returns where it stops. */
  #payload(buf: Buffer, pos: number): number {
    const end = Math.min(buf.length, pos + this.#left)
    const stream = this.#stream
    this.#left -= end - pos
    let at = pos
    while (at < end) {
      // A line that does not end is emitted in pieces.
      const most = Math.min(end, at + RECORD_BYTES - (this.#openBytes[stream] ?? 0))
      const lf = buf.subarray(at, most).indexOf(LF)
      const stop = lf < 0 ? most : at + lf + 1
      if (this.#open[stream]?.length === 0) this.#openAt[stream] = this.#at
      this.#open[stream]?.push(Buffer.from(buf.subarray(at, stop)))
      this.#openBytes[stream] = (this.#openBytes[stream] ?? 0) + stop - at
      this.#skip(stop - at)
      at = stop
      if (lf >= 0) this.#line(stream)
      else if (this.#openBytes[stream] === RECORD_BYTES) this.#line(stream, LINE_END)
    }
    return end
  }

  /** There is no frame at `pos`: the bytes up to the next frame are log. Returns where that may begin. */
  #damage(buf: Buffer, pos: number): number {
    if (!this.#isDamaged) this.#sink.fault('bytes that are not a frame in the Docker stream')
    this.#isDamaged = true
    this.#endLines()
    let at = pos + 1
    while (at + HEAD <= buf.length && !isFrameHead(buf, at)) at++
    this.#skip(at - pos)
    this.#sink.frame(this.#raw)
    this.#raw = 0
    return at
  }

  /** Counts `bytes` of the input as read. */
  #skip(bytes: number): void {
    this.#at += bytes
    this.#raw += bytes
  }

  #endLines(): void {
    for (const [stream, open] of this.#open.entries()) if (open.length > 0) this.#line(stream, LINE_END)
  }

  /** As log, the line goes out in a frame with only that line. */
  #line(stream: number, end: Uint8Array = NO_BYTES): void {
    const text = Buffer.concat(this.#open[stream] ?? [])
    this.#open[stream] = []
    this.#openBytes[stream] = 0
    const record = JSON.stringify({
      log: Buffer.concat([text, end]).toString('utf8'),
      stream: STREAMS[stream] ?? 'stdout',
    })
    const head = Buffer.alloc(HEAD)
    head[0] = stream
    head.writeUInt32BE(text.length, 4)
    const before = Math.max(0, this.#at - this.#raw - (this.#openAt[stream] ?? 0))
    this.#sink.line(Buffer.from(`${record}\n`), this.#raw, Buffer.concat([head, text]), before)
    this.#raw = 0
  }
}
