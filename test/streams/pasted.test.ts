/** Dumps in pasted text and in logs of old systems: what precedes each line is not part of the text. */
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

/** Expects one signature for each of `frames`, with only that frame, and no log. */
function expectStacks(lines: readonly string[], frames: readonly string[]): void {
  const { records, log } = feed([Buffer.from(`${lines.join('\n')}\n`)])
  const signatures = records.filter(({ type }) => type === 'signature')
  expect(signatures).toMatchObject(frames.map((frame) => ({ stack: [frame] })))
  expect(log.toString()).toBe('')
}

it('a list item that begins with the panic hid the dump', () => {
  const lines = ['1. panic: boom', '', ...DUMP.map((line) => `   ${line}`)]
  expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, damaged: 0, source: 'paste' }])
})

it('ignores a header in the value of a panic, even if the value is indented', () => {
  const lines = ['panic: boom', ...DUMP.map((line) => `   ${line}`)]
  expect(dumpsOf(lines)).toEqual([])
})

it.each(['E/GoLog   ( 1234): ', 'I/GoLog(31234): '])(
  'the level and process of logcat became the source: %s',
  (before) => {
    const lines = ['panic: boom', '', ...DUMP].map((line) => before + line)
    expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, kind: 'panic', reason: 'boom', source: 'GoLog' }])
  },
)

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
  ])('a dump after the prefix of %s had no reason', (_logger, before) => {
    const lines = ['panic: boom', '', ...DUMP].map((line) => carry(before + line))
    expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, kind: 'panic', reason: 'boom' }])
  })

  it('a signal after a prefix had no reason', () => {
    const lines = ['SIGQUIT: quit', 'PC=0x46a8e1 m=0 sigcode=0', '', ...DUMP].map((line) => carry(`web-1  | ${line}`))
    expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, kind: 'signal', reason: 'SIGQUIT: quit' }])
  })

  it.each([
    ['t.Logf', '    shop_test.go:12: '],
    ['a time', '2026/11/24 08:00:00 stack: '],
    ['words', 'recovered: '],
  ])('a dump after %s was lost if all lines but its first are indented', (_what, before) => {
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

it('the position that Firefox appends to each line hid the dump if lines end in CRLF', () => {
  const lines = ['panic: boom', '', ...DUMP].map((line) => `${line} wasm_exec.js:97:29\r`)
  expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, kind: 'panic', reason: 'boom' }])
})

it('a dump was lost if only its first line is indented', () => {
  const { records, log } = feed([Buffer.from(`x\n    ${DUMP.join('\n')}\n`)], { source: 'paste' })
  expect(records.filter(({ type }) => type === 'dump')).toMatchObject([{ goroutines: 2, damaged: 0 }])
  expect(log.toString()).toBe('x\n')
})

it('a code position before a header let any word pass before its frames', () => {
  const lines = DUMP.map((line, i) => (i === 0 ? `    shop_test.go:12: ${line}` : `        ${line}`))
  expect(dumpsOf(['=== RUN   TestPay', ...lines, '--- PASS: TestPay (0.00s)'])).toMatchObject([{ goroutines: 2 }])
})

it.each(['panic: boom: ', 'panic: boom\n\t'])('ignores a stack in the value of a panic: %j', (before) => {
  const value = DUMP.slice(0, 3).map((line, i) => (i === 0 ? before + line : `\t${line}`))
  expect(dumpsOf([...value, '', 'goroutine 1 [running]:', 'main.main()', '\t/app/main.go:5 +0x20'])).toMatchObject([
    { goroutines: 1, damaged: 0 },
  ])
})

it('a dump in a string was lost if only its first line is indented', () => {
  const line = JSON.stringify({ level: 'error', message: `shop.go: 123 | err 'nil' \n ${DUMP.join('\n')}\n` })
  expect(dumpsOf([line])).toMatchObject([{ goroutines: 2, damaged: 0 }])
})

it('a header that a terminal padded with blanks ended the goroutines before it', () => {
  const lines = DUMP.map((line) => (line.startsWith('goroutine 8') ? `${line}   ` : line))
  expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, damaged: 0 }])
})

it.each(['\u2190 stuck for 5 minutes!', '<-- stuck', '// waits for ever', '# leaked', '(leaked)'])(
  'a header followed by a handwritten note was log: %s',
  (note) => {
    const noted = (header: string): string[] =>
      DUMP.map((line) => (line.startsWith(header) ? `${line}     ${note}` : line))
    expect(dumpsOf(noted('goroutine 8'))).toMatchObject([{ goroutines: 2, damaged: 0 }])
    expect(dumpsOf(noted('goroutine'))).toMatchObject([{ goroutines: 2, damaged: 0 }])
  },
)

it('a file line whose TAB replaced the indentation of the dump was lost', () => {
  const lines = DUMP.map((line) => (line.startsWith('\t') ? line : `  ${line}`))
  expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, damaged: 0 }])
})

it.each(['    ', '\t'])(
  'program output that a test logged, indented by %j, was taken for the value of its panic',
  (more) => {
    const lines = [`    shop_test.go:12: panic: boom`, ...['', ...DUMP].map((line) => `    ${more}${line}`)]
    expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, damaged: 0 }])
  },
)

