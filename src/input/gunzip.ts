/**
 * Decompression in passing: compressed bytes in, plain bytes out at once, and one plain sentence when the file is cut or damaged. Zeros
 * after the last member are passed over, as gzip(1) does: tapes have them.
 */
import { createGunzip, type Gunzip as ZlibGunzip } from 'node:zlib'
import { DumpstreamError } from '../core/errors.ts'

const OUTPUT_BYTES = 256 << 10

export class Gunzip {
  readonly #name: string
  readonly #zlib: ZlibGunzip
  #failure: Error | undefined
  /** All is out: the last member, and what zeros may follow it. */
  #over = false
  #settle: (() => void) | undefined

  /** `onChunk` is called as bytes come out, before `push` and `end` resolve. */
  constructor(name: string, onChunk: (bytes: Uint8Array) => void) {
    this.#name = name
    this.#zlib = createGunzip({ chunkSize: OUTPUT_BYTES })
    // Flowing from the start, so that everything that came out before an error has been handed on when the error comes.
    this.#zlib.on('data', (chunk: Buffer) => {
      try {
        onChunk(chunk)
      } catch (error) {
        this.#zlib.destroy(error instanceof Error ? error : new Error(String(error)))
      }
    })
    this.#zlib.on('error', (error) => {
      this.#failure ??= this.#explain(error)
      this.#settle?.()
    })
    // Before `end` is called when zeros follow the last member.
    this.#zlib.on('end', () => {
      this.#over = true
      this.#settle?.()
    })
  }

  /** Resolves when the bytes may be reused. Rejects when they are no valid gzip. */
  push(bytes: Uint8Array): Promise<void> {
    return this.#wait((settle) => this.#zlib.write(bytes, settle))
  }

  /** Rejects when the input ended in the middle. */
  end(): Promise<void> {
    return this.#wait(() => this.#zlib.end())
  }

  close(): void {
    this.#zlib.destroy()
  }

  async #wait(start: (settle: () => void) => void): Promise<void> {
    if (this.#failure === undefined && !this.#over) {
      await new Promise<void>((resolve) => {
        this.#settle = resolve
        start(resolve)
      })
      this.#settle = undefined
    }
    if (this.#failure !== undefined) throw this.#failure
  }

  #explain(error: Error): Error {
    const code = 'code' in error ? error.code : undefined
    const cut = code === 'Z_BUF_ERROR'
    if (!cut && !(typeof code === 'string' && code.startsWith('Z_'))) return error
    const what = cut ? 'the gzip stream is cut short' : `the gzip stream is damaged (${error.message})`
    return new DumpstreamError('DS_GZIP', `${this.#name}: ${what}; what came before it was read`, { cause: error })
  }
}
