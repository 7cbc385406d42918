/** Calls that wait for a shared call in another goroutine (singleflight). */
import { expect, it } from 'vitest'
import { dumpOf, findings, type Written } from './findings.ts'

const GROUP = 'golang.org/x/sync/singleflight.(*Group)'
const SERVE = ['main.handle()', 'net/http.HandlerFunc.ServeHTTP()']
const by = 'net/http.(*Server).Serve in goroutine 9'
const joined: Written = {
  state: 'sync.WaitGroup.Wait',
  calls: ['sync.(*WaitGroup).Wait(0xc000010008)', `${GROUP}.Do(0xc000010000)`, 'shop/prices.get()', ...SERVE],
  by,
}
const made = (state: string): Written => ({
  state,
  calls: [
    'shop/prices.load()',
    `${GROUP}.doCall.func2()`,
    `${GROUP}.doCall(0xc000010000)`,
    `${GROUP}.Do()`,
    'shop/prices.get()',
    ...SERVE,
  ],
  by,
})
const other = (state: string, call: string): Written => ({ state, calls: [call], by: 'main.main in goroutine 8' })

it('waiters are stuck if the shared call waits for another goroutine and none of the code it calls is active', () => {
  const [first, second] = findings(dumpOf([joined, joined, made('chan receive'), other('sleep', 'main.tick()')]))
  expect(second).toBeUndefined()
  expect(first).toMatchObject({ finding: 'stuck', goroutines: 3 })
  expect(first?.because).toBe(
    'that goroutine waits in chan receive at shoppricesload.go:9, and no goroutine of the code that is called is active',
  )
})

it.each(['IO wait', 'select', 'runnable', 'sleep'])(
  'waiters are not stuck while the shared call is in [%s]',
  (state) => {
    expect(findings(dumpOf([joined, joined, made(state)]))).toEqual([])
  },
)

it.each(['IO wait', 'select'])(
  'waiters are not stuck while another goroutine of the code it calls is in [%s]',
  (state) => {
    expect(findings(dumpOf([joined, joined, made('chan receive'), other(state, 'shop/prices.fetch()')]))).toEqual([])
  },
)

it('waiters are stuck if the shared call has waited for the outside world for minutes', () => {
  const [first] = findings(dumpOf([joined, joined, made('IO wait, 4 minutes'), other('sleep', 'main.tick()')]))
  expect(first).toMatchObject({ finding: 'stuck', goroutines: 3 })
})

it('a single waiter may have arrived just now', () => {
  expect(findings(dumpOf([joined, made('chan receive')]))).toEqual([])
})

const DO = 'shop/cache.(*flights).do(0xc000010000)'
const LATE = ', 4 minutes'
const ownJoined = (minutes: string): Written => ({
  state: `sync.WaitGroup.Wait${minutes}`,
  calls: ['sync.(*WaitGroup).Wait(0xc000010008)', DO, ...SERVE],
  by,
})
const ownMade = (state: string): Written => ({ state, calls: ['shop/prices.load()', DO, ...SERVE], by })

it('waiters in a function of the program that shares calls are stuck, too, after minutes', () => {
  const dump = (minutes: string, state: string): string =>
    dumpOf([ownJoined(minutes), ownJoined(minutes), ownMade(state), other('sleep', 'main.tick()')])
  const [first, ...others] = findings(dump(LATE, `chan receive${LATE}`))
  expect(others).toEqual([])
  expect(first).toMatchObject({ finding: 'stuck', goroutines: 3 })
  expect(findings(dump('', 'chan receive'))).toEqual([])
  expect(findings(dump(LATE, 'runnable'))).toEqual([])
})
