/** Decoration around every line of a dump other than a known carrier: indentation, marks, places, control strings. */
import { describe, expect, it } from 'vitest'
import type { DumpRecord } from '../../src/core/records.ts'
import { feed } from '../property/weave.ts'

const DUMP = [
  'panic: boom',
  '',
  'goroutine 7 [running]:',
  'main.work(0x1)',
  '\t/src/main.go:12 +0x1d',
  'main.main()',
  '\t/src/main.go:30 +0x20',
  '',
  'goroutine 18 [chan receive]:',
  'main.wait(0x1)',
  '\t/src/main.go:57 +0x45',
  'created by main.main in goroutine 1',
  '\t/src/main.go:31 +0x8a',
]

function dumpsOf(text: string): { dumps: DumpRecord[]; log: string } {
  const { records, log } = feed([Buffer.from(text)])
  return { dumps: records.filter((record): record is DumpRecord => record.type === 'dump'), log: log.toString('utf8') }
}

it('reads names that a pager escaped, with the ids of the unescaped names', () => {
  const dump = DUMP.join('\n').replaceAll('main.wait', 'main.(*Gr\u00f6\u00dfe).wait\u4e16')
  const escaped = dump.replace(/[\u0080-\uffff]/g, (c) =>
    [...Buffer.from(c)].map((byte) => `<${byte.toString(16).toUpperCase()}>`).join(''),
  )
  expect(escaped).toContain('main.(*Gr<C3><B6><C3><9F>e).wait<E4><B8><96>(0x1)')
  const records = (text: string): unknown[] =>
    feed([Buffer.from(text)]).records.filter(({ type }) => type === 'signature')
  expect(records(escaped)).toEqual(records(dump))
})

describe.each<[string, (line: string, i: number) => string]>([
  ['two blanks', (line) => `  ${line}`],
  ['four blanks, missing on empty lines', (line) => (line === '' ? '' : `    ${line}`)],
  ['eight blanks', (line) => `        ${line}`],
  ['a TAB', (line) => `\t${line}`],
  ['two TABs', (line) => `\t\t${line}`],
  ['a blank and a TAB', (line) => ` \t${line}`],
  ['a time and a TAB', (line, i) => `2026-11-24T05:00:0${i % 10}Z \t${line}`],
  ['a mark of CockroachDB', (line) => `F250826 15:24:56.099044 3162 sql/x.go:63 - [n1] 250 !${line}`],
  ['another mark', (line) => `app #${line}`],
  ['a bar of UTF-8', (line) => `web │${line}`],
  ['a place after it (Firefox)', (line) => `${line === '' ? '<empty string>' : line} wasm_exec.js:97:29`],
  ['a place before it (Chrome)', (line) => `wasm_exec.js:22 ${line}`],
  ['a goroutine before it', (line) => `goroutine 921 ${line}`],
  ['the bar of hclog', (line) => `  | ${line.replace(/^\t/, '\\t')}`],
  ['the time of Buildkite', (line, i) => `\u001b_bk;t=17955178511${10 + i}\u0007${line}\r`],
  ['the time of GitLab', (line, i) => `2026-11-24T10:57:31.1${10 + i}456Z 01O ${line}`],
  ['a file and a number (grep -rn)', (line, i) => `logs/app-1.log:${i + 1}:${line}`],
  ['a file (grep -r)', (line) => `app.log:${line}`],
  [
    'a file and a number, most lines as context (grep -rnC)',
    (line, i) => `logs/app-1.log${i === 4 ? `:${i}:` : `-${i}-`}${line}`,
  ],
  [
    'a file, and a number that looks like one of a time (grep -rn)',
    (line, i) => `app.log:${i}:2026-11-24T05:00:0${i % 10}Z ${line}`,
  ],
  ['a file before the prefix of kubectl (grep -r)', (line) => `logs/app.log:[pod/web-1/app] ${line}`],
  [
    'a file and a number before the prefix of compose (grep -rnC)',
    (line, i) => `app.log${i === 4 ? `:${i}:` : `-${i}-`}web-1  | ${line}`,
  ],
  [
    'a file and a number before a place (grep -rn)',
    (line, i) => `app.log:${i}:2026/11/24 05:00:00 shop.go:12: ${line}`,
  ],
  ['a number, most lines as context (grep -nC)', (line, i) => `${i === 4 ? `${i}:` : `${i}-`}${line}`],
  [
    'a number, of the log of a job (grep -n)',
    (line, i) => `${2120 + i}:Test\tRun tests\t2026-08-07T08:57:12.4${10 + i}Z ${line}`,
  ],
  ['a file of Windows and a number', (line, i) => `C:\\logs\\app.log:${i + 1}:${line}`],
  ['the time of s6 (TAI64N)', (line, i) => `@400000006a63e28b0000000${i.toString(16)} ${line}`],
  ['the time of svlogd', (line, i) => `2026-11-24_05:00:00.000${10 + i} ${line}`],
  ['the severity of TeamCity', (line, i) => `[05:00:${10 + i}]${i % 4 === 0 ? ' ' : 'W'}:\t [Step 1/3] ${line}`],
  ['an element of a page', (line) => `<div class="line">${line.replaceAll('&', '&amp;')}</div>`],
  ['elements in elements', (line) => `<li class="err"><code>${line}</code></li>`],
  [
    'numbers around it (aws logs get-log-events)',
    (line, i) => `EVENTS\t${1795503600000 + i}\t${line}\t${1795503600500 + i}`,
  ],
  ['a list of YAML', (line) => `  - ${JSON.stringify(line)}`],
  ['a literal of Go', (line) => `\t\t${JSON.stringify(line)},`],
  ['a raw string of Go, followed by its line end', (line) => `\t\t\`${line}\` + "\\n" +`],
  ['bytes of Python', (line) => `b'${line.replace(/^\t/, '\\t')}\\n'`],
  [
    'what Node shows of a field',
    (line, i) =>
      `  ${i === 0 ? 'stderr: ' : '  '}'${line.replace(/^\t/, '\\t')}\\n'${i === DUMP.length - 1 ? ',' : ' +'}`,
  ],
  ['cat -A', (line) => `${line.replace(/^\t/, '^I')}$`],
  ['sed -n l', (line) => `${line.replace(/^\t/, '\\t')}$`],
  ['a literal of Java', (line) => `    ${JSON.stringify(`${line}\n`)} +`],
  ['a literal of JavaScript', (line) => `  '${line.replace(/^\t/, '\\t')}',`],
  ['a call of JavaScript', (line) => `      parser.next(${JSON.stringify(line)}, ctx);`],
  ['a call of Swift', (line) => `  tracker.record(.raw(line: ${JSON.stringify(line)}, now: t0), now: t0)`],
  ['bytes in a call of Go', (line) => `\tbuf.Write([]byte(${JSON.stringify(`${line}\n`)}))`],
  ['a hyperlink (OSC 8)', (line) => `\u001b]8;;file:///x\u001b\\web\u001b]8;;\u001b\\ | ${line}`],
])('%s', (_, wrap) => {
  it('is removed, and the log around the dump stays', () => {
    const { dumps, log } = dumpsOf(['before', ...DUMP.map(wrap), 'after', ''].join('\n'))
    expect(dumps).toHaveLength(1)
    expect(dumps[0]).toMatchObject({ kind: 'panic', reason: 'boom', goroutines: 2, signatures: 2, damaged: 0 })
    expect(log).toBe('before\nafter\n')
  })
})

