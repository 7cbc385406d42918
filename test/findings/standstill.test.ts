/** Goroutines that wait while no goroutine of the same code runs: what one dump without minutes shows. */
import { describe, expect, it } from 'vitest'
import { dumpOf, findings, times, type Written } from './findings.ts'

const LOCK = ['internal/sync.(*Mutex).lockSlow(0xc000010008)', 'sync.(*Mutex).Lock(...)']
const join: Written = {
  state: 'sync.Mutex.Lock',
  calls: [...LOCK, 'main.(*hub).join(0x0?)'],
  by: 'net/http.(*Server).Serve in goroutine 9',
}
const sender: Written = {
  state: 'chan send',
  calls: ['shop/queue.put(0x1)', 'shop/queue.submit(0x1)'],
  by: 'shop/api.start in goroutine 9',
}
const waitFor = (state: string, call: string): Written => ({ state, calls: [call], by: 'main.main in goroutine 9' })

describe('goroutines that wait for a lock', () => {
  it('are at a standstill if the holder waits to send', () => {
    const [first] = findings(dumpOf([waitFor('chan send', 'main.(*hub).publish(0x0?)'), join, join, join]))
    expect(first).toMatchObject({ finding: 'stuck', goroutines: 4, class: 'lock_over_channel' })
  })

  it('are at a standstill if the holder is gone', () => {
    const [first] = findings(dumpOf([join, join, waitFor('sleep', 'main.tick()')]))
    expect(first).toMatchObject({ finding: 'stuck', goroutines: 2, class: 'resource_deadlock' })
  })

  it.each(['runnable', 'sleep', 'syscall', 'IO wait'])('are not reported if the holder is in [%s]', (state) => {
    expect(findings(dumpOf([join, join, join, waitFor(state, 'main.(*hub).publish(0x0?)')]))).toEqual([])
  })

  it('are a pile-up if twenty wait while the holder calls another program, or five for minutes', () => {
    const call: Written = {
      state: 'select',
      calls: ['net/http.(*persistConn).roundTrip(0x0?)', 'net/http.(*Client).Do(...)', 'main.(*hub).refresh(0x0?)'],
    }
    expect(findings(dumpOf([call, ...times(19, () => join)]))).toEqual([])
    expect(findings(dumpOf([call, ...times(20, () => join)]))[0]).toMatchObject({ finding: 'pile_up', goroutines: 20 })
    const late = { ...join, state: 'sync.Mutex.Lock, 3 minutes' }
    expect(findings(dumpOf([call, ...times(5, () => late)]))[0]).toMatchObject({ finding: 'pile_up', goroutines: 5 })
  })
})

describe('one goroutine that waits for a lock', () => {
  const load: Written = {
    state: 'sync.WaitGroup.Wait',
    calls: ['sync.(*WaitGroup).Wait(0xc000020008)', 'shop/cache.(*store).load(0x0?)'],
    by: 'main.main in goroutine 9',
  }
  const get: Written = {
    state: 'sync.Mutex.Lock',
    calls: [...LOCK, 'shop/cache.(*store).get(0x0?)'],
    by: 'main.main in goroutine 9',
  }

  it('is stuck if the only other goroutine in the object waits for others', () => {
    const [first] = findings(dumpOf([get, load, waitFor('IO wait', 'shop/api.read()')]))
    expect(first).toMatchObject({ finding: 'stuck', goroutines: 1 })
  })

  it.each([
    ['is at work in that code', waitFor('IO wait', 'shop/cache.fetch()')],
    ['has a timer in that code', waitFor('select', 'shop/cache.flush()')],
    ['is in the object, too', waitFor('chan receive', 'shop/cache.(*store).put(0x0?)')],
  ])('may be released if another one %s', (_how, other) => {
    expect(findings(dumpOf([get, load, other]))).toEqual([])
  })

  it('is stuck if another one closes the object and waits to receive', () => {
    const close = waitFor('chan receive', 'shop/cache.(*store).Close(0x0?)')
    expect(findings(dumpOf([get, close]))[0]).toMatchObject({ finding: 'stuck' })
    expect(findings(dumpOf([get, close, waitFor('select', 'shop/cache.flush()')]))).toEqual([])
  })

  it.each(['select', 'chan receive'])('may be released by one that has a timer, in [%s]', (state) => {
    expect(findings(dumpOf([get, waitFor(state, 'shop/cache.(*store).load(0x0?)')]))).toEqual([])
  })
})

