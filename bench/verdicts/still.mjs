// `stuck` on recorded programs whose leak has stopped, or that hang: what has waited in one place for ten minutes must be reported.
import { isOfSubject, lastRecords, logs } from './judge.mjs'

/** Minutes between dumps; half of the leaks stop before the first dump, half soon after it. */
const STEP = 240_000
const DUMPS = 5
const LONG = 600_000
const BLOCKED = /^(?:chan (?:receive|send)|select|semacquire|sync\.)/

/** It uses a processor all the time, so hundreds of processes cannot run at once. */
const LEFT_OUT = 'lock-by-hot-loop'

export function stillRuns(plan, subjects, { set, seeds }) {
  const all = subjects.filter(({ name }) => name !== LEFT_OUT)
  return plan(all, { set, seeds, step: STEP, dumps: DUMPS }).map((run) => ({
    ...run,
    dumps: DUMPS,
    load: 2,
    age: 0.3,
    until: run.seed % 2 === 1 ? 0.3 : 0.8,
  }))
}

/** `{ rows: [{ state, stuck, found }], wrong, healthy }`; `wrong` are signatures that do not belong to the subject. */
export function judgeStill(createEngine, folder) {
  const rows = new Map()
  const wrong = []
  let healthy = 0
  for (const log of logs(folder)) {
    const records = lastRecords(createEngine, log.dumps, log.dumps.length).filter((each) => each.type === 'signature')
    if (log.kind !== 'hang') {
      const others = records.filter((each) => each.verdict === 'stuck' && !isOfSubject(each, log))
      wrong.push(...others.map((each) => `${log.name}.${log.seed} ${each.function}`))
    }
    if (log.kind === 'healthy') {
      healthy++
      continue
    }
    const said = records.filter(
      (each) => isOfSubject(each, log) && (each.verdict === 'stuck' || each.verdict === 'leaking'),
    )
    for (const state of statesOf(log)) {
      const row = rows.get(state) ?? { state, stuck: 0, found: 0 }
      rows.set(state, row)
      row.stuck++
      if (said.some((each) => each.states[state] > 0)) row.found++
    }
  }
  return { rows: [...rows.values()].sort((a, b) => (a.state < b.state ? -1 : 1)), wrong, healthy }
}

/** States in which goroutines of the subject have waited for ten minutes, according to their headers. */
function statesOf({ kind, dumps }) {
  const last = dumps.at(-1) ?? ''
  const time = (dump) => Date.parse(dump.slice(0, 24))
  const earlier = dumps.findLast((dump) => time(last) - time(dump) >= LONG) ?? ''
  const there = new Set([...earlier.matchAll(/^goroutine (\d+) /gm)].map(([, id]) => id))
  const prefix = `example.com/shop/${kind === 'leak' || kind === 'hang' ? `${kind}s` : kind}.`
  const states = new Set()
  for (const part of last.split('\n\n')) {
    const header = /goroutine (\d+) \[([^\],]+), (\d+) minutes/.exec(part)
    if (header === null || !part.includes(`\n${prefix}`) || !there.has(header[1])) continue
    if (BLOCKED.test(header[2]) && Number(header[3]) * 60_000 >= LONG - 120_000) states.add(header[2])
  }
  return states
}
