/**
 * `npm run fuzz -- [--target engine|archives|protocols|commands] [--seed N] [--first N] [--inputs N] [--seconds N] [--stop N] [--jobs N]`: reads random
 * inputs until one of the bounds is met, on every core, and prints each kind of failure; those of the engine as small as they can be made.
 */
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type Checked, checkArchive } from './archives.ts'
import { check, type Fault, randomCuts } from './check.ts'
import { checkCommandLine } from './command-lines.ts'
import { generate } from './generate.ts'
import { checkProtocol } from './protocols.ts'
import { Random } from './random.ts'
import { type Failure, kindOf, shrink } from './shrink.ts'

const SHRINK_MS = 10_000
/** An input that takes longer, and to make its failure small, hangs: its job is ended. */
const HANGS_MS = 300_000
/** Inputs after which a job says how far it is. */
const ROUND = 256

/** What is read with anything but the engine alone. `cli`: the command, built. */
const TARGETS: Readonly<Record<string, (random: Random, cli: string) => Promise<Checked>>> = {
  archives: checkArchive,
  protocols: checkProtocol,
  commands: checkCommandLine,
}

/** What a job reads: every `step`-th input from `first` on. */
interface Job {
  readonly target: string
  readonly cli: string
  readonly seed: number
  readonly first: number
  readonly end: number
  readonly step: number
  readonly seconds: number
  /** The input that is read now. */
  readonly at: Int32Array
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
else await work(workerData as Job)

async function direct(): Promise<void> {
  const { values } = parseArgs({
    options: {
      target: { type: 'string', default: 'engine' },
      cli: { type: 'string', default: fileURLToPath(new URL('../../dist/cli.js', import.meta.url)) },
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
  let hangs = 0
  const sayTotals = (): void => {
    const all = [...latest.values()]
    const sum = (of: (progress: Progress) => number): number => all.reduce((total, each) => total + of(each), 0)
    const [inputs, failures] = [sum((each) => each.inputs), sum((each) => each.failures) + hangs]
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
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      sayTotals()
      process.exit()
    })
  await Promise.all(
    Array.from({ length: jobs }, async (_, i) => {
      const at = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
      const job: Job = {
        target: values.target,
        cli: values.cli,
        seed,
        first: first + i,
        end: first + Number(values.inputs),
        step: jobs,
        seconds: Number(values.seconds),
        at,
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
      let seen = -1
      const watch = setInterval(() => {
        const index = Atomics.load(at, 0)
        if (index === seen) {
          hangs++
          console.log(`--- seed ${seed}, input ${index}: hangs`)
          void worker.terminate()
        }
        seen = index
      }, HANGS_MS)
      await new Promise((resolve, reject) => worker.once('error', reject).once('exit', resolve))
      clearInterval(watch)
    }),
  )
  sayTotals()
}

async function work({ target, cli, seed, first, end, step, seconds, at, stop }: Job): Promise<void> {
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
    Atomics.store(at, 0, index)
    const random = new Random(seed, index)
    const other = TARGETS[target]
    const { fault, size, describe } = other === undefined ? readByEngine(random) : await readBy(other, random, cli)
    const ms = performance.now() - before
    cpuMs += ms
    inputs++
    bytes += size
    if (ms > slowest.ms) slowest = { ms, index }
    if (fault !== undefined) {
      failures++
      const kind = kindOf(fault) ?? ''
      const times = (kinds.get(kind) ?? 0) + 1
      kinds.set(kind, times)
      if (times <= stop) lines.push(`--- seed ${seed}, input ${index}: ${describe()}`)
    }
    if (inputs % ROUND === 0 || lines.length > 0) say()
  }
  say()
}

interface Outcome {
  readonly fault: Fault
  readonly size: number
  describe(): string
}

function readByEngine(random: Random): Outcome {
  const input = generate(random)
  const cuts = randomCuts(random, input.bytes.length)
  const fault = check(input, cuts)
  return {
    fault,
    size: input.bytes.length,
    describe: () => described(shrink({ input, cuts, fault: fault ?? '' }, Date.now() + SHRINK_MS)),
  }
}

async function readBy(target: (typeof TARGETS)[string], random: Random, cli: string): Promise<Outcome> {
  const { fault, bytes } = await target(random, cli)
  return { fault, size: bytes.length, describe: () => fault ?? '' }
}

function described({ input, cuts, fault }: Failure): string {
  const cut = cuts.length > 8 ? 'after each byte' : `at ${cuts.join(', ')}`
  return (
    `${fault}\n  cut ${cut}; options ${JSON.stringify(input.options)}; ` +
    `${input.bytes.length} bytes (latin1):\n  ${JSON.stringify(input.bytes.toString('latin1'))}`
  )
}
