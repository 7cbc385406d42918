// Simulated services. Each kind says whether its subject leaks; the verdicts must find that from the text of the dumps alone. Parameters are drawn
// for
// each service; none is tied to a threshold of the verdicts.
import { arrivals, exponential, live, random, spread, uniform } from './process.mjs'

const FOREVER = () => Number.POSITIVE_INFINITY
const never = () => []

/** What the goroutines of a leak wait in, by kind: state, and frames inside the subject's. */
const WAITS = {
  'leak on send': ['chan send', []],
  'leak on receive': ['chan receive', []],
  'leak on range': ['chan receive', []],
  'leak in select{}': ['select (no cases)', []],
  'leak on a mutex': ['sync.Mutex.Lock', ['internal/sync.runtime_SemacquireMutex', 'internal/sync.(*Mutex).lockSlow']],
  'leak on a WaitGroup': ['sync.WaitGroup.Wait', ['sync.runtime_SemacquireWaitGroup', 'sync.(*WaitGroup).Wait']],
  'context never cancelled': ['select', []],
  'http body never closed': ['select', ['net/http.(*persistConn).readLoop']],
  'time.After loop': ['select', []],
}

const steadyLeak = (next) => {
  const rate = spread(next, 3, 30)
  return [group((from, to) => arrivals(next, () => rate, rate, from, to), FOREVER)]
}

/** Goroutines that come at a rate and end after a while, both drawn from these bounds. */
function turnover(next, rates, lives) {
  const rate = spread(next, ...rates)
  const life = spread(next, ...lives)
  return [
    group(
      (from, to) => arrivals(next, () => rate, rate, from, to),
      () => exponential(next, life),
    ),
  ]
}

function group(births, life, more = {}) {
  return { births, life, ...more }
}

/** Short-lived goroutines: alive when a dump is taken, gone right after. */
function passing(next, mean, dumps) {
  const ends = new Map()
  return group(
    (from, to) =>
      dumps
        .filter((at) => at > from && at < to)
        .flatMap((at) => {
          const times = arrivals(next, () => mean / 0.002, mean / 0.002, at - 0.002, at)
          for (const time of times) ends.set(time, at - time + 1e-6)
          return times
        }),
    (at) => ends.get(at) ?? 0,
  )
}

const atOnce = (next, at, count) => Array.from({ length: count }, () => at + next() * 0.002)
const within = (times) => (from, to) => times.filter((at) => at >= from && at < to)

