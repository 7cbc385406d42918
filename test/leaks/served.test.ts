/** Goroutines that come and stay, and others that may end their wait. */
import { describe, expect, it } from 'vitest'
import { ids, judgeAll } from './dumps.ts'

interface Group {
  readonly name: string
  readonly state: string
  readonly creator: string
  /** Frames below the name, innermost first. */
  readonly frames?: readonly string[]
  /** Ids in dump `i`. */
  readonly at: (i: number) => readonly number[]
  readonly parent: (id: number) => number
  /** Minutes that a goroutine has waited in dump `i`. */
  readonly minutes?: (i: number, id: number) => number
}

/** Requests in each step, and ids that each request hands out. */
const REQUESTS = 6
const IDS = 400

/** One goroutine, the `nth` of its request, for each of the first `some` requests of every step. */
const comeAndStay =
  (nth: number, some = REQUESTS) =>
  (i: number): number[] =>
    ids(0, (i + 1) * REQUESTS - 1)
      .filter((k) => k % REQUESTS < some)
      .map((k) => 1000 + k * IDS + nth)
const gone = (id: number): number => 1_000_000 + id
const sister = (id: number): number => 1_000_000 + Math.floor(id / IDS)

function verdict(name: string, groups: readonly Group[], dumps = 4, apart = 500): string | undefined {
  const texts = ids(0, dumps - 1).map((i) => {
    const stacks = groups.flatMap(({ name, state, creator, frames = [], at, parent, minutes = () => 0 }) =>
      at(i).map((id) => {
        const waited = minutes(i, id) > 0 ? `, ${minutes(i, id)} minutes` : ''
        const lines = [...frames, name].map((frame) => `${frame}()\n\t/app/main.go:9 +0x1d\n`).join('')
        return `goroutine ${id} [${state}${waited}]:\n${lines}created by ${creator} in goroutine ${parent(id)}\n\t/app/main.go:5 +0x1d\n`
      }),
    )
    const passing = `goroutine ${1000 + (i + 1) * REQUESTS * IDS} [runnable]:\nmain.ping()\n\t/app/main.go:30 +0x1d\ncreated by main.pings in goroutine 1\n\t/app/main.go:25 +0x1d\n`
    const time = new Date(Date.UTC(2026, 10, 24) + i * apart).toISOString()
    return `${time} INFO dump\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:3 +0x1d\n\n${[...stacks, passing].join('\n')}${time} INFO done\n`
  })
  return judgeAll(texts)
    .at(-1)
    ?.signatures.find((each) => each.function === name)?.verdict
}

const waits = (more: Partial<Group> = {}): Group => ({
  name: 'main.wait',
  state: 'select',
  creator: 'main.serve',
  at: comeAndStay(1),
  parent: sister,
  ...more,
})
const beside = (more: Partial<Group> = {}): Group => ({
  name: 'main.read',
  state: 'IO wait',
  creator: 'main.serve',
  at: comeAndStay(2),
  parent: sister,
  ...more,
})