describe('goroutines that wait for a lock whose holder waits to receive', () => {
  const rest = (call: string, state = 'chan receive'): Written => waitFor(state, call)
  const child: Written = { ...join, by: 'main.open in goroutine 5' }

  it('may be released by a timer', () => {
    expect(findings(dumpOf([rest('main.(*hub).join(0x0?)'), join, join, join]))).toEqual([])
    expect(findings(dumpOf([rest('main.(*hub).refresh(0x0?)'), join, join, join]))).toEqual([])
    expect(findings(dumpOf([rest('main.(*hub).flush(0x0?)', 'select'), join, join, join]))).toEqual([])
  })

  it.each([
    ['the holder has waited for minutes', [rest('main.(*hub).refresh(0x0?)', 'chan receive, 3 minutes'), join, join]],
    ['the holder closes the object they are in', [rest('main.(*hub).Close(0x0?)'), join, join]],
    ['the holder started them', [join, join, join, rest('main.(*hub).open(0x0?)'), child, child]],
  ])('are stuck if %s', (_why, goroutines) => {
    expect(findings(dumpOf(goroutines))[0]?.finding).toBe('stuck')
  })
})

describe('a lock whose holder waits to send', () => {
  const publish = (by: string): Written => ({
    state: 'chan send',
    calls: ['main.(*hub).publish(0x0?)', 'main.ticker()'],
    by,
  })
  const lock: Written = { state: 'sync.Mutex.Lock', calls: [...LOCK, 'main.(*hub).publish(0x0?)', 'main.ticker()'] }
  const reader = waitFor('chan receive', 'main.listen()')

  it('is released when the receiver pauses', () => {
    expect(findings(dumpOf([publish('main.main in goroutine 9'), lock, lock, reader]))).toEqual([])
  })

  it('is released when the receiver finishes its work', () => {
    const slow = waitFor('sleep', 'main.listen()')
    expect(findings(dumpOf([publish('main.main in goroutine 9'), lock, lock, slow]))).toEqual([])
  })

  it('is released if the receiver is not among its waiters', () => {
    const add: Written = { state: 'sync.Mutex.Lock', calls: [...LOCK, 'main.(*hub).add(0x0?)', 'main.visit()'] }
    expect(findings(dumpOf([publish('main.main in goroutine 9'), add, add, reader]))).toEqual([])
  })

  it('is never released if a receiver waits for it', () => {
    const leave: Written = { state: 'sync.Mutex.Lock', calls: [...LOCK, 'main.(*hub).leave(0x0?)', 'main.listen()'] }
    expect(findings(dumpOf([publish('main.main in goroutine 9'), leave, reader]))[0]?.finding).toBe('stuck')
    const system: Written[] = [publish('main.main in goroutine 9'), lock, reader].map((each) => ({
      ...each,
      calls: [...each.calls, 'runtime.goexit({})'],
    }))
    expect(findings(dumpOf([...system, system[1] as Written]))).toEqual([])
  })
})