/** name → { leaks, make(next, { load, dumps, last }) → groups of the subject, each with births and lives }. */
export const KINDS = {
  ...Object.fromEntries(Object.keys(WAITS).map((name) => [name, { leaks: true, make: steadyLeak }])),
  'slow leak': {
    leaks: true,
    make: (next) => {
      const rate = uniform(next, 1, 3)
      return [group((from, to) => arrivals(next, () => rate, rate, from, to), FOREVER)]
    },
  },
  'leak on an error path': {
    leaks: true,
    make: (next) => {
      const rate = spread(next, 3, 12)
      return [
        group(
          (from, to) =>
            arrivals(next, () => rate, rate, from, to).flatMap((at) => atOnce(next, at, 1 + Math.floor(next() * 3))),
          FOREVER,
        ),
      ]
    },
  },
  'leak with the load of the day': {
    leaks: true,
    make: (next, { load }) => {
      const rate = spread(next, 5, 30)
      return [group((from, to) => arrivals(next, (at) => rate * load(at), rate * 2, from, to), FOREVER)]
    },
  },
  'leak by a cron job': {
    leaks: true,
    make: (next) => {
      const period = uniform(next, 0.2, 0.9)
      const count = Math.ceil(spread(next, 2, 30))
      return [
        group((from, to) => {
          const times = []
          for (let at = from + next() * period; at < to; at += period) times.push(...atOnce(next, at, count))
          return times
        }, FOREVER),
      ]
    },
  },
  'leak since long ago': { leaks: true, age: 30, make: steadyLeak },
  'leak beside handlers in flight': {
    leaks: true,
    make: (next, { dumps }) => [...steadyLeak(next), passing(next, uniform(next, 1, 20), dumps)],
  },
  'leak behind a pool': {
    leaks: true,
    make: (next) => [
      ...steadyLeak(next),
      group((from) => atOnce(next, from, Math.floor(spread(next, 4, 60))), FOREVER),
    ],
  },
  'warm pool': {
    leaks: false,
    make: (next) => [
      group((from) => atOnce(next, from, Math.floor(spread(next, 4, 100))), FOREVER, { busy: uniform(next, 0, 0.5) }),
    ],
  },
  'busy handlers': { leaks: false, make: (next, { dumps }) => [passing(next, spread(next, 5, 100), dumps)] },
  'one burst': {
    leaks: false,
    make: (next, { last }) => {
      const at = next() * last
      const long = spread(next, 0.01, 0.3)
      const times = Array.from({ length: Math.floor(spread(next, 20, 300)) }, () => at + next() * long)
      const life = spread(next, 0.05, 1.5)
      return [group((from) => atOnce(next, from, 3), FOREVER), group(within(times), () => exponential(next, life))]
    },
  },
  'pool that grows under load': {
    leaks: false,
    make: (next) => {
      const rate = spread(next, 3, 30)
      const busy = uniform(next, 0.1, 0.6)
      const life = spread(next, 0.3, 5)
      const grows = (from) => (at) => rate * Math.min(3, 1 + Math.max(0, at - from) / 10)
      return [
        group(
          (from, to) => arrivals(next, grows(from), rate * 3, from, to),
          () => exponential(next, life),
          { busy },
        ),
      ]
    },
  },
  'pool that turns over': { leaks: false, make: (next) => turnover(next, [5, 60], [0.1, 2]) },
  'load of the day': {
    leaks: false,
    make: (next, { load }) => {
      const rate = spread(next, 10, 60)
      const life = spread(next, 0.1, 2)
      return [
        group(
          (from, to) => arrivals(next, (at) => rate * load(at), rate * 2, from, to),
          () => exponential(next, life),
        ),
      ]
    },
  },
  'batch job': {
    leaks: false,
    make: (next) => {
      const period = spread(next, 0.7, 6)
      const count = Math.floor(spread(next, 10, 100))
      const life = period * uniform(next, 0.05, 0.8)
      return [
        group(
          (from, to) => {
            const times = []
            for (let at = from + next() * period; at < to; at += period) times.push(...atOnce(next, at, count))
            return times
          },
          () => life,
        ),
      ]
    },
  },
  restarts: {
    leaks: false,
    restarts: (next, last) => {
      const period = uniform(next, 0.8, 4)
      const times = []
      for (let at = period * next(); at < last; at += period) times.push(at)
      return times
    },
    make: (next) => [group((from) => atOnce(next, from, Math.floor(spread(next, 10, 80))), FOREVER)],
  },
  deploy: {
    leaks: false,
    restarts: (next, last) => [next() * last],
    make: (next) => [group((from) => atOnce(next, from, Math.floor(spread(next, 10, 80))), FOREVER)],
  },
  'long-lived connections': { leaks: false, make: (next) => turnover(next, [10, 60], [0.5, 8]) },
  'cache that warms up': {
    leaks: false,
    make: (next) => {
      const count = Math.floor(spread(next, 10, 100))
      const time = spread(next, 0.02, 2)
      return [group((from) => Array.from({ length: count }, () => from + exponential(next, time)), FOREVER)]
    },
  },
  timers: {
    leaks: false,
    state: 'sleep',
    make: (next) => {
      const rate = spread(next, 5, 50)
      const life = spread(next, 0.05, 1.5)
      return [
        group(
          (from, to) => arrivals(next, () => rate, rate, from, to),
          () => life,
        ),
      ]
    },
  },
  'pool beside handlers in flight': {
    leaks: false,
    make: (next, { dumps }) => [
      group((from) => atOnce(next, from, Math.floor(spread(next, 4, 60))), FOREVER),
      passing(next, uniform(next, 1, 20), dumps),
    ],
  },
  'few connections': { leaks: false, make: (next) => turnover(next, [1, 10], [0.5, 8]) },
}

/** The other end of a connection may be a user who stays: that is not a leak before later dumps show more. */
const BLOCKED = ['chan receive', 'select', 'semacquire', 'chan send']
const STATES = [...BLOCKED, 'IO wait']

/**
 * Age of a process at its first dump, in intervals between dumps: equally likely 0.05 to 0.5 as 5 to 50. A service runs for days or weeks, and is
 * dumped
 * every few minutes to hours; the young ones are those that somebody watches right after a deploy.
 */
export const AGES = [0.05, 50]

/**
 * Yields `{ text, leaked }` for each of `count` dumps of one service of `kind`: its text, with log lines around and sometimes within it, and how many
 * of
 * its goroutines have come since the first dump and never end.
 */
