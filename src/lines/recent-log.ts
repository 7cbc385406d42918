/** The last bytes of the log: the lines before a dump give its time and its reason. */

import { LF, NO_BYTES } from '../core/ascii.ts'

export interface LinesBefore {
  /** Latin-1. */
  readonly recent: string
  /** The part of `recent` after the last dump. */
  readonly sinceDump: string
}

/** Bytes that are remembered. */
export const RECENT_BYTES = 4096

/** Three times the bytes to remember, so that they are seldom moved. */
const ROOM = RECENT_BYTES * 3
const SMALLEST = 256

/** The end of the log at one moment. Its strings are made on demand, since most candidates for a dump turn out not to be one. */
export class RecentLines implements LinesBefore {
  readonly #bytes: Buffer
  readonly #end: number
  readonly #dumpAt: number
  readonly #hasMore: boolean

  /** `bytes`: its first `end` bytes must not change. */
  constructor(bytes: Buffer, end: number, dumpAt: number, hasMore: boolean) {
    this.#bytes = bytes
    this.#end = end
    this.#dumpAt = dumpAt
    this.#hasMore = hasMore
  }

  get recent(): string {
    return this.#lines(Math.max(0, this.#end - RECENT_BYTES))
  }

  get sinceDump(): string {
    const { recent } = this
    const bytes = this.#end - this.#dumpAt
    return bytes < recent.length ? recent.slice(recent.length - bytes) : recent
  }

  /** The lines of `recent` that end within its last `bytes`. */
  linesIn(bytes: number): string {
    if (bytes <= 0) return ''
    const first = Math.max(0, this.#end - RECENT_BYTES)
    const at = this.#end - bytes
    return this.#lines(at <= first ? first : Math.max(first, this.#bytes.lastIndexOf(LF, at - 1) + 1))
  }

  /** The last `bytes` of `recent`. */
  last(bytes: number): string {
    if (bytes >= RECENT_BYTES) return this.recent
    return this.#bytes.toString('latin1', Math.max(0, this.#end - bytes), this.#end)
  }

  /** From `start`, or from the first line that begins after it. */
  #lines(start: number): string {
    const text = this.#bytes.toString('latin1', start, this.#end)
    const beginsLine = start === 0 ? !this.#hasMore : this.#bytes[start - 1] === LF
    return beginsLine ? text : text.slice(text.indexOf('\n') + 1)
  }
}

export class RecentLog {
  #bytes: Buffer = NO_BYTES
  #length = 0
  /** A `RecentLines` refers to the bytes so far: they must stay where they are. */
  #isShared = false
  /** The beginning of the log is no longer among the bytes. */
  #hasMore = false
  /** Length of the bytes up to the last dump. */
  #dumpAt = 0
  /** Bytes of log so far, not counting the rest of lines that are too long. */
  passed = 0

  add(buf: Buffer, from: number, end: number): void {
    this.passed += end - from
    // One more than is shown: the byte before tells whether a line begins there.
    const start = Math.max(from, end - RECENT_BYTES - 1)
    if (start > from) this.#forget(this.#length)
    else if (this.#length + end - start > ROOM) this.#forget(this.#length - RECENT_BYTES - 1)
    this.#grow(this.#length + end - start)
    buf.copy(this.#bytes, this.#length, start, end)
    this.#length += end - start
    if (start > from) this.#hasMore = true
  }

  /** There is a dump between the log so far and what follows. */
  markDump(): void {
    this.#dumpAt = this.#length
  }

  /** The end of the log as it is now. */
  before(): RecentLines {
    this.#isShared = true
    return this.#now()
  }

  /** The last bytes, Latin-1, from the start of a line. */
  all(): string {
    return this.#now().recent
  }

  #now(): RecentLines {
    return new RecentLines(this.#bytes, this.#length, this.#dumpAt, this.#hasMore)
  }

  /** Grows in steps: many streams and files have only a few lines of log. */
  #grow(length: number): void {
    if (length <= this.#bytes.length) return
    const bytes = Buffer.allocUnsafe(Math.min(ROOM, Math.max(SMALLEST, length * 2)))
    this.#bytes.copy(bytes, 0, 0, this.#length)
    this.#bytes = bytes
    this.#isShared = false
  }

  /** Drops the first `count` bytes. */
  #forget(count: number): void {
    if (count <= 0) return
    if (this.#isShared) {
      const bytes = Buffer.allocUnsafe(this.#bytes.length)
      this.#bytes.copy(bytes, 0, count, this.#length)
      this.#bytes = bytes
      this.#isShared = false
    } else this.#bytes.copyWithin(0, count, this.#length)
    this.#length -= count
    this.#dumpAt = Math.max(0, this.#dumpAt - count)
    this.#hasMore = true
  }
}
