/** Bytes that one side pushes and the other side takes, in pieces of the size it chooses. */
import type { Stage } from './stage.ts'

const EMPTY = Buffer.alloc(0)

/** More bytes were requested than the input has. */
export class EndOfBytes extends Error {}

export class ByteQueue implements Stage {
  #bytes: Buffer = EMPTY
  #ended = false
  #reading: Promise<void>
  #failure: unknown
  /** The reading side has ended: what is pushed is dropped. */
  #over = false
  #wake: (() => void) | undefined
  #drained: (() => void) | undefined

  /** `read` takes the bytes, and starts at once. What it throws rejects `push` or `end`. */
  constructor(read: (queue: ByteQueue) => Promise<void>) {
    this.#reading = read(this)
      .catch((error: unknown) => {
        this.#failure = error
      })
      .finally(() => {
        this.#over = true
        this.#bytes = EMPTY
        this.#drained?.()
      })
  }

  async push(bytes: Uint8Array): Promise<void> {
    if (!this.#over) {
      this.#bytes = this.#bytes.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#bytes, bytes])
      const drained = new Promise<void>((resolve) => {
        this.#drained = resolve
      })
      this.#wake?.()
      await drained
    }
    if (this.#failure !== undefined) throw this.#failure
  }

  async end(): Promise<void> {
    this.#ended = true
    this.#wake?.()
    await this.#reading
    if (this.#failure !== undefined) throw this.#failure
  }

  close(): void {
    this.#ended = true
    this.#wake?.()
  }

  /** @throws EndOfBytes */
  async exactly(count: number): Promise<Buffer> {
    while (this.#bytes.length < count) await this.#more()
    const taken = this.#bytes.subarray(0, count)
    this.#bytes = this.#bytes.subarray(count)
    return taken
  }

  /** Takes at least one byte, at most `most`. @throws EndOfBytes */
  async some(most: number): Promise<Buffer> {
    if (this.#bytes.length === 0) await this.#more()
    return await this.exactly(Math.min(most, this.#bytes.length))
  }

  /** Up to `count` of the next bytes, without taking them; fewer only at the end of the input. */
  async peek(count: number): Promise<Buffer> {
    while (this.#bytes.length < count && !this.#ended) await this.#more().catch(() => {})
    return this.#bytes.subarray(0, count)
  }

  /** Up to `count` of the next bytes that are already there, without taking them. */
  atHand(count: number): Buffer {
    return this.#bytes.subarray(0, count)
  }

  /** Puts taken bytes back to the front. */
  unread(bytes: Uint8Array): void {
    this.#bytes = this.#bytes.length === 0 ? Buffer.from(bytes) : Buffer.concat([bytes, this.#bytes])
  }

  async #more(): Promise<void> {
    if (this.#ended) throw new EndOfBytes('the input ends')
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    const had = this.#bytes.length
    this.#drained?.()
    await woken
    if (this.#ended && this.#bytes.length === had) throw new EndOfBytes('the input ends')
  }
}
