// Yardstick 4: latency. From the last byte of a dump to the first byte of its records, and from the start to the first byte of output.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dumps } from '../generate.mjs'
import { CLI, makeFile, median, ms } from '../measure.mjs'

const node = process.execPath
const now = () => Number(process.hrtime.bigint()) / 1e9

export async function* latency({ runs }) {
  for (const goroutines of [1000, 100_000]) {
    for (const end of ['the next dump', 'end of input']) {
      const samples = []
      for (let i = 0; i < Math.max(runs, 5); i++) samples.push(await afterDump(goroutines, end))
      const worst = Math.max(...samples)
      yield {
        yardstick: 4,
        case: `${goroutines} goroutines, then ${end}: first output`,
        ours: `${ms(median(samples))}, at worst ${ms(worst)}`,
        goal: '≤ 50 ms',
        met: median(samples) <= 0.05,
        samples,
      }
    }
  }
  yield await start(Math.max(runs * 3, 15))
}

/** Seconds from the moment when the pipe took the last byte of a dump, or of what ends it, to the first byte of output about it. */
async function afterDump(goroutines, end) {
  const child = spawn(node, [CLI, '--format', 'jsonl'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  const text = Buffer.concat([...dumps({ goroutines, between: 0 }), Buffer.from('\n')])
  // A first dump, ended by the start of the second one, so that the figure includes neither start-up nor cold code.
  const warm = once(child.stdout, 'data')
  const begun = text.subarray(0, 400)
  await write(child.stdin, Buffer.concat([text, begun]))
  await warm
  await quiet(child.stdout)
  const first = once(child.stdout, 'data')
  await write(child.stdin, end === 'the next dump' ? Buffer.concat([text.subarray(400), begun]) : text.subarray(400))
  const ended = now()
  if (end === 'end of input') child.stdin.end()
  await first
  const seconds = now() - ended
  child.stdin.end()
  child.stdout.resume()
  await exit
  return seconds
}

const write = (stream, bytes) =>
  new Promise((done, fail) => stream.write(bytes, (error) => (error ? fail(error) : done())))

/** Waits until nothing has come for 200 ms: less than --idle, so that the open dump stays open. */
async function quiet(stream) {
  let last = now()
  const seen = () => {
    last = now()
  }
  stream.on('data', seen)
  while (now() - last < 0.2) await new Promise((wake) => setTimeout(wake, 20))
  stream.off('data', seen)
}

async function start(runs) {
  const file = makeFile('small', dumps({ goroutines: 20 }))
  const empty = makeFile('empty.mjs', [])
  const one = makeFile('one.mjs', [Buffer.from("import { writeSync } from 'node:fs'\nwriteSync(1, 'x')\n")])
  const ours = []
  const theirs = []
  const byte = []
  for (let i = 0; i < runs; i++) {
    ours.push(await firstByte([CLI, '--format', 'jsonl', file]))
    theirs.push(await firstByte([empty]))
    byte.push(await firstByte([one]))
  }
  const ratio = median(ours) / median(theirs)
  return {
    yardstick: 4,
    case: 'start to first byte, a small dump in a file',
    ours: ms(median(ours)),
    rival: `empty Node process: ${ms(median(theirs))} (one that writes a byte: ${ms(median(byte))})`,
    ratio: `${ratio.toFixed(2)}× its time`,
    goal: '≤ 1.5×',
    met: ratio <= 1.5,
    samples: { ours, rival: theirs, byte },
  }
}

/** Seconds from spawn to the first byte on stdout, or to the exit if there is no output. */
async function firstByte(argv) {
  const start = now()
  // Node reads these certificates at start, which takes longer than the rest of an empty process.
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
  const child = spawn(node, argv, { stdio: ['ignore', 'pipe', 'inherit'], env })
  const exit = once(child, 'exit')
  await Promise.race([once(child.stdout, 'data'), exit])
  const seconds = now() - start
  child.stdout.resume()
  await exit
  return seconds
}