describe('one goroutine that waits to send', () => {
  const close: Written = {
    state: 'sync.WaitGroup.Wait',
    calls: ['sync.(*WaitGroup).Wait(0xc000010008)', 'shop/queue.close()'],
    by: 'main.main in goroutine 9',
  }

  it('is stuck if no goroutine of its code is active', () => {
    expect(findings(dumpOf([sender, close]))[0]).toMatchObject({ finding: 'stuck', goroutines: 2 })
  })

  it('is idle if it generates values for others', () => {
    expect(findings(dumpOf([sender, waitFor('chan receive', 'shop/queue.idle()')]))).toEqual([])
    expect(findings(dumpOf([sender]))).toEqual([])
  })

  it('is stuck if another one waits for its end', () => {
    expect(findings(dumpOf([sender, waitFor('chan receive', 'shop/queue.(*queue).Close(0x0?)')]))[0]?.finding).toBe(
      'stuck',
    )
  })

  it.each(['select', 'IO wait', 'runnable'])('is not stuck if another one of its code is in [%s]', (state) => {
    expect(findings(dumpOf([sender, waitFor(state, 'shop/queue.take()')]))).toEqual([])
  })

  it('is not stuck if another goroutine of its creator is at work', () => {
    const store: Written = { state: 'IO wait', calls: ['shop/disk.store()'], by: 'shop/api.start in goroutine 9' }
    expect(findings(dumpOf([sender, store]))).toEqual([])
  })
})

describe('goroutines that wait to send', () => {
  it('are at a standstill if all others of the code wait, too', () => {
    const [first] = findings(dumpOf([sender, sender, waitFor('chan receive, 3 minutes', 'shop/queue.idle()')]))
    expect(first).toMatchObject({ finding: 'stuck', goroutines: 2, class: 'communication' })
    expect(findings(dumpOf([sender, sender]))[0]?.finding).toBe('stuck')
  })

  it('may be iterators or hand out ids if they only send', () => {
    const next: Written = {
      state: 'chan send',
      calls: ['shop/queue.(*cursor).run(0x0?)'],
      by: 'shop/api.start in goroutine 9',
    }
    expect(findings(dumpOf([next, next]))).toEqual([])
    const wrapped = { ...next, calls: [...next.calls, 'shop/api.start.gowrap1()'] }
    expect(findings(dumpOf([wrapped, wrapped]))).toEqual([])
  })

  it('may wait for the main goroutine in a function that it called', () => {
    const loop: Written = { state: 'chan receive', calls: ['shop/queue.perTick()', 'main.main()'] }
    expect(findings(dumpOf([sender, sender, loop]))).toEqual([])
    expect(findings(dumpOf([sender, sender, { state: 'chan receive', calls: ['main.main()'] }]))[0]?.finding).toBe(
      'stuck',
    )
  })

  it('may wait for one that takes a value at each tick', () => {
    expect(findings(dumpOf([sender, sender, waitFor('chan receive', 'shop/queue.perTick()')]))).toEqual([])
    expect(findings(dumpOf([sender, sender, waitFor('select', 'shop/queue.flush()')]))).toEqual([])
  })

  it('are stuck if each call that started one has returned', () => {
    const left = (call: string, parent: number): Written => ({
      state: 'chan send',
      calls: [call],
      by: `shop/queue.quote in goroutine ${parent}`,
    })
    const idle = waitFor('chan receive', 'shop/queue.idle()')
    const call = 'shop/queue.quote.func1()'
    expect(findings(dumpOf([left(call, 77), left(call, 78), idle]))[0]?.finding).toBe('stuck')
    const cursor = 'shop/queue.(*cursor).run(0x0?)'
    expect(findings(dumpOf([left(cursor, 77), left(cursor, 78), idle]))).toEqual([])
  })

  it('may wait for others of the same code that a timer wakes', () => {
    const { calls, by = '' } = sender
    expect(findings(dumpOf([sender, sender, { state: 'chan receive', calls, by }]))).toEqual([])
  })

  it('are stuck if they are the only possible receivers', () => {
    const within: Written = {
      state: 'chan send',
      calls: ['shop/queue.(*pool).submit(0x0?)', 'shop/queue.split()', 'shop/queue.(*pool).work(0x0?)'],
    }
    const waits = waitFor('chan receive', 'shop/queue.split()')
    expect(findings(dumpOf([within, within, waits]))[0]?.finding).toBe('stuck')
    const idle = waitFor('chan receive', 'shop/queue.(*pool).work(0x0?)')
    expect(findings(dumpOf([within, within, idle]))).toEqual([])
  })

  it('fill buckets if the goroutine that started them is idle and takes from them now and then', () => {
    const fill = (by: string): Written => ({
      state: 'chan send',
      calls: ['shop/queue.(*bucket).add(0x0?)', 'shop/queue.(*bucket).fill(0x0?)'],
      by,
    })
    const fillers = times(3, () => fill('shop/queue.limits in goroutine 2'))
    expect(findings(dumpOf([waitFor('chan receive', 'shop/queue.limits()'), ...fillers]))).toEqual([])
    expect(findings(dumpOf(times(3, () => fill('shop/queue.limits in goroutine 77'))))[0]?.finding).toBe('stuck')
  })

  it('are under back-pressure if one is at work', () => {
    expect(findings(dumpOf([sender, sender, waitFor('IO wait', 'shop/queue.store()')]))).toEqual([])
  })
})

