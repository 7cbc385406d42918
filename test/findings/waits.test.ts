/** Which goroutine waits for which, in real dumps and despite misleading addresses. */
import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { findings } from './findings.ts'

/** A goroutine in `(*store).NAME` that waits for the lock at `lock`, called through the methods `outer`. */
function waiter(id: number, lock: string, ...outer: string[]): string {
  const frames = outer.map((call) => `main.${call}\n\t/srv/app/main.go:9 +0x1d\n`).join('')
  return `goroutine ${id} [sync.Mutex.Lock]:\ninternal/sync.(*Mutex).lockSlow(${lock})\n\t/go/src/internal/sync/mutex.go:149 +0x15d\nsync.(*Mutex).Lock(...)\n\t/go/src/sync/mutex.go:46\n${frames}created by main.main in goroutine 1\n\t/srv/app/main.go:5 +0x1d\n`
}

const MAIN = 'goroutine 1 [running]:\nmain.main()\n\t/srv/app/main.go:3 +0x1d\n'
const ids = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i)

describe('609 of 619 goroutines on one lock', () => {
  const dump = gunzipSync(readFileSync(new URL('./pile-up.txt.gz', import.meta.url)))

  it('are one finding over three signatures, with the one goroutine that may hold it', () => {
    const [first] = findings(dump)
    expect(first).toMatchObject({ finding: 'pile_up', severity: 'critical', goroutines: 609 })
    expect(first?.signatures).toHaveLength(3)
    expect(first?.waits_on).toMatchObject([{ kind: 'mutex', waiters: 609 }])
    expect(first?.waits_on?.[0]?.may_hold?.map((each) => each.function)).toEqual(['main.(*store).flush'])
  })

  it('are the same for any chunking', () => {
    expect(findings(dump, 997)).toEqual(findings(dump))
  })
})

describe('who may hold a lock', () => {
  const pile = (outer: string): string =>
    ids(10, 60)
      .map((id) => waiter(id, '0xc000010008', outer))
      .join('\n')

  it('is not a goroutine that waits for it, too', () => {
    const [first] = findings(`${MAIN}\n${pile('(*store).get(0xc000010000)')}`)
    expect(first).toMatchObject({ finding: 'pile_up', goroutines: 60 })
    expect(first?.waits_on?.[0]?.may_hold).toBeUndefined()
  })

  it.each([
    ['an argument that may be stale', 'main.(*store).flush(0xc000010000?)'],
    ['a buffer close by', 'main.(*reader).read(0xc000010040)'],
    ['another object of the type', 'main.(*store).flush(0xc000020000)'],
    ['a function that is not a method', 'main.flush(0xc000010000)'],
  ])('is not inferred from %s', (_what, call) => {
    const other = `goroutine 5 [IO wait]:\n${call}\n\t/srv/app/main.go:20 +0x1d\ncreated by main.main in goroutine 1\n\t/srv/app/main.go:5 +0x1d\n`
    const [first] = findings(`${MAIN}\n${other}\n${pile('(*store).get(0xc000010000)')}`)
    expect(first?.waits_on?.[0]).toEqual({ kind: 'mutex', object: '0xc000010008', waiters: 60 })
  })

  it('is inferred from an object whose first field is the lock if the receivers of the waiters are stale', () => {
    const a = waiter(7, '0xc000020000', '(*ledger).add(0x4c4b40?)', '(*ledger).move(0xc000010000)')
    const b = waiter(8, '0xc000010000', '(*ledger).add(0x4c4b40?)', '(*ledger).move(0xc000020000)')
    const [first] = findings(`${MAIN}\n${a}\n${b}`)
    expect(first).toMatchObject({ finding: 'deadlock', goroutines: 2, fault: 'resource_deadlock' })
  })

  it('is unknown in every dump of the zoo', () => {
    const folder = new URL('../golden/dumps/', import.meta.url)
    const zoo = readdirSync(folder).filter((name) => name.startsWith('zoo-'))
    expect(zoo.length).toBeGreaterThan(20)
    for (const name of zoo) {
      const held = findings(readFileSync(new URL(name, folder))).flatMap(({ waits_on: waits }) => waits ?? [])
      expect({ name, held: held.filter((each) => each.may_hold !== undefined) }).toEqual({ name, held: [] })
    }
  })

  it('reveals a deadlock of two that wait for each other', () => {
    const a = waiter(7, '0xc000010008', '(*store).get(0xc000010000)', '(*index).move(0xc000020000)')
    const b = waiter(8, '0xc000020008', '(*index).get(0xc000020000)', '(*store).move(0xc000010000)')
    const [first] = findings(`${MAIN}\n${a}\n${b}`)
    expect(first).toMatchObject({
      finding: 'deadlock',
      severity: 'critical',
      goroutines: 2,
      fault: 'resource_deadlock',
    })
  })
})

