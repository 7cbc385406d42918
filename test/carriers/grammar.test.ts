/** Every form of the beginning of a dump, in every carrier, at every position: one grammar reads them all. */
import { describe, expect, it } from 'vitest'
import { feed } from '../property/weave.ts'

const FRAMES = 'main.f(0x1)\n\t/src/a.go:10 +0x1d\ncreated by main.main in goroutine 1\n\t/src/a.go:3 +0x5\n'
const URL_LABEL = '{"k": "http://[::1]:80/"}'
/** The beginning of a dump, and what follows it. */
const FORMS: Readonly<Record<string, readonly [title: string, rest: string, kind: string]>> = {
  'Go 1.0': ['goroutine 7 [chan receive]:', FRAMES, 'single'],
  'minutes, locked': ['goroutine 7 [select, 3 minutes, locked to thread]:', FRAMES, 'single'],
  'Go 1.22, system mode': ['goroutine 7 gp=0xc000 m=3 mp=0xc008 [running]:', FRAMES, 'single'],
  'Go 1.22, without a thread': ['goroutine 7 gp=0xc000 m=nil [select]:', FRAMES, 'single'],
  'Go 1.25': ['goroutine 7 [select (no cases) (durable), synctest bubble 1]:', FRAMES, 'single'],
  'Go 1.26, labels': [`goroutine 7 [chan receive labels:${URL_LABEL}]:`, FRAMES, 'single'],
  'Go 1.26, minutes and labels': [`goroutine 7 [chan receive, 2 minutes labels:${URL_LABEL}]:`, FRAMES, 'single'],
  'Go 1.26, leaked': ['goroutine 7 [chan receive (leaked)]:', FRAMES, 'leak'],
  'Go 1.27, labels': [`goroutine 7 [chan receive] ${URL_LABEL}:`, FRAMES, 'single'],
  'Go 1.27, labels of all kinds': [
    'goroutine 7 [select] {empty: , handler: /api/v1, "weird key": "a]: \\"q\\" {x}\\n\\ttab, comma"}:',
    FRAMES,
    'single',
  ],
  profile: ['goroutine profile: total 1', '1 @ 0x487c0a\n#\t0x487c09\tmain.f+0x9\t/src/a.go:10\n\n', 'all'],
  'profile of leaks': [
    'goroutineleak profile: total 1',
    '1 @ 0x487c0a\n#\t0x487c09\tmain.f+0x9\t/src/a.go:10\n\n',
    'leak',
  ],
  race: [
    'WARNING: DATA RACE',
    'Read at 0x00c0000180e8 by goroutine 7:\n  main.f()\n      /src/a.go:10 +0x30\n\nPrevious write at 0x00c0000180e8 by main goroutine:\n' +
      '  main.g()\n      /src/a.go:11 +0x31\n==================\n',
    'race',
  ],
  panic: ['panic: boom', `\ngoroutine 7 [running]:\n${FRAMES}`, 'panic'],
  'fatal error': ['fatal error: all goroutines are asleep - deadlock!', `\ngoroutine 7 [select]:\n${FRAMES}`, 'fatal'],
  signal: ['SIGQUIT: quit', `PC=0x40fcae m=0 sigcode=0\n\ngoroutine 7 [select]:\n${FRAMES}`, 'signal'],
}
const eachLine =
  (change: (line: string) => string) =>
  (text: string): string =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => `${change(line)}\n`)
      .join('')
const CARRIERS: Readonly<Record<string, (text: string) => string>> = {
  none: (text) => text,
  CRLF: (text) => text.replaceAll('\n', '\r\n'),
  CRI: eachLine((line) => `2026-11-24T05:00:00.123456789Z stderr F ${line}`),
  docker: eachLine((line) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2026-11-24T05:00:00.1Z' })),
  'JSON message': eachLine((line) => JSON.stringify({ ts: '2026-11-24T05:00:00Z', message: line })),
  'kubectl logs --prefix': eachLine((line) => `[pod/web-7d9f-abc12/app] ${line}`),
  compose: eachLine((line) => `web-1  | ${line}`),
  klog: eachLine((line) => `I1124 08:17:51.515399   26313 main.go:18] ${line}`),
  'cf logs': eachLine((line) => `   2026-11-24T05:00:00.00+0000 [APP/PROC/WEB/0] OUT ${line}`),
  syslog: eachLine((line) => `Nov 24 05:00:00 web-1 app[43]: ${line}`),
  'time stamps': eachLine((line) => `2026-11-24T05:00:00.123Z ${line}`),
  'string literals': eachLine((line) => `\t\t${JSON.stringify(`${line}\n`)},`),
  'a string of zap': (text) => `${JSON.stringify({ level: 'error', ts: 1, msg: 'dump', stacktrace: text })}\n`,
  'a string of logrus': (text) => `time="2026-11-24T05:00:00Z" level=info msg=${JSON.stringify(text)}\n`,
}
/** The position of the dump in the log. */
const POSITIONS: Readonly<Record<string, (text: string) => string>> = {
  first: (text) => text,
  'between log lines': (text) => `starting\nworker 7 done\n${text}bye\n`,
}
/** In the string of another logger, a preamble is read together with its header, and the title of a race report with its first access. */
const rows = Object.entries(FORMS).flatMap(([form, [title, rest, kind]]) =>
  Object.entries(CARRIERS).flatMap(([carrier, carry]) =>
    Object.entries(POSITIONS).map(([position, place]) => ({
      form,
      carrier,
      position,
      kind,
      text: place(carry(`${title}\n${rest}`)),
    })),
  ),
)

describe('forms × carriers × positions', () => {
  it(`reads all ${rows.length}`, () => {
    const wrong = rows.flatMap(({ form, carrier, position, kind, text }) => {
      const { records, log } = feed([Buffer.from(text)])
      const dumps = records.flatMap((record) => (record.type === 'dump' ? [record] : []))
      const [dump] = dumps
      const goroutines = kind === 'race' ? 0 : 1
      const isRight =
        dumps.length === 1 &&
        dump?.kind === kind &&
        dump.goroutines === goroutines &&
        !dump.truncated &&
        (dump.damaged ?? 0) === 0
      // A line that holds the dump in a string stays in the log.
      const left = carrier.startsWith('a string') ? '' : log.toString()
      return isRight && !left.includes('main.f')
        ? []
        : [`${form} in ${carrier}, ${position}: ${JSON.stringify(dump?.kind)} ${dump?.goroutines}`]
    })
    process.stdout.write(`forms × carriers × positions: ${rows.length - wrong.length} of ${rows.length} right\n`)
    expect(wrong).toEqual([])
  })
})
