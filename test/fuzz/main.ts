/**
 * `npm run fuzz -- [--seed N] [--inputs N] [--seconds N] [--stop N]`: reads random inputs until one of the bounds is met, and prints each
 * failure as small as it can be made.
 */
import { parseArgs } from 'node:util'
import { check, randomCuts } from './check.ts'
import { generate } from './generate.ts'
import { Random } from './random.ts'
import { type Failure, shrink } from './shrink.ts'

const SHRINK_MS = 10_000

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    first: { type: 'string', default: '0' },
    inputs: { type: 'string', default: 'Infinity' },
    seconds: { type: 'string', default: '60' },
    stop: { type: 'string', default: '10' },
  },
})
const seed = Number(values.seed)
const first = Number(values.first)
const end = first + Number(values.inputs)
const start = performance.now()
const kinds = new Set<string>()
let failures = 0
let bytes = 0
let index = first
let slowest = { ms: 0, index: 0 }
for (; index < end && performance.now() - start < Number(values.seconds) * 1000; index++) {
  const random = new Random(seed, index)
  const input = generate(random)
  const cuts = randomCuts(random, input.bytes.length)
  bytes += input.bytes.length
  const before = performance.now()
  const fault = check(input, cuts)
  const ms = performance.now() - before
  if (ms > slowest.ms) slowest = { ms, index }
  if (fault === undefined) continue
  failures++
  // The same fault comes again and again: once is enough to mend it.
  if (kinds.size < Number(values.stop)) report(index, { input, cuts, fault })
}
const seconds = (performance.now() - start) / 1000
console.log(
  `seed ${seed}: ${index - first} inputs of ${Math.round(bytes / Math.max(1, index - first))} bytes, ${failures} failed; ` +
    `${Math.round((index - first) / seconds)} inputs/s, slowest ${slowest.ms.toFixed(0)} ms (input ${slowest.index})`,
)
process.exitCode = failures > 0 ? 1 : 0

function report(at: number, failure: Failure): void {
  const { input, cuts, fault } = shrink(failure, Date.now() + SHRINK_MS)
  const text = JSON.stringify(input.bytes.toString('latin1'))
  if (kinds.has(text)) return
  kinds.add(text)
  console.log(`--- seed ${seed}, input ${at}: ${fault}`)
  const cut = cuts.length > 8 ? 'after each byte' : `at ${cuts.join(', ')}`
  console.log(`  cut ${cut}; limits ${JSON.stringify(input.limits)}; ${input.bytes.length} bytes (latin1):\n  ${text}`)
}
