/**
 * Forms: how a log is encoded before it is lines of text. A form takes bytes and emits lines, with the number of input bytes that each line was made
 * of, so that log can come out as it was.
 */
import { LF, NO_BYTES } from '../core/ascii.ts'

export interface FormSink {
  /**
   * `text` was made of the next `raw` bytes of the input. It ends with a line end, unless the line is too long and more of it follows; it is valid
   * only
   * during the call. `log`: what comes out if the line is log; by default, the bytes that it was made of. `before`: how many bytes earlier the line
   * begins, if another line has ended since.
   */
  line(text: Uint8Array, raw: number, log?: Uint8Array, before?: number): void
  /** The next `raw` bytes of the input are not text: brackets, a byte order mark, column names. */
  frame(raw: number): void
  /** Something cannot be read. `what` is a plain clause without the name of the input: `the JSON ends in the middle of a record`. */
  fault(what: string): void
}

export interface Form {
  /** The chunk may be reused after the call. */
  push(chunk: Buffer): void
  end(): void
  /** Nothing has come for a while: emits a record that is complete although its comma has not come. */
  flush?(): void
  /** Maps `offset` in the line to its place in `raw`, the bytes the line was made of. Absent: a line is log as a whole, or not at all. */
  place?(raw: Uint8Array, offset: number): number
}

export type FormMaker = (sink: FormSink) => Form

/** Longest record that becomes one line, bytes. Limits.lineBytes then applies to that line. */
export const RECORD_BYTES: number = 1 << 20

/** A growing line, for a record of many fields. */
export class LineBuilder {
  #bytes = Buffer.allocUnsafe(4096)
  length = 0
  /** More bytes were added than a record may have. */
  overflow = false

  clear(): void {
    this.length = 0
    this.overflow = false
  }

  byte(value: number): void {
    if (this.#fits(1)) this.#bytes[this.length++] = value
  }

  bytes(from: Uint8Array, start: number, end: number): void {
    if (!this.#fits(end - start)) return
    this.#bytes.set(from.subarray(start, end), this.length)
    this.length += end - start
  }

  text(value: string): void {
    this.bytes(Buffer.from(value), 0, Buffer.byteLength(value))
  }

  /** Adds `from` as a JSON string. */
  quoted(from: Uint8Array, start = 0, end: number = from.length): void {
    if (!this.#fits((end - start) * 6 + 2)) return
    const { length } = this
    const out = this.#bytes
    let q = length
    out[q++] = 0x22
    for (let p = start; p < end; p++) {
      const c = from[p] as number
      if (c === 0x22 || c === 0x5c) {
        out[q++] = 0x5c
        out[q++] = c
      } else if (c >= 0x20) out[q++] = c
      else {
        out[q++] = 0x5c
        const simple = c === 0x0a ? 0x6e : c === 0x09 ? 0x74 : c === 0x0d ? 0x72 : 0
        if (simple !== 0) out[q++] = simple
        else q += out.write(`u${c.toString(16).padStart(4, '0')}`, q, 'latin1')
      }
    }
    out[q++] = 0x22
    this.length = q
  }

  /** What was written, with a line end; only a line end after an overflow. */
  take(): Uint8Array {
    if (this.overflow) return LINE_END
    this.byte(0x0a)
    return this.#bytes.subarray(0, this.length)
  }

  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }

  #fits(more: number): boolean {
    const need = this.length + more
    if (need <= this.#bytes.length) return true
    if (this.overflow || need > RECORD_BYTES * 8) {
      this.overflow = true
      return false
    }
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, need))
    this.#bytes.copy(grown, 0, 0, this.length)
    this.#bytes = grown
    return true
  }
}

export const LINE_END: Uint8Array = Uint8Array.of(0x0a)

/** Prepends to each chunk what was left over from the previous one. */
export class Rest {
  #bytes: Buffer = NO_BYTES

  get length(): number {
    return this.#bytes.length
  }

  with(chunk: Buffer): Buffer {
    if (this.#bytes.length === 0) return chunk
    const both = Buffer.concat([this.#bytes, chunk])
    this.#bytes = NO_BYTES
    return both
  }

  /** Hands on the lines that end in `chunk`, each without its line end, and keeps what is left. `raw`: bytes of the line, with its line end. */
  eachLine(chunk: Buffer, take: (line: string, raw: number) => void): void {
    const buf = this.with(chunk)
    let pos = 0
    for (let lf = buf.indexOf(LF, pos); lf >= 0; lf = buf.indexOf(LF, pos)) {
      take(buf.toString('utf8', pos, lf), lf + 1 - pos)
      pos = lf + 1
    }
    this.keep(buf, pos)
  }

  keep(buf: Buffer, from: number): void {
    this.#bytes = from < buf.length ? Buffer.from(buf.subarray(from)) : NO_BYTES
  }

  take(): Buffer {
    const bytes = this.#bytes
    this.#bytes = NO_BYTES
    return bytes
  }
}
