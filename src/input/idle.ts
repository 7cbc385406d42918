/**
 * Silence on a pipe. A timer alone can't tell it: it also runs late while we work, or while we wait for a slow reader of our own
 * output, and all that time input may be waiting in the pipe. So a tick counts only when it comes on time and the pipe was seen
 * empty: the last read did not fill, or there was none.
 */

/** What a pipe holds unless told otherwise (pipe(7)), and so what a read of a full one gives at least. */
const PIPE_BYTES = 64 << 10

export class IdleWatch {
  readonly #every: number
  #last: number
  #lastRead = 0

  /** `every`: milliseconds between ticks. `now` in milliseconds, from any clock that runs on. */
  constructor(every: number, now: number) {
    this.#every = every
    this.#last = now
  }

  /** To be told of each read. */
  read(bytes: number): void {
    this.#lastRead = bytes
  }

  /** Whether the engine may be told the time now. */
  isDue(now: number): boolean {
    const late = now - this.#last > this.#every * 2
    const waiting = this.#lastRead >= PIPE_BYTES
    this.#last = now
    this.#lastRead = 0
    return !late && !waiting
  }
}
