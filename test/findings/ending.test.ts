/** Who ends something, and waits for it. */
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

describe('a goroutine that ends others, and waits for it for minutes', () => {
  it.each<[string, Written]>([
    ['a WaitGroup', waiting('sync.WaitGroup.Wait, 4 minutes', GROUP, 'shop/jobs.(*runner).drain(...)')],
    ['a channel', waiting('chan receive, 4 minutes', 'shop/jobs.(*runner).wait()', 'shop/jobs.(*runner).Stop(0x0?)')],
    ['a condition', waiting('sync.Cond.Wait, 4 minutes', 'sync.(*Cond).Wait(0x0?)', 'shop/jobs.closeAll()')],
  ])('is slow where they rest: %s', (_what, each) => {
    const [first, ...others] = findings(dumpOf([rests, each]))
    expect(others).toEqual([])
    expect(first).toMatchObject({ finding: 'slow', goroutines: 1 })
    expect(first?.because).toBe('it waits for others to end, and none of them is at work')
  })

  it('is told with those who should have ended', () => {
    const runner = worker('chan receive, 4 minutes')
    const drain = waiting('sync.WaitGroup.Wait, 4 minutes', GROUP, 'shop/jobs.(*runner).Close(...)')
    const [first] = findings(dumpOf([{ ...runner, by: 'shop/jobs.(*runner).open in goroutine 77' }, runner, drain]))
    expect(first).toMatchObject({ finding: 'slow', goroutines: 1 })
    expect(first?.signatures).toHaveLength(2)
  })

  it('is slow where `main.main` has started others that are at work, too', () => {
    const stop: Written = {
      state: 'sync.WaitGroup.Wait, 4 minutes',
      calls: [GROUP, 'main.(*runner).Stop(0x0?)'],
      by: 'main.main in goroutine 9',
    }
    const client: Written = { state: 'sleep', calls: ['main.client()'], by: 'main.main in goroutine 9' }
    expect(findings(dumpOf([stop, client]))[0]).toMatchObject({ finding: 'slow' })
    expect(findings(dumpOf([stop, { ...client, calls: ['main.(*runner).work(0x0?)'] }]))).toEqual([])
  })

  const stop = waiting('chan receive, 4 minutes', 'shop/jobs.(*runner).Stop(0x0?)')
  it.each<[string, Written[]]>([
    ['may have begun a moment ago', [waiting('chan receive, 2 minutes', 'shop/jobs.(*runner).Stop(0x0?)')]],
    ['waits for who is at work', [stop, worker('sleep')]],
    ['may have a time-out', [waiting('select, 4 minutes', 'shop/jobs.(*runner).Stop(0x0?)')]],
    ['is a loop', [waiting('chan receive, 4 minutes', 'shop/jobs.(*runner).drain(0x0?)')]],
    ['says by its name that it waits', [waiting('chan receive, 4 minutes', 'shop/jobs.waitForStop()')]],
  ])('is left alone where it %s', (_how, goroutines) => {
    expect(findings(dumpOf([rests, ...goroutines]))).toEqual([])
  })
})