describe('goroutines started by requests that are gone', () => {
  it('leak if the requests left no other goroutines', () => {
    expect(verdict('main.wait', [waits()])).toBe('leaking')
  })

  it('are growing if the same function started the same number of goroutines that read from a connection, and stay', () => {
    expect(verdict('main.wait', [waits(), beside()])).toBe('growing')
  })

  /** Minutes since they came, with two minutes from dump to dump. */
  const sinceBirth = (i: number, id: number): number => 2 * (i - Math.floor((id - 1000) / IDS / REQUESTS))

  it('leak if those that read from connections have read nothing for minutes', () => {
    const [waiting, silent] = [waits({ minutes: sinceBirth }), beside({ minutes: sinceBirth })]
    expect(verdict('main.wait', [waiting, silent], 5, 120_000)).toBe('leaking')
    const heard = beside({ minutes: (i, id) => Math.min(sinceBirth(i, id), 1) })
    expect(verdict('main.wait', [waiting, heard], 5, 120_000)).toBe('growing')
  })

  it('are growing if those that read have been silent for no longer than a long poll', () => {
    const [waiting, silent] = [waits({ minutes: sinceBirth }), beside({ minutes: sinceBirth })]
    expect(verdict('main.wait', [waiting, silent], 3, 120_000)).toBe('growing')
  })

  it('are growing if the same function started the same number of goroutines that sleep between two turns', () => {
    expect(verdict('main.wait', [waits({ state: 'chan receive' }), beside({ state: 'sleep' })])).toBe('growing')
  })

  it('leak if those beside them are blocked, too', () => {
    expect(verdict('main.wait', [waits(), beside({ state: 'chan send' })])).toBe('leaking')
  })

  it('leak if those beside them are short-lived', () => {
    const passing = (i: number): number[] =>
      comeAndStay(2)(i)
        .slice(-12)
        .map((id) => id + i)
    expect(verdict('main.wait', [waits(), beside({ at: passing })])).toBe('leaking')
  })

  it('leak if those beside them are few', () => {
    expect(verdict('main.wait', [waits(), beside({ at: comeAndStay(2, 2) })])).toBe('leaking')
  })

  it('leak if a function of another package started both', () => {
    const creator = 'golang.org/x/sync/errgroup.(*Group).Go'
    expect(verdict('main.wait', [waits({ creator }), beside({ creator })])).toBe('leaking')
  })
})

describe('goroutines whose parents are alive', () => {
  const parents = (state: string): Group => ({
    name: 'main.session',
    state,
    creator: 'main.accept',
    at: comeAndStay(3),
    parent: gone,
  })
  const ofParent = (id: number): number => id + 2

  it('are growing if these sleep between two turns', () => {
    const sends = waits({ state: 'chan send', creator: 'main.session', parent: ofParent })
    expect(verdict('main.wait', [sends, parents('sleep')])).toBe('growing')
  })

  it('leak if these are blocked', () => {
    const sends = waits({ state: 'chan send', creator: 'main.session', parent: ofParent })
    expect(verdict('main.wait', [sends, parents('chan receive')])).toBe('leaking')
  })

  it('are growing if these are handlers whose clients are still connected', () => {
    const watch = beside({
      name: 'net/http.(*connReader).backgroundRead',
      creator: 'net/http.(*connReader).startBackgroundRead',
      at: comeAndStay(4),
      parent: (id) => id - 1,
    })
    const waiting = waits({ creator: 'main.session', parent: ofParent })
    expect(verdict('main.wait', [waiting, parents('select'), watch])).toBe('growing')
    expect(verdict('main.wait', [waiting, parents('select')])).toBe('leaking')
  })
})

describe('connections whose bodies are not closed', () => {
  const connection = waits({ name: 'net/http.(*persistConn).readLoop', creator: 'net/http.(*Transport).dialConn' })

  it('leak if nothing reads from them', () => {
    expect(verdict('net/http.(*persistConn).readLoop', [connection])).toBe('leaking')
  })

  it('are growing if the same number of goroutines read from them', () => {
    const reads = beside({ frames: ['net/http.(*bodyEOFSignal).Read', 'io.Copy'], creator: 'main.fetch' })
    expect(verdict('net/http.(*persistConn).readLoop', [connection, reads])).toBe('growing')
  })
})

describe('closures started by requests that are gone', () => {
  const closure = (more: Partial<Group> = {}): Group =>
    waits({ name: 'main.serve.func1.1', creator: 'main.serve.func1', ...more })
  const around = (at: Group['at']): Group => ({
    name: 'main.serve',
    state: 'sleep',
    creator: 'main.main',
    at,
    parent: () => 1,
  })

  it('leak if the function around them has returned', () => {
    expect(verdict('main.serve.func1.1', [closure()])).toBe('leaking')
  })

  it('are growing if that function still runs in another goroutine, as a hub does', () => {
    expect(verdict('main.serve.func1.1', [closure(), around(() => [7])])).toBe('growing')
  })

  it('leak if each call of that function is left behind, too', () => {
    expect(verdict('main.serve.func1.1', [closure(), around(comeAndStay(2))])).toBe('leaking')
  })

  it('leak if they wait to send, which no idle worker does', () => {
    expect(verdict('main.serve.func1.1', [closure({ state: 'chan send' }), around(() => [7])])).toBe('leaking')
  })
})

