/** The last bytes that were read of a file: one that was cut, and has grown past them, has others there. */
import { readSync } from 'node:fs'

const FINGERPRINT_BYTES = 64

export class Fingerprint {
  readonly #bytes: Buffer = Buffer.alloc(FINGERPRINT_BYTES)
  readonly #there: Buffer = Buffer.alloc(FINGERPRINT_BYTES)
  #length = 0

  /** Nothing is known. */
  get isEmpty(): boolean {
    return this.#length === 0
  }

  /** A view; fewer where less was read. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  clear(): void {
    this.#length = 0
  }

  /** `bytes` were read behind those that it has. */
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

  /** What the file has there now, up to `position`. A view. */
  there(fd: number, position: number): Buffer {
    return this.#there.subarray(0, readSync(fd, this.#there, 0, this.#length, position - this.#length))
  }
}

/** As Fingerprint.bytes of a file that is read up to `position`; empty where it is shorter. */
export function fingerprintAt(fd: number, position: number): Buffer {
  const length = Math.min(position, FINGERPRINT_BYTES)
  const bytes = Buffer.alloc(length)
  const count = readSync(fd, bytes, 0, length, position - length)
  return count === length ? bytes : bytes.subarray(0, 0)
}
