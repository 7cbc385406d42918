/** Goroutines that end something and wait for it. */
import { describe, expect, it } from 'vitest'
import { dumpOf, findings, type Written } from './findings.ts'

const worker = (state: string, call = 'shop/jobs.(*runner).work(0x0?)'): Written => ({
  state,
  calls: [call],
  by: 'shop/jobs.start in goroutine 77',
})
const waiting = (state: string, ...calls: readonly string[]): Written => ({
  state,
  calls: [...calls, 'main.run()'],
  by: 'main.main in goroutine 9',
})
const GROUP = 'sync.(*WaitGroup).Wait(0x0?)'
const rests = worker('chan receive, 4 minutes')

describe('a goroutine that ends others and waits for minutes', () => {
  it.each<[string, Written]>([
    ['a WaitGroup', waiting('sync.WaitGroup.Wait, 4 minutes', GROUP, 'shop/jobs.(*runner).drain(...)')],
    ['a channel', waiting('chan receive, 4 minutes', 'shop/jobs.(*runner).wait()', 'shop/jobs.(*runner).Stop(0x0?)')],
    ['a condition', waiting('sync.Cond.Wait, 4 minutes', 'sync.(*Cond).Wait(0x0?)', 'shop/jobs.closeAll()')],
  ])('is slow if they are idle: %s', (_what, each) => {
    const [first, ...others] = findings(dumpOf([rests, each]))
    expect(others).toEqual([])
    expect(first).toMatchObject({ finding: 'slow', goroutines: 1 })
    expect(first?.because).toBe('it waits for others to end, and none of them is at work')
  })

  it('is reported with those that should have ended', () => {
    const runner = worker('chan receive, 4 minutes')
    const drain = waiting('sync.WaitGroup.Wait, 4 minutes', GROUP, 'shop/jobs.(*runner).Close(...)')
    const [first] = findings(dumpOf([{ ...runner, by: 'shop/jobs.(*runner).open in goroutine 77' }, runner, drain]))
    expect(first).toMatchObject({ finding: 'slow', goroutines: 1 })
    expect(first?.signatures).toHaveLength(2)
  })

  it('is slow even if `main.main` started others that are at work', () => {
    const stop: Written = {
      state: 'sync.WaitGroup.Wait, 4 minutes',
      calls: [GROUP, 'main.(*runner).Stop(0x0?)'],
      by: 'main.main in goroutine 9',
    }
    const client: Written = { state: 'sleep', calls: ['main.client()'], by: 'main.main in goroutine 9' }
    expect(findings(dumpOf([stop, client]))[0]).toMatchObject({ finding: 'slow' })
    expect(findings(dumpOf([stop, { ...client, calls: ['main.(*runner).work(0x0?)'] }]))).toEqual([])
  })

  it('is slow even if `main.main`, which started it, serves meanwhile', () => {
    const stop: Written = {
      state: 'sync.WaitGroup.Wait, 4 minutes',
      calls: [GROUP, 'shop/jobs.(*runner).Close(0x0?)'],
      by: 'main.main in goroutine 4',
    }
    const serve: Written = { state: 'IO wait', calls: ['net/http.ListenAndServe()', 'main.main()'] }
    expect(findings(dumpOf([rests, stop, serve]))[0]).toMatchObject({ finding: 'slow' })
  })

  const stop = waiting('chan receive, 4 minutes', 'shop/jobs.(*runner).Stop(0x0?)')
  it.each<[string, Written[]]>([
    ['may have begun a moment ago', [waiting('chan receive, 2 minutes', 'shop/jobs.(*runner).Stop(0x0?)')]],
    ['waits for one that is at work', [stop, worker('sleep')]],
    ['may have a timeout', [waiting('select, 4 minutes', 'shop/jobs.(*runner).Stop(0x0?)')]],
    ['is a loop', [waiting('chan receive, 4 minutes', 'shop/jobs.(*runner).drain(0x0?)')]],
    ['is a wait, by its name', [waiting('chan receive, 4 minutes', 'shop/jobs.waitForStop()')]],
  ])('is not reported if it %s', (_how, goroutines) => {
    expect(findings(dumpOf([rests, ...goroutines]))).toEqual([])
  })
})
