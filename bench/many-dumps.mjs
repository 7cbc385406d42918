// Many dumps through one engine: neither the cost of a dump nor memory may rise with the number of dumps before it.
//
//   npm run build && node bench/many-dumps.mjs [--dumps 10000] [--goroutines 10000]
//
// The text is generated on the fly (10 000 dumps of 10 000 goroutines are more than 10 GB); the times do not include that.
import { parseArgs } from 'node:util'
import { createEngine } from '../dist/index.js'
import { dumps } from './generate.mjs'
import { megabytes, rate } from './measure.mjs'

const { values } = parseArgs({
  options: { dumps: { type: 'string', default: '10000' }, goroutines: { type: 'string', default: '10000' } },
})
const total = Number(values.dumps)
const goroutines = Number(values.goroutines)
const quarters = Array.from({ length: 4 }, () => ({ dumps: 0, bytes: 0, seconds: 0, rss: 0 }))

let done = 0
const engine = createEngine({
  onRecord: (record) => {
    if (record.type !== 'dump') return
    if (record.goroutines !== goroutines) throw new Error(`dump ${record.dump} has ${record.goroutines} goroutines`)
    done++
  },
})
for (const piece of dumps({ goroutines, dumps: total, between: 500 })) {
  const quarter = quarters[Math.min(3, Math.floor((4 * done) / total))]
  const from = process.hrtime.bigint()
  engine.push(piece)
  quarter.seconds += Number(process.hrtime.bigint() - from) / 1e9
  quarter.bytes += piece.length
  quarter.rss = Math.max(quarter.rss, process.memoryUsage.rss())
}
engine.end()

const bytes = quarters.reduce((sum, each) => sum + each.bytes, 0)
const cost = (quarter) => quarter.seconds / quarter.bytes
console.log(`${done} dumps of ${goroutines} goroutines, ${megabytes(bytes)}\n`)
console.log('| quarter | rate | peak memory |\n|---|---|---|')
for (const [i, each] of quarters.entries())
  console.log(`| ${i + 1} | ${rate(each.bytes, each.seconds)} | ${megabytes(each.rss)} |`)
console.log(
  `\na byte of the last quarter costs ${(cost(quarters[3]) / cost(quarters[0])).toFixed(2)}× one of the first`,
)
if (done !== total) throw new Error(`${done} dumps found of ${total}`)
