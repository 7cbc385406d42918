/** The last bytes of the log: the lines before a dump say when it was, and why. */

/** Bytes that are remembered. */
const RECENT_BYTES = 4096

export class RecentLog {
  readonly #bytes = Buffer.alloc(RECENT_BYTES * 3)
  #length = 0
  /** Nothing has been forgotten: the first byte begins a line. */
  #whole = true
  /** Where the last dump was. */
  #dumpAt = 0

  add(buf: Buffer, from: number, end: number): void {
    const start = Math.max(from, end - RECENT_BYTES)
    const length = end - start
    if (this.#length + length > this.#bytes.length) {
      const keep = Math.min(this.#length, RECENT_BYTES)
      this.#bytes.copyWithin(0, this.#length - keep, this.#length)
      this.#dumpAt = Math.max(0, this.#dumpAt - (this.#length - keep))
      this.#length = keep
      this.#whole = false
    }
    if (start > from) {
      this.#length = 0
      this.#dumpAt = 0
      this.#whole = false
    }
    buf.copy(this.#bytes, this.#length, start, end)
    this.#length += length
  }

  /** A dump lies between the log so far and what comes. */
  markDump(): void {
    this.#dumpAt = this.#length
  }

  /** Latin-1, from the start of a line where there is one. */
  all(): string {
    const text = this.#bytes.toString('latin1', 0, this.#length)
    return this.#whole ? text : text.slice(text.indexOf('\n') + 1)
  }

  /** As `all`, after the last dump. */
  sinceDump(): string {
    return this.#dumpAt === 0 ? this.all() : this.#bytes.toString('latin1', this.#dumpAt, this.#length)
  }
}
