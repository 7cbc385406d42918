/** Dumps in what people paste, and in logs of old systems: what stands before each line is no part of the text. */
import { describe, expect, it } from 'vitest'
import { feed } from '../property/weave.ts'

const DUMP = [
  'goroutine 7 [running]:',
  'shop.f(0xc000012345)',
  '\t/app/shop.go:12 +0x1d',
  '',
  'goroutine 8 [chan receive]:',
  'shop.wait(0x1)',
  '\t/app/shop.go:33 +0x44',
]

function dumpsOf(lines: readonly string[]): unknown[] {
  return feed([Buffer.from(`${lines.join('\n')}\n`)], { source: 'paste' }).records.filter(({ type }) => type === 'dump')
}

/** Each signature has the one frame, and nothing is log. */
function expectStacks(lines: readonly string[], frames: readonly string[]): void {
  const { records, log } = feed([Buffer.from(`${lines.join('\n')}\n`)])
  const signatures = records.filter(({ type }) => type === 'signature')
  expect(signatures).toMatchObject(frames.map((frame) => ({ stack: [frame] })))
  expect(log.toString()).toBe('')
}

it('the item of a list that begins with its panic hid the dump', () => {
  const lines = ['1. panic: boom', '', ...DUMP.map((line) => `   ${line}`)]
  expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, damaged: 0, source: 'paste' }])
})

it('a header in the value of a panic is none, also where the value is indented', () => {
  const lines = ['panic: boom', ...DUMP.map((line) => `   ${line}`)]
  expect(dumpsOf(lines)).toEqual([])
})

it.each(['E/GoLog   ( 1234): ', 'I/GoLog(31234): '])('level and process of logcat became the source: %s', (before) => {
  const lines = ['panic: boom', '', ...DUMP].map((line) => before + line)
  expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, kind: 'panic', reason: 'boom', source: 'GoLog' }])
})

const DOCKER = (line: string): string =>
  `${JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2026-11-24T08:00:00Z' })}`
const CRI = (line: string): string => `2026-11-24T08:00:00.1Z stderr F ${line}`

describe.each([
  ['plain text', (line: string): string => line],
  ['Docker', DOCKER],
  ['CRI', CRI],
])('in %s', (_name, carry) => {
  it.each([
    ['CockroachDB', 'F250826 15:24:56.099044 3162 sql/x.go:63 - [n1] 250 !'],
    ['hclog', '2026-11-24T10:30:30.336Z [DEBUG] plugin.provider_v1: '],
  ])('behind the prefix of %s, a dump had no reason', (_logger, before) => {
    const lines = ['panic: boom', '', ...DUMP].map((line) => carry(before + line))
    expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, kind: 'panic', reason: 'boom' }])
  })

  it('a signal behind a prefix had no reason', () => {
    const lines = ['SIGQUIT: quit', 'PC=0x46a8e1 m=0 sigcode=0', '', ...DUMP].map((line) => carry(`web-1  | ${line}`))
    expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, kind: 'signal', reason: 'SIGQUIT: quit' }])
  })

  it.each([
    ['t.Logf', '    shop_test.go:12: '],
    ['a time', '2026/11/24 08:00:00 stack: '],
    ['words', 'recovered: '],
  ])('a dump behind %s, of which all lines but the first are indented, was lost', (_what, before) => {
    const lines = DUMP.map((line, i) => carry(i === 0 ? before + line : `        ${line}`))
    expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, damaged: 0, kind: 'all' }])
  })

  it('an indented dump was lost', () => {
    const lines = ['panic: boom', '', ...DUMP].map((line) => carry(`    ${line}`))
    expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, damaged: 0 }])
  })
})

it('a fatal error without a goroutine was lost in a string', () => {
  const message =
    'fatal error: fault\n[signal SIGSEGV]\n\nruntime stack:\nruntime.throw({0x1, 0x2})\n\t/go/panic.go:1077 +0x5c\n'
  const lines = [JSON.stringify({ level: 'error', time: '2026-11-24T08:00:00Z', msg: message })]
  expect(dumpsOf(lines)).toMatchObject([{ goroutines: 0, kind: 'fatal', reason: 'fault' }])
})

it('what Firefox puts behind each line hid the dump where lines end in CRLF', () => {
  const lines = ['panic: boom', '', ...DUMP].map((line) => `${line} wasm_exec.js:97:29\r`)
  expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, kind: 'panic', reason: 'boom' }])
})

it('a dump was lost because its first line alone is indented', () => {
  const { records, log } = feed([Buffer.from(`x\n    ${DUMP.join('\n')}\n`)], { source: 'paste' })
  expect(records.filter(({ type }) => type === 'dump')).toMatchObject([{ goroutines: 2, damaged: 0 }])
  expect(log.toString()).toBe('x\n')
})

