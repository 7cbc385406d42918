/** The last bytes that were read of a file. If the file was truncated and has grown past them, it has different bytes there. */
import { readSync } from 'node:fs'

const FINGERPRINT_BYTES = 64

export class Fingerprint {
  readonly #bytes: Buffer = Buffer.alloc(FINGERPRINT_BYTES)
  readonly #there: Buffer = Buffer.alloc(FINGERPRINT_BYTES)
  #length = 0

  get isEmpty(): boolean {
    return this.#length === 0
  }

  /** A view; shorter if less was read. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  clear(): void {
    this.#length = 0
  }

  /** Adds the bytes that were read next. */
  add(bytes: Buffer): void {
    if (bytes.length >= FINGERPRINT_BYTES) {
      bytes.copy(this.#bytes, 0, bytes.length - FINGERPRINT_BYTES)
      this.#length = FINGERPRINT_BYTES
      return
    }
    const kept = Math.min(this.#length, FINGERPRINT_BYTES - bytes.length)
    this.#bytes.copy(this.#bytes, 0, this.#length - kept, this.#length)
    bytes.copy(this.#bytes, kept)
    this.#length = kept + bytes.length
  }

  /** The bytes that the file now has there, before `position`. A view. */
  there(fd: number, position: number): Buffer {
    return this.#there.subarray(0, readSync(fd, this.#there, 0, this.#length, position - this.#length))
  }
}

/** Like Fingerprint.bytes, for a file that was read up to `position`; empty if the file is shorter. */
export function fingerprintAt(fd: number, position: number): Buffer {
  const length = Math.min(position, FINGERPRINT_BYTES)
  const bytes = Buffer.alloc(length)
  const count = readSync(fd, bytes, 0, length, position - length)
  return count === length ? bytes : bytes.subarray(0, 0)
}
