/** Reports an outage once, and once more when it is over. In between, retries become less and less frequent. */
const FIRST_MS = 250
const MOST_MS = 10_000

export class Outage {
  readonly #complain: (line: string) => void
  readonly #now: () => number
  /** What is away → since when, and the number of retries. */
  readonly #away = new Map<string, { readonly since: number; tries: number }>()
  #saidAt: number | undefined

  constructor(complain: (line: string) => void, now: () => number) {
    this.#complain = complain
    this.#now = now
  }

  get isAway(): boolean {
    return this.#away.size > 0
  }

  /** Returns how many milliseconds to wait before the next try. */
  failed(what: string, why: string): number {
    const away = this.#away.get(what) ?? { since: this.#now(), tries: 0 }
    this.#away.set(what, away)
    if (this.#saidAt === undefined) {
      this.#saidAt = this.#now()
      this.#complain(`${what}: ${why}; trying again`)
    }
    return Math.min(MOST_MS, FIRST_MS * 2 ** away.tries++)
  }

  worked(what: string): void {
    if (!this.#away.delete(what) || this.#away.size > 0 || this.#saidAt === undefined) return
    const seconds = (this.#now() - this.#saidAt) / 1000
    this.#saidAt = undefined
    this.#complain(`${what}: works again after ${seconds.toFixed(1)} s`)
  }

  /** `what` is no longer needed. */
  forget(what: string): void {
    this.#away.delete(what)
    if (this.#away.size === 0) this.#saidAt = undefined
  }
}
