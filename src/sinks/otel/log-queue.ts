/** A queue of outgoing log records: bounded, sent in order, and kept while the other side is unavailable. */
import type { Outcome } from './deliveries.ts'
import { type LogEntry, logsRequest } from './logs.ts'
import { jsonOf, NOT_OTLP, type Poster } from './post.ts'
import type { RunResource } from './resources.ts'

/** Most records that wait; beyond that the oldest are dropped. */
const QUEUE = 1_000
/** Records per request; with long stacks a few hundred KiB. */
const BATCH = 64

export interface LogQueueOptions {
  readonly poster: Poster
  readonly run: RunResource
  readonly version: string
  /** Called when records are known to be lost. */
  readonly onLost: (count: number) => void
}

export class LogQueue {
  readonly #options: LogQueueOptions
  #entries: LogEntry[] = []
  #lost = 0

  constructor(options: LogQueueOptions) {
    this.#options = options
  }

  push(entry: LogEntry): void {
    this.#entries.push(entry)
    if (this.#entries.length <= QUEUE) return
    this.#entries.shift()
    this.#lost++
  }

  /** Sends all records; resolves to undefined if there are none. */
  async send(timeout: number): Promise<Outcome | undefined> {
    const deadline = performance.now() + timeout
    let outcome: Outcome | undefined
    while (this.#entries.length > 0) {
      const batch = this.#entries.slice(0, BATCH)
      outcome = await this.#sendBatch(batch, Math.max(1, deadline - performance.now()))
      if (!outcome.ok && outcome.retry) return outcome
      // What was rejected permanently would be rejected again.
      const done = new Set(batch)
      this.#entries = this.#entries.filter((entry) => !done.has(entry))
      if (!outcome.ok) return outcome
    }
    if (outcome !== undefined) this.#tellLost()
    return outcome
  }

  /** Counts the remaining records as lost. */
  close(): void {
    this.#lost += this.#entries.length
    this.#entries = []
    this.#tellLost()
  }

  #tellLost(): void {
    if (this.#lost > 0) this.#options.onLost(this.#lost)
    this.#lost = 0
  }

  async #sendBatch(batch: readonly LogEntry[], timeout: number): Promise<Outcome> {
    const { poster, run, version } = this.#options
    const reply = await poster.post(Buffer.from(logsRequest(batch, run, version)), timeout)
    if (!reply.ok) return reply
    const { rejected, message } = refusal(reply.body)
    if (rejected === 0) return message === '' ? { ok: true } : { ok: true, note: message }
    const why = message === '' ? '' : `: ${message}`
    return { ok: false, reason: `it refused ${rejected} of the records${why}`, retry: false }
  }
}

/** `partialSuccess` of the response. */
function refusal(body: Buffer): { rejected: number; message: string } {
  const answer = jsonOf(body)
  if (answer === undefined) return { rejected: 0, message: NOT_OTLP }
  const partial: unknown = isObject(answer) ? answer.partialSuccess : undefined
  if (!isObject(partial)) return { rejected: 0, message: '' }
  const { rejectedLogRecords, errorMessage } = partial
  return {
    rejected: Number(rejectedLogRecords ?? 0) || 0,
    message: typeof errorMessage === 'string' ? errorMessage : '',
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
