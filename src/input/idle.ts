/**
 * Detects silence on a pipe. A timer alone is not enough: it also runs late while we work, or while we wait for a slow reader of our output, and
 * input may be waiting in the pipe all that time. So a tick counts only if it comes on time and the pipe was seen empty: the last read
 * returned less than a full pipe, or there was none.
 */

/** The default capacity of a pipe (pipe(7)), and so what reading a full one returns at least. */
const PIPE_BYTES = 64 << 10

export class IdleWatch {
  readonly #every: number
  #last: number
  #lastRead = 0

  /** `every`: milliseconds between ticks. `now`: milliseconds of any monotonic clock. */
  constructor(every: number, now: number) {
    this.#every = every
    this.#last = now
  }

  /** Call this for each read. */
  read(bytes: number): void {
    this.#lastRead = bytes
  }

  /** May the engine get a tick now? */
  isDue(now: number): boolean {
    const late = now - this.#last > this.#every * 2
    const waiting = this.#lastRead >= PIPE_BYTES
    this.#last = now
    this.#lastRead = 0
    return !late && !waiting
  }
}
