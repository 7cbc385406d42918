/** Who waits while nobody of the same code runs: what one dump without minutes shows. */
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
  it('are at a standstill behind a holder that waits to send', () => {
    const [first] = findings(dumpOf([waitFor('chan send', 'main.(*hub).publish(0x0?)'), join, join, join]))
    expect(first).toMatchObject({ finding: 'stuck', goroutines: 4, class: 'lock_over_channel' })
  })

  it('are at a standstill where the holder has gone', () => {
    const [first] = findings(dumpOf([join, join, waitFor('sleep', 'main.tick()')]))
    expect(first).toMatchObject({ finding: 'stuck', goroutines: 2, class: 'resource_deadlock' })
  })

  it.each(['runnable', 'sleep', 'syscall', 'IO wait'])('are none behind a holder in [%s]', (state) => {
    expect(findings(dumpOf([join, join, join, waitFor(state, 'main.(*hub).publish(0x0?)')]))).toEqual([])
  })

  it('are a pile-up when twenty wait behind a call to another program, or five for minutes', () => {
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

  it('is stuck behind the only other one in the object, which waits for others', () => {
    const [first] = findings(dumpOf([get, load, waitFor('IO wait', 'shop/api.read()')]))
    expect(first).toMatchObject({ finding: 'stuck', goroutines: 1 })
  })

  it.each([
    ['is at work in that code', waitFor('IO wait', 'shop/cache.fetch()')],
    ['has a timer in that code', waitFor('select', 'shop/cache.flush()')],
    ['is in the object, too', waitFor('chan receive', 'shop/cache.(*store).put(0x0?)')],
  ])('may be let go on where another one %s', (_how, other) => {
    expect(findings(dumpOf([get, load, other]))).toEqual([])
  })

  it('is stuck behind one who closes the object, and waits to receive', () => {
    const close = waitFor('chan receive', 'shop/cache.(*store).Close(0x0?)')
    expect(findings(dumpOf([get, close]))[0]).toMatchObject({ finding: 'stuck' })
    expect(findings(dumpOf([get, close, waitFor('select', 'shop/cache.flush()')]))).toEqual([])
  })

  it.each(['select', 'chan receive'])('may be let go on by one who has a timer, in [%s]', (state) => {
    expect(findings(dumpOf([get, waitFor(state, 'shop/cache.(*store).load(0x0?)')]))).toEqual([])
  })
})

