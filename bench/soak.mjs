// Pushes hostile shapes through the engine and prints seconds and peak memory by quarter: both must stay flat.
//
//     node bench/soak.mjs [--bytes 32M] [--only NAME] [--assert]
//
// `--assert`: ends with 1 if the last quarter took more than twice the second, or memory grew by more than 64 MB from the second on.
import { parseArgs } from 'node:util'
import { createEngine } from '../dist/index.js'

const STACK = 'main.f(0x1)\n\t/src/a.go:71 +0xf7\ncreated by main.main\n\t/src/b.go:3 +0x1\n'

/** Name → the i-th piece of the input. */
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
}

const { values } = parseArgs({
  options: {
    bytes: { type: 'string', default: '32M' },
    only: { type: 'string' },
    assert: { type: 'boolean', default: false },
  },
})
const SIZES = { K: 1e3, M: 1e6, G: 1e9 }
const total = Number.parseFloat(values.bytes) * (SIZES[values.bytes.at(-1)] ?? 1)
let failed = false
console.log(`| shape | MB | MB/s | s by quarter | peak MB by quarter |\n| --- | --- | --- | --- | --- |`)
for (const [name, piece] of Object.entries(SHAPES)) {
  if (values.only !== undefined && !name.includes(values.only)) continue
  const { seconds, peaks } = soak(piece, total)
  const all = seconds.reduce((a, b) => a + b)
  const [one, other] = [(n) => n.toFixed(2), (n) => n.toFixed(0)]
  console.log(
    `| ${name} | ${(total / 1e6).toFixed(0)} | ${(total / 1e6 / all).toFixed(1)} | ${seconds.map(one).join(' ')} | ${peaks.map(other).join(' ')} |`,
  )
  if (seconds[3] > 2 * seconds[1] + 0.2 || peaks[3] - peaks[1] > 64) {
    failed = true
    console.log(`  not flat: ${name}`)
  }
}
if (values.assert && failed) process.exitCode = 1

function soak(piece, bytes) {
  globalThis.gc?.()
  const engine = createEngine({ onLog() {}, onRecord() {} })
  const seconds = []
  const peaks = []
  let i = 0
  for (let quarter = 1; quarter <= 4; quarter++) {
    const until = (bytes * quarter) / 4
    const start = performance.now()
    let peak = 0
    while (engine.stats.bytes < until) {
      let text = ''
      while (text.length < 64 << 10) text += piece(i++)
      engine.push(Buffer.from(text))
      peak = Math.max(peak, process.memoryUsage.rss())
    }
    seconds.push((performance.now() - start) / 1000)
    peaks.push(peak / 1e6)
  }
  engine.end()
  return { seconds, peaks }
}
