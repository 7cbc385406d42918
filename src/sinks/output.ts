/**
 * The only writer of a file descriptor: a fixed buffer in front of synchronous writes. A slow reader therefore slows down the whole program,
 * and memory stays at one buffer however much output a dump has. `process.stdout` is not used: its writes to pipes are synchronous too
 * (Node.js, process I/O), but its queue is unbounded.
 *
 * When a disk fills up, only whole lines remain: the partial last line is removed.
 */
import { fstatSync, ftruncateSync, writeSync } from 'node:fs'
import { DumpstreamError } from '../core/errors.ts'
import { systemErrorCode, writeErrorText } from '../core/system-error.ts'

const BUFFER_BYTES = 128 << 10
/** A UTF-16 unit takes at most three bytes of UTF-8. */
const UTF8_MAX = 3
/** Not imported from core/ascii.ts: `--help` loads this file, and would then load everything that is bundled with that one (scripts/build.mjs). */
const LINE_FEED = 0x0a
/** A full non-blocking pipe answers EAGAIN. Its reader usually takes the 64 KiB in 20 to 40 µs, so waits start there and double. */
const EAGAIN_WAIT_MS = { first: 0.03, longest: 16 } as const
/** A reader that takes nothing for this long has stopped. */
const STALLED_MS = 250

export interface OutputOptions {
  /** Its name in error messages: a path, or `stdout`. */
  readonly name: string
  /** Runs before each write, to clear a progress line off the same terminal. */
  readonly beforeWrite?: () => void
  /** Called when the reader has stopped; nothing else happens until it continues. Needs a non-blocking descriptor. */
  readonly onStall?: () => void
  /** Called when the reader continues. */
  readonly onResume?: () => void
}

/** The part of an output that a printing sink needs. */
export interface LineOutput {
  /** Writes whole lines, including their line ends. */
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
  /** For a file: its size before the first write. */
  #sizeBefore: number | undefined
  /** Bytes written since the last line end. */
  #sinceLineEnd = 0

  constructor(fd: number, options: OutputOptions) {
    this.#fd = fd
    this.#options = options
  }

  /** Bytes written so far. */
  get written(): number {
    return this.#written
  }

  /** The reader is gone (EPIPE) or writing failed: all further output is dropped. */
  get closed(): boolean {
    return this.#closed
  }

  /** Why writing failed; a reader that is gone is not a failure. */
  get failure(): DumpstreamError | undefined {
    return this.#failure
  }

  /**
   * Writes whole lines, including their line ends. If the log was cut in the middle of a line, that line is ended first, so that a record starts
   * on a new one.
   */
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
    if (this.#written === 0) this.#sizeBefore = fileSize(this.#fd)
    let at = 0
    let waiting: Waiting | undefined
    while (at < bytes.length) {
      try {
        const count = writeSync(this.#fd, bytes, at, bytes.length - at)
        this.#count(bytes.subarray(at, at + count))
        at += count
        if (waiting?.stalled) this.#options.onResume?.()
        waiting = undefined
      } catch (error) {
        if (systemErrorCode(error) !== 'EAGAIN') {
          this.#fail(error)
          return
        }
        waiting ??= { wait: EAGAIN_WAIT_MS.first, since: performance.now(), stalled: false }
        if (!waiting.stalled && performance.now() - waiting.since >= STALLED_MS) {
          waiting.stalled = true
          this.#options.onStall?.()
        }
        sleep(waiting.wait)
        waiting.wait = Math.min(waiting.wait * 2, EAGAIN_WAIT_MS.longest)
      }
    }
  }

  #count(bytes: Uint8Array): void {
    this.#written += bytes.length
    const last = bytes.lastIndexOf(LINE_FEED)
    this.#sinceLineEnd = last === -1 ? this.#sinceLineEnd + bytes.length : bytes.length - last - 1
  }

  #fail(error: unknown): void {
    this.#closed = true
    if (systemErrorCode(error) === 'EPIPE') return
    this.#failure = new DumpstreamError('DS_OUTPUT', `can't write to ${this.#options.name}: ${writeErrorText(error)}`, {
      cause: error,
    })
    this.#cutToLines()
  }

  /** Does nothing if others have written to the file too. */
  #cutToLines(): void {
    const size = fileSize(this.#fd)
    if (size === undefined || this.#sizeBefore === undefined || size !== this.#sizeBefore + this.#written) return
    try {
      ftruncateSync(this.#fd, size - this.#sinceLineEnd)
    } catch {
      // The last line stays partial; the error was already reported.
    }
  }
}

interface Waiting {
  wait: number
  readonly since: number
  stalled: boolean
}

/** Undefined for what is not a file. */
function fileSize(fd: number): number | undefined {
  try {
    const stats = fstatSync(fd)
    return stats.isFile() ? stats.size : undefined
  } catch {
    return undefined
  }
}

const never = new Int32Array(new SharedArrayBuffer(4))

function sleep(milliseconds: number): void {
  Atomics.wait(never, 0, 0, milliseconds)
}
