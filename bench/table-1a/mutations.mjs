// What happens to a dump on its way into a log, one row per mutation: the rows of the comparison with other parsers. The true number of goroutines of
// a row is counted here, in the text, without any parser.
import { dumps, log } from '../generate.mjs'

/** Yields `{ name, count, groups, text }` for each row; `groups` only if the row is about groups. */
export function* mutations({ clean, quit, ancestors, profile }) {
  const count = headers(clean)
  const row = (name, text, more) => ({ name, count, text, ...more })
  const perLine = (name, change) => row(name, everyLine(clean, change))

  yield row('clean debug=2', clean, { groups: stacks(clean) })
  yield row(
    'Go 1.27: labels on three, one with elided frames',
    elided(labelled(clean, (i) => i === 1 || i === 4 || i === 6)),
  )
  yield row(
    'Go 1.27: labels on every third',
    labelled(clean, (i) => i % 3 === 0),
  )
  yield row('SIGQUIT, `gp=… m=… mp=…` headers', quit, { count: headers(quit) })
  const panic = systemPanic(quit)
  yield row('GOTRACEBACK=system panic', panic, { count: headers(panic) })
  yield row('GODEBUG=tracebackancestors=3', ancestors, { count: headers(ancestors) })
  yield row('one with its stack unavailable', unavailable(clean))
  yield row('debug=1 text', profile, { count: Number(/ profile: total (\d+)/.exec(profile)?.[1]) })
  yield perLine('docker json', (line) => `${JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: `${TIME}Z` })}`)
  yield perLine('kubectl logs --prefix', (line) => `[pod/web-7d4f9c-x2x5q/app] ${line}`)
  yield perLine('compose', (line) => `api-1  | ${line}`)
  yield perLine('journald', (line) => `Nov 24 08:01:14 node-3 content_svr[4711]: ${line}`)
  yield perLine('ANSI colour', (line) => `\x1b[36mapi-1  |\x1b[0m \x1b[31m${line}\x1b[0m`)
  yield perLine('CRI', (line) => `${TIME}Z stdout F ${line}`)
  yield row('logrus, escaped into one line', `time="${TIME}Z" level=error msg=${JSON.stringify(clean)}\n`)
  for (const n of [40, 7]) yield row(`a log line every ${n} lines`, woven(clean, n))
  yield row('a 100 KB log line before', `${'x'.repeat(100_000)}\n${clean}`)
  yield row('tabs turned to spaces', clean.replaceAll('\t', '        '))
  yield row('no blank lines', clean.replaceAll(/\n\n+/g, '\n'))
  const cut = midLine(clean, 0.6)
  yield row('cut mid-line at 60 %', cut, { count: headers(cut) })
  yield row('two dumps in one stream', `${clean}${logs()[0]}\n${clean}`, { count: count * 2 })
  yield row('CRLF', clean.replaceAll('\n', '\r\n'))
  yield row('one stack, 6 different parents', parents(clean, 6), { count: 6, groups: 1 })
  const many = Buffer.concat([...dumps({ goroutines: 20_000, between: 0 })]).toString()
  yield row('20,000 goroutines, 10 stacks, varying int args', ints(many), { count: 20_000, groups: 10 })
}

const TIME = '2026-11-24T08:01:14.123456789'

const logs = () =>
  Buffer.concat([...log({ bytes: 1 << 18 })])
    .toString()
    .split('\n')
const split = (dump) => dump.trimEnd().split(/\n\n+/)
const join = (goroutines) => `${goroutines.join('\n\n')}\n`
const headers = (text) => text.match(/^goroutine \d+ (?:gp=|\[)/gm)?.length ?? 0

/** Distinct chains of functions, including created by. */
function stacks(dump) {
  const chain = (goroutine) =>
    goroutine
      .split('\n')
      .slice(1)
      .filter((line) => !line.startsWith('\t'))
      .map((line) => line.replace(/ in goroutine \d+$/, '').replace(/\([^()]*\)$/, ''))
      .join('\n')
  return new Set(split(dump).map(chain)).size
}

function everyLine(dump, change) {
  return `${dump.trimEnd().split('\n').map(change).join('\n')}\n`
}

const LABELS = ['{svc: users}', '{handler: /api/v1, "req-id": "a b0"}', '{"weird key": "a]: \\"q\\" {x}\\n", empty: }']

function labelled(dump, which) {
  return join(
    split(dump).map((goroutine, i) =>
      which(i) ? goroutine.replace(/\]:\n/, `] ${LABELS[i % LABELS.length]}:\n`) : goroutine,
    ),
  )
}

/** Go 1.21 and later omit the middle of a stack with more than 100 frames: here, after the first frame of the last goroutine. */
function elided(dump) {
  const goroutines = split(dump)
  const last = goroutines.length - 1
  goroutines[last] = goroutines[last].replace(/^((?:.*\n){3})/, '$1...51 frames elided...\n')
  return join(goroutines)
}

/** The goroutine was running on another thread: there is only its header and its creator. */
function unavailable(dump) {
  const goroutines = split(dump)
  const last = goroutines.length - 1
  const [, ...lines] = goroutines[last].split('\n')
  const creator = lines.findIndex((line) => line.startsWith('created by '))
  const tail = creator < 0 ? [] : lines.slice(creator)
  goroutines[last] = [
    'goroutine 7007 [running]:',
    '\tgoroutine running on other thread; stack unavailable',
    ...tail,
  ].join('\n')
  return join(goroutines)
}

/** The stacks of the SIGQUIT text after the lines of a panic, without the registers. */
function systemPanic(quit) {
  const first = /^goroutine [1-9]\d* .*:\n/m.exec(quit)?.index ?? 0
  const stacksOnly = quit.slice(first).replace(/\n\n?[a-z]\w+ +0x[0-9a-f]+\n[\s\S]*$/, '\n')
  return `panic: runtime error: index out of range [5] with length 3\n\n${stacksOnly}`
}

function woven(dump, every) {
  const foreign = logs()
  let next = 0
  return everyLine(dump, (line, i) => ((i + 1) % every === 0 ? `${line}\n${foreign[next++]}` : line))
}

function midLine(dump, share) {
  let at = Math.floor(dump.length * share)
  while (dump[at - 1] === '\n' || dump[at] === '\n') at++
  return dump.slice(0, at)
}

/** One goroutine with a creator, repeated n times. */
function parents(dump, n) {
  const one = split(dump).find((goroutine) => / in goroutine \d+\n/.test(goroutine)) ?? ''
  const copies = Array.from({ length: n }, (_, i) =>
    one.replace(/^goroutine \d+/, `goroutine ${100 + i}`).replace(/ in goroutine \d+\n/, ` in goroutine ${10 + i}\n`),
  )
  return join(copies)
}

/** Replaces some pointers by small numbers: `f(0x12)`. */
function ints(dump) {
  let n = 0
  return dump.replaceAll(/0xc[0-9a-f]{6}008\b/g, () => `0x${(n++ % 10).toString(16)}`)
}
