// Compares the verdicts on simulated services with the truth.
import { KINDS, serviceDumps } from './services.mjs'

/**
 * A leak is visible once this many of its goroutines have come since the first dump. If as many goroutines leave as come, five come and none leaves
 * once in e^5 = 148 times: with fewer, no rule can be right 99 times in 100. Known from the simulation, independent of the verdict.
 */
export const VISIBLE = 5

/** `{ subject, others, leaked }`: was the subject called leaking in the last dump, how many other signatures were, and how much had leaked. */
function alarms(createEngine, kind, dumps, seed, ages) {
  let last = []
  const engine = createEngine({
    stacks: 'never',
    onRecord: (record) => {
      if (record.type === 'dump') last = []
      else last.push(record)
    },
  })
  let leaked = 0
  for (const dump of serviceDumps(kind, dumps, seed, ages)) {
    engine.push(Buffer.from(dump.text))
    leaked = dump.leaked
  }
  engine.end()
  const leaking = last.filter((record) => record.verdict === 'leaking')
  const subject = leaking.filter((record) => record.function.includes('subject')).length
  return { subject: subject > 0, others: leaking.length - subject, leaked }
}

/**
 * For each kind and each number of dumps, the share of `services` that were called leaking; and over all of them precision, recall, recall of the
 * visible leaks, and the share of the leaks that were not visible yet.
 */
export function measure(createEngine, { services, counts, seed, ages }) {
  const totals = counts.map(() => ({ leaks: 0, found: 0, wrong: 0, visible: 0, visibleFound: 0 }))
  const rows = Object.entries(KINDS).map(([kind, { leaks }], k) => {
    const shares = counts.map((dumps, i) => {
      const total = totals[i]
      let called = 0
      for (let s = 0; s < services; s++) {
        const ownSeed = seed + k * 1_000_003 + dumps * 10_007 + s
        const { subject, others, leaked } = alarms(createEngine, kind, dumps, ownSeed, ages)
        if (subject) called++
        total.wrong += others
        if (!leaks) continue
        total.leaks++
        if (leaked < VISIBLE) continue
        total.visible++
        if (subject) total.visibleFound++
      }
      if (leaks) total.found += called
      else total.wrong += called
      return called / services
    })
    return { kind, leaks, shares }
  })
  const judgements = totals.map(judgement)
  const column = (key) => judgements.map((each) => each[key])
  return {
    rows,
    precision: column('precision'),
    recall: column('recall'),
    recallOfVisible: column('recallOfVisible'),
    notVisible: column('notVisible'),
    /** Over all with three or more dumps. */
    together: judgement(sum(totals.filter((_, i) => counts[i] >= 3))),
  }
}

function judgement({ leaks, found, wrong, visible, visibleFound }) {
  return {
    precision: found / (found + wrong),
    recall: found / leaks,
    recallOfVisible: visibleFound / visible,
    notVisible: 1 - visible / leaks,
  }
}

function sum(totals) {
  const none = { leaks: 0, found: 0, wrong: 0, visible: 0, visibleFound: 0 }
  return totals.reduce(
    (all, each) => Object.fromEntries(Object.keys(none).map((key) => [key, all[key] + each[key]])),
    none,
  )
}
