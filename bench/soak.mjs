// Pushes hostile shapes through the engine, each in a separate process, and prints seconds and peak memory by quarter: both must stay flat.
//
//     node bench/soak.mjs [--bytes 32M] [--seconds N] [--only NAME] [--assert]
//
// `--bytes`: length of each shape; if absent, as much as fits into `--seconds`, 300 by default. Seconds are processor time, so that other work on the
// machine does not count.
// `--assert`: exits with 1 if the last quarter took more than twice the time of the second, or memory grew by more than 64 MB from the second on.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createEngine } from '../dist/index.js'

const STACK = 'main.f(0x1)\n\t/src/a.go:71 +0xf7\ncreated by main.main\n\t/src/b.go:3 +0x1\n'

/** A frame in the format of Docker's API. */
function frame(text) {
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0])
  head.writeUInt32BE(text.length, 4)
  return head.toString('latin1') + text
}

/** Name → the i-th piece of the input, Latin-1. */
const SHAPES = {
  'headers without frames, in prose': () => 'see goroutine 7 [running]: in the docs of x\n',
  'headers without frames': (i) => `goroutine ${i} [running]:\n`,
  'headers without frames, each with another prefix': (i) => `user${i} x${i}: goroutine 7 [running]:\n`,
  'a dump with another prefix each': (i) => `recovered: no user u${i}: goroutine 7 [running]:\n${STACK}`,
  'stacks that are all new': (i) => `goroutine ${i + 1} [select]:\nmain.f${i}(0x1)\n\t/src/f${i}.go:71 +0xf7\n`,
  'pods with an open dump': (i) =>
    `[pod/web-${i % 100_000}/app] goroutine ${i + 1} [running]:\n[pod/web-${i % 100_000}/app] main.f(0x1)\n`,
  'titles of tail': (i) => `==> f${i}.log <==\nhello\n\n`,
  'titles of tail, with dumps': (i) => `==> f${i}.log <==\ngoroutine 7 [running]:\n${STACK}\n`,
  'a line without an end': () => 'x'.repeat(4096),
  'a string without an end, with a dump in it': (i) =>
    i === 0 ? '{"msg":"goroutine 1 [running]:\\nmain.main()\\n' : 'main.f()\\n\\t/src/a.go:3 +0x1\\n',
  'panics that no dump follows': (i) => `panic: no ${i}\n`,
  'empty lines in a dump': (i) => (i === 0 ? `goroutine 7 [running]:\n${STACK}` : '\n'),
  'heads of cut lines in a dump': (i) => (i === 0 ? `goroutine 7 [running]:\n${STACK}` : `main.f${i}(0x\n`),
  'parts of a CRI line without a last one': () =>
    `2026-11-24T05:00:00.123456789Z stdout P goroutine 7 [running]: ${'x'.repeat(200)}\n`,
  'values of klog': (i) =>
    `E1124 08:17:51.515399 1 m.go:18] "x${i}" stack=<\n\tgoroutine 7 [running]:\n\tmain.f()\n >\n`,
  'race titles': () => '==================\nWARNING: DATA RACE\n',
  'records of a profile without an end': (i) =>
    i === 0
      ? 'goroutine profile: total 9999999\n'
      : `1 @ 0x${(i + 16).toString(16)}\n#\t0x1\tmain.f${i}+0x1\t/a.go:3\n\n`,
  'a line without an end, in frames of Docker': () => frame('x'.repeat(4096)),
  'what is no frame, behind a frame of Docker': (i) => (i === 0 ? frame('x') : 'x'.repeat(4096)),
  'a record of JSON without an end, in a document': (i) => (i === 0 ? '[{"msg":"' : 'x'.repeat(4096)),
  'a field of CSV without an end': (i) => (i === 0 ? 'time,message\n2026-11-24T05:00:00Z,"' : 'x'.repeat(4096)),
}

const { values } = parseArgs({
  options: {
    bytes: { type: 'string', default: '32M' },
    seconds: { type: 'string', default: '300' },
    only: { type: 'string' },
    assert: { type: 'boolean', default: false },
    shape: { type: 'string' },
  },
})
const SIZES = { K: 1e3, M: 1e6, G: 1e9 }
const total = Number.parseFloat(values.bytes) * (SIZES[values.bytes.at(-1)] ?? 1)
const CHUNK = 64 << 10

if (values.shape === undefined) all()
else console.log(JSON.stringify(soak(SHAPES[values.shape], total, Number(values.seconds))))

function all() {
  let failed = false
  console.log(`| shape | MB | MB/s | s by quarter | peak MB by quarter |\n| --- | --- | --- | --- | --- |`)
  for (const name of Object.keys(SHAPES)) {
    if (values.only !== undefined && !name.includes(values.only)) continue
    const args = [fileURLToPath(import.meta.url), '--shape', name, '--bytes', values.bytes, '--seconds', values.seconds]
    const { bytes, seconds, peaks } = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
    const sum = seconds.reduce((a, b) => a + b)
    const [one, other] = [(n) => n.toFixed(2), (n) => n.toFixed(0)]
    console.log(
      `| ${name} | ${other(bytes / 1e6)} | ${(bytes / 1e6 / sum).toFixed(1)} | ${seconds.map(one).join(' ')} | ${peaks.map(other).join(' ')} |`,
    )
    if (seconds[3] > 2 * seconds[1] + 0.2 || peaks[3] - peaks[1] > 64) {
      failed = true
      console.log(`  not flat: ${name}`)
    }
  }
  if (values.assert && failed) process.exitCode = 1
}

function soak(piece, most, limit) {
  const bytes = Math.min(most, speed(piece, Math.min(limit / 10, 20)) * limit)
  const read = reader(piece)
  const seconds = []
  const peaks = []
  for (let quarter = 1; quarter <= 4; quarter++) {
    const from = cpu()
    let peak = 0
    while (read.bytes < (bytes * quarter) / 4) {
      read.push()
      peak = Math.max(peak, process.memoryUsage.rss())
    }
    seconds.push(cpu() - from)
    peaks.push(peak / 1e6)
  }
  return { bytes: read.bytes, seconds, peaks }
}

/** Bytes per second after warm-up, measured for `limit` seconds. */
function speed(piece, limit) {
  const probe = reader(piece)
  let [from, at] = [cpu(), 0]
  const start = from
  while (cpu() - start < limit) {
    probe.push()
    if (at > 0 || cpu() - start < limit / 2) continue
    from = cpu()
    at = probe.bytes
  }
  return (probe.bytes - at) / (cpu() - from)
}

function reader(piece) {
  const engine = createEngine({ onLog() {}, onRecord() {} })
  let i = 0
  return {
    bytes: 0,
    push() {
      let text = ''
      while (text.length < CHUNK) text += piece(i++)
      engine.push(Buffer.from(text, 'latin1'))
      this.bytes += text.length
    },
  }
}

function cpu() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
