// `stuck`, held to the truth by state: simulated services, dumped some minutes apart, whose headers have minutes as the runtime prints them.
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

/** States that idle workers wait in, for hours if nobody needs them. */
const IDLE = new Set(['chan receive', 'select', 'sync.Cond.Wait'])

/** Minutes from dump to dump. */
const STEP = [4, 30]
const DUMPS = [4, 8]
/** Of what is stuck, and of idle workers, so many came while the process was watched; the others were there. */
const WATCHED = 0.5
/** So many are started by a request, which ends or is stuck itself; the others by one loop that goes on. */
const BY_REQUEST = 0.75

/** `{ state, found, stuck, wrong, healthy }` for each state. */
export function measureStuck(createEngine, { services, seed }) {
  return Object.keys(STATES).map((state, k) => {
    const row = { state, found: 0, stuck: 0, wrong: 0, healthy: 0 }
    for (let i = 0; i < services; i++) {
      const next = random(seed + k * 1_000_003 + i)
      const isStuck = i % 2 === 0
      const called = isCalledStuck(createEngine, dumpsOf(next, state, isStuck))
      if (isStuck) {
        row.stuck++
        if (called) row.found++
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
  // What is lost, and came while it was watched, is called a leak: that is right, too.
  return last.some(({ verdict }) => verdict === 'stuck' || verdict === 'leaking')
}

function dumpsOf(next, state, isStuck) {
  const times = [uniform(next, 30, 600)]
  for (let i = Math.floor(spread(next, ...DUMPS)); i > 1; i--) times.push(times.at(-1) + spread(next, ...STEP))
  // What came while it was watched was there for ten minutes at least.
  const late = times.findLast((at) => times.at(-1) - at > 12) ?? times[0]
  const watched = next() < WATCHED
  const began = watched ? uniform(next, times[0], Math.max(times[0] + 1, late)) : uniform(next, 0, times[0])
  const count = Math.floor(spread(next, 1, 40))
  const byRequest = next() < BY_REQUEST
  // A healthy one has its turn now and then; in a state that idle workers wait in it may be hours.
  const turn = isStuck ? Number.POSITIVE_INFINITY : IDLE.has(state) && next() < 0.5 ? 600 : spread(next, 0.01, 1.5)
  return times.map((at) => dumpText({ next, state, at, began, count, turn, byRequest: isStuck && byRequest }))
}

function dumpText({ next, state, at, began, count, turn, byRequest }) {
  const stamp = new Date(Date.UTC(2026, 10, 24) + at * 60_000).toISOString()
  const base = Math.floor(began * 100)
  const out = [`${stamp} INFO dump`, 'goroutine 1 [running]:', 'main.dump()', '\t/app/main.go:93 +0x1d', '']
  const add = (id, header, frames, creator) => {
    out.push(`goroutine ${id} [${header}]:`)
    for (const frame of frames) out.push(`${frame}(0xc000${(id * 64).toString(16)})`, '\t/app/thing.go:40 +0x25')
    out.push(`created by ${creator}`, '\t/app/thing.go:20 +0x5e', '')
  }
  // It waits since the start: the collector has been there.
  add(18, `chan receive, ${Math.floor(at)} minutes`, ['os/signal.loop'], 'example.com/app/api.Start in goroutine 1')
  for (let i = 0; at >= began && i < count; i++) {
    const waits = Math.min(at - began, turn === Number.POSITIVE_INFINITY ? turn : exponential(next, turn))
    const minutes = waits >= 1 ? `, ${Math.floor(waits)} minutes` : ''
    const id = base + i * 3 + 40
    const frames = [...STATES[state], 'example.com/app/subject.(*Thing).wait']
    add(id, `${state}${minutes}`, frames, `example.com/app/subject.Start in goroutine ${byRequest ? 1e9 + i : 1}`)
  }
  // Requests that come and go; the newest has the highest id.
  for (let i = 0; i < 5; i++)
    add(
      Math.floor(at * 100) + 20 + i,
      'IO wait',
      ['example.com/app/api.(*Handler).serve'],
      'example.com/app/api.Serve in goroutine 1',
    )
  return `${out.join('\n')}\n${stamp} INFO done\n`
}
