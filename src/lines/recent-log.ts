/** The last bytes of the log: the lines before a dump say when it was, and why. */

import { LF } from '../core/ascii.ts'

export interface LinesBefore {
  /** Latin-1. */
  readonly recent: string
  /** Of these, the ones after the last dump. */
  readonly sinceDump: string
}

/** Bytes that are remembered. */
export const RECENT_BYTES = 4096

/** Room for them, and for as much more, so that they are moved now and then only. */
const ROOM = RECENT_BYTES * 3
const SMALLEST = 256

export class RecentLog {
  #bytes = Buffer.alloc(0)
  #length = 0
  /** Some of the log is no longer among the bytes. */
  #hasMore = false
  /** Where the last dump was. */
  #dumpAt = 0
  /** Bytes of the log so far, but for the rests of lines that are too long. */
  passed = 0

  add(buf: Buffer, from: number, end: number): void {
    this.passed += end - from
    // One more than what is shown: the byte before says whether a line begins there.
    const start = Math.max(from, end - RECENT_BYTES - 1)
    if (start > from) this.#forget(this.#length)
    else if (this.#length + end - start > ROOM) this.#forget(this.#length - RECENT_BYTES - 1)
    this.#grow(this.#length + end - start)
    buf.copy(this.#bytes, this.#length, start, end)
    this.#length += end - start
    if (start > from) this.#hasMore = true
  }

  /** A dump lies between the log so far and what comes. */
  markDump(): void {
    this.#dumpAt = this.#length
  }

  /** The last bytes, Latin-1, from the start of a line on. */
  all(): string {
    const start = Math.max(0, this.#length - RECENT_BYTES)
    const text = this.#bytes.toString('latin1', start, this.#length)
    const beginsLine = start === 0 ? !this.#hasMore : this.#bytes[start - 1] === LF
    return beginsLine ? text : text.slice(text.indexOf('\n') + 1)
  }

  /** As `all`; and of it what came after the last dump. */
  before(): LinesBefore {
    const recent = this.all()
    const bytes = this.#length - this.#dumpAt
    return { recent, sinceDump: bytes < recent.length ? recent.slice(recent.length - bytes) : recent }
  }

  /** Many streams and files have a log of a few lines. */
  #grow(length: number): void {
    if (length <= this.#bytes.length) return
    const bytes = Buffer.allocUnsafe(Math.min(ROOM, Math.max(SMALLEST, length * 2)))
    this.#bytes.copy(bytes, 0, 0, this.#length)
    this.#bytes = bytes
  }

  /** The first `count` bytes go. */
  #forget(count: number): void {
    if (count <= 0) return
    this.#bytes.copyWithin(0, count, this.#length)
    this.#length -= count
    this.#dumpAt = Math.max(0, this.#dumpAt - count)
    this.#hasMore = true
  }
}
