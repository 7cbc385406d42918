/** Goroutines that wait for minutes in a call whose name promises a short wait. */
import { describe, expect, it } from 'vitest'
import { dumpOf, findings, type Written } from './findings.ts'

const late = (call: string, state = 'chan receive, 3 minutes', ...callers: readonly string[]): Written => ({
  state,
  calls: [call, ...callers, 'shop/stock.(*cart).handle(0x0?)'],
  by: 'shop/stock.start in goroutine 77',
})
const other = (state: string, call: string, by = 'shop/stock.start in goroutine 77'): Written => ({
  state,
  calls: [call],
  by,
})

describe('a goroutine that waits for minutes', () => {
  it.each([
    ['an answer', 'shop/stock.(*actor).ask(0x0?)'],
    ['an answer', 'shop/stock.(*Mux[...]).RoundTrip(0x0?)'],
    ['an answer', 'shop/stock.(*actor).wait(0x0?)', 'shop/stock.(*actor).ask(0x0?)'],
    ['an answer', 'shop/stock.send_and_wait_for_reply(0x1)'],
    ['something that others hold', 'shop/stock.(*limit).Acquire(0x0?)'],
    ['a receiver', 'shop/stock.(*batcher).Add(0x0?)'],
    ['something to start', 'shop/stock.(*node).waitUntilReady(0x0?)'],
  ])('is slow if a name says that it waits for %s: %s', (what, call, ...callers) => {
    const [first, ...others] = findings(dumpOf([late(call, undefined, ...callers)]))
    expect(others).toEqual([])
    expect(first).toMatchObject({ finding: 'slow', goroutines: 1 })
    expect(first?.because).toBe(`it waits for ${what}, and no other goroutine of this code is at work`)
  })

  it('is slow if it began with a call that nothing repeats', () => {
    const start = other('chan receive, 3 minutes', 'shop/stock.awaitReady(0x0?)')
    expect(findings(dumpOf([start]))[0]?.because).toContain('it waits for something to start')
  })

  const ask = late('shop/stock.(*actor).ask(0x0?)')

  it.each(['select', 'sync.Cond.Wait', 'chan receive'])('is slow in [%s]', (state) => {
    expect(findings(dumpOf([late('shop/stock.(*actor).ask(0x0?)', `${state}, 3 minutes`)]))[0]?.finding).toBe('slow')
  })

  it('is slow even if `main.main` started others that are at work', () => {
    const by = 'main.main in goroutine 9'
    const wait = { state: 'select, 3 minutes', calls: ['main.(*node).waitReady(0x0?)', 'main.join()'], by }
    expect(findings(dumpOf([wait, other('sleep', 'main.client()', by)]))[0]?.finding).toBe('slow')
    expect(findings(dumpOf([wait, other('sleep', 'main.(*node).boot()', by)]))).toEqual([])
  })

  it('is slow if it is the main one', () => {
    const calls = ['main.(*node).waitReady(0x0?)', 'main.main()']
    expect(findings(dumpOf([{ state: 'select, 3 minutes', calls }]))[0]?.finding).toBe('slow')
    expect(findings(dumpOf([{ state: 'select, 3 minutes', calls: ['main.run()', 'main.main()'] }]))).toEqual([])
  })

  it.each<[string, Written[]]>([
    ['may have arrived a moment ago', [late('shop/stock.(*actor).ask(0x0?)', 'chan receive, 2 minutes')]],
    ['may be a loop with that name', [other('chan receive, 3 minutes', 'shop/stock.(*actor).call(0x0?)')]],
    [
      'runs a function it was given',
      [late('shop/stock.(*mirror).follow(0x0?)', 'chan receive, 3 minutes', 'shop/stock.invoke(0x1)')],
    ],
    ['waits for another program', [{ ...ask, calls: ['net/http.(*Client).Do(0x0?)', ...ask.calls] }]],
    [
      'may be a loop in a closure',
      [
        {
          ...ask,
          calls: ['shop/stock.(*actor).ask(0x0?)', 'shop/stock.start.func1()', 'sync.(*WaitGroup).Go.func1()'],
        },
      ],
    ],
    ['waits for work, by its name', [late('shop/stock.(*queue).get(0x0?)')]],
    ['waits for the end, by its name', [late('shop/stock.waitDone()')]],
    ['has another one that reads the answers', [ask, other('IO wait', 'shop/stock.read()')]],
    ['has another one that may have a timer', [ask, other('select', 'shop/stock.tick()')]],
    ['started one that is at work', [ask, other('sleep', 'shop/api.send()', 'shop/stock.start in goroutine 2')]],
  ])('is not reported if it %s', (_how, goroutines) => {
    expect(findings(dumpOf(goroutines))).toEqual([])
  })
})

describe('a call that must end because of its caller', () => {
  const main = { state: 'select (no cases)', calls: ['main.main()'] }
  const wait = (state: string, ...callers: readonly string[]): Written => ({
    state,
    calls: ['main.(*file).release(0x0?)', ...callers],
    by: 'main.open in goroutine 77',
  })

  it.each([
    ['a finalizer or cleanup, which holds up all others', 'runtime.runFinalizers()'],
    ['a finalizer or cleanup, which holds up all others', 'runtime.runCleanups()'],
    ['the initialization of a package', 'shop/stock.init.0()'],
    ['a test', 'testing.tRunner(0x1, 0x2)'],
    [
      'a reconciliation, which holds up its worker',
      'sigs.k8s.io/controller-runtime/pkg/internal/controller.(*Controller[...]).reconcileHandler(0x1)',
    ],
  ])('is slow in %s: %s', (what, caller) => {
    const [first, ...others] = findings(dumpOf([main, wait('chan receive, 3 minutes', caller)]))
    expect(others).toEqual([])
    expect(first).toMatchObject({ finding: 'slow', goroutines: 1 })
    expect(first?.because).toBe(`it waits in ${what}, and no other goroutine of this code is at work`)
  })

  it.each<[string, Written[]]>([
    ['may have begun a moment ago', [wait('chan receive', 'testing.tRunner(0x1, 0x2)')]],
    ['is a method named init', [wait('chan receive, 3 minutes', 'main.(*file).init(0x0?)')]],
    [
      'waits for one that is at work',
      [
        wait('sync.WaitGroup.Wait, 3 minutes', 'testing.tRunner(0x1, 0x2)'),
        other('IO wait', 'main.(*file).read(0x0?)'),
      ],
    ],
  ])('is not reported if it %s', (_how, goroutines) => {
    expect(findings(dumpOf([main, ...goroutines]))).toEqual([])
  })
})
