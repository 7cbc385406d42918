// How right the verdicts are, on simulated services:
// npm run bench:verdicts -- [--services 250] [--seed 20261124] [--dumps 2,3,5] [--ages 0.05,50]
//
// For each kind of service and each number of dumps, services are simulated, their dumps go as text through the engine, and
// `leaking` in the last dump is held to the truth. What else is called leaking in that dump is a false alarm too. The rules were
// tuned on the seeds from TUNED_ON on, 60 to 250 services of each kind; those of the default are others.
import { parseArgs } from 'node:util'
import { createEngine } from '../../dist/index.js'
import { hardMix } from './hard.mjs'
import { measure, VISIBLE } from './measure.mjs'
import { AGES } from './services.mjs'

const TUNED_ON = [5_000_001, 6_000_001, 7_000_001, 8_000_001]

const { values } = parseArgs({
  options: {
    services: { type: 'string', default: '250' },
    seed: { type: 'string', default: '20261124' },
    dumps: { type: 'string', default: '2,3,4,5,10,20,50' },
    ages: { type: 'string', default: AGES.join() },
    programs: { type: 'boolean', default: false },
    'real-time': { type: 'boolean', default: false },
    set: { type: 'string', default: 'report' },
    seeds: { type: 'string', default: '4' },
    keep: { type: 'string' },
    from: { type: 'string' },
  },
})
if (values.programs) {
  const { set, keep, from } = values
  const options = { set, keep, from, seeds: Number(values.seeds), realTime: values['real-time'] }
  const { lines, dumps, said } = await hardMix(createEngine, options)
  console.log(lines.join('\n'))
  console.log(`\nSomething stands out in ${said} of ${dumps} single dumps of healthy services.`)
  process.exit(0)
}
const counts = values.dumps.split(',').map(Number)
const services = Number(values.services)
const seed = Number(values.seed)
const ages = values.ages.split(',').map(Number)
const measured = measure(createEngine, { services, counts, seed, ages })
const { rows, precision, recall, recallOfVisible, notVisible, together } = measured
const cells = (shares) => shares.map((share) => (Number.isNaN(share) ? '-' : share.toFixed(3))).join(' | ')
console.log(
  `Share of ${services} services called leaking in the last of N dumps (leaks: recall; others: false alarms)
Seed ${seed}; the rules were tuned on ${TUNED_ON.join(', ')}. A leak is visible when ${VISIBLE} of its goroutines have come since the first dump.
Processes were ${ages.join(' to ')} intervals between dumps old at the first.
`,
)
console.log(
  `| service | | ${counts.map((n) => `${n} dumps`).join(' | ')} |\n|---|---|${counts.map(() => '---|').join('')}`,
)
for (const { kind, leaks, shares } of rows) console.log(`| ${kind} | ${leaks ? 'leak' : ''} | ${cells(shares)} |`)
console.log(`| **precision** | | ${cells(precision)} |\n| **recall** | | ${cells(recall)} |`)
console.log(
  `| recall of visible leaks | | ${cells(recallOfVisible)} |\n| leaks not visible yet | | ${cells(notVisible)} |`,
)
console.log('\ngoal, precision >= 0.99 and recall >= 0.95, of all leaks (of visible ones):')
counts.forEach((n, i) => {
  if (n < 3) return
  console.log(`${n} dumps: ${met(precision[i], recall[i])} (${met(precision[i], recallOfVisible[i])})`)
})
const [right, found, foundVisible] = [together.precision, together.recall, together.recallOfVisible]
console.log(
  `3 dumps and more, together: ${met(right, found)} (${met(right, foundVisible)}): precision ${right.toFixed(3)}, recall ${found.toFixed(3)} (${foundVisible.toFixed(3)})`,
)

function met(right, found) {
  return right >= 0.99 && found >= 0.95 ? 'met' : 'NOT met'
}
