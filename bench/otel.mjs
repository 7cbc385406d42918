// Measures what metrics cost: npm run build && node bench/otel.mjs [--runs 15]
//
// The time from start to exit with and without metrics, next to an empty Node process; and time, memory and requests of 100 dumps with 5000 new
// signatures each.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { dumps } from './generate.mjs'
import { CLI, here, load, makeFile, median, megabytes, ms, peak, wall } from './measure.mjs'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '15' } } })
const runs = Number(values.runs)
const node = process.execPath

/** A receiver in a separate process, for commands that run while this one waits. */
async function receiver() {
  const child = spawn(node, [here('programs/receiver.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (part) => {
    out += part
  })
  while (!out.includes('\n')) await once(child.stdout, 'data')
  const url = `http://127.0.0.1:${out.trim()}`
  return {
    url,
    end: async () => {
      out = ''
      const closed = once(child, 'close')
      child.kill('SIGTERM')
      await closed
      return JSON.parse(out)
    },
  }
}

/** Runs commands in turn, so that other work on the machine affects all of them. */
function medians(commands) {
  const samples = new Map(Object.keys(commands).map((name) => [name, []]))
  for (let i = 0; i < runs; i++) {
    for (const [name, argv] of Object.entries(commands)) samples.get(name).push(wall(argv))
  }
  return new Map([...samples].map(([name, all]) => [name, median(all)]))
}

async function starts() {
  const { url, end } = await receiver()
  const empty = makeFile('empty.mjs', [])
  const file = makeFile('small.log', dumps({ goroutines: 20 }))
  const ours = (...flags) => [node, CLI, '--format', 'jsonl', ...flags, file]
  const times = medians({
    'empty Node process': [node, empty],
    'no metrics': ours(),
    '--metrics console': [node, CLI, '--format', 'none', '--metrics', 'console', file],
    '--otlp, http/protobuf': ours('--otlp', url),
    '--otlp, http/json': ours('--otlp', url, '--otlp-protocol', 'http/json'),
    '--otlp --otlp-logs': ours('--otlp', url, '--otlp-logs'),
    '--prometheus': ours('--prometheus', '19464'),
  })
  await end()
  const base = times.get('empty Node process')
  console.log('| start to exit, one small dump | | empty Node process = 1 |\n|---|---|---|')
  for (const [name, seconds] of times) console.log(`| ${name} | ${ms(seconds)} | ${(seconds / base).toFixed(2)} |`)
}

/** Dumps whose signatures are all new; goroutine 1 begins another dump. */
function* churn(count, signatures) {
  for (let d = 0; d < count; d++) {
    let text = '2026-11-24T05:00:00Z INFO dumping\ngoroutine 1 [select]:\nmain.main()\n\t/app/main.go:3 +0x1d\n\n'
    for (let s = 0; s < signatures; s++) {
      text += `goroutine ${d * signatures + s + 100} [select]:\nchurn.d${d}s${s}()\n\t/app/churn.go:${s + 1} +0x1d\n\n`
    }
    yield text
  }
}

async function bounded() {
  const file = makeFile('churn.log', churn(100, 5000))
  const one = makeFile('one.log', churn(1, 5000))
  console.log('\n| 5000 new signatures a dump | time | peak memory | requests | largest |\n|---|---|---|---|---|')
  for (const [dumpCount, input] of [
    [1, one],
    [100, file],
  ]) {
    const without = peak([CLI, '--format', 'none', input])
    console.log(`| ${dumpCount} dumps, no metrics | ${ms(without.seconds)} | ${megabytes(without.bytes)} | | |`)
    const { url, end } = await receiver()
    const sent = peak([CLI, '--format', 'none', '--otlp', url, input])
    const sizes = await end()
    console.log(
      `| ${dumpCount} dumps, --otlp | ${ms(sent.seconds)} | ${megabytes(sent.bytes)} | ${sizes.length} | ${(Math.max(...sizes) / 1000).toFixed(1)} KB |`,
    )
  }
}

const before = load()
await starts()
await bounded()
console.log(
  `\n${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}; load ${before} before, ${load()} after`,
)
