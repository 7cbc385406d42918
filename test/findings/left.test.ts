/** Goroutines left behind by calls that have returned. */
import { describe, expect, it } from 'vitest'
import { dumpOf, findings, times, type Written } from './findings.ts'

const closure = (i: number, state = 'chan receive'): Written => ({
  state,
  calls: ['shop/feed.Follow.func1()'],
  by: `shop/feed.Follow in goroutine ${1000 + Math.floor(i / 2)}`,
})
const api: Written = { state: 'IO wait', calls: ['shop/api.read()'], by: 'main.main in goroutine 1' }
const dump = (count: number, ...others: readonly Written[]): string =>
  dumpOf([...times(count, (i) => closure(i)), api, ...others])

describe('closures of calls that have returned', () => {
  it.each(['chan receive', 'select'])('are a pile if a hundred wait in [%s]', (state) => {
    const [first, ...others] = findings(dumpOf([...times(100, (i) => closure(i, state)), api]))
    expect(others).toEqual([])
    expect(first).toMatchObject({ finding: 'pile_up', goroutines: 100, function: 'shop/feed.Follow.func1' })
  })

  it.each<[string, string]>([
    ['there are fewer, as for the workers of a dozen customers', dump(99)],
    [
      'other goroutines of the code are active',
      dump(100, { state: 'IO wait', calls: ['shop/feed.read()'], by: 'main.main in goroutine 1' }),
    ],
    [
      'the goroutine that started them is at work elsewhere',
      dump(100, { ...api, by: 'shop/feed.Follow in goroutine 8' }),
    ],
    ['some have another state', dump(100, closure(101, 'sleep'))],
    ['only a few calls started them', dumpOf([...times(100, (i) => closure(i % 8)), api])],
  ])('are not a pile if %s', (_how, text) => {
    expect(findings(text)).toEqual([])
  })

  it('are not a pile if a call that started some of them is still running', () => {
    const call: Written = {
      state: 'chan receive',
      calls: ['shop/feed.Follow()'],
      by: 'net/http.(*Server).Serve in goroutine 1',
    }
    const [first, ...others] = times(99, (i) => closure(i))
    const last: Written = { ...(first as Written), by: 'shop/feed.Follow in goroutine 2' }
    expect(findings(dumpOf([call, last, ...others, closure(100)]))).toEqual([])
  })
})

it('workers started by calls, each of which may get work again, are a pile only from a thousand on', () => {
  const worker = (i: number): Written => ({
    state: 'chan receive',
    calls: ['shop/rooms.(*room).loop(0x0?)'],
    by: `shop/rooms.open in goroutine ${2000 + i}`,
  })
  expect(findings(dumpOf(times(999, worker)))).toEqual([])
  expect(findings(dumpOf(times(1000, worker)))).toMatchObject([{ finding: 'pile_up', goroutines: 1000 }])
})
