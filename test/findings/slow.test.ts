/** A goroutine that has waited for minutes for what is normally short, and what may be the cause. */
import { describe, expect, it } from 'vitest'
import { dumpOf, findings, type Written } from './findings.ts'

const written = (state: string, ...calls: string[]): Written => ({ state, calls, by: 'main.main in goroutine 1' })
/** As Go up to 1.19 prints the wait. */
const OLD = ['sync.runtime_SemacquireMutex(0xc00001000c)', 'sync.(*Mutex).Lock(0xc000010008)']
const atWork = written('runnable', 'shop/store.compact()')

describe('a goroutine that has waited for a lock for minutes', () => {
  it('is slow if the state is still called semacquire', () => {
    const waiter = written('semacquire, 7 minutes', ...OLD, 'shop/store.(*Store).get(0xc000010000)')
    expect(findings(dumpOf([waiter, atWork]))[0]).toMatchObject({ finding: 'slow', goroutines: 1 })
  })

  it('is not reported if semacquire is a WaitGroup', () => {
    const waiter = written(
      'semacquire, 7 minutes',
      'sync.runtime_Semacquire(0xc000010010)',
      'sync.(*WaitGroup).Wait(0xc000010008)',
      'shop/store.close(0x0?)',
    )
    expect(findings(dumpOf([waiter, atWork]))).toEqual([])
  })

  it('names the possible holder of the lock, and what that one waits for', () => {
    const waiter = written('sync.Mutex.Lock, 7 minutes', ...OLD, 'shop/store.(*Store).get(0xc000010000)')
    const holder = written('chan receive, 8 minutes', 'shop/store.(*Store).flush(0xc000010000)')
    const [found] = findings(
      dumpOf([waiter, holder, atWork, written('sleep', 'shop/store.(*Store).tick(0xc000020000)')]),
    )
    expect(found?.because).toContain('[chan receive] in shop/store.(*Store).flush may hold it')
    expect(found?.waits_on?.[0]?.may_hold).toMatchObject([{ function: 'shop/store.(*Store).flush' }])
  })

  it('is not reported as a panic if it waits in a deferred call of a panic', () => {
    const waiter = written(
      'sync.Mutex.Lock, 7 minutes',
      ...OLD,
      'shop/store.(*Store).apply.func1(0x0?)',
      'panic(0x1)',
      'shop/store.(*Store).apply(0xc000010000)',
    )
    const [, alone = ''] = dumpOf([waiter]).split('\n\n')
    expect(findings(alone).map(({ finding }) => finding)).toEqual(['slow'])
  })
})

it('a write into a pipe that nobody reads for minutes is slow', () => {
  const by = 'shop/sum.start in goroutine 77'
  const write: Written = { state: 'select, 4 minutes', calls: ['io.(*pipe).write(0xc000010000)', 'shop/sum.tee()'], by }
  const read: Written = { state: 'select, 4 minutes', calls: ['io.(*pipe).read(0xc000020000)', 'shop/sum.check()'], by }
  const [first, ...others] = findings(dumpOf([write, read]))
  expect(others).toEqual([])
  expect(first).toMatchObject({ finding: 'slow', function: 'shop/sum.tee' })
  expect(first?.because).toBe('a write into a pipe normally finds its reader at once')
  expect(findings(dumpOf([{ ...write, state: 'select, 2 minutes' }, read]))).toEqual([])
})

describe('a goroutine that has waited to send for minutes', () => {
  const late = written('chan send, 4 minutes', 'shop/ids.(*ids).run(0x0?)')
  const loop: Written = { state: 'chan receive', calls: ['shop/ids.serve()'], by: 'main.main in goroutine 1' }
  const by = (sender: Written): Written => ({ ...sender, by: 'shop/ids.serve in goroutine 2' })

  it('is slow if the goroutine that started it has waited as long', () => {
    const other = { ...loop, state: 'chan receive, 4 minutes' }
    expect(findings(dumpOf([other, by(late)]))[0]?.finding).toBe('slow')
  })

  it('is not reported if the goroutine that started it is active', () => {
    expect(findings(dumpOf([loop, by(late)]))).toEqual([])
  })
})

describe('a lock of the program around one of sync', () => {
  const wrapped = (type: string, outer: string): Written =>
    written(
      'sync.Mutex.Lock',
      'sync.runtime_SemacquireMutex(0xc00001000c)',
      'sync.(*Mutex).Lock(0xc000010008)',
      `example.com/own/x.(*${type}).Lock(0xc000010008)`,
      outer,
    )

  it.each(['SafeMutex', 'RWLock'])(
    'does not count as the holder: others of the code can wake two that wait for a %s',
    (type) => {
      const get = wrapped(type, 'shop/store.(*Store).get(0xc000010000)')
      expect(findings(dumpOf([get, get, written('runnable', 'shop/store.(*Store).flush(0xc000010000)')]))).toEqual([])
    },
  )

  it('is part of the lock: a goroutine in a method of the object may hold it', () => {
    const a = wrapped('SafeMutex', 'shop/store.(*Store).get(0xc000010000)')
    const holder = written('chan send', 'shop/store.(*Store).flush(0xc000010000)')
    const [found] = findings(dumpOf([a, a, holder]))
    expect(found).toMatchObject({ finding: 'stuck', goroutines: 3, function: 'shop/store.(*Store).get' })
    expect(found?.waits_on?.[0]?.may_hold).toMatchObject([{ function: 'shop/store.(*Store).flush' }])
  })

  it('can be built on the semaphores of the runtime', () => {
    const waits = (id: string, inner: string, outer: string): Written =>
      written(
        'semacquire',
        `sync.runtime_Semacquire(0xc0000${id}010)`,
        `example.com/own/sync.(*FairRWMutex).Lock(0xc0000${id}008)`,
        inner,
        outer,
      )
    const [found] = findings(
      dumpOf([
        waits('10', 'shop/a.(*A).get(0xc000010000)', 'shop/b.(*B).move(0xc000020000)'),
        waits('20', 'shop/b.(*B).get(0xc000020000)', 'shop/a.(*A).move(0xc000010000)'),
      ]),
    )
    expect(found).toMatchObject({ finding: 'deadlock', fault: 'resource_deadlock' })
  })
})

describe('a goroutine that waits to send in a pipeline', () => {
  const stage = (state: string, call: string): Written => ({
    state,
    calls: [call],
    by: 'shop/score.Run in goroutine 7',
  })
  const sender = stage('chan send, 5 minutes', 'shop/score.(*Pipeline).parse(0xc000010000)')
  const read = (state: string): Written => ({
    ...stage(state, 'internal/poll.(*FD).Read(0x0?)'),
    calls: ['internal/poll.(*FD).Read(0x0?)', 'net.(*conn).Read(0x0?)', 'shop/score.(*Pipeline).score(0xc000010000)'],
  })

  it('is slow if those that should take it have waited for the outside world as long', () => {
    const [first, ...others] = findings(dumpOf([sender, read('IO wait, 5 minutes')]))
    expect(others).toEqual([])
    expect(first).toMatchObject({ finding: 'slow', function: 'shop/score.(*Pipeline).parse' })
  })

  it('is not reported while one of them has just begun to wait', () => {
    expect(findings(dumpOf([sender, read('IO wait, 5 minutes'), read('IO wait')]))).toEqual([])
  })
})
