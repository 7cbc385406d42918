// The speed yardsticks, in one table: `npm run bench -- [options]`. Every figure is a ratio, taken in one run on the same input. Figures taken
// while the machine has other work are provisional, so its load is printed.
//
//   --only 1,2,3,4,5 some of the yardsticks; 5 is carriers
//   --size 512M      length of the ordinary log (1; 5 takes a quarter)
//   --long 1G        length of the log on a pipe (3); the yardstick itself requires 10G, which takes about a minute more
//   --runs 5         how often each command is run
//   --scale 1        shrinks the inputs of 2 and 3, for a quick look; goals apply at 1
//   --json FILE      saves the run, with every sample
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { size } from './generate.mjs'
import { here, load } from './measure.mjs'
import { buildPeers } from './peers.mjs'
import { table } from './table.mjs'
import { carriers } from './yardsticks/carriers.mjs'
import { dumpHeavy } from './yardsticks/dumps.mjs'
import { latency } from './yardsticks/latency.mjs'
import { linear } from './yardsticks/linear.mjs'
import { ordinary } from './yardsticks/ordinary.mjs'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '1,2,3,4,5' },
    size: { type: 'string', default: '512M' },
    long: { type: 'string', default: '1G' },
    runs: { type: 'string', default: '5' },
    scale: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
})
const wanted = values.only.split(',')
const scale = Number(values.scale)
const runs = Number(values.runs)
const loadBefore = load()
const peers = wanted.includes('2') ? buildPeers() : { missing: 'not asked for' }

const yardsticks = {
  1: () => ordinary({ size: size(values.size), runs }),
  2: () => dumpHeavy({ runs, peers, goroutines: Math.max(20_000, 100_000 * scale) }),
  3: () => linear({ runs, scale, long: size(values.long), longText: values.long }),
  4: () => latency({ runs }),
  5: () => carriers({ size: size(values.size) / 4, runs }),
}

const rows = []
for (const [name, measure] of Object.entries(yardsticks)) {
  if (!wanted.includes(name)) continue
  for await (const row of measure()) {
    rows.push(row)
    process.stderr.write(`${row.yardstick} ${row.case}: ${row.ours}\n`)
  }
}

const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}${peers.go === undefined ? '' : `, ${peers.go}`}`
const loads = `load ${loadBefore ?? '?'} before, ${load() ?? '?'} after`
console.log(`${table(rows)}\n\n${machine}; ${loads}`)
if (loadBefore !== undefined && loadBefore > 0.5)
  console.log('The machine had other work when this began: provisional.')
if (values.json !== undefined) {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: here('.'), encoding: 'utf8' }).trim()
  const { json: path, ...options } = values
  const kept = { date: new Date().toISOString(), commit, machine, load: loads, options, rows }
  writeFileSync(path, `${JSON.stringify(kept, null, 1)}\n`)
}
