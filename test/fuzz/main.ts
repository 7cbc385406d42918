/**
 * `npm run fuzz -- [--seed N] [--first N] [--inputs N] [--seconds N] [--stop N] [--jobs N]`: reads random inputs until one of the bounds is met,
 * on every core, and prints each kind of failure as small as it can be made.
 */
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { check, randomCuts } from './check.ts'
import { generate } from './generate.ts'
import { Random } from './random.ts'
import { type Failure, kindOf, shrink } from './shrink.ts'

const SHRINK_MS = 10_000
/** Inputs after which a job says how far it is. */
const ROUND = 256

/** What a job reads: every `step`-th input from `first` on. */
interface Job {
  readonly seed: number
  readonly first: number
  readonly end: number
  readonly step: number
  readonly seconds: number
  /** Failures that are made small; the others are counted. */
  readonly stop: number
}

interface Progress {
  readonly inputs: number
  readonly bytes: number
  readonly failures: number
  readonly cpuMs: number
  readonly slowest: { readonly ms: number; readonly index: number }
  readonly lines: readonly string[]
}

if (isMainThread) await direct()
else work(workerData as Job)

async function direct(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      first: { type: 'string', default: '0' },
      inputs: { type: 'string', default: 'Infinity' },
      seconds: { type: 'string', default: '60' },
      stop: { type: 'string', default: '10' },
      jobs: { type: 'string', default: String(availableParallelism()) },
    },
  })
  const [seed, first, jobs] = [Number(values.seed), Number(values.first), Number(values.jobs)]
  const start = performance.now()
  const latest = new Map<number, Progress>()
  const printed = new Set<string>()
  await Promise.all(
    Array.from({ length: jobs }, async (_, i) => {
      const job: Job = {
        seed,
        first: first + i,
        end: first + Number(values.inputs),
        step: jobs,
        seconds: Number(values.seconds),
        stop: Number(values.stop),
      }
      const worker = new Worker(fileURLToPath(import.meta.url), { workerData: job })
      worker.on('message', (progress: Progress) => {
        latest.set(i, progress)
        for (const line of progress.lines) {
          if (!printed.has(line)) console.log(line)
          printed.add(line)
        }
      })
      await new Promise((resolve, reject) => worker.once('error', reject).once('exit', resolve))
    }),
  )
  const all = [...latest.values()]
  const sum = (of: (progress: Progress) => number): number => all.reduce((total, each) => total + of(each), 0)
  const [inputs, failures] = [sum((each) => each.inputs), sum((each) => each.failures)]
  const slowest = all.map((each) => each.slowest).reduce((a, b) => (a.ms > b.ms ? a : b), { ms: 0, index: 0 })
  const seconds = (performance.now() - start) / 1000
  console.log(
    `seed ${seed}: ${inputs} inputs of ${Math.round(sum((each) => each.bytes) / Math.max(1, inputs))} bytes, ${failures} failed; ` +
      `${Math.round(inputs / seconds)} inputs/s, ${Math.round(
        (inputs /
          Math.max(
            1,
            sum((each) => each.cpuMs),
          )) *
          1000,
      )} per second of a core; ` +
      `slowest ${slowest.ms.toFixed(0)} ms (input ${slowest.index})`,
  )
  process.exitCode = failures > 0 ? 1 : 0
}

function work({ seed, first, end, step, seconds, stop }: Job): void {
  const deadline = performance.now() + seconds * 1000
  // How often each kind of failure was made small: the same comes again and again.
  const kinds = new Map<string, number>()
  let [inputs, bytes, failures, cpuMs] = [0, 0, 0, 0]
  let slowest = { ms: 0, index: 0 }
  let lines: string[] = []
  const say = (): void => {
    parentPort?.postMessage({ inputs, bytes, failures, cpuMs, slowest, lines } satisfies Progress)
    lines = []
  }
  for (let index = first; index < end && performance.now() < deadline; index += step) {
    const before = performance.now()
    const random = new Random(seed, index)
    const input = generate(random)
    const cuts = randomCuts(random, input.bytes.length)
    const fault = check(input, cuts)
    const ms = performance.now() - before
    cpuMs += ms
    inputs++
    bytes += input.bytes.length
    if (ms > slowest.ms) slowest = { ms, index }
    if (fault !== undefined) {
      failures++
      const kind = kindOf(fault) ?? ''
      const times = (kinds.get(kind) ?? 0) + 1
      kinds.set(kind, times)
      if (times <= stop) lines.push(described(seed, index, shrink({ input, cuts, fault }, Date.now() + SHRINK_MS)))
    }
    if (inputs % ROUND === 0 || lines.length > 0) say()
  }
  say()
}

function described(seed: number, index: number, { input, cuts, fault }: Failure): string {
  const cut = cuts.length > 8 ? 'after each byte' : `at ${cuts.join(', ')}`
  return (
    `--- seed ${seed}, input ${index}: ${fault}\n  cut ${cut}; options ${JSON.stringify(input.options)}; ` +
    `${input.bytes.length} bytes (latin1):\n  ${JSON.stringify(input.bytes.toString('latin1'))}`
  )
}
