/** The key of a stream, made from some bytes of its line. Most lines are of the same stream as the line before: then no string is made. */

/** Bytes of a key that count: keys that differ only after these are taken for the same. */
const LONGEST = 1024
const NONE = new Uint8Array(0)

export class StreamKey {
  /** Made when something is added: most carriers of a log never see one of their lines. */
  #bytes = NONE
  #length = 0
  /** The bytes have changed since the key was taken last, perhaps by a line that turned out to belong to no stream. */
  #stale = true
  #known = ''
  #knownLength = -1

  begin(): void {
    this.#length = 0
  }

  /** Adds [start, end) of `buf`, and a separator. */
  add(buf: Uint8Array, start: number, end: number): void {
    if (this.#bytes === NONE) this.#bytes = new Uint8Array(LONGEST)
    const bytes = this.#bytes
    const stop = Math.min(end, start + LONGEST - 1 - this.#length)
    let length = this.#length
    for (let p = start; p < stop; p++, length++) {
      if (bytes[length] !== buf[p]) {
        this.#stale = true
        bytes[length] = buf[p] as number
      }
    }
    if (length < LONGEST) {
      if (bytes[length] !== 0) {
        this.#stale = true
        bytes[length] = 0
      }
      length++
    }
    this.#length = length
  }

  /** What has been added since `begin`. */
  take(): string {
    if (this.#stale || this.#length !== this.#knownLength) {
      this.#stale = false
      this.#knownLength = this.#length
      this.#known = Buffer.from(this.#bytes.buffer, 0, this.#length).toString('latin1')
    }
    return this.#known
  }
}