describe('goroutines that write into a pipe', () => {
  const write = (pipe: string): Written => ({
    state: 'select',
    calls: [`${pipe}.(*pipe).write(0xc000010008)`, 'io.WriteString(0x1)', 'shop/peer.hello(0x2)'],
    by: 'shop/peer.both in goroutine 9',
  })

  it.each(['io', 'net'])('are at a standstill if both ends of it write and none reads', (pipe) => {
    const [first] = findings(dumpOf([write(pipe), write(pipe)]))
    expect(first).toMatchObject({ finding: 'stuck', goroutines: 2, class: 'communication' })
  })

  it('are under back-pressure if a reader is at work', () => {
    expect(findings(dumpOf([write('io'), write('io'), waitFor('sleep', 'shop/peer.read()')]))).toEqual([])
  })
})

describe('ten that have waited to send for minutes', () => {
  const late = (parent: number): Written => ({
    state: 'chan send, 3 minutes',
    calls: ['shop/queue.put(0x1)'],
    by: `shop/queue.fill in goroutine ${parent}`,
  })

  it('are a pile-up if none of their siblings is at work', () => {
    const others = [{ state: 'sleep', calls: ['shop/queue.tick()'], by: 'main.main in goroutine 99' }]
    expect(findings(dumpOf([...times(10, () => late(77)), ...others]))[0]).toMatchObject({ finding: 'pile_up' })
  })

  it('are under back-pressure if a sibling or the goroutine that started them is at work', () => {
    const sister = { state: 'sleep', calls: ['shop/queue.store()'], by: 'shop/queue.fill in goroutine 77' }
    expect(findings(dumpOf([...times(10, () => late(77)), sister]))).toEqual([])
    const readers = times(10, () => waitFor('IO wait', 'shop/queue.fill()'))
    expect(findings(dumpOf([...readers, ...times(10, (i) => late(i + 2))]))).toEqual([])
    expect(findings(dumpOf([late(77), sister]))).toEqual([])
  })
})

