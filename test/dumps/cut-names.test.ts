/** A name that another writer cuts anywhere is put together again, although half of it is often a name, too. */
import { expect, it } from 'vitest'
import { counted, readDumps } from './reader.ts'

const LOGS = {
  json: '{"time":"2026-11-29T03:40:14.308Z","level":"INFO","msg":"request handled"}',
  klog: 'I1129 03:40:14.308348       1 main.go:12] handled',
  logfmt: 'time="2026-11-29T03:40:14Z" level=info msg=handled',
  date: '2026/11/29 03:40:14 refreshed 283 keys',
}
const CALLS = [
  'shop_svr/cron/hash_tags.(*Cron).step2.func1()',
  'github.com/acme/my-app/pkg.v2/a_b.(*T[...]).Run(0x62e75c96290, {0x1, 0x2})',
  'main.main()',
]
const PLACE = '\t/src/cron.go:42 +0x97'

const goroutine = (id: number, ...lines: readonly string[]): string =>
  `goroutine ${id} [chan receive]:\n${lines.map((line) => `${line}\n`).join('')}\n`
/** Another function of each module. */
const KNOWN = goroutine(
  3,
  ...['shop_svr/pause.Work(0x1)', 'github.com/a/b.Work(0x1)', 'main.work()'].flatMap((call) => [call, PLACE]),
)

const cases = Object.entries(LOGS).flatMap(([name, log]) => CALLS.map((call) => ({ name, log, call })))

it.each(cases)('$name in $call, after other functions of its module', ({ log, call }) => {
  const before = `${log}\n`.repeat(10)
  const whole = readDumps(before + KNOWN + goroutine(32, call, PLACE)).dumps.map(counted)
  for (let cut = 1; cut < call.lastIndexOf('('); cut++) {
    const lines = [call.slice(0, cut) + log, log, call.slice(cut), PLACE]
    const found = readDumps(before + KNOWN + goroutine(32, ...lines))
    expect(found.dumps.map(counted), `cut at ${cut}`).toEqual(whole)
    expect(found.log.toString().split(log)).toHaveLength(1 + 10 + 2)
  }
})

it.each(['json', 'klog', 'logfmt'] as const)('%s in the first name of the dump, after a slash', (name) => {
  const log = LOGS[name]
  const whole = readDumps(goroutine(32, CALLS[0] ?? '', PLACE)).dumps.map(counted)
  const found = readDumps(goroutine(32, `shop_svr/cron/${log}`, log, 'hash_tags.(*Cron).step2.func1()', PLACE))
  expect(found.dumps.map(counted)).toEqual(whole)
})

it('a log line that begins with a dated file name is log, before a call', () => {
  const line = 'backup_2026-11-24 08:14:51.log done'
  const found = readDumps(KNOWN + goroutine(32, line, 'main.run()', PLACE))
  expect(found.dumps.map(counted)).toEqual(readDumps(KNOWN + goroutine(32, 'main.run()', PLACE)).dumps.map(counted))
  expect(found.log.toString()).toContain(`${line}\n`)
})
