// Measures how accurate the verdicts and the findings are: `npm run bench:verdicts -- --help`.
//
// The rules were tuned on the seeds from TUNED_ON on, 60 to 250 services of each kind; the default seeds are different ones.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createEngine } from '../../dist/index.js'
import { hardMix } from './hard.mjs'
import { measure, VISIBLE } from './measure.mjs'
import { build, plan, record, subjects } from './programs.mjs'
import { AGES } from './services.mjs'
import { judgeStill, stillRuns } from './still.mjs'
import { measureStuck } from './stuck.mjs'

const TUNED_ON = [5_000_001, 6_000_001, 7_000_001, 8_000_001]

const HELP = `How right the verdicts and the findings are.

npm run bench:verdicts                      simulated services: the share that is called leaking in the last of N dumps
  --services 250  --seed 20261124  --dumps 2,3,5  --ages 0.05,50
npm run bench:verdicts -- --stuck           simulated services that are stuck, or wait for work, by state
  --services 250  --seed 20261124
npm run bench:verdicts -- --programs        real Go programs, each a service with a leak, a healthy habit, or something that hangs (needs Go)
  --set report|tune  half of the programs: those that the rules were not tuned on, or the others
  --set fresh|later|third|fourth|fifth|sixth  those that were written when the rules stood, and when the mistakes on those before had been mended
  --seeds 4          processes of each program
  --real-time        100 s from dump to dump, so that headers have minutes (takes ten minutes)
  --stuck            leaks that are called no more, dumped for 16 minutes, by state
  --keep FOLDER      keeps what was recorded; --from FOLDER reads it again
`

const { values } = parseArgs({
  options: {
    services: { type: 'string', default: '250' },
    seed: { type: 'string', default: '20261124' },
    dumps: { type: 'string', default: '2,3,4,5,10,20,50' },
    ages: { type: 'string', default: AGES.join() },
    programs: { type: 'boolean', default: false },
    stuck: { type: 'boolean', default: false },
    'real-time': { type: 'boolean', default: false },
    set: { type: 'string', default: 'report' },
    seeds: { type: 'string', default: '4' },
    keep: { type: 'string' },
    from: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit(0)
}
if (values.stuck && values.programs) {
  const { set, from } = values
  const folder = from ?? values.keep ?? mkdtempSync(join(tmpdir(), 'dumpstream-still-'))
  if (from === undefined) {
    const binary = build()
    await record(binary, stillRuns(plan, subjects(binary), { set, seeds: Number(values.seeds) }), folder, 400)
  }
  const { rows, wrong, healthy } = judgeStill(createEngine, folder)
  console.log('| state | recall of all |\n|---|---|')
  for (const { state, stuck, found } of rows)
    console.log(`| \`${state}\` | ${(found / stuck).toFixed(3)} (${found} of ${stuck}) |`)
  const [stuck, found] = ['stuck', 'found'].map((key) => rows.reduce((sum, row) => sum + row[key], 0))
  console.log(`| **all** | ${(found / stuck).toFixed(3)} (${found} of ${stuck}) |`)
  console.log(
    `\nCalled wrongly: ${wrong.length}, over ${healthy} healthy runs and what runs beside the leaks. ${wrong.join(', ')}`,
  )
  process.exit(0)
}
if (values.stuck) {
  const { services, seed } = values
  console.log('| state | precision | recall of visible | recall of all | called wrongly |\n|---|---|---|---|---|')
  for (const row of measureStuck(createEngine, { services: Number(services), seed: Number(seed) })) {
    const { state, found, stuck, visible, visibleFound, wrong, healthy } = row
    const shares = [found / (found + wrong), visibleFound / visible, found / stuck].map((share) => share.toFixed(3))
    console.log(`| \`${state}\` | ${shares.join(' | ')} | ${wrong} of ${healthy} |`)
  }
  process.exit(0)
}
if (values.programs) {
  const { set, keep, from } = values
  const options = { set, keep, from, seeds: Number(values.seeds), realTime: values['real-time'] }
  const { lines, healthy, hangs } = await hardMix(createEngine, options)
  console.log(lines.join('\n'))
  console.log(`\nSomething stands out in ${healthy.said} of ${healthy.dumps} single dumps of healthy services.`)
  console.log(
    `The guilty signature is in the first three findings of ${hangs.found} of ${hangs.dumps} single dumps of services that hang.`,
  )
  if (hangs.missed.length > 0) console.log(`Not in those of ${hangs.missed.join(', ')}.`)
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
