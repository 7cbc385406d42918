import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Deliveries, type Outcome } from '../../../src/sinks/otel/deliveries.ts'
import { Watch } from '../../../src/sinks/otel/watch.ts'

const OK: Outcome = { ok: true }
const DOWN: Outcome = { ok: false, reason: 'connection refused', retry: true }
const REFUSED: Outcome = { ok: false, reason: 'it answers 400', retry: false }

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => vi.useRealTimers())

/** Attempts take `takes` milliseconds, and end as `answers` say, the last one for ever. */
function make(answers: (Outcome | undefined)[], { interval = 60_000, takes = 0, timeout = 3_000 } = {}) {
  const started: number[] = []
  const noted: string[] = []
  const begin = performance.now()
  const deliveries = new Deliveries({
    timeout,
    interval,
    attempt: async () => {
      started.push(Math.round(performance.now() - begin))
      const answer = answers.length > 1 ? answers.shift() : answers[0]
      if (takes > 0) await new Promise((resolve) => setTimeout(resolve, takes))
      return answer
    },
    onOutcome: (outcome) => noted.push(outcome.ok ? 'ok' : outcome.reason),
  })
  return {
    deliveries,
    started,
    noted,
    at: (ms: number) => vi.advanceTimersByTimeAsync(ms - (performance.now() - begin)),
  }
}

describe('deliveries', () => {
  it('go out half a second after news, once for all of a burst', async () => {
    const { deliveries, started, at } = make([OK])
    deliveries.news()
    await at(100)
    deliveries.news()
    await at(5_000)
    expect(started).toEqual([500])
  })

  it('go out at the interval when nothing happens', async () => {
    const { started, at } = make([OK], { interval: 1_000 })
    await at(3_500)
    expect(started).toEqual([1_000, 2_000, 3_000])
  })

  it('are left out at the end while the other side wants none', async () => {
    const busy: Outcome = { ok: false, reason: 'it answers 429', retry: true, retryAfter: 3_600_000 }
    const { deliveries, started, noted, at } = make([busy])
    deliveries.news()
    await at(10_000)
    const end = deliveries.end()
    await at(20_000)
    expect(await end).toMatchObject({ ok: false, reason: 'it answers 429' })
    expect([started, noted]).toEqual([[500], ['it answers 429']])
  })

  it('wait at the end for as long as the other side asks, if there is time', async () => {
    const busy: Outcome = { ok: false, reason: 'it answers 429', retry: true, retryAfter: 2_000 }
    const { deliveries, started, at } = make([busy, OK])
    const end = deliveries.end()
    await at(5_000)
    expect(await end).toEqual(OK)
    expect(started).toEqual([0, 2_000])
  })

  it('go out one at a time; news that come meanwhile go out after', async () => {
    const { deliveries, started, at } = make([OK], { takes: 2_000 })
    deliveries.news()
    await at(600)
    deliveries.news()
    deliveries.news()
    await at(10_000)
    expect(started).toEqual([500, 3_000])
  })

  it('are tried again after 1, 2, 4 … 30 s, whatever news come, and then at the interval', async () => {
    const { deliveries, started, noted, at } = make([DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, OK])
    deliveries.news()
    for (let ms = 600; ms < 100_000; ms += 100) {
      await at(ms)
      if (ms % 1_000 === 0 && ms < 90_000) deliveries.news()
    }
    expect(started.slice(0, 8)).toEqual([500, 1_500, 3_500, 7_500, 15_500, 31_500, 61_500, 91_500])
    expect(noted.slice(0, 8)).toEqual([...Array(7).fill('connection refused'), 'ok'])
  })

  it('wait as long as the other side asks for', async () => {
    const { deliveries, started, at } = make([{ ...DOWN, retryAfter: 20_000 }, OK])
    deliveries.news()
    await at(30_000)
    expect(started).toEqual([500, 20_500])
  })

  it('are not tried again when they were refused for good, but with the next news', async () => {
    const { deliveries, started, at } = make([REFUSED, OK])
    deliveries.news()
    await at(30_000)
    expect(started).toEqual([500])
    deliveries.news()
    await at(31_000)
    expect(started).toEqual([500, 30_500])
  })

  it('end with one more, at once', async () => {
    const { deliveries, started, at } = make([OK])
    deliveries.news()
    await at(100)
    const end = deliveries.end()
    await at(200)
    expect(await end).toEqual(OK)
    await at(100_000)
    expect(started).toEqual([100])
  })

  it('end with what the last one came to when there is nothing to send', async () => {
    const { deliveries, at } = make([REFUSED, undefined])
    deliveries.news()
    await at(1_000)
    expect(await deliveries.end()).toEqual(REFUSED)
    expect(await make([undefined]).deliveries.end()).toEqual(OK)
  })

  it('try twice at the end when there is time', async () => {
    const { deliveries, started, noted, at } = make([DOWN, OK])
    const end = deliveries.end()
    await at(2_000)
    expect([await end, started, noted]).toEqual([OK, [0, 1_000], ['ok']])
  })

  it('end with what the other side answered, not with the second attempt for which little time was left', async () => {
    const busy: Outcome = { ok: false, reason: 'it answers 503', retry: true }
    const late: Outcome = { ok: false, reason: 'no answer within 0.29 s', retry: true, late: true }
    const { deliveries, started, noted, at } = make([busy, late], { timeout: 1_300 })
    const end = deliveries.end()
    await at(2_000)
    expect([await end, started, noted]).toEqual([busy, [0, 1_000], ['it answers 503']])
  })

  it('end within the time-out while one hangs, with another one started at half of it', async () => {
    const { deliveries, started, noted, at } = make([OK], { takes: 60_000 })
    deliveries.news()
    await at(1_000)
    let over = Number.NaN
    const end = deliveries.end().then((outcome) => {
      over = performance.now()
      return outcome
    })
    const asked = performance.now()
    await at(20_000)
    expect(over - asked).toBeLessThanOrEqual(3_000)
    expect(await end).toEqual({ ok: false, reason: 'no answer within 3 s', retry: true, late: true })
    expect(started).toEqual([500, 2_500])
    await at(200_000)
    expect(noted).toEqual(['no answer within 3 s'])
  })

  it('a mistake of ours is a failed attempt, not the end of the program', async () => {
    const noted: Outcome[] = []
    const deliveries = new Deliveries({
      timeout: 3_000,
      attempt: () => Promise.reject(new Error('oops')),
      onOutcome: (outcome) => noted.push(outcome),
    })
    deliveries.news()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(noted).toEqual([{ ok: false, reason: 'oops', retry: false }])
  })
})

describe('an outage', () => {
  it('is one line when it begins and one when it ends, with every failure counted', () => {
    const said: string[] = []
    let failures = 0
    const watch = new Watch({
      what: 'metrics',
      target: 'http://c:4318/v1/metrics',
      complain: (line) => said.push(line),
      onFailure: () => failures++,
    })
    watch.note(OK)
    watch.note(DOWN)
    vi.advanceTimersByTime(41_600)
    watch.note(REFUSED)
    watch.note(DOWN)
    watch.note(OK)
    watch.note(OK)
    watch.note(DOWN)
    watch.note(OK)
    expect(said).toEqual([
      "can't send metrics to http://c:4318/v1/metrics: connection refused; reading continues",
      'sending metrics to http://c:4318/v1/metrics works again; 3 exports failed in 42 s',
      "can't send metrics to http://c:4318/v1/metrics: connection refused; reading continues",
      'sending metrics to http://c:4318/v1/metrics works again; 1 export failed in 1 s',
    ])
    expect(failures).toBe(4)
  })
})
