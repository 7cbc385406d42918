/**
 * Reports outages to a person: one line when an outage begins, one when it ends. OpenTelemetry says nothing: `forceFlush()` and `shutdown()`
 * resolve even if the collector rejected everything.
 *
 *   state   | outcome   | next, and what is said
 *   --------|-----------|--------------------------------------------
 *   fine    | ok        | fine
 *   fine    | failed    | failing: can't send metrics to …: …
 *   failing | failed    | failing
 *   failing | ok        | fine: metrics are sent again …
 *
 * A message from the other side about what it accepted is shown once, until it changes.
 */
import type { Outcome } from './deliveries.ts'

export interface WatchOptions {
  /** `metrics`, `logs`. */
  readonly what: string
  readonly target: string
  readonly complain: (line: string) => void
  /** Called for each failed export. */
  readonly onFailure: () => void
}

export class Watch {
  readonly #options: WatchOptions
  #failures = 0
  #since = 0
  #told: string | undefined

  constructor(options: WatchOptions) {
    this.#options = options
  }

  note(outcome: Outcome): void {
    const { what, target, complain, onFailure } = this.#options
    if (!outcome.ok) {
      onFailure()
      if (this.#failures++ > 0) return
      this.#since = performance.now()
      complain(`can't send ${what} to ${target}: ${outcome.reason}; reading continues`)
    } else if (this.#failures > 0) {
      const seconds = Math.max(1, Math.round((performance.now() - this.#since) / 1000))
      const failed = this.#failures === 1 ? '1 export' : `${this.#failures} exports`
      this.#failures = 0
      complain(`sending ${what} to ${target} works again; ${failed} failed in ${seconds} s`)
    }
    const note = outcome.ok ? outcome.note : undefined
    if (note !== undefined && note !== this.#told) complain(`${what} were accepted by ${target}, which says: ${note}`)
    this.#told = note
  }
}
