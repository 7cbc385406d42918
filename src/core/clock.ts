/** Time that passes: monotonic clocks, and waiting. */

/** Milliseconds on a monotonic clock. Not `performance.now()`, which is loaded on first use and takes a millisecond to load. */
export function elapsed(): number {
  return process.uptime() * 1000
}

/**
 * The time for `tick` when the wall clock can be set: a step of the clock must neither end a dump nor keep one open for a day. While something is
 * open, time advances with the monotonic clock; otherwise it is the wall clock.
 */
export class SteadyClock {
  #last: { readonly now: number; readonly elapsed: number } | undefined

  /** `wall`: milliseconds since the epoch. `elapsed`: milliseconds on a monotonic clock. */
  now(wall: number, elapsed: number, isOpen: boolean): number {
    const { now = wall, elapsed: before = elapsed } = this.#last ?? {}
    const steady = isOpen ? now + elapsed - before : wall
    this.#last = { now: steady, elapsed }
    return steady
  }
}

/** Resolves after a time, or at once when the signal is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal.addEventListener('abort', done)
  })
}
