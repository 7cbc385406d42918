/**
 * Decompression in passing: compressed bytes in, plain bytes out at once, and one plain sentence when the file is cut or damaged. Zeros
 * after the last member of gzip are passed over, as gzip(1) does: tapes have them.
 */
import type { Duplex } from 'node:stream'
import type { Stage } from './stage.ts'

export interface DecompressorParts {
  readonly stream: Duplex
  /** Takes what comes out, in order. What it returns is waited for. */
  readonly onChunk: (bytes: Uint8Array) => Promise<void> | undefined
  /** Nothing more comes out: at the end, and where the stream fails. */
  readonly onEnd?: () => Promise<void>
  /** What a person is told of an error of the stream's; undefined: it is none. */
  readonly explain: (error: Error) => Error | undefined
}

export class Decompressor implements Stage {
  readonly #stream: Duplex
  readonly #onEnd: () => Promise<void>
  #failure: Error | undefined
  /** All is out: the last member, and what may follow it. */
  #over = false
  #settle: (() => void) | undefined

  constructor({ stream, onChunk, onEnd, explain }: DecompressorParts) {
    this.#stream = stream
    this.#onEnd = onEnd ?? (async () => {})
    const fail = (error: unknown): void => {
      stream.destroy(error instanceof Error ? error : new Error(String(error)))
    }
    // Flowing from the start, so that everything that came out before an error has been handed on when the error comes.
    stream.on('data', (chunk: Uint8Array) => {
      try {
        const waits = onChunk(chunk)
        if (waits === undefined) return
        stream.pause()
        waits.then(() => stream.resume(), fail)
      } catch (error) {
        fail(error)
      }
    })
    stream.on('error', (error) => {
      this.#failure ??= explain(error)
      this.#finish()
    })
    // Before `end` is called when zeros follow the last member.
    stream.on('end', () => this.#finish())
  }

  push(bytes: Uint8Array): Promise<void> {
    // Some streams keep what they are given.
    return this.#wait((settle) => this.#stream.write(Buffer.from(bytes), settle))
  }

  async end(): Promise<void> {
    await this.#wait(() => this.#stream.end())
    await this.#onEnd()
  }

  close(): void {
    this.#stream.destroy()
  }

  #finish(): void {
    this.#over = true
    this.#settle?.()
  }

  async #wait(start: (settle: () => void) => void): Promise<void> {
    if (this.#failure === undefined && !this.#over) {
      await new Promise<void>((resolve) => {
        this.#settle = resolve
        start(resolve)
      })
      this.#settle = undefined
    }
    if (this.#failure === undefined) return
    // What it was is cut with it, and need not be said of what was in it.
    await this.#onEnd().catch(() => {})
    throw this.#failure
  }
}
