/**
 * Decides when something is sent: soon after there is news, again after a failure, periodically if nothing happens, and once at the end. Only
 * one attempt runs at a time, and callers that report news never wait.
 *
 *   state   | event                          | next
 *   --------|--------------------------------|------------------------------------------------------------------
 *   idle    | news                           | due, in NEWS_MS
 *   idle    | the interval has passed        | sending
 *   due     | its time has come              | sending
 *   sending | news                           | sending, then due
 *   sending | delivered, or refused for good | idle, or due
 *   sending | failed                         | waiting: 1 s, 2 s, 4 s … RETRY_MAX_MS, or what the other side asks for
 *   waiting | its time has come              | sending
 *   any     | end                            | ended: a last attempt, once the current one is over or has taken half of the time;
 *           |                                | another one RETRY_MS later if there is time. None before the time that the other side asked for
 */

export type Outcome =
  | {
      readonly ok: true
      /** A message from the other side about what it accepted, for a person. */
      readonly note?: string
    }
  | {
      readonly ok: false
      /** For a person; follows a colon. */
      readonly reason: string
      /** A retry may succeed. */
      readonly retry: boolean
      /** Milliseconds that the other side asks to wait. */
      readonly retryAfter?: number
      /** It did not answer in the time available. */
      readonly late?: true
    }

export interface DeliveriesOptions {
  /** Must settle within `timeout` milliseconds. Resolves to undefined if there was nothing to send. */
  attempt(timeout: number): Promise<Outcome | undefined>
  onOutcome(outcome: Outcome): void
  /** Milliseconds allowed for an attempt, and for the end. */
  readonly timeout: number
  /** Milliseconds until the next attempt if nothing happens. Absent: none. */
  readonly interval?: number
}

/** Dumps that come in a burst go out together; a short input ends earlier, and is sent once. */
const NEWS_MS = 500
const RETRY_MS = 1_000
const RETRY_MAX_MS = 30_000
const RETRY_AFTER_MAX_MS = 3_600_000

export class Deliveries {
  readonly #options: DeliveriesOptions
  #state: 'idle' | 'due' | 'sending' | 'waiting' | 'ended' = 'idle'
  #timer: NodeJS.Timeout | undefined
  #underWay: Promise<void> | undefined
  #again = false
  #failures = 0
  #last: Outcome = { ok: true }
  /** No attempt before this time, by `performance.now()`: the other side asked for it. */
  #notBefore = 0
  #closed = false

  constructor(options: DeliveriesOptions) {
    this.#options = options
    this.#rest()
  }

  news(): void {
    if (this.#state === 'idle') this.#schedule('due', NEWS_MS)
    else if (this.#state === 'sending') this.#again = true
  }

  /** Resolves, within the time-out, to the outcome of the last attempt. */
  async end(): Promise<Outcome> {
    const deadline = performance.now() + this.#options.timeout
    const underWay = this.#underWay
    this.#state = 'ended'
    clearTimeout(this.#timer)
    if (underWay !== undefined) await within(underWay, this.#options.timeout / 2)
    let outcome = await this.#tryAfter(0, deadline)
    // The other side may just be restarting.
    if (outcome?.ok === false && outcome.retry) outcome = moreOf(outcome, await this.#tryAfter(RETRY_MS, deadline))
    if (outcome !== undefined && moreOf(this.#last, outcome) === outcome) this.#note(outcome)
    this.#closed = true
    return this.#last
  }

  /** Undefined if there was nothing to send, or if it would be too late. */
  async #tryAfter(milliseconds: number, deadline: number): Promise<Outcome | undefined> {
    const now = performance.now()
    const wait = Math.max(milliseconds, this.#notBefore - now)
    if (wait > 0 && now + wait >= deadline) return undefined
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    return await this.#tryUntil(deadline)
  }

  async #tryUntil(deadline: number): Promise<Outcome | undefined> {
    const left = Math.max(1, deadline - performance.now())
    const outcome = await within(this.#try(left), left)
    return outcome === 'late' ? noAnswer(this.#options.timeout) : outcome
  }

  #schedule(state: 'idle' | 'due' | 'waiting', milliseconds: number): void {
    this.#state = state
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#start(), milliseconds)
    // A pending delivery does not keep the process alive.
    this.#timer.unref()
  }

  #rest(): void {
    const { interval } = this.#options
    if (interval !== undefined) this.#schedule('idle', interval)
    else this.#state = 'idle'
  }

  #start(): void {
    this.#state = 'sending'
    this.#again = false
    this.#underWay = this.#try(this.#options.timeout).then((outcome) => this.#over(outcome))
  }

  #over(outcome: Outcome | undefined): void {
    this.#underWay = undefined
    this.#note(outcome)
    if (this.#state === 'ended') return
    if (outcome?.ok === false && outcome.retry) {
      const wait = Math.min(RETRY_MS * 2 ** this.#failures++, RETRY_MAX_MS)
      this.#schedule('waiting', Math.max(wait, this.#notBefore - performance.now()))
      return
    }
    this.#failures = 0
    if (this.#again) this.#schedule('due', NEWS_MS)
    else this.#rest()
  }

  #note(outcome: Outcome | undefined): void {
    if (outcome === undefined || this.#closed) return
    this.#last = outcome
    this.#options.onOutcome(outcome)
  }

  async #try(timeout: number): Promise<Outcome | undefined> {
    try {
      const outcome = await this.#options.attempt(timeout)
      const wanted = outcome?.ok === false ? Math.min(outcome.retryAfter ?? 0, RETRY_AFTER_MAX_MS) : 0
      this.#notBefore = performance.now() + wanted
      return outcome
    } catch (error) {
      return { ok: false, reason: error instanceof Error ? error.message : String(error), retry: false }
    }
  }
}

export function noAnswer(timeout: number): Extract<Outcome, { ok: false }> {
  const seconds = Number((timeout / 1000).toPrecision(timeout < 1000 ? 1 : 2))
  return { ok: false, reason: `no answer within ${seconds} s`, retry: true, late: true }
}

/** The more informative of two outcomes: an attempt cut short by the end says less than the failure before it. */
function moreOf(before: Outcome, after: Outcome | undefined): Outcome {
  return after === undefined || (!before.ok && !after.ok && after.late) ? before : after
}

async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
