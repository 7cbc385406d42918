/** Clocks that nobody sets. */

/**
 * Milliseconds on a clock that nobody sets, as `performance.now()`: but that is loaded when it is first named, which takes one of them.
 */
export function elapsed(): number {
  return process.uptime() * 1000
}

/**
 * The time for `tick`, where clocks are set: a step of the clock is no silence, so that it does not end a dump, nor keep one open for a
 * day. While something is open time goes on as on a clock that nobody sets; else it is the time of day.
 */
export class SteadyClock {
  #last: { readonly now: number; readonly elapsed: number } | undefined

  /** `wall`: milliseconds since the epoch. `elapsed`: milliseconds on a clock that nobody sets. */
  now(wall: number, elapsed: number, isOpen: boolean): number {
    const { now = wall, elapsed: before = elapsed } = this.#last ?? {}
    const steady = isOpen ? now + elapsed - before : wall
    this.#last = { now: steady, elapsed }
    return steady
  }
}