it('string literals that hold several lines each stay in the log', () => {
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

it('the indented dump of a child process was lost if a test logged it while another dump was open', () => {
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

it('the end of a string after the last file line of a dump in source code hid the dump', () => {
  const text = `${DUMP.map((line) => line.replace(/^\t/, '\\t')).join('\n')}""",\nmore\n`
  const { records, log } = feed([Buffer.from(text)])
  expect(records.filter(({ type }) => type === 'dump')).toMatchObject([{ goroutines: 2, damaged: 0, truncated: false }])
  expect(log.toString()).toBe('""",\nmore\n')
})

it('an escaped TAB in source code hid the file lines', () => {
  const lines = DUMP.map((line) => line.replace(/^\t/, '\\t'))
  expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, damaged: 0 }])
})

it.each(['\t', '        '])(
  'a dump was lost in a syslog message whose lines after the first begin with %j',
  (blanks) => {
    const head = 'Mar 17 10:46:38 mbp shop[20345]: '
    const lines = DUMP.slice(0, 3).map((line, i) => (i === 0 ? head + line : blanks + line))
    const next = `${head}done`
    const { records, log } = feed([Buffer.from(`${[...lines, next].join('\n')}\n`)])
    expect(records.filter(({ type }) => type === 'dump')).toMatchObject([{ goroutines: 1, damaged: 0, signatures: 1 }])
    expect(log.toString()).toBe(`${head}\n${next}\n`)
  },
)

it('the first row of a psql cell, with words in its other columns, hid the reason', () => {
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

it('the lines of a continued literal were lost', () => {
  const text = ['panic: boom \\"x\\"', '', ...DUMP]
  const lines = ['    let output =', `"${text.join('\\n\\\n')}";`, '    let x = 3;']
  const { records, log } = feed([Buffer.from(`${lines.join('\n')}\n`)])
  expect(records.filter(({ type }) => type === 'dump')).toMatchObject([
    { kind: 'panic', reason: 'boom "x"', goroutines: 2, damaged: 0 },
  ])
  expect(log.toString()).toBe('    let output =\n    let x = 3;\n')
})

it('does not take a backslash at the end of script lines for that of a continued literal', () => {
  const lines = ['docker run \\', '  --name "web" \\', '  shop', ...DUMP, 'printf "a\\n\\', 'b";']
  const { records, log } = feed([Buffer.from(`${lines.join('\n')}\n`)])
  expect(records.filter(({ type }) => type === 'dump')).toMatchObject([{ goroutines: 2, damaged: 0 }])
  expect(log.toString()).toBe('docker run \\\n  --name "web" \\\n  shop\nprintf "a\\n\\\nb";\n')
})

it('the second goroutine was lost if headers are indented more than their frames', () => {
  const lines = DUMP.map((line) => (line.startsWith('goroutine') ? `    ${line}` : line && `  ${line}`))
  expect(dumpsOf(['it stops:', ...lines])).toMatchObject([{ goroutines: 2, damaged: 0 }])
})

it.each(['\t', '    ', '        '])('a path wrapped by hand after a folder lost its beginning: %j', (indent) => {
  const lines = DUMP.map((line) => line.replace('\t/app/', `\t/home/me/go/src/\n${indent}app/`))
  expectStacks(lines, ['shop.f /home/me/go/src/app/shop.go:12', 'shop.wait /home/me/go/src/app/shop.go:33'])
})

it('a log line that ends like a folder stays in the log', () => {
  const lines = [...DUMP.slice(0, 3), '  written to /var/log/', '\t/app/other.go:3 +0x1d', 'served']
  expect(feed([Buffer.from(`${lines.join('\n')}\n`)]).log.toString()).toBe(`${lines.slice(3).join('\n')}\n`)
})

it('a frame in bold markup was lost', () => {
  const lines = DUMP.map((line) => line.replace(/^(\s*)(\S.*12.*|shop\.f.*)$/, '$1**$2**'))
  expectStacks(lines, ['shop.f /app/shop.go:12', 'shop.wait /app/shop.go:33'])
})

it('an escaped quote in an SQL string was taken for the start of a string and cut the reason', () => {
  const text = ['panic: no \\"total\\" in it', '', ...DUMP].join('\\r\\n').replaceAll('\t', '\\t')
  expect(dumpsOf([`(10, 'tst', '${text}\\r\\n', 5),`])).toMatchObject([
    { kind: 'panic', reason: 'no "total" in it', goroutines: 2 },
  ])
})

it('a dump on one line lost the reason on the line before it', () => {
  const line =
    'goroutine 7 [running]: panic({0x1, 0x2}) /go/src/runtime/panic.go:770 +0x1d shop.f(0x1) /app/shop.go:12 +0x1d'
  expect(dumpsOf(['2026/11/24 05:00:00 recovered: boom', line])).toMatchObject([{ reason: 'boom', goroutines: 1 }])
  expect(dumpsOf(['2026/11/24 05:00:00 recovered: boom', 'served', line])[0]).not.toHaveProperty('reason')
})

it('a call that a mail client joined to its header hid the dump after a prefix', () => {
  for (const prefix of ['> ', 'web-1  | ']) {
    const glued = [`${DUMP[0]}${DUMP[1]}`, ...DUMP.slice(2)]
    for (const lines of [glued, ['panic: boom', '', ...glued]])
      expectStacks(
        lines.map((line) => prefix + line),
        ['shop.f /app/shop.go:12', 'shop.wait /app/shop.go:33'],
      )
  }
})
