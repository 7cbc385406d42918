// Compares `stuck` with the truth, by state: simulated services, dumped some minutes apart, whose headers have minutes as the runtime prints them.
import { exponential, random, spread, uniform } from './process.mjs'

/** State → frames of the standard library that wait in it, innermost first. */
const STATES = {
  'sync.Mutex.Lock': ['internal/sync.(*Mutex).lockSlow', 'sync.(*Mutex).Lock'],
  'sync.RWMutex.RLock': ['sync.runtime_SemacquireRWMutexR', 'sync.(*RWMutex).RLock'],
  'chan send': [],
  'chan receive': [],
  select: [],
  'sync.WaitGroup.Wait': ['sync.runtime_SemacquireWaitGroup', 'sync.(*WaitGroup).Wait'],
  'sync.Cond.Wait': ['sync.runtime_notifyListWait', 'sync.(*Cond).Wait'],
  'select (no cases)': [],
}

/** States that idle workers wait in, for hours if they are not needed. */
const IDLE = new Set(['chan receive', 'select', 'sync.Cond.Wait'])

/** Minutes between dumps. */
const STEP = [4, 30]
const DUMPS = [4, 8]
/** Share of the stuck goroutines, and of the idle workers, that came while the process was watched; the others were already there. */
const WATCHED = 0.5
/** Share that is started by a request, which ends or is itself stuck; the others are started by a loop that continues. */
const BY_REQUEST = 0.75
/** The same for idle workers, where it is smaller: one for each tenant, at its first request. */
const WORKERS_BY_REQUEST = 0.3
/** Minutes between requests of a tenant. */
const USED = [0.1, 60]
/**
 * Minutes between garbage collections: each records who waits, with the time of the previous one; the first one records nobody (src/leaks/ran.ts).
 */
const COLLECTIONS = [0.05, 2]

/** Returns `{ state, found, stuck, visible, visibleFound, wrong, healthy }` for each state. */
export function measureStuck(createEngine, { services, seed }) {
  return Object.keys(STATES).map((state, k) => {
    const row = { state, found: 0, stuck: 0, visible: 0, visibleFound: 0, wrong: 0, healthy: 0 }
    for (let i = 0; i < services; i++) {
      const next = random(seed + k * 1_000_003 + i)
      const isStuck = i % 2 === 0
      const { texts, isVisible } = serviceOf(next, state, isStuck)
      const called = isCalledStuck(createEngine, texts)
      if (isStuck) {
        row.stuck++
        if (isVisible) row.visible++
        if (called) row.found++
        if (called && isVisible) row.visibleFound++
      } else {
        row.healthy++
        if (called) row.wrong++
      }
    }
    return row
  })
}

function isCalledStuck(createEngine, texts) {
  let last = []
  const engine = createEngine({
    stacks: 'never',
    onRecord: (record) => {
      if (record.type === 'dump') last = []
      last.push(record)
    },
  })
  for (const text of texts) engine.push(Buffer.from(text))
  engine.end()
  // Goroutines that are lost and came while the process was watched are called a leak, which is right, too.
  return last.some(({ verdict }) => verdict === 'stuck' || verdict === 'leaking')
}

/**
 * `{ texts, isVisible }`. A goroutine that waits where idle workers wait is visible, unless an idle worker could have exactly the same text: one of
 * several that a living loop has started, or a single one that was there before the first dump.
 */
function serviceOf(next, state, isStuck) {
  const times = [uniform(next, 30, 600)]
  for (let i = Math.floor(spread(next, ...DUMPS)); i > 1; i--) times.push(times.at(-1) + spread(next, ...STEP))
  // A goroutine that came while it was watched was there for at least ten minutes.
  const late = times.findLast((at) => times.at(-1) - at > 12) ?? times[0]
  const isWatched = next() < WATCHED
  const latest = isWatched ? Math.max(times[0] + 1, late) : times[0]
  const began = uniform(next, isWatched ? times[0] : 0, latest)
  const count = Math.floor(spread(next, 1, 40))
  const byRequest = next() < (isStuck ? BY_REQUEST : IDLE.has(state) ? WORKERS_BY_REQUEST : 0)
  // All at once, or one after the other.
  const ends = next() < 0.5 ? began : uniform(next, began, latest)
  const births = Array.from({ length: count }, () => uniform(next, began, ends)).sort((a, b) => a - b)
  const turn = isStuck ? Number.POSITIVE_INFINITY : turnOf(next, state, byRequest)
  const collections = spread(next, ...COLLECTIONS)
  const all = births.map((born) => ({ born, parks: parks(next, born, turn, times) }))
  const isLike = IDLE.has(state) && (!byRequest || (count === 1 && !isWatched))
  return {
    texts: times.map((at, i) => dumpText({ state, at, i, all, byRequest, collections })),
    isVisible: isStuck && !isLike,
  }
}

/** Minutes between turns of a healthy goroutine; in a state that idle workers wait in, these can be hours. */
function turnOf(next, state, byRequest) {
  if (byRequest) return spread(next, ...USED)
  return IDLE.has(state) && next() < 0.5 ? 600 : spread(next, 0.01, 1.5)
}

/** For each dump, when the goroutine began to wait. */
function parks(next, born, turn, times) {
  let since = born
  let before = born
  return times.map((at) => {
    if (at < born) return at
    // Turns come at random: the last one before the dump, if there was one since the previous dump.
    const ago = turn === Number.POSITIVE_INFINITY ? turn : exponential(next, turn)
    if (at - ago > before) since = at - ago
    before = at
    return since
  })
}

function dumpText({ state, at, i, all, byRequest, collections }) {
  const stamp = new Date(Date.UTC(2026, 10, 24) + at * 60_000).toISOString()
  const out = [`${stamp} INFO dump`, 'goroutine 1 [running]:', 'main.dump()', '\t/app/main.go:93 +0x1d', '']
  const add = (id, header, frames, creator) => {
    out.push(`goroutine ${id} [${header}]:`)
    for (const frame of frames) out.push(`${frame}(0xc000${(id * 64).toString(16)})`, '\t/app/thing.go:40 +0x25')
    out.push(`created by ${creator}`, '\t/app/thing.go:20 +0x5e', '')
  }
  const minutes = (since) => {
    const collection = Math.max(2, Math.ceil(since / collections))
    const noted = (collection - 1) * collections
    return collection * collections <= at && at - noted >= 1 ? `, ${Math.floor(at - noted)} minutes` : ''
  }
  // It has waited since the start.
  add(18, `chan receive${minutes(0)}`, ['os/signal.loop'], 'example.com/app/api.Start in goroutine 1')
  for (const [k, { born, parks }] of all.entries()) {
    if (born > at) continue
    const id = Math.floor(born * 100) + k * 3 + 40
    const frames = [...STATES[state], 'example.com/app/subject.(*Thing).wait']
    const creator = `example.com/app/subject.Start in goroutine ${byRequest ? 1e9 + k : 1}`
    add(id, `${state}${minutes(parks[i])}`, frames, creator)
  }
  // Requests that come and go; the newest one has the highest id.
  for (let k = 0; k < 5; k++)
    add(
      Math.floor(at * 100) + 200 + k,
      'IO wait',
      ['example.com/app/api.(*Handler).serve'],
      'example.com/app/api.Serve in goroutine 1',
    )
  return `${out.join('\n')}\n${stamp} INFO done\n`
}
