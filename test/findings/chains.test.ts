/** What a pile ultimately waits for, in real dumps whose source shows who holds what (hangs/locks.go), and what no address proves. */
import { describe, expect, it } from 'vitest'
import { dumpOf, findings, findingsOf, times, type Written } from './findings.ts'

describe('a chain of locks and a channel', () => {
  const [first, ...others] = findingsOf('chain')

  it('is described step by step, with places', () => {
    expect(others).toEqual([])
    expect(first).toMatchObject({ finding: 'pile_up', goroutines: 60, class: 'lock_over_channel' })
    expect(first?.because.replaceAll(/0x[0-9a-f]+/g, '0x')).toBe(
      'all of them wait for 0x' +
        '; goroutine 5 [sync.Mutex.Lock] in main.(*cache).load may hold it; it waits for rwmutex 0x at locks.go:34' +
        '; goroutine 21 [chan send] in main.(*index).flush may hold it; it waits to send on channel 0x at locks.go:39' +
        '; no goroutine of this code runs or waits for anything outside the program',
    )
  })

  it('lists all its objects, the channel without a holder', () => {
    const waits = first?.waits_on?.map((each) => [each.kind, each.waiters, each.may_hold?.map((one) => one.function)])
    expect(waits).toEqual([
      ['mutex', 60, ['main.(*cache).load']],
      ['rwmutex', 1, ['main.(*index).flush']],
      ['channel', 1, undefined],
    ])
  })
})

describe('a deadlock', () => {
  it('is a ring of two locks', () => {
    const [first, ...others] = findingsOf('ring')
    expect(others).toEqual([])
    expect(first).toMatchObject({ finding: 'deadlock', goroutines: 2, fault: 'resource_deadlock' })
    const held = first?.waits_on?.flatMap((each) => each.may_hold?.map((one) => one.function))
    expect(held?.sort()).toEqual(['main.(*cache).store', 'main.(*index).save'])
  })

  it('is a lock whose holder waits for goroutines that it started and that wait for the lock', () => {
    const [first, ...others] = findingsOf('waitgroup')
    expect(others).toEqual([])
    expect(first).toMatchObject({ finding: 'deadlock', goroutines: 4, class: 'lock_over_channel' })
    expect(first?.fault).toBeUndefined()
    expect(first?.waits_on?.map((each) => each.kind).sort()).toEqual(['rwmutex', 'waitgroup'])
  })

  const LOCK = ['internal/sync.(*Mutex).lockSlow(0xc000010008)', 'sync.(*Mutex).Lock(...)']
  const rebuild: Written = {
    state: 'sync.WaitGroup.Wait',
    calls: ['sync.(*WaitGroup).Wait(0xc000010020)', 'main.(*store).rebuild(0xc000010000)'],
    by: 'main.main in goroutine 1',
  }
  const build = (by: string): Written => ({
    state: 'sync.Mutex.Lock',
    calls: [...LOCK, 'main.(*store).put(0xc000010000)'],
    by: `main.(*store).rebuild in ${by}`,
  })

  it('is not found if another goroutine started those that wait for the lock', () => {
    const kinds = (by: string): string[] =>
      findings(dumpOf([rebuild, build(by), build(by)])).map((each) => each.finding)
    expect(kinds('goroutine 2')).toContain('deadlock')
    expect(kinds('goroutine 77')).not.toContain('deadlock')
  })
})

describe('a lock whose waiters have stale receivers', () => {
  const wait = (lock: string, ...calls: string[]): Written => ({
    state: 'sync.Mutex.Lock',
    calls: [`internal/sync.(*Mutex).lockSlow(${lock})`, 'sync.(*Mutex).Lock(...)', ...calls],
  })
  const pile = times(60, () => wait('0xc000020028', 'main.(*store).get(0x0?)'))
  const holder = (pointer: string): Written => ({ state: 'chan send', calls: [`main.(*store).flush(${pointer})`] })
  const mayHold = (...more: Written[]): unknown =>
    findings(dumpOf([...pile, ...more])).find((each) => each.finding === 'pile_up')?.waits_on?.[0]?.may_hold

  it('is not attributed to a goroutine in a nearby object', () => {
    expect(mayHold(holder('0xc000020000'))).toBeUndefined()
  })

  it('is located by another waiter of the same type', () => {
    const other = wait('0xc000030028', 'main.(*store).get(0xc000030000)')
    expect(mayHold(holder('0xc000020000'), other)).toMatchObject([{ function: 'main.(*store).flush' }])
    expect(mayHold(holder('0xc000020010'), other)).toBeUndefined()
  })

  it('names the only other goroutine in a method of the type in words only', () => {
    const [first] = findings(dumpOf([...pile, holder('0x0?')]))
    expect(first?.because).toContain(
      'goroutine 62 [chan send] in main.(*store).flush at mainstoreflush0x0.go:9 is the only other goroutine in a method of (*store)',
    )
    expect(first?.waits_on?.[0]?.may_hold).toBeUndefined()
    const [two] = findings(dumpOf([...pile, holder('0x0?'), holder('0x0?')]))
    expect(two?.because).not.toContain('only other')
  })
})

describe('a lock whose holder runs', () => {
  it('is found with a few waiters if nothing else of the code runs', () => {
    const [first] = findingsOf('loop')
    expect(first).toMatchObject({ finding: 'pile_up', goroutines: 6 })
    expect(first?.because).toContain('[runnable] in main.(*index).follow at locks.go:98 may hold it')
  })

  it('is only busy if each waiter gets its turn', () => {
    expect(findingsOf('contention')).toEqual([])
  })
})

describe('senders', () => {
  it('to one channel from several places are one pile', () => {
    const [first, ...others] = findingsOf('senders')
    expect(others).toEqual([])
    expect(first).toMatchObject({ finding: 'pile_up', goroutines: 120 })
    expect(first?.title).toContain('wait to send on one channel')
    expect(first?.signatures).toHaveLength(2)
  })
})

describe('a pool of connections', () => {
  it('is not exhausted if a connection is being made for each waiter', () => {
    const request: Written = {
      state: 'select',
      calls: ['net/http.(*Transport).getConn(0x0?)', 'net/http.Get(...)', 'main.fetch()'],
    }
    const dial: Written = {
      state: 'IO wait',
      calls: ['net.(*netFD).connect(0x0?)', 'net/http.(*Transport).dialConnFor(0x0?)'],
      by: 'net/http.(*Transport).startDialConnForLocked in goroutine 2',
    }
    expect(findings(dumpOf([request])).map((each) => each.finding)).toEqual(['pool'])
    expect(findings(dumpOf([...times(20, () => request), ...times(19, () => dial)]))).toEqual([])
  })
})

describe('the standard library by itself', () => {
  it('is not at a standstill, since it is unknown what serves it', () => {
    const idle: Written = {
      state: 'sync.Mutex.Lock',
      calls: [
        'internal/sync.(*Mutex).lockSlow(0xc000010008)',
        'sync.(*Mutex).Lock(...)',
        'net/http.(*Transport).tryPutIdleConn(0x0?)',
      ],
      by: 'net/http.(*Transport).dialConn in goroutine 2',
    }
    expect(findings(dumpOf([idle, idle, idle]))).toEqual([])
  })
})