it.each<[string, (line: string) => string]>([
  ['a time', (line) => `    '2026-08-07T10:14:03Z ${line.replace(/^\t/, '\\t')}',`],
  ['CRI', (line) => `\t\t${JSON.stringify(`2026-07-05T10:00:00Z stderr F ${line}`)},`],
])('reads a dump in string literals with %s in each', (_, wrap) => {
  const { dumps } = dumpsOf(['before', ...DUMP.map(wrap), 'after', ''].join('\n'))
  expect(dumps).toMatchObject([{ kind: 'panic', reason: 'boom', goroutines: 2, signatures: 2, damaged: 0 }])
})

it.each<[string, (record: string) => string]>([
  ['a raw string of Go', (record) => `\t\t\`${record}\`,`],
  ['a raw string of Go, followed by its line end', (record) => `\t\t\`${record}\` + "\\n" +`],
  ['the time of a CI job', (record) => `2026-08-07T10:14:03.1234567Z ${record}`],
  ['docker compose', (record) => `test-1  | ${record}`],
])('reads the lines of go test -json after %s', (_, wrap) => {
  const lines = DUMP.slice(2).map((line) =>
    wrap(JSON.stringify({ Action: 'output', Package: 'x', Test: 'TestA', Output: `${line}\n` })),
  )
  const { dumps, log } = dumpsOf(['before', ...lines, 'after', ''].join('\n'))
  expect(dumps).toMatchObject([{ goroutines: 2, signatures: 2, damaged: 0 }])
  expect(log).toBe('before\nafter\n')
})

it('leaves a record with a whole dump in the log, whatever precedes it', () => {
  const record = `2026-08-07T10:14:03Z ${JSON.stringify({ level: 'error', msg: `${DUMP.slice(2).join('\n')}\n` })}\n`
  const { dumps, log } = dumpsOf(record)
  expect(dumps).toMatchObject([{ goroutines: 2, signatures: 2, damaged: 0 }])
  expect(log).toBe(record)
})

it.each([
  ['s6', '@400000006a24c5e510000000 '],
  ['svlogd', '2026-06-07_01:14:03.26843 '],
])('reads the time of %s', (_, prefix) => {
  const { dumps } = dumpsOf(DUMP.map((line) => `${prefix}${line}\n`).join(''))
  expect(dumps[0]?.time).toBe('2026-06-07T01:14:03.268Z')
})

it.each(['<pre>', '<html><body><pre>', 'dump:'])('reads the first goroutine after %s on its line', (mark) => {
  const dump = DUMP.slice(2).join('\n')
  expect(dumpsOf(`${mark}${dump}\n`).dumps).toMatchObject([{ goroutines: 2, signatures: 2, damaged: 0 }])
})

