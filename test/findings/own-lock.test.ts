/** A goroutine that may wait for a lock that it holds itself. */
import { describe, expect, it } from 'vitest'
import { dumpOf, findings, type Written } from './findings.ts'

const LOCK = ['internal/sync.(*Mutex).lockSlow(0xc000010008)', 'sync.(*Mutex).Lock(...)']
/** Takes the lock of the log in `rotate` and logs there. */
const again = (state = 'sync.Mutex.Lock', outer = 'shop/log.(*Log).rotate(0xc000010000)'): Written => ({
  state,
  calls: [...LOCK, 'shop/log.(*Log).print(0xc000010000)', outer],
  by: 'shop/log.open in goroutine 1',
})
const other = (state: string, call: string): Written => ({ state, calls: [call], by: 'main.main in goroutine 1' })

describe('a goroutine that waits for a lock in a method called by another method of the object', () => {
  it('may hold it itself if no other goroutine is in the object and its code', () => {
    const found = findings(dumpOf([again(), other('IO wait', 'shop/net.read()')]))
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ finding: 'stuck', severity: 'warning', goroutines: 1 })
    expect(found[0]?.because).toContain('it is in shop/log.(*Log).rotate meanwhile')
  })

  it.each([
    ['another one is in a method of the type', other('select', 'shop/log.(*Log).run(0xc000010000)')],
    ['another one of the package is at work', other('runnable', 'shop/log.compress()')],
  ])('is an ordinary waiter if %s', (_what, written) => {
    expect(findings(dumpOf([again(), written]))).toEqual([])
  })

  it.each([
    ['another object', 'shop/log.(*Log).rotate(0xc000020000)'],
    ['another type', 'shop/log.(*Writer).rotate(0xc000010000)'],
    ['an argument that may be stale', 'shop/log.(*Log).rotate(0xc000010000?)'],
  ])('is an ordinary waiter if the outer method has %s', (_what, outer) => {
    expect(findings(dumpOf([again('sync.Mutex.Lock', outer)]))).toEqual([])
  })

  it('is reported after minutes, too, even if others of the package are active', () => {
    const [found] = findings(dumpOf([again('sync.Mutex.Lock, 9 minutes'), other('runnable', 'shop/log.compress()')]))
    expect(found).toMatchObject({ finding: 'slow' })
    expect(found?.because).toMatch(/no other goroutine is in a method of \(\*Log\): it may hold the lock itself$/)
  })

  it('says nothing about other goroutines if only its stack was logged', () => {
    const [, alone = ''] = dumpOf([again('sync.Mutex.Lock, 9 minutes')]).split('\n\n')
    const [found] = findings(alone)
    expect(found).toMatchObject({ finding: 'slow', because: 'a lock is normally held for microseconds' })
  })
})
