/**
 * Sends one body until it is accepted: at least once. Retries after 0.2, 0.4 … 30 s, or when the receiver says so. A body that the
 * receiver will never accept (400, 413 and the like) is reported and dropped, because it would block the log for ever.
 */
import { setTimeout as delay } from 'node:timers/promises'

const FIRST_WAIT_MS = 200
const LONGEST_WAIT_MS = 30_000
const REQUEST_MS = 10_000

export async function deliver(url, type, body, signal) {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    const failure = await post(url, type, body, signal)
    if (failure === undefined) return
    if (signal.aborted) throw new Error(`${url}: ${failure.text}; the last batch was not delivered`)
    console.error(`${url}: ${failure.text}${failure.final ? '; given up' : ''}`)
    if (failure.final) return
    // Up to a half more: many shippers should not come back at the same moment.
    const pause = failure.retryAfter ?? wait * (1 + Math.random() / 2)
    await delay(pause, undefined, { signal }).catch(() => {})
  }
}

async function post(url, type, body, signal) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]),
    })
    await response.arrayBuffer()
    if (response.ok) return undefined
    const { status } = response
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
    return {
      text: `HTTP ${status}`,
      final: status < 500 && status !== 408 && status !== 429,
      retryAfter: Number.isFinite(seconds) ? seconds * 1_000 : undefined,
    }
  } catch (error) {
    return { text: error.cause?.message ?? error.message, final: false }
  }
}
