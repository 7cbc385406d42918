/** Measures how long nothing has come: silence ends what is open. */
export class Silence {
  #since: number | undefined
  #progress = 0

  /** Has `progress` been the same for `idle` milliseconds? To be asked from time to time. */
  lasts(progress: number, now: number, idle: number): boolean {
    if (this.#since === undefined || progress !== this.#progress) {
      this.#since = now
      this.#progress = progress
      return false
    }
    return now - this.#since >= idle
  }

  /** Restarts with the next question. */
  break(): void {
    this.#since = undefined
  }
}
