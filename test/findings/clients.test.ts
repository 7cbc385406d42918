/** Request handlers whose clients have left: nobody reads from their connections any more. */
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/core/limits.ts'
import { dumpOf, findings, times, type Written } from './findings.ts'

const handler = (state: string, ...calls: readonly string[]): Written => ({
  state,
  calls: [...calls, 'main.route()', 'net/http.HandlerFunc.ServeHTTP()', 'net/http.(*conn).serve(0xc000010000)'],
  by: 'net/http.(*Server).Serve in goroutine 99',
})
const take = (state: string): Written => handler(state, 'shop/limit.(*bucket).take(0x0?)')
/** What watches the connection of the handler with that id. */
const watch = (id: number): Written => ({
  state: 'IO wait',
  calls: ['internal/poll.(*FD).Read(0x0?)', 'net/http.(*connReader).backgroundRead(0xc000012000)'],
  by: `net/http.(*connReader).startBackgroundRead in goroutine ${id}`,
})
/** `count` handlers, the last `watched` of which still have their clients. */
const handlers = (count: number, watched: number, each: () => Written): Written[] => [
  ...times(count, each),
  ...times(watched, (i) => watch(count + 1 - i)),
]

describe('handlers whose clients have left', () => {
  it('are slow in a select of their own', () => {
    const [first, ...others] = findings(dumpOf(handlers(6, 2, () => take('select, 4 minutes'))))
    expect(others).toEqual([])
    expect(first).toMatchObject({ finding: 'slow', goroutines: 6, function: 'shop/limit.(*bucket).take' })
    expect(first?.because).toBe(
      '4 of the clients whose requests they handle have left, and no other goroutine of this code is active',
    )
  })

  it('are slow without minutes, also in a receive', () => {
    for (const state of ['select', 'chan receive'])
      expect(findings(dumpOf(handlers(6, 2, () => take(state)))).map(({ title }) => title)).toEqual([
        `6 goroutines in ${state} at shoplimitbuckettake0x0.go:9`,
      ])
  })

  it('are not reported while other goroutines of their code are at work', () => {
    const refill: Written = {
      state: 'sleep',
      calls: ['shop/limit.(*bucket).refill(0x0?)'],
      by: 'main.main in goroutine 1',
    }
    expect(findings(dumpOf([...handlers(6, 2, () => take('select')), refill]))).toEqual([])
  })

  it('are slow if those that might serve them have waited for the outside world as long, or rest in a library', () => {
    const ask = (state: string): Written => ({
      state,
      calls: ['internal/poll.(*FD).Read(0x0?)', 'shop/limit.(*bucket).refill(0x0?)'],
      by: 'main.main in goroutine 1',
    })
    const all = handlers(6, 2, () => take('select, 4 minutes'))
    expect(findings(dumpOf([...all, ask('IO wait, 4 minutes')])).map(({ finding }) => finding)).toEqual(['slow'])
    expect(findings(dumpOf([...all, ask('IO wait')]))).toEqual([])
  })

  it('may be the queue of an overloaded service if any other goroutine is at work', () => {
    const work: Written = {
      state: 'sleep',
      calls: ['shop/render.(*worker).run(0x0?)'],
      by: 'shop/render.start in goroutine 1',
    }
    expect(findings(dumpOf([...handlers(6, 2, () => take('select')), work]))).toEqual([])
    expect(findings(dumpOf([...handlers(6, 2, () => take('select, 4 minutes')), work])).length).toBe(1)
    const own = (): Written => ({
      state: 'select',
      calls: ['main.route()', 'net/http.HandlerFunc.ServeHTTP()', 'net/http.(*conn).serve(0xc000010000)'],
      by: 'net/http.(*Server).Serve in goroutine 99',
    })
    const busy: Written = { state: 'sleep', calls: ['main.work()'], by: 'main.main in goroutine 1' }
    expect(findings(dumpOf([...handlers(6, 2, own), busy]))).toEqual([])
  })

  it('are slow when they wait for a backend for minutes, and not for a moment', () => {
    const call = (state: string): Written =>
      handler(state, 'net/http.(*persistConn).roundTrip(0x0?)', 'net/http.(*Client).Do(0x0?)', 'shop/pay.charge()')
    expect(findings(dumpOf(handlers(6, 2, () => call('select'))))).toEqual([])
    const [first, ...others] = findings(dumpOf(handlers(6, 2, () => call('select, 4 minutes'))))
    expect(others).toEqual([])
    expect(first).toMatchObject({ finding: 'slow', function: 'shop/pay.charge' })
    expect(first?.because).toBe('4 of the clients whose requests they handle have left')
    const read = handler('IO wait, 4 minutes', 'internal/poll.(*FD).Read(0x0?)', 'shop/stock.(*Conn).ask(0x0?)')
    expect(findings(dumpOf(handlers(6, 2, () => read))).map(({ finding }) => finding)).toEqual(['slow'])
  })
})

describe('handlers that nobody watches', () => {
  it('may have taken over their connections, as for websockets', () => {
    expect(findings(dumpOf(handlers(6, 0, () => take('select, 9 minutes'))))).toEqual([])
  })

  it('are watched by more goroutines than the starters that are kept of them', () => {
    const many = LIMITS.parents + 100
    expect(findings(dumpOf(handlers(many, many, () => take('select, 9 minutes'))))).toEqual([])
  })

  it('may have lost one client a moment ago', () => {
    expect(findings(dumpOf(handlers(6, 5, () => take('select, 9 minutes'))))).toEqual([])
    expect(findings(dumpOf(handlers(6, 4, () => take('select'))))).toEqual([])
  })
})