describe('goroutines that wait alone', () => {
  const hex = (number: number): string => `0x${number.toString(16)}`
  /** Each waits for a separate lock, and for none of those in the tests. */
  const alone = (receiver: (object: number) => string): string =>
    ids(1000, 400)
      .map((id) => waiter(id, hex(0xc100000008 + id * 4096), `(*conn).send(${receiver(0xc100000000 + id * 4096)})`))
      .join('\n')
  const crowds: readonly (readonly [string, string])[] = [
    ['in methods of their objects', alone(hex)],
    ['in methods whose receivers are stale', alone(() => '0x4c4b40?')],
    ['in methods of one object that does not contain their locks', alone(() => '0xc000010000')],
  ]

  it.each(crowds)('hide no deadlock: %s', (_what, crowd) => {
    const a = waiter(7, '0xc000010008', '(*store).get(0xc000010000)', '(*index).move(0xc000020000)')
    const b = waiter(8, '0xc000020008', '(*index).get(0xc000020000)', '(*store).move(0xc000010000)')
    const [first] = findings(`${MAIN}\n${a}\n${crowd}\n${b}`)
    expect(first).toMatchObject({ finding: 'deadlock', goroutines: 2 })
  })

  it.each(crowds)(
    'hide no deadlock of locks whose offset in the object is known from another waiter: %s',
    (_what, crowd) => {
      const tells = waiter(6, '0xc000030018', '(*ledger).add(0xc000030000)')
      const a = waiter(7, '0xc000020018', '(*ledger).add(0x4c4b40?)', '(*ledger).move(0xc000010000)')
      const b = waiter(8, '0xc000010018', '(*ledger).add(0x4c4b40?)', '(*ledger).move(0xc000020000)')
      const [first] = findings(`${MAIN}\n${tells}\n${a}\n${crowd}\n${b}`)
      expect(first).toMatchObject({ finding: 'deadlock', goroutines: 2 })
    },
  )

  it.each(crowds)('hide no lock whose address is lost in some of its waiters: %s', (_what, crowd) => {
    const lost = (id: number): string => waiter(id, '...', '(*store).get(0xc000010000)')
    const pile = ids(10, 30).map((id) => waiter(id, '0xc000010008', '(*store).get(0xc000010000)'))
    const [first] = findings(`${MAIN}\n${[...pile, ...ids(50, 30).map(lost)].join('\n')}\n${crowd}`)
    expect(first?.waits_on?.[0]).toMatchObject({ object: '0xc000010008', waiters: 60 })
  })
})

it('readers and writers of one RWMutex wait for one object, as Go 1.12 to 1.19 print them', () => {
  const readers = ids(10, 50).map((id) => waitsSince(id, '0xc00019284c', '(*RWMutex).RLock(...)', 'get'))
  const writer = waitsSince(7, '0xc000192848', '(*RWMutex).Lock(0x0?)', 'set')
  const [first] = findings(`${MAIN}\n${readers.join('\n')}\n${writer}`)
  expect(first?.waits_on).toEqual([{ kind: 'rwmutex', object: '0xc000192840', waiters: 51 }])
})

function waitsSince(id: number, semaphore: string, lock: string, method: string): string {
  return `goroutine ${id} [semacquire]:\nsync.runtime_SemacquireMutex(${semaphore}, 0x0, 0x0)\n\t/go/sema.go:71 +0x47\nsync.${lock}\n\t/go/rwmutex.go:50\nmain.(*store).${method}(0xc000192800)\n\t/srv/app/main.go:9 +0x1d\ncreated by main.main\n\t/srv/app/main.go:5 +0x1d\n`
}

describe('a profile, which has no states', () => {
  const profile = (...frames: readonly string[]): string => {
    const calls = frames.map((frame) => `#\t0x1\t${frame}+0x1\t\t/srv/app/main.go:9\n`).join('')
    return `goroutine profile: total 61\n60 @ 0x1 0x2\n${calls}\n1 @ 0x3\n#\t0x3\tmain.main+0x1\t\t/srv/app/main.go:3\n`
  }

  it.each(['Mutex).Lock', 'RWMutex).Lock', 'RWMutex).RLock'])(
    'shows by its frames who waits for a lock in %s',
    (lock) => {
      const text = profile('sync.runtime_SemacquireMutex', `sync.(*${lock}`, 'main.(*store).get')
      const title = `60 goroutines wait in sync.${lock.replace(')', '')} at main.go:9`
      expect(findings(text)).toMatchObject([{ finding: 'stuck', title }])
    },
  )

  it('does not take the main goroutine for idle if it waits for a lock', () => {
    const text = profile('sync.runtime_SemacquireMutex', 'sync.(*Mutex).Lock', 'main.(*store).get', 'main.main')
    expect(findings(text)).toMatchObject([{ finding: 'stuck' }])
  })

  it.each([
    ['a WaitGroup', ['sync.runtime_Semacquire', 'sync.(*WaitGroup).Wait', 'main.(*store).close']],
    ['a call inside Lock', ['main.(*store).get', 'sync.(*Mutex).Lock']],
  ])('does not show how others wait: %s', (_what, frames) => {
    expect(findings(profile(...frames))).toEqual([])
  })
})