it('a place in the code ahead of a header passed for any word ahead of its frames', () => {
  const lines = DUMP.map((line, i) => (i === 0 ? `    shop_test.go:12: ${line}` : `        ${line}`))
  expect(dumpsOf(['=== RUN   TestPay', ...lines, '--- PASS: TestPay (0.00s)'])).toMatchObject([{ goroutines: 2 }])
})

it.each(['panic: boom: ', 'panic: boom\n\t'])('a stack in the value of a panic is none: %j', (before) => {
  const value = DUMP.slice(0, 3).map((line, i) => (i === 0 ? before + line : `\t${line}`))
  expect(dumpsOf([...value, '', 'goroutine 1 [running]:', 'main.main()', '\t/app/main.go:5 +0x20'])).toMatchObject([
    { goroutines: 1, damaged: 0 },
  ])
})

it('a dump in a string was lost because its first line alone is indented', () => {
  const line = JSON.stringify({ level: 'error', message: `shop.go: 123 | err 'nil' \n ${DUMP.join('\n')}\n` })
  expect(dumpsOf([line])).toMatchObject([{ goroutines: 2, damaged: 0 }])
})

it('a header that a terminal had filled up with blanks ended the goroutines before it', () => {
  const lines = DUMP.map((line) => (line.startsWith('goroutine 8') ? `${line}   ` : line))
  expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, damaged: 0 }])
})

it.each(['\u2190 stuck for 5 minutes!', '<-- stuck', '// waits for ever', '# leaked', '(leaked)'])(
  'a header with the note of a person behind it was log: %s',
  (note) => {
    const noted = (header: string): string[] =>
      DUMP.map((line) => (line.startsWith(header) ? `${line}     ${note}` : line))
    expect(dumpsOf(noted('goroutine 8'))).toMatchObject([{ goroutines: 2, damaged: 0 }])
    expect(dumpsOf(noted('goroutine'))).toMatchObject([{ goroutines: 2, damaged: 0 }])
  },
)

it('in an indented dump, a file line whose TAB had taken in the blanks was lost', () => {
  const lines = DUMP.map((line) => (line.startsWith('\t') ? line : `  ${line}`))
  expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, damaged: 0 }])
})

it.each(['    ', '\t'])('the output of a program that a test logged was the value of its panic, behind %j', (more) => {
  const lines = [`    shop_test.go:12: panic: boom`, ...['', ...DUMP].map((line) => `    ${more}${line}`)]
  expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, damaged: 0 }])
})

it('string literals with several lines in each stay in the log', () => {
  const text = [
    '\t"panic: boom\\n\\n" +',
    '\t\t"goroutine 7 [running]:\\n" +',
    '\t\t"shop.f(0xc000012345)\\n\\t/app/shop.go:12 +0x1d\\n" +',
    '\t\t"main.main()\\n\\t/app/main.go:3 +0x1d\\n"',
    '',
  ].join('\n')
  const { records, log } = feed([Buffer.from(text)])
  expect(records.filter(({ type }) => type === 'dump')).toMatchObject([
    { kind: 'panic', reason: 'boom', goroutines: 1, damaged: 0, truncated: false },
  ])
  expect(log.toString()).toBe(text.split('\n').slice(2).join('\n'))
})

it('the indented dump of a child process, which a test logged while another dump was open, was lost', () => {
  const other = ['goroutine 1 [select]:', 'main.main()', '\t/app/main.go:3 +0x1d']
  const child = [
    'SIGQUIT: quit',
    'PC=0x405f71b m=0',
    '',
    ...DUMP.map((line) => line.replace(/goroutine 7/, 'goroutine 0')),
  ]
  const lines = [
    ...other,
    '',
    'FAIL\tnet/http\t180.033s',
    '\tcrash_test.go:105: testprog exit status: exit status 2',
    ...child.map((line) => `\t\t${line}`),
    '\tcrash_test.go:106: done',
  ]
  expect(dumpsOf(lines)).toMatchObject([
    { goroutines: 1, damaged: 0 },
    { goroutines: 2, damaged: 0 },
  ])
})

it('the end of a string, behind the last file line of a dump in the text of a program, hid it', () => {
  const text = `${DUMP.map((line) => line.replace(/^\t/, '\\t')).join('\n')}""",\nmore\n`
  const { records, log } = feed([Buffer.from(text)])
  expect(records.filter(({ type }) => type === 'dump')).toMatchObject([{ goroutines: 2, damaged: 0, truncated: false }])
  expect(log.toString()).toBe('""",\nmore\n')
})

it('a TAB that was escaped in the text of a program hid the file lines', () => {
  const lines = DUMP.map((line) => line.replace(/^\t/, '\\t'))
  expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, damaged: 0 }])
})

it.each(['\t', '        '])(
  'in a message of syslog, of which all lines but the first begin with %j, a dump was lost',
  (blanks) => {
    const head = 'Mar 17 10:46:38 mbp shop[20345]: '
    const lines = DUMP.slice(0, 3).map((line, i) => (i === 0 ? head + line : blanks + line))
    const next = `${head}done`
    const { records, log } = feed([Buffer.from(`${[...lines, next].join('\n')}\n`)])
    expect(records.filter(({ type }) => type === 'dump')).toMatchObject([{ goroutines: 1, damaged: 0, signatures: 1 }])
    expect(log.toString()).toBe(`${head}\n${next}\n`)
  },
)