export function* serviceDumps(kind, count, seed, ages = AGES) {
  const next = random(seed)
  const { make, restarts = never, leaks, state: given, age } = KINDS[kind]
  const states = leaks ? BLOCKED : STATES
  const state = WAITS[kind]?.[0] ?? given ?? states[Math.floor(next() * states.length)]
  const jitter = spread(next, 1.01, 1.6)
  const dumps = []
  for (let i = 0, at = 0; i < count; i++, at += spread(next, 1 / jitter, jitter)) dumps.push(at)
  const last = dumps.at(-1)
  const phase = next() * 7
  const load = (at) => 1 + 0.8 * Math.sin(phase + (at * 2 * Math.PI) / 24)
  const traffic = spread(next, 200, 4000)
  const processors = 2 ** Math.floor(uniform(next, 1, 5))
  const started = -(age ?? spread(next, ...ages))
  const cuts = [started, ...restarts(next, last), last + 0.01]
  const subject = make(next, { load, dumps, last })
  const workers = group((from) => atOnce(next, from, 12), FOREVER, { busy: 0.2, other: 'worker' })
  const handlers = { ...passing(next, 8, dumps), other: 'api' }
  const noisy = next() < 0.3
  const timed = next() < 0.8
  // Most leaks come with requests, whose goroutines end soon; some come from a loop. Healthy goroutines come equally often either way.
  const byRequest = next() < (leaks ? 0.75 : 0.5)
  // How long a living goroutine waits for its next turn; a leaked one has none. A turn that was missed since the last dump stays missed.
  const idle = spread(next, ...IDLE)
  const waited = (each, at, works) => {
    if (works) each.turn = at
    else {
      const ago = exponential(next, idle)
      if (leaks && each.end === Number.POSITIVE_INFINITY && each.group.other === undefined) each.turn = each.at
      else if (each.turn === undefined) each.turn = Math.max(each.at, at - ago)
      else if (ago < at - each.seen) each.turn = at - ago
    }
    each.seen = at
    return at - each.turn
  }
  for (let i = 0; i + 1 < cuts.length; i++) {
    const [start, end] = [cuts[i], cuts[i + 1]]
    const all = live({
      next,
      groups: [...subject, workers, handlers],
      start,
      end,
      traffic: (at) => traffic * load(at),
      processors,
    })
    for (const at of dumps) {
      if (at < start || at >= end) continue
      const alive = all.filter((each) => each.at <= at && at < each.end)
      const leaked = leaks ? alive.filter((each) => each.at > dumps[0] && each.end === Number.POSITIVE_INFINITY) : []
      yield {
        text: dumpText(next, alive, { at, kind, state, noisy, timed, byRequest, waited, build: i }),
        leaked: leaked.length,
      }
    }
  }
}

/** Hours that idle workers wait on average: from half a minute to two hours. */
const IDLE = [1 / 120, 2]

/** Ids of goroutines that are in no dump. */
const GONE = 1e9

/** The text of one dump. A new build has different line numbers. */
function dumpText(next, alive, { at, kind, state, noisy, timed, byRequest, waited, build }) {
  const stamp = timed ? `${new Date(Date.UTC(2026, 10, 24) + at * 3_600_000).toISOString()} ` : ''
  const line = 40 + build
  const out = [
    `${stamp}INFO request handled status=200`,
    'goroutine 1 [running]:',
    'main.dump()',
    '\t/app/main.go:93 +0x1d',
    '',
  ]
  for (const each of alive) {
    const { busy = 0, other } = each.group
    const name = other ?? 'subject'
    const works = next() < busy || at - each.at < 1e-4
    const inner = works || other !== undefined ? [] : (WAITS[kind]?.[1] ?? [])
    const minutes = Math.floor(waited(each, at, works) * 60)
    const header = works ? 'runnable' : other === undefined ? state : 'chan receive'
    out.push(`goroutine ${each.id} [${header}${minutes > 0 ? `, ${minutes} minutes` : ''}]:`)
    for (const frame of inner)
      out.push(`${frame}(0xc000${(each.id * 64).toString(16)})`, '\t/usr/local/go/src/x.go:95 +0x25')
    if (noisy && next() < 0.02) out.push(`${stamp}INFO request handled status=200`)
    out.push(`example.com/app/${name}.(*Thing).${works ? 'work' : 'wait'}(0xc000${(each.id * 64).toString(16)}, 0x5?)`)
    // A line that was overwritten: this goroutine is damaged.
    out.push(noisy && next() < 0.003 ? `\t/app/${name}/thi` : `\t/app/${name}/thing.go:${line} +0x9c`)
    out.push(
      `created by example.com/app/${name}.Start in goroutine ${byRequest && other === undefined ? GONE + each.id : 1}`,
      `\t/app/${name}/thing.go:${line - 20} +0x5e`,
      '',
    )
  }
  out.pop()
  return `${out.join('\n')}\n${stamp}INFO done\n`
}
