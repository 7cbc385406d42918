// dumpstream's counterpart to peers/: reads a file into memory, has a fresh engine read it several times, and prints as JSON what was found and how
// long each run took. Signatures, history and verdicts are computed, records are built and counted.
import { readFileSync } from 'node:fs'
import { createEngine } from '../../dist/index.js'

const [file, runs = '1', ...flags] = process.argv.slice(2)
const input = readFileSync(file)
const chunk = 64 << 10
const result = { goroutines: 0, groups: [], records: 0, bytes: input.length, seconds: [] }
for (let i = 0; i < Number(runs); i++) {
  result.goroutines = 0
  result.groups = []
  result.records = 0
  const start = process.hrtime.bigint()
  const engine = createEngine({
    goroutines: flags.includes('--goroutines'),
    onRecord(record) {
      result.records++
      if (record.type === 'dump') {
        result.goroutines += record.goroutines
        result.groups.push(record.signatures)
      }
    },
  })
  for (let at = 0; at < input.length; at += chunk) engine.push(input.subarray(at, at + chunk))
  engine.end()
  result.seconds.push(Number(process.hrtime.bigint() - start) / 1e9)
}
console.log(JSON.stringify(result))