describe('goroutines started by one that is alive', () => {
  const of = (frames: readonly string[], name: string, creator: string): Group =>
    waits({ name, frames, creator, parent: () => 1 })

  it('may be kept idle in a select', () => {
    expect(verdict('main.wait', [of([], 'main.wait', 'main.serve')])).not.toBe('leaking')
  })

  it('leak if they wait for a member of a pool, which no idle worker does', () => {
    expect(verdict('main.wait', [of(['database/sql.(*DB).conn'], 'main.wait', 'main.serve')])).toBe('leaking')
  })

  it('leak if they wait for the answer of a server over more dumps than a long poll can last', () => {
    const calls = of(['net/http.(*persistConn).roundTrip'], 'main.wait', 'main.serve')
    expect(verdict('main.wait', [calls])).toBe('leaking')
    expect(verdict('main.wait', [calls], 3)).not.toBe('leaking')
  })

  const handler = of(['main.wait'], 'net/http.(*conn).serve', 'net/http.(*Server).Serve')

  it('leak if they are handlers whose clients are gone', () => {
    expect(verdict('main.wait', [handler])).toBe('leaking')
  })

  it('are growing if the connections of these handlers are watched', () => {
    const watch: Group = {
      name: 'net/http.(*connReader).backgroundRead',
      state: 'IO wait',
      creator: 'net/http.(*connReader).startBackgroundRead',
      at: comeAndStay(2),
      parent: (id) => id - 1,
    }
    expect(verdict('main.wait', [handler, watch])).toBe('growing')
  })
})

describe('goroutines of contexts', () => {
  const propagate = (parent: Group['parent']): Group =>
    waits({
      name: 'context.(*cancelCtx).propagateCancel.func2',
      creator: 'context.(*cancelCtx).propagateCancel',
      parent,
    })

  it('leak if the requests that created them are gone', () => {
    expect(verdict('context.(*cancelCtx).propagateCancel.func2', [propagate(gone)])).toBe('leaking')
  })

  it('wait by design while these are alive', () => {
    expect(verdict('context.(*cancelCtx).propagateCancel.func2', [propagate(() => 1)])).not.toBe('leaking')
  })
})

describe('goroutines that accumulate, one for each key', () => {
  /** `isEarly`: whether the goroutines of the first dump were started early in the life of the process. */
  const pool = (isEarly: boolean): Group =>
    waits({
      at: (i) => {
        const first = ids(1, 24).map((n) => (isEarly ? n * 10 + 1 : n * 480 + 1))
        return [...first, ...comeAndStay(1, 2)(i).map((id) => id + 12_000)]
      },
    })
  const later = (): Group => ({
    name: 'main.later',
    state: 'sleep',
    creator: 'main.main',
    at: (i) => [14_000 + (i + 1) * REQUESTS * IDS],
    parent: gone,
  })

  it('are growing if most were started long before the first dump', () => {
    expect(verdict('main.wait', [pool(true), later()])).not.toBe('leaking')
  })

  it('leak over hours, in which the rate of ids changes with the load', () => {
    expect(verdict('main.wait', [pool(true), later()], 4, 3_600_000)).toBe('leaking')
  })

  it('leak if they have come at a constant rate', () => {
    expect(verdict('main.wait', [pool(false), later()])).toBe('leaking')
  })
})

describe('the writers of HTTP connections', () => {
  it('are steady if each arrival is matched by an exit, the youngest first', () => {
    const writers = waits({
      name: 'net/http.(*persistConn).writeLoop',
      creator: 'net/http.(*Transport).dialConn',
      at: (i) => [...ids(0, 21).map((n) => 20 + n), 1000 + i * REQUESTS * IDS + 1, 1000 + i * REQUESTS * IDS + 2],
    })
    expect(verdict('net/http.(*persistConn).writeLoop', [writers], 8)).toBe('steady')
  })
})