it('names the files of grep as sources', () => {
  const { dumps } = dumpsOf(
    ['logs/a.log', 'logs/b.log']
      .map((file) => DUMP.map((line, i) => `${file}:${i + 1}:${line}\n`).join(''))
      .join('--\n'),
  )
  expect(dumps.map(({ source, goroutines }) => [source, goroutines])).toEqual([
    ['logs/a.log', 2],
    ['logs/b.log', 2],
  ])
})

it.each([
  ['2026-11-24T05:00:00Z ', ['a.log', 'b.log']],
  ['web-1  | ', ['a.log web-1', 'b.log web-1']],
])('names the files of grep as sources before the prefix %s', (prefix, sources) => {
  const { dumps } = dumpsOf(
    ['a.log', 'b.log']
      .map((file) => DUMP.map((line, i) => `${file}:${i + 1}:${prefix}${line}\n`).join(''))
      .join('--\n'),
  )
  expect(dumps.map(({ source }) => source)).toEqual(sources)
})

it.each(['2026-11-24T05:00:00Z', 'shop.go:12:', 'web-7-abcde'])('does not take %s for a file of grep', (first) => {
  const { dumps } = dumpsOf(DUMP.map((line) => `${first} app ${line}\n`).join(''))
  expect(dumps).toMatchObject([{ source: first.startsWith('web') ? 'web-7-abcde app' : 'app', goroutines: 2 }])
})

it.each(['app.log:', 'app.log:12:'])('reads a dump after a label, each line found by grep as %s', (found) => {
  const lines = DUMP.slice(2).map((line, i) => `${found}${i === 0 ? '2026/11/24 05:00:00 recovered: ' : ''}${line}\n`)
  const { dumps } = dumpsOf(lines.join(''))
  expect(dumps).toMatchObject([{ goroutines: 2, signatures: 2, damaged: 0 }])
})

it.each([
  ['2026-11-24T05:00:01Z 2026-11-24T05:00:00Z host app[43]: ', 'host/app/43'],
  ['2026-11-24T05:00:01Z Nov 24 05:00:00 host app[43]: ', 'host/app/43'],
  ['2026-11-24T05:00:01.1Z 2026-11-24T05:00:00.100+00:00 app[web.1]: ', 'app/web.1'],
])('takes the second time for one, and not for a host: %s', (prefix, source) => {
  const { dumps } = dumpsOf(DUMP.map((line) => `${prefix}${line.replace('\t', '#011')}\n`).join(''))
  expect(dumps).toMatchObject([{ source, goroutines: 2, signatures: 2, damaged: 0 }])
  expect(dumps[0]?.time?.slice(0, 19)).toMatch(/^2026-11-24T05:00:0[01]$/)
})

it.each([
  ['ts=2026-11-24T05:00:0%Z level=error web: ', 'web'],
  ['web time="2026-11-24T05:00:0%Z" ', 'web'],
  ['5:00:0% AM: ', 'stdin'],
])('a time is no part of a name: %s', (prefix, source) => {
  const { dumps } = dumpsOf(DUMP.map((line, i) => `${prefix.replace('%', `${i % 10}`)}${line}\n`).join(''))
  expect(dumps).toMatchObject([{ source, goroutines: 2, signatures: 2, damaged: 0 }])
})

it('reads the time of Buildkite', () => {
  const { dumps } = dumpsOf(DUMP.map((line) => `\u001b_bk;t=1795517851123\u0007${line}\r\n`).join(''))
  expect(dumps[0]?.time).toBe('2026-11-24T10:57:31.123Z')
})

it('takes an indented header in the value of a panic for text', () => {
  const value = ['panic: it was here:', '\tgoroutine 9 [running]:', '\tmain.old(0x1)', '\t\t/src/old.go:3 +0x1']
  const { dumps } = dumpsOf([...value, ...DUMP.slice(1), ''].join('\n'))
  expect(dumps).toHaveLength(1)
  expect(dumps[0]).toMatchObject({ kind: 'panic', goroutines: 2, signatures: 2, damaged: 0 })
})

it('reads a dump after a label, or after the head of a log line, in a string, but not a header quoted in prose', () => {
  const stack = 'goroutine 32 [running]:\\nmain.f(0x1)\\n\\t/src/a.go:71 +0xf7\\n'
  for (const label of ['Stack: ', 'stack trace: ', 'panic recovered: ', 'goroutine dump: '])
    expect(dumpsOf(`time="2018-10-18T09:33:48Z" level=error msg="${label}${stack}"\n`).dumps).toHaveLength(1)
  for (const head of [
    '2026/11/24 05:00:00 ',
    '2026-11-24T05:00:00Z ERROR ',
    'E1124 08:17:51.515399 1 m.go:18] ',
    '[05:00:00] ',
  ])
    expect(dumpsOf(`{"log":"${head}${stack}","stream":"stderr"}\n`).dumps).toMatchObject([
      { goroutines: 1, damaged: 0 },
    ])
  expect(dumpsOf(`time="2018-10-18T09:33:48Z" level=error msg="a tutorial: ${stack}"\n`).dumps).toHaveLength(0)
})
