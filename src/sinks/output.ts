/**
 * The one writer of a file descriptor: a fixed buffer in front of synchronous writes. A reader that is slow therefore slows the
 * whole program down, and memory stays at one buffer however much a dump has to say. `process.stdout` is left alone: writes to
 * pipes are synchronous there too (Node.js, process I/O), but its queue is not bounded.
 */
import { writeSync } from 'node:fs'
import { DumpstreamError } from '../core/errors.ts'
import { systemErrorCode, writeErrorText } from '../core/system-error.ts'

const BUFFER_BYTES = 128 << 10
/** A UTF-16 unit takes three bytes of UTF-8 at most. */
const UTF8_MAX = 3
/** Not that of core/ascii.ts: `--help` loads this file, and would load what shares that one with it (scripts/build.mjs). */
const LINE_FEED = 0x0a
/** A descriptor shared with a non-blocking reader answers EAGAIN when it is full; waits grow from 1 to 16 ms. */
const EAGAIN_WAIT_MAX_MS = 16

export interface OutputOptions {
  /** What errors call it: a path, or `stdout`. */
  readonly name: string
  /** Runs before each write, to clear a progress line off the same terminal. */
  readonly beforeWrite?: () => void
}

/** What a printing sink needs of an output. */
export interface LineOutput {
  /** Whole lines, their line ends included. */
  writeLines(text: string): void
}

export class Output implements LineOutput {
  readonly #fd: number
  readonly #options: OutputOptions
  readonly #buffer: Buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  #used = 0
  #written = 0
  #closed = false
  #failure: DumpstreamError | undefined
  #atLineStart = true

  constructor(fd: number, options: OutputOptions) {
    this.#fd = fd
    this.#options = options
  }

  /** Bytes that have gone out so far. */
  get written(): number {
    return this.#written
  }

  /** The reader has gone (EPIPE), or writing failed: everything more is dropped. */
  get closed(): boolean {
    return this.#closed
  }

  /** Why writing failed; a reader that went away is no failure. */
  get failure(): DumpstreamError | undefined {
    return this.#failure
  }

  /** Whole lines, their line ends included. A log that was cut in a line is closed first, so that a record has its own line. */
  writeLines(text: string): void {
    if (text === '') return
    if (!this.#atLineStart) this.write('\n')
    this.write(text)
  }

  write(text: string): void {
    if (this.#closed || text === '') return
    const most = text.length * UTF8_MAX
    if (most > BUFFER_BYTES) {
      this.writeBytes(Buffer.from(text))
      return
    }
    if (most > BUFFER_BYTES - this.#used) this.flush()
    this.#used += this.#buffer.write(text, this.#used)
    this.#atLineStart = this.#buffer[this.#used - 1] === LINE_FEED
  }

  /** The view is read before the call returns. */
  writeBytes(bytes: Uint8Array): void {
    if (this.#closed || bytes.length === 0) return
    this.#atLineStart = bytes[bytes.length - 1] === LINE_FEED
    if (bytes.length > BUFFER_BYTES - this.#used) this.flush()
    if (bytes.length >= BUFFER_BYTES) {
      this.#writeOut(bytes)
      return
    }
    this.#buffer.set(bytes, this.#used)
    this.#used += bytes.length
  }

  flush(): void {
    if (this.#used === 0) return
    const bytes = this.#buffer.subarray(0, this.#used)
    this.#used = 0
    this.#writeOut(bytes)
  }

  #writeOut(bytes: Uint8Array): void {
    if (this.#closed) return
    this.#options.beforeWrite?.()
    this.#written += bytes.length
    let at = 0
    let wait = 1
    while (at < bytes.length) {
      try {
        at += writeSync(this.#fd, bytes, at, bytes.length - at)
        wait = 1
      } catch (error) {
        const code = systemErrorCode(error)
        if (code === 'EAGAIN') {
          sleep(wait)
          wait = Math.min(wait * 2, EAGAIN_WAIT_MAX_MS)
          continue
        }
        this.#closed = true
        if (code !== 'EPIPE') {
          this.#failure = new DumpstreamError(
            'DS_OUTPUT',
            `can't write to ${this.#options.name}: ${writeErrorText(error)}`,
            { cause: error },
          )
        }
        return
      }
    }
  }
}

const never = new Int32Array(new SharedArrayBuffer(4))

function sleep(milliseconds: number): void {
  Atomics.wait(never, 0, 0, milliseconds)
}
