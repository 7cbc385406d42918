// Yardstick 3: cost linear in bytes, resident memory flat. Each input is generated at a quarter of its size and in full (lines: at a quarter of the
// length): the cost per byte must not rise, and peak resident memory must stay below its bound.

import { statSync } from 'node:fs'
import { dumps, line, log } from '../generate.mjs'
import { beyondStart, CLI, here, makeFile, megabytes, ms, peak, rate, remove } from '../measure.mjs'
import { realistic } from '../realistic.mjs'

const node = process.execPath
/** A byte of the full input may cost this much more than one of the quarter, which allows for noise but not for a slope. */
const SLOPE = 1.3

function inputs(scale) {
  const n = (full) => Math.max(4, Math.round(full * scale))
  // Lines of a quarter of the length, with the same total of bytes: a single line would be over before it can be timed.
  const lines = (fill) =>
    function* (part) {
      for (let i = 0; i < 8 / part; i++) yield* line({ bytes: n(32) * part * 2 ** 20, fill })
    }
  return [
    { name: `a line of ${n(32)} MB, eight times`, bound: 150, make: lines('text') },
    { name: `a line of ${n(32)} MB full of headers, eight times`, bound: 150, make: lines('headers') },
    {
      name: `${n(1_000_000)} goroutines in one dump`,
      bound: 400,
      make: (part) => dumps({ goroutines: n(1_000_000) * part }),
    },
    {
      name: `${n(100_000)} distinct signatures in one dump`,
      bound: 400,
      make: (part) => dumps({ goroutines: n(100_000) * part, stacks: n(100_000) * part }),
    },
    {
      name: `${n(100_000)} distinct stacks of 5 to 25 frames in one dump`,
      bound: 300,
      make: (part) => realistic({ goroutines: n(100_000) * part, stacks: n(100_000) * part }),
    },
    {
      // From the second dump on, each signature is also compared with the earlier dump.
      name: `three dumps of ${n(20_000)} distinct stacks`,
      bound: 400,
      make: (part) => dumps({ goroutines: n(20_000) * part, stacks: n(20_000) * part, dumps: 3 }),
    },
    {
      name: `${n(10_000)} dumps of 20 goroutines`,
      bound: 150,
      make: (part) => dumps({ goroutines: 20, dumps: n(10_000) * part, between: 500 }),
    },
    { name: `${n(512)} MB of log`, bound: 150, make: (part) => log({ bytes: n(512) * part * 2 ** 20 }) },
  ]
}

export function* linear({ runs, scale, long, longText }) {
  const command = (path) => [node, CLI, '--format', 'jsonl', path]
  for (const { name, bound, make } of inputs(scale)) {
    const few = Math.min(runs, 3)
    const small = makeFile('quarter', make(0.25))
    const smallBytes = statSync(small).size
    const quarter = beyondStart(command, small, few)
    remove(small)
    const file = makeFile('full', make(1))
    const bytes = statSync(file).size
    const full = beyondStart(command, file, few)
    const memory = peak([CLI, '--format', 'jsonl', file])
    remove(file)
    const ratio = full.seconds / bytes / (quarter.seconds / smallBytes)
    yield {
      yardstick: 3,
      case: `${name}, time`,
      ours: `${ms(full.seconds)} ${rate(bytes, full.seconds)}`,
      rival: `a quarter: ${ms(quarter.seconds)} ${rate(smallBytes, quarter.seconds)}`,
      ratio: `${ratio.toFixed(2)}× a byte`,
      goal: `≤ ${SLOPE}×`,
      met: ratio <= SLOPE,
      samples: { ours: full, rival: quarter },
    }
    yield held(`${name}, ${megabytes(bytes)}`, memory, bound)
  }
  const before = [node, here('generate.mjs'), 'stream', '--bytes', String(long)]
  const memory = peak([CLI, '--format', 'jsonl'], { before })
  yield held(
    `${longText} log on a pipe, a dump every 64 MB, ${rate(long, memory.seconds)} with its making`,
    memory,
    150,
  )
}

function held(name, memory, bound) {
  return {
    yardstick: 3,
    case: `${name}, peak memory`,
    ours: megabytes(memory.bytes),
    goal: `< ${bound} MB`,
    met: memory.bytes < bound * 1e6,
    samples: memory,
  }
}
