// Yardstick 2: a log that is nearly all dump, or half of it, bare and in a carrier. Each parser's own time, in a separate process, on the same file
// in memory.
import { dumps, log } from '../generate.mjs'
import { beyondStart, CLI, here, json, makeFile, median, ms, rate, remove } from '../measure.mjs'
import { realistic } from '../realistic.mjs'
import { CARRIERS, carried } from './carriers.mjs'

const node = process.execPath

/** How long one pass of a peer may take, seconds. */
const PATIENCE = 60

export function* dumpHeavy({ runs, peers, goroutines }) {
  const n = goroutines
  // Short stacks: two dumps of one process, so that there is a history to follow.
  const short = (stacks, part) => dumps({ goroutines: n / part, stacks, dumps: 2 })
  const inputs = [
    { name: `${n} goroutines, 10 short stacks`, pieces: short(10, 2), goal: 8 },
    { name: `${n / 5} goroutines, 2000 short stacks`, pieces: short(2000, 10), goal: 2.5 },
    { name: `${n} goroutines, 10 stacks`, pieces: realistic({ goroutines: n, stacks: 10 }), goal: 8 },
    {
      name: `${n / 2} goroutines, 300 stacks (Zipf)`,
      pieces: realistic({ goroutines: n / 2, stacks: 300, zipf: true }),
      goal: 8,
    },
    {
      name: `${n / 5} goroutines, 2000 stacks`,
      pieces: realistic({ goroutines: n / 5, stacks: 2000 }),
      goal: 2.5,
    },
    // The peers can read neither of these.
    {
      name: `${n / 5} goroutines, SIGQUIT`,
      pieces: realistic({ goroutines: n / 5, stacks: 300, zipf: true, form: 'signal' }),
    },
    { name: 'debug=1, 2000 stacks', pieces: realistic({ stacks: 2000, form: 'profile' }) },
    { name: 'debug=1, 2000 stacks, ten times', pieces: realistic({ stacks: 2000, form: 'profile', dumps: 10 }) },
    ...['plain', 'CRI', 'Docker', 'Fluent Bit', 'kubectl logs --prefix', 'syslog, RFC 3164'].map((name) => ({
      name: `half of it dumps of ${n / 50} goroutines, 300 stacks (Zipf), ${name}`,
      pieces: carried(half(n / 50), CARRIERS[name]),
    })),
  ]
  for (const { name, pieces, goal } of inputs) {
    const file = makeFile('dumps.log', pieces)
    const ours = json([node, here('programs/engine.mjs'), file, String(runs * 2 + 1)])
    if (goal === undefined) {
      yield { yardstick: 2, case: name, ours: text(ours), samples: { ours } }
      remove(file)
      continue
    }
    if (peers.missing === undefined) {
      const fast = peers.run('gostackparse', file, runs * 2 + 1)
      yield row(name, ours, 'gostackparse', fast, goal)
      // Its time is quadratic in the number of goroutines whose arguments differ.
      const slow = peers.runWithin(PATIENCE, 'panicparse', file, 1, ['-names=false'])
      yield slow === undefined ? unfinished(name, ours) : row(name, ours, 'panicparse', slow, 20)
    } else {
      yield { yardstick: 2, case: name, ours: text(ours), rival: `peers not measured: ${peers.missing}` }
    }
    const command = beyondStart((path) => [node, CLI, '--format', 'jsonl', path], file, runs)
    const grep = beyondStart((path) => ['grep', '-c', 'goroutine ', path], file, runs, { allow: [0, 1] })
    yield {
      yardstick: 2,
      case: `${name}, the command`,
      ours: `${ms(command.seconds)} ${rate(ours.bytes, command.seconds)}`,
      rival: `grep -c: ${ms(grep.seconds)} ${rate(ours.bytes, grep.seconds)}`,
      ratio: `${(command.seconds / grep.seconds).toFixed(2)}× its time`,
      samples: { ours: command, rival: grep },
    }
    remove(file)
  }
}

/** Four dumps, each followed by equally many bytes of log. */
function* half(goroutines) {
  for (let seed = 1; seed <= 4; seed++) {
    const dump = [...realistic({ goroutines, stacks: 300, zipf: true, seed: 1 })]
    yield* dump
    yield* log({ bytes: dump.reduce((sum, piece) => sum + piece.length, 0), seed })
  }
}

/** The median of the runs, and the first one, on cold code. */
function text(found) {
  const cold = rate(found.bytes, found.seconds[0])
  const groups = found.groups === undefined ? '' : ` in ${Math.max(0, ...found.groups)}`
  return `${rate(found.bytes, median(found.seconds))} (first ${cold}; ${found.goroutines}${groups})`
}

function row(name, ours, rival, theirs, goal) {
  const ratio = median(theirs.seconds) / theirs.bytes / (median(ours.seconds) / ours.bytes)
  return {
    yardstick: 2,
    case: name,
    ours: text(ours),
    rival: `${rival} ${theirs.version}: ${text(theirs)}`,
    ratio: `${ratio.toFixed(1)}× its rate`,
    goal: `≥ ${goal}×`,
    met: ratio >= goal,
    samples: { ours, rival: theirs },
  }
}

/** A peer that did not finish in time: its rate is at most this. */
function unfinished(name, ours) {
  const ratio = PATIENCE / median(ours.seconds)
  return {
    yardstick: 2,
    case: name,
    ours: text(ours),
    rival: `panicparse: not done after ${PATIENCE} s`,
    ratio: `> ${ratio.toFixed(0)}× its rate`,
    goal: '≥ 20×',
    met: ratio >= 20,
    samples: { ours },
  }
}