it('the first row of a cell of psql has words in its other columns, and hid the reason', () => {
  const cell = ['panic: boom', '', ...DUMP].map((line) => line.replace('\t', '        ').padEnd(32))
  const rows = cell.map(
    (line, i) => `${i === 0 ? '  1 | 05:00:00 ' : '    |          '}| ${line}${i + 1 < cell.length ? '+' : ''}`,
  )
  const lines = [
    ' id |    at    |             message',
    '----+----------+---------------------------------',
    ...rows,
    '  2 | 05:00:01 | served',
  ]
  expect(dumpsOf(lines)).toMatchObject([{ kind: 'panic', reason: 'boom', goroutines: 2, damaged: 0, source: 'paste' }])
})

it('the lines of a literal that goes on were lost', () => {
  const text = ['panic: boom \\"x\\"', '', ...DUMP]
  const lines = ['    let output =', `"${text.join('\\n\\\n')}";`, '    let x = 3;']
  const { records, log } = feed([Buffer.from(`${lines.join('\n')}\n`)])
  expect(records.filter(({ type }) => type === 'dump')).toMatchObject([
    { kind: 'panic', reason: 'boom "x"', goroutines: 2, damaged: 0 },
  ])
  expect(log.toString()).toBe('    let output =\n    let x = 3;\n')
})

it('a backslash at the end of each line of a script is none of a literal', () => {
  const lines = ['docker run \\', '  --name "web" \\', '  shop', ...DUMP, 'printf "a\\n\\', 'b";']
  const { records, log } = feed([Buffer.from(`${lines.join('\n')}\n`)])
  expect(records.filter(({ type }) => type === 'dump')).toMatchObject([{ goroutines: 2, damaged: 0 }])
  expect(log.toString()).toBe('docker run \\\n  --name "web" \\\n  shop\nprintf "a\\n\\\nb";\n')
})

it('the second goroutine was lost where headers are indented by more than their lines', () => {
  const lines = DUMP.map((line) => (line.startsWith('goroutine') ? `    ${line}` : line && `  ${line}`))
  expect(dumpsOf(['it stops:', ...lines])).toMatchObject([{ goroutines: 2, damaged: 0 }])
})

it.each(['\t', '    ', '        '])('a path that was wrapped by hand behind a folder lost its head: %j', (indent) => {
  const lines = DUMP.map((line) => line.replace('\t/app/', `\t/home/me/go/src/\n${indent}app/`))
  expectStacks(lines, ['shop.f /home/me/go/src/app/shop.go:12', 'shop.wait /home/me/go/src/app/shop.go:33'])
})

it('a line that ends as a folder does stays in the log', () => {
  const lines = [...DUMP.slice(0, 3), '  written to /var/log/', '\t/app/other.go:3 +0x1d', 'served']
  expect(feed([Buffer.from(`${lines.join('\n')}\n`)]).log.toString()).toBe(`${lines.slice(3).join('\n')}\n`)
})

it('a frame that a person has made bold was lost', () => {
  const lines = DUMP.map((line) => line.replace(/^(\s*)(\S.*12.*|shop\.f.*)$/, '$1**$2**'))
  expectStacks(lines, ['shop.f /app/shop.go:12', 'shop.wait /app/shop.go:33'])
})

it('an escaped quote in the string of a table began a string, and cut the reason', () => {
  const text = ['panic: no \\"total\\" in it', '', ...DUMP].join('\\r\\n').replaceAll('\t', '\\t')
  expect(dumpsOf([`(10, 'tst', '${text}\\r\\n', 5),`])).toMatchObject([
    { kind: 'panic', reason: 'no "total" in it', goroutines: 2 },
  ])
})

it('a dump on one line lost the reason that the line ahead of it gives', () => {
  const line =
    'goroutine 7 [running]: panic({0x1, 0x2}) /go/src/runtime/panic.go:770 +0x1d shop.f(0x1) /app/shop.go:12 +0x1d'
  expect(dumpsOf(['2026/11/24 05:00:00 recovered: boom', line])).toMatchObject([{ reason: 'boom', goroutines: 1 }])
  expect(dumpsOf(['2026/11/24 05:00:00 recovered: boom', 'served', line])[0]).not.toHaveProperty('reason')
})

it('a call that a mail has put on the line of its header hid the dump behind a prefix', () => {
  for (const prefix of ['> ', 'web-1  | ']) {
    const glued = [`${DUMP[0]}${DUMP[1]}`, ...DUMP.slice(2)]
    for (const lines of [glued, ['panic: boom', '', ...glued]])
      expectStacks(
        lines.map((line) => prefix + line),
        ['shop.f /app/shop.go:12', 'shop.wait /app/shop.go:33'],
      )
  }
})
