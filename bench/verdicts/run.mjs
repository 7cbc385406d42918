// How right the verdicts are, on simulated services: npm run bench:verdicts -- [--services 40] [--seed 20261124] [--dumps 2,3,5]
//
// For each kind of service and each number of dumps, services are simulated, their dumps go as text through the engine, and
// `leaking` in the last dump is held to the truth. What else is called leaking in that dump is a false alarm too. The rules were
// tuned on other seeds than the one printed by default.
import { parseArgs } from 'node:util'
import { createEngine } from '../../dist/index.js'
import { measure } from './measure.mjs'

const { values } = parseArgs({
  options: {
    services: { type: 'string', default: '40' },
    seed: { type: 'string', default: '20261124' },
    dumps: { type: 'string', default: '2,3,5,10,20,50' },
  },
})
const counts = values.dumps.split(',').map(Number)
const services = Number(values.services)
const { rows, precision, recall } = measure(createEngine, { services, counts, seed: Number(values.seed) })
const cells = (shares) => shares.map((share) => (Number.isNaN(share) ? '-' : share.toFixed(3))).join(' | ')
console.log(
  `Share of ${services} services called leaking in the last of N dumps (leaks: recall; others: false alarms)\n`,
)
console.log(
  `| service | | ${counts.map((n) => `${n} dumps`).join(' | ')} |\n|---|---|${counts.map(() => '---|').join('')}`,
)
for (const { kind, leaks, shares } of rows) console.log(`| ${kind} | ${leaks ? 'leak' : ''} | ${cells(shares)} |`)
console.log(`| **precision** | | ${cells(precision)} |\n| **recall** | | ${cells(recall)} |`)
const met = counts.every((n, i) => n < 3 || (precision[i] >= 0.99 && recall[i] >= 0.95))
console.log(`\ngoal from 3 dumps on, precision >= 0.99 and recall >= 0.95: ${met ? 'met' : 'NOT met'}`)