describe('a WaitGroup', () => {
  const waiter: Written = {
    state: 'sync.WaitGroup.Wait',
    calls: ['sync.(*WaitGroup).Wait(0xc000010008)', 'shop/render.pages(0x3)'],
    by: 'net/http.(*Server).Serve in goroutine 77',
  }

  it('is miscounted if none of its waiters started a goroutine that is alive', () => {
    const [first] = findings(dumpOf([waiter, waiter]))
    expect(first).toMatchObject({ finding: 'stuck', goroutines: 2, fault: 'waitgroup_miscount' })
  })

  it('is not miscounted if one of them is at work', () => {
    const page = { state: 'IO wait', calls: ['shop/render.page()'], by: 'shop/render.pages in goroutine 2' }
    expect(findings(dumpOf([waiter, waiter, page]))).toEqual([])
  })

  it('is miscounted in a handler, too, whose client net/http watches', () => {
    const watch = { state: 'IO wait', calls: ['net/http.(*connReader).backgroundRead()'] }
    const watches = [2, 3].map((id) => ({
      ...watch,
      by: `net/http.(*connReader).startBackgroundRead in goroutine ${id}`,
    }))
    expect(findings(dumpOf([waiter, waiter, ...watches]))[0]).toMatchObject({
      goroutines: 2,
      fault: 'waitgroup_miscount',
    })
  })

  it.each(['IO wait', 'chan receive'])(
    'is not miscounted if another goroutine makes the call that they joined, in [%s]',
    (state) => {
      const makes = { ...waiter, state, calls: ['shop/store.load()', 'shop/render.pages(0x3)'] }
      expect(findings(dumpOf([waiter, waiter, makes]))).toEqual([])
    },
  )

  it('is miscounted for one waiter if no other goroutine is in its package', () => {
    const [first] = findings(dumpOf([waiter, waitFor('IO wait', 'shop/api.read()')]))
    expect(first).toMatchObject({ finding: 'stuck', goroutines: 1, fault: 'waitgroup_miscount' })
  })

  it.each(['chan receive', 'IO wait'])(
    'may be completed for one waiter by another goroutine of its package in [%s]',
    (state) => {
      expect(findings(dumpOf([waiter, waitFor(state, 'shop/render.(*server).handle(0x0?)')]))).toEqual([])
      const handler = { state, calls: ['shop/api.handle()'], by: 'shop/render.Serve in goroutine 9' }
      expect(findings(dumpOf([waiter, handler]))).toEqual([])
    },
  )
})

describe('a condition', () => {
  const waiter = (parent: number, object = 8): Written => ({
    state: 'sync.Cond.Wait',
    calls: [
      `sync.runtime_notifyListWait(0xc00001000${object}, 0x1)`,
      'sync.(*Cond).Wait(0x983c60?)',
      'shop/mail.(*box).take(0x0?)',
    ],
    by: `shop/mail.open in goroutine ${parent}`,
  })

  it('is never signalled if the waiters are left over from calls that have returned and no other goroutine of the code is active', () => {
    const [first, ...others] = findings(dumpOf(times(5, (i) => waiter(77 + i))))
    expect(others).toEqual([])
    expect(first).toMatchObject({ finding: 'stuck', goroutines: 5 })
  })

  it('has idle workers as waiters if a live goroutine started them, or a goroutine of the code is at work', () => {
    expect(findings(dumpOf(times(5, () => waiter(1))))).toEqual([])
    expect(findings(dumpOf(times(4, (i) => waiter(77 + i))))).toEqual([])
    const other = waitFor('IO wait', 'shop/mail.fetch()')
    expect(findings(dumpOf([...times(5, (i) => waiter(77 + i)), other]))).toEqual([])
  })

  it('has idle workers as waiters if each of a dozen customers has one, or one call started them', () => {
    expect(findings(dumpOf(times(12, (i) => waiter(77 + i, i % 6))))).toEqual([])
    expect(findings(dumpOf(times(6, () => waiter(77))))).toEqual([])
  })
})

describe('the main goroutine', () => {
  const late = (i: number): Written => ({ ...sender, by: `main.main in goroutine ${i}` })
  const main = (state: string, ...calls: string[]): string =>
    dumpOf([{ state, calls: [...calls, 'shop/queue.take()', 'main.main()'] }, late(2), late(2)])

  it('is at work if it sleeps in a function that it called', () => {
    expect(findings(main('sleep', 'time.Sleep(0x1)'))).toEqual([])
    expect(findings(main('IO wait', 'internal/poll.runtime_pollWait(0x1)', 'os.(*File).Read(0x1)'))).toEqual([])
  })

  it('is not at work if it waits there for the end of the program', () => {
    expect(findings(main('select (no cases)'))[0]?.finding).toBe('stuck')
  })
})

it('a lock whose holder sleeps is not a pile-up', () => {
  const rate = (state: string): string => dumpOf([...times(6, () => join), waitFor(state, 'main.(*hub).take(0x0?)')])
  expect(findings(rate('sleep'))).toEqual([])
})
