// Real Go programs: the service of program/, with one subject each. The subjects from Go's own goroutine leak tests are generated from the installed
// distribution (src/runtime/testdata/testgoroutineleakprofile), and are not kept here.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('./program', import.meta.url))
/** Not leaks, or made to stress the leak profile with thousands of goroutines in one call. */
const LEFT_OUT = new Set(['NoLeakGlobal', 'SpawnGC', 'DaisyChain'])

/** Builds the program in a temporary folder, and returns its path. */
export function build() {
  const folder = mkdtempSync(join(tmpdir(), 'dumpstream-verdicts-'))
  cpSync(PROGRAM, folder, { recursive: true })
  const root = execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).trim()
  generateSuite(join(root, 'src/runtime/testdata/testgoroutineleakprofile'), join(folder, 'suite'))
  const binary = join(folder, 'shop')
  const { status, stderr } = spawnSync('go', ['build', '-o', binary, '.'], { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`go build: ${stderr}`)
  return binary
}

function generateSuite(from, to) {
  const files = ['', 'goker'].flatMap((sub) =>
    readdirSync(join(from, sub))
      .filter((name) => name.endsWith('.go') && name !== 'main.go')
      .map((name) => join(sub, name)),
  )
  for (const file of files) {
    const text = readFileSync(join(from, file), 'utf8')
      .replace(/^package main$/m, 'package suite')
      // The tests print the leak profile at their end; a service is dumped from outside.
      .replace(/prof\.WriteTo\((\S+), 2\)/g, '_, _ = prof, $1')
      // What the tests try a thousand times, a service does as often as it is asked to.
      .replace(/^\tfor i := 0; i <=? \d{2,}; i\+\+ \{/gm, '\tfor i := 0; i < 2; i++ {')
    writeFileSync(join(to, `go_${file.replace('/', '_')}`), text)
  }
  writeFileSync(join(to, 'yield.go'), 'package suite\n\nconst yieldCount = 10\n')
}

/** `[{ kind, name, mark }]`; kind is `suite`, `leak`, `healthy` or `hang`. */
export function subjects(binary) {
  return execFileSync(binary, ['-list'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([kind, name, mark]) => ({ kind, name, mark }))
    .filter(({ name }) => !LEFT_OUT.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * The programs are split by name, before anything is measured: one half to tune on, the other half to report. Programs that were written after the
 * rules were fixed are a separate set, and so are five later sets, each written after the mistakes on the previous one had been fixed.
 */
function setOf({ name, mark }) {
  if (mark) return mark
  return createHash('sha256').update(name).digest()[0] % 2 === 0 ? 'tune' : 'report'
}

const FIRST_SEEDS = {
  tune: 1,
  report: 1001,
  fresh: 2001,
  later: 4001,
  third: 6001,
  fourth: 8001,
  fifth: 10001,
  sixth: 12001,
}

/** Numbers of clients of what hangs. */
const CALLERS = [6, 12, 24, 80]

/** The runs of one subject: half of the processes young, half old. What hangs is dumped once. */
export function plan(all, { set, seeds, step, dumps }) {
  return all
    .filter((subject) => setOf(subject) === set)
    .flatMap(({ kind, name }) =>
      Array.from({ length: seeds }, (_, i) => {
        const seed = FIRST_SEEDS[set] + i
        if (kind === 'hang') return { kind, name, seed, step, dumps: 1, age: 3, callers: CALLERS[i % CALLERS.length] }
        const young = seed % 2 === 1
        return { kind, name, seed, step, dumps, age: young ? 0.1 + (seed % 5) / 10 : 4 + (seed % 4) }
      }),
    )
}

/** Runs them, `atOnce` at a time; each writes its log to `folder`. */
export async function record(binary, runs, folder, atOnce) {
  mkdirSync(folder, { recursive: true })
  const left = [...runs]
  const one = async () => {
    for (let run = left.shift(); run !== undefined; run = left.shift()) {
      const { kind, name, seed, step, dumps, age, load = 300, callers = 12, until = 1e9 } = run
      const args = [
        '-subject',
        name,
        '-seed',
        seed,
        '-step',
        `${step}ms`,
        '-dumps',
        dumps,
        '-age',
        age,
        '-load',
        load,
        '-callers',
        callers,
        '-until',
        until,
      ]
      const text = await output(binary, args.map(String))
      writeFileSync(join(folder, `${kind}.${name}.${seed}.log`), text)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
}

function output(binary, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, GOMAXPROCS: '4' } })
    const chunks = []
    const errors = []
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => errors.push(chunk))
    child.on('error', reject)
    // A leak can crash its process: what it has printed counts.
    child.on('close', () => resolve(Buffer.concat(chunks)))
  })
}
