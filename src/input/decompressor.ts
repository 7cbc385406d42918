/**
 * Streaming decompression: compressed bytes in, plain bytes out at once, and one plain sentence if the file is cut or damaged. Like gzip(1), it skips
 * zeros after the last gzip member, because tapes have them.
 */
import type { Duplex } from 'node:stream'
import type { Stage } from './stage.ts'

export interface DecompressorParts {
  readonly stream: Duplex
  /** Takes the output, in order. The promise that it returns is awaited. */
  readonly onChunk: (bytes: Uint8Array) => Promise<void> | undefined
  /** Called when nothing more comes out: at the end, and if the stream fails. */
  readonly onEnd?: () => Promise<void>
  /** The error to report for an error of the stream; undefined if it is to be ignored. */
  readonly explain: (error: Error) => Error | undefined
}

export class Decompressor implements Stage {
  readonly #stream: Duplex
  readonly #onEnd: () => Promise<void>
  #failure: Error | undefined
  /** Everything is out: the last member, and what may follow it. */
  #over = false
  #settle: (() => void) | undefined

  constructor({ stream, onChunk, onEnd, explain }: DecompressorParts) {
    this.#stream = stream
    this.#onEnd = onEnd ?? (async () => {})
    const fail = (error: unknown): void => {
      stream.destroy(error instanceof Error ? error : new Error(String(error)))
    }
    // Flowing from the start, so that everything that precedes an error was passed on before the error comes.
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
    // If zeros follow the last member, this comes before `end` is called.
    stream.on('end', () => this.#finish())
  }

  push(bytes: Uint8Array): Promise<void> {
    // Copied, because some streams keep what they are given.
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
    // The content was cut along with the stream, so an error about the content adds nothing.
    await this.#onEnd().catch(() => {})
    throw this.#failure
  }
}
