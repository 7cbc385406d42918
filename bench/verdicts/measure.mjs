// The verdicts on simulated services, held to the truth.
import { KINDS, serviceDumps } from './services.mjs'

/** `{ subject, others }`: was the subject called leaking in the last dump, and how many others were. */
function alarms(createEngine, kind, dumps, seed) {
  let last = []
  const engine = createEngine({
    stacks: 'never',
    onRecord: (record) => {
      if (record.type === 'dump') last = []
      else last.push(record)
    },
  })
  for (const text of serviceDumps(kind, dumps, seed)) engine.push(Buffer.from(text))
  engine.end()
  const leaking = last.filter((record) => record.verdict === 'leaking')
  const subject = leaking.filter((record) => record.function.includes('subject')).length
  return { subject: subject > 0, others: leaking.length - subject }
}

/** For each kind and each number of dumps, the share of `services` that were called leaking; precision and recall of all. */
export function measure(createEngine, { services, counts, seed }) {
  const totals = counts.map(() => ({ found: 0, missed: 0, wrong: 0 }))
  const rows = Object.entries(KINDS).map(([kind, { leaks }], k) => {
    const shares = counts.map((dumps, i) => {
      let called = 0
      for (let s = 0; s < services; s++) {
        const { subject, others } = alarms(createEngine, kind, dumps, seed + k * 1_000_003 + dumps * 10_007 + s)
        if (subject) called++
        totals[i].wrong += others
      }
      if (leaks) {
        totals[i].found += called
        totals[i].missed += services - called
      } else totals[i].wrong += called
      return called / services
    })
    return { kind, leaks, shares }
  })
  const precision = totals.map(({ found, wrong }) => found / (found + wrong))
  const recall = totals.map(({ found, missed }) => found / (found + missed))
  return { rows, precision, recall }
}
