// Yardstick 5: the same log bare and in each carrier, without a dump and with dumps, in MB/s of what is read; and yardstick 1 on container
// logs.
import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { dumps, log } from '../generate.mjs'
import { beyondStart, CLI, makeFile, ms, rate, remove } from '../measure.mjs'

const dumpstream = (path) => [process.execPath, CLI, '--format', 'none', path]
const grep = (path) => ['grep', '-c', 'goroutine ', path]
/** grep exits with 1 if it found nothing. */
const fine = { allow: [0, 1] }
const TIME = '2026-11-24T05:00:00.123456789Z'
const kubernetes = { pod_name: 'web-1', namespace_name: 'default', container_name: 'app' }

/** Name → one line, without its line end, in that carrier. */
export const CARRIERS = {
  plain: (line) => line,
  CRI: (line) => `${TIME} stdout F ${line}`,
  Docker: (line) => JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: TIME }),
  'journalctl -o json': (line) =>
    JSON.stringify({
      MESSAGE: line,
      _SYSTEMD_UNIT: 'app.service',
      _PID: '43',
      __REALTIME_TIMESTAMP: '1795496400000000',
    }),
  'Fluent Bit': (line) => JSON.stringify({ date: 1795496400.5, log: line, stream: 'stdout', kubernetes }),
  'OTLP JSON': (line) =>
    JSON.stringify({
      resourceLogs: [
        { scopeLogs: [{ logRecords: [{ timeUnixNano: '1795496400123456789', body: { stringValue: line } }] }] },
      ],
    }),
  'kubectl logs --prefix': (line) => `[pod/web-7d9f-abc12/app] ${line}`,
  'syslog, RFC 3164': (line) => `Nov 24 05:00:00 host app[43]: ${line.replaceAll('\t', '#011')}`,
  'syslog, RFC 5424': (line) => `<14>1 ${TIME} host app 43 - - ${line}`,
}

/** Carriers on whose logs yardstick 1 must hold, too. */
const CONTAINERS = new Set(['CRI', 'Docker'])

/** The pieces in a carrier; the lines of a log with repeating blocks are wrapped once per block. */
export function* carried(pieces, wrap) {
  const known = new Map()
  let rest = ''
  for (const piece of pieces) {
    const done = rest === '' ? known.get(piece) : undefined
    if (done !== undefined) {
      yield done
      continue
    }
    const lines = (rest + piece.toString('latin1')).split('\n')
    const whole = rest === ''
    rest = lines.pop()
    const out = Buffer.from(lines.map((line) => `${wrap(line)}\n`).join(''), 'latin1')
    if (whole && rest === '') known.set(piece, out)
    yield out
  }
  if (rest !== '') yield Buffer.from(`${wrap(rest)}\n`, 'latin1')
}

const GOROUTINES = 2000

/** Log and dumps in turn, with equally many bytes of each. */
function* mixed(bytes) {
  let left = bytes
  for (let seed = 1; left > 0; seed++) {
    const dump = [...dumps({ goroutines: GOROUTINES, between: 0, seed: 1 })]
    const length = dump.reduce((sum, piece) => sum + piece.length, 0)
    yield* log({ bytes: length, seed })
    yield* dump
    left -= 2 * length
  }
}

export function* carriers({ size, runs }) {
  const plain = []
  for (const [name, wrap] of Object.entries(CARRIERS)) {
    const kinds = [
      ['no dump', log({ bytes: size })],
      ['half of it dumps', mixed(size / 4)],
    ]
    for (const [i, [what, pieces]] of kinds.entries()) {
      const file = makeFile('carried.log', carried(pieces, wrap))
      const bytes = statSync(file).size
      if (i > 0) allFound(name, file)
      const ours = beyondStart(dumpstream, file, runs, fine)
      if (i === 0 && CONTAINERS.has(name)) yield besideGrep(name, ours, bytes, beyondStart(grep, file, runs, fine))
      remove(file)
      const speed = bytes / ours.seconds
      plain[i] ??= speed
      yield {
        yardstick: 5,
        case: `${name}, ${what}`,
        ours: `${ms(ours.seconds)} ${rate(bytes, ours.seconds)}`,
        rival: `plain: ${rate(plain[i], 1)}`,
        ratio: `${(speed / plain[i]).toFixed(2)}× its speed`,
        samples: { ours },
      }
    }
  }
}

/** Checks that all goroutines are found: a carrier that is not read would look fast. */
function allFound(name, file) {
  const out = execFileSync(process.execPath, [CLI, '--format', 'jsonl', '--stacks', 'never', file], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const found = out.split('\n').filter((line) => line.startsWith('{"v":1,"type":"dump"'))
  const whole = found.filter((line) => JSON.parse(line).goroutines === GOROUTINES)
  if (whole.length === 0 || whole.length < found.length) {
    throw new Error(`${name}: ${whole.length} of ${found.length} dumps have their ${GOROUTINES} goroutines`)
  }
}

function besideGrep(name, ours, bytes, theirs) {
  const ratio = ours.seconds / theirs.seconds
  return {
    yardstick: 1,
    case: `${name}, no dump, file`,
    ours: `${ms(ours.seconds)} ${rate(bytes, ours.seconds)}`,
    rival: `grep -c: ${ms(theirs.seconds)} ${rate(bytes, theirs.seconds)}`,
    ratio: `${ratio.toFixed(2)}× its time`,
    goal: '≤ 2×',
    met: ratio <= 2,
    samples: { ours, rival: theirs },
  }
}