describe('goroutines that wait for a lock whose holder waits to receive', () => {
  const rest = (call: string, state = 'chan receive'): Written => waitFor(state, call)
  const child: Written = { ...join, by: 'main.open in goroutine 5' }

  it('may wait for a timer', () => {
    expect(findings(dumpOf([rest('main.(*hub).join(0x0?)'), join, join, join]))).toEqual([])
    expect(findings(dumpOf([rest('main.(*hub).refresh(0x0?)'), join, join, join]))).toEqual([])
    expect(findings(dumpOf([rest('main.(*hub).flush(0x0?)', 'select'), join, join, join]))).toEqual([])
  })

  it.each([
    ['it has waited for minutes', [rest('main.(*hub).refresh(0x0?)', 'chan receive, 3 minutes'), join, join]],
    ['it closes what they are in', [rest('main.(*hub).Close(0x0?)'), join, join]],
    ['it has started them', [join, join, join, rest('main.(*hub).open(0x0?)'), child, child]],
  ])('are stuck where %s', (_why, goroutines) => {
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

  it('is given back when who receives has paused', () => {
    expect(findings(dumpOf([publish('main.main in goroutine 9'), lock, lock, reader]))).toEqual([])
  })

  it('is given back when who receives has done its work', () => {
    const slow = waitFor('sleep', 'main.listen()')
    expect(findings(dumpOf([publish('main.main in goroutine 9'), lock, lock, slow]))).toEqual([])
  })

  it('is given back where another one receives than who waits for it', () => {
    const add: Written = { state: 'sync.Mutex.Lock', calls: [...LOCK, 'main.(*hub).add(0x0?)', 'main.visit()'] }
    expect(findings(dumpOf([publish('main.main in goroutine 9'), add, add, reader]))).toEqual([])
  })

  it('is not where one who receives waits for it', () => {
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

  it('is stuck where nobody of its code goes on', () => {
    expect(findings(dumpOf([sender, close]))[0]).toMatchObject({ finding: 'stuck', goroutines: 2 })
  })

  it('is idle where it makes numbers for others', () => {
    expect(findings(dumpOf([sender, waitFor('chan receive', 'shop/queue.idle()')]))).toEqual([])
    expect(findings(dumpOf([sender]))).toEqual([])
  })

  it('is stuck where another one waits for its end', () => {
    expect(findings(dumpOf([sender, waitFor('chan receive', 'shop/queue.(*queue).Close(0x0?)')]))[0]?.finding).toBe(
      'stuck',
    )
  })

  it.each(['select', 'IO wait', 'runnable'])('is not where another one of it is in [%s]', (state) => {
    expect(findings(dumpOf([sender, waitFor(state, 'shop/queue.take()')]))).toEqual([])
  })

  it('is not where one is at work whom its starter has started', () => {
    const store: Written = { state: 'IO wait', calls: ['shop/disk.store()'], by: 'shop/api.start in goroutine 9' }
    expect(findings(dumpOf([sender, store]))).toEqual([])
  })
})

describe('goroutines that wait to send', () => {
  it('are at a standstill where all others of the code wait, too', () => {
    const [first] = findings(dumpOf([sender, sender, waitFor('chan receive, 3 minutes', 'shop/queue.idle()')]))
    expect(first).toMatchObject({ finding: 'stuck', goroutines: 2, class: 'communication' })
    expect(findings(dumpOf([sender, sender]))[0]?.finding).toBe('stuck')
  })

  it('may be iterators, or hand out ids, where to send is all that they do', () => {
    const next: Written = {
      state: 'chan send',
      calls: ['shop/queue.(*cursor).run(0x0?)'],
      by: 'shop/api.start in goroutine 9',
    }
    expect(findings(dumpOf([next, next]))).toEqual([])
    const wrapped = { ...next, calls: [...next.calls, 'shop/api.start.gowrap1()'] }
    expect(findings(dumpOf([wrapped, wrapped]))).toEqual([])
  })

  it('may wait for the main goroutine, in what it has called', () => {
    const loop: Written = { state: 'chan receive', calls: ['shop/queue.perTick()', 'main.main()'] }
    expect(findings(dumpOf([sender, sender, loop]))).toEqual([])
    expect(findings(dumpOf([sender, sender, { state: 'chan receive', calls: ['main.main()'] }]))[0]?.finding).toBe(
      'stuck',
    )
  })

  it('may wait for one who takes a value at each tick', () => {
    expect(findings(dumpOf([sender, sender, waitFor('chan receive', 'shop/queue.perTick()')]))).toEqual([])
    expect(findings(dumpOf([sender, sender, waitFor('select', 'shop/queue.flush()')]))).toEqual([])
  })

  it('are stuck where each call that has started one has returned', () => {
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

  it('may wait for those of the same code who hold what they want over a timer', () => {
    const { calls, by = '' } = sender
    expect(findings(dumpOf([sender, sender, { state: 'chan receive', calls, by }]))).toEqual([])
  })

  it('are stuck where they are all that would receive', () => {
    const within: Written = {
      state: 'chan send',
      calls: ['shop/queue.(*pool).submit(0x0?)', 'shop/queue.split()', 'shop/queue.(*pool).work(0x0?)'],
    }
    const waits = waitFor('chan receive', 'shop/queue.split()')
    expect(findings(dumpOf([within, within, waits]))[0]?.finding).toBe('stuck')
    const idle = waitFor('chan receive', 'shop/queue.(*pool).work(0x0?)')
    expect(findings(dumpOf([within, within, idle]))).toEqual([])
  })

  it('are fillers of buckets where who has started them rests, and takes from them now and then', () => {
    const fill = (by: string): Written => ({
      state: 'chan send',
      calls: ['shop/queue.(*bucket).add(0x0?)', 'shop/queue.(*bucket).fill(0x0?)'],
      by,
    })
    const fillers = times(3, () => fill('shop/queue.limits in goroutine 2'))
    expect(findings(dumpOf([waitFor('chan receive', 'shop/queue.limits()'), ...fillers]))).toEqual([])
    expect(findings(dumpOf(times(3, () => fill('shop/queue.limits in goroutine 77'))))[0]?.finding).toBe('stuck')
  })

  it('are under back-pressure where one is at work', () => {
    expect(findings(dumpOf([sender, sender, waitFor('IO wait', 'shop/queue.store()')]))).toEqual([])
  })
})

describe('goroutines that write into a pipe', () => {
  const write = (pipe: string): Written => ({
    state: 'select',
    calls: [`${pipe}.(*pipe).write(0xc000010008)`, 'io.WriteString(0x1)', 'shop/peer.hello(0x2)'],
    by: 'shop/peer.both in goroutine 9',
  })

  it.each(['io', 'net'])('are at a standstill where both ends of it write, and nobody reads', (pipe) => {
    const [first] = findings(dumpOf([write(pipe), write(pipe)]))
    expect(first).toMatchObject({ finding: 'stuck', goroutines: 2, class: 'communication' })
  })

  it('are under back-pressure where a reader is at work', () => {
    expect(findings(dumpOf([write('io'), write('io'), waitFor('sleep', 'shop/peer.read()')]))).toEqual([])
  })
})

describe('ten that have waited to send for minutes', () => {
  const late = (parent: number): Written => ({
    state: 'chan send, 3 minutes',
    calls: ['shop/queue.put(0x1)'],
    by: `shop/queue.fill in goroutine ${parent}`,
  })

  it('are a pile-up where none of their kin is at work', () => {
    const others = [{ state: 'sleep', calls: ['shop/queue.tick()'], by: 'main.main in goroutine 99' }]
    expect(findings(dumpOf([...times(10, () => late(77)), ...others]))[0]).toMatchObject({ finding: 'pile_up' })
  })

  it('are under back-pressure where one of their sisters is at work, or who has started them', () => {
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

  it('is counted wrong where none of those who wait has started a goroutine that lives', () => {
    const [first] = findings(dumpOf([waiter, waiter]))
    expect(first).toMatchObject({ finding: 'stuck', goroutines: 2, fault: 'waitgroup_miscount' })
  })

  it('is not where one is at work', () => {
    const page = { state: 'IO wait', calls: ['shop/render.page()'], by: 'shop/render.pages in goroutine 2' }
    expect(findings(dumpOf([waiter, waiter, page]))).toEqual([])
  })

  it('is counted wrong in a handler, too, whose client net/http watches', () => {
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
    'is not where another one makes the call that they have joined, in [%s]',
    (state) => {
      const makes = { ...waiter, state, calls: ['shop/store.load()', 'shop/render.pages(0x3)'] }
      expect(findings(dumpOf([waiter, waiter, makes]))).toEqual([])
    },
  )

  it('is counted wrong for one waiter, where nobody else is in its package', () => {
    const [first] = findings(dumpOf([waiter, waitFor('IO wait', 'shop/api.read()')]))
    expect(first).toMatchObject({ finding: 'stuck', goroutines: 1, fault: 'waitgroup_miscount' })
  })

  it.each(['chan receive', 'IO wait'])('may be ended for one waiter by another of its package in [%s]', (state) => {
    expect(findings(dumpOf([waiter, waitFor(state, 'shop/render.(*server).handle(0x0?)')]))).toEqual([])
    const handler = { state, calls: ['shop/api.handle()'], by: 'shop/render.Serve in goroutine 9' }
    expect(findings(dumpOf([waiter, handler]))).toEqual([])
  })
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

  it('is not signalled where calls that have exited have left those that wait, and no other goroutine of the code goes on', () => {
    const [first, ...others] = findings(dumpOf(times(5, (i) => waiter(77 + i))))
    expect(others).toEqual([])
    expect(first).toMatchObject({ finding: 'stuck', goroutines: 5 })
  })

  it('is waited for by workers without work where one who lives has started them, or somebody of the code is at work', () => {
    expect(findings(dumpOf(times(5, () => waiter(1))))).toEqual([])
    expect(findings(dumpOf(times(4, (i) => waiter(77 + i))))).toEqual([])
    const other = waitFor('IO wait', 'shop/mail.fetch()')
    expect(findings(dumpOf([...times(5, (i) => waiter(77 + i)), other]))).toEqual([])
  })

  it('is waited for by workers of a dozen customers, each of whom has one, or by those whom one call has started', () => {
    expect(findings(dumpOf(times(12, (i) => waiter(77 + i, i % 6))))).toEqual([])
    expect(findings(dumpOf(times(6, () => waiter(77))))).toEqual([])
  })
})

describe('the main goroutine', () => {
  const late = (i: number): Written => ({ ...sender, by: `main.main in goroutine ${i}` })
  const main = (state: string, ...calls: string[]): string =>
    dumpOf([{ state, calls: [...calls, 'shop/queue.take()', 'main.main()'] }, late(2), late(2)])

  it('is at work where it sleeps in what it has called', () => {
    expect(findings(main('sleep', 'time.Sleep(0x1)'))).toEqual([])
    expect(findings(main('IO wait', 'internal/poll.runtime_pollWait(0x1)', 'os.(*File).Read(0x1)'))).toEqual([])
  })

  it('is not where it waits for the end of the program there', () => {
    expect(findings(main('select (no cases)'))[0]?.finding).toBe('stuck')
  })
})

it('is a pile-up for one lock that a goroutine holds that runs, not one that sleeps', () => {
  const rate = (state: string): string => dumpOf([...times(6, () => join), waitFor(state, 'main.(*hub).take(0x0?)')])
  expect(findings(rate('sleep'))).toEqual([])
})
