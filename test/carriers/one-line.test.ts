/** Dumps without line ends, and several dumps in one line. */
import { describe, expect, it } from 'vitest'
import { feed } from '../property/weave.ts'

/** For each dump: its goroutines, the damaged ones, its reason, the functions of its signatures. */
function read(input: string): { dumps: unknown[]; log: string } {
  const { records, log } = feed([Buffer.from(input)])
  const dumps: unknown[][] = []
  for (const record of records) {
    if (record.type === 'dump') dumps.push([record.goroutines, record.damaged, record.reason])
    else if (record.type === 'signature')
      dumps.at(-1)?.push(record.stack?.map((frame) => frame.split(' ')[0]).join(' '))
  }
  return { dumps, log: log.toString() }
}

const NEXT = '2026-11-24T05:00:01Z INFO next\n'

describe('a log line that is a dump stays in the log', () => {
  it.each(['⏎', '<br>', '#012'])('with %s instead of line ends', (sign) => {
    const line = [
      '2026-11-24T05:00:00Z ERROR panic: boom',
      '',
      'goroutine 7 [running]:',
      'main.f(0x1)',
      '\t/app/main.go:3 +0x1d\n',
    ]
    const input = line.join(sign) + NEXT
    expect(read(input)).toEqual({ dumps: [[1, 0, 'boom', 'main.f']], log: input })
  })

  it('with blanks instead of line ends', () => {
    const input = `2026-11-24T05:00:00Z ERROR panic recovered: boom goroutine 7 [running]: main.f(0x1) /app/main.go:3 +0x1d main.main() /app/main.go:9 +0x20\n${NEXT}`
    expect(read(input)).toEqual({ dumps: [[1, 0, 'boom', 'main.f main.main']], log: input })
  })
})

describe('bars, or nothing, instead of line ends', () => {
  const frames = [
    'goroutine 7 [running]:',
    'main.f(0x1)',
    '\\t/app/main.go:3 +0x1d',
    'main.main()',
    '\\t/app/main.go:9 +0x20',
  ]
  it.each([' | ', '|', ' │ ', ''])('in a string of JSON: %j', (sign) => {
    const input = `{"level":"error","message":"Panicked","err":"boom","stack":"${frames.join(sign)}${sign}"}\n${NEXT}`
    expect(read(input)).toEqual({ dumps: [[1, 0, 'boom', 'main.f main.main']], log: input })
  })

  it.each([' | ', ''])('after the message of net/http: %j', (sign) => {
    const text = ['http: panic serving 10.0.0.1:80: boom', ...frames].join(sign).replaceAll('\\t', '')
    const input = `2026/11/24 05:00:00 ${text}\n${NEXT}`
    expect(read(input)).toEqual({ dumps: [[1, 0, 'boom', 'main.f main.main']], log: input })
  })
})

it('a reason ends before the blanks that a terminal padded its line with', () => {
  const stack = 'goroutine 7 [running]:     main.f(0x1)      /app/main.go:3 +0x1d'
  const input = `$ ./x       2026/11/24 05:00:00 panic: boom${' '.repeat(300)}${stack}\n`
  expect(read(input).dumps).toEqual([[1, 0, 'boom', 'main.f']])
})

describe('blanks instead of line ends, after any text', () => {
  const stack = 'goroutine 7 [running]: main.f(0x1) /app/main.go:3 +0x1d main.main() /app/main.go:9 +0x20'
  const signal = '[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x48a930]'
  it.each([
    ['a panic with a signal', `panic: boom ${signal} ${stack}`],
    ['a panic with a signal in the cell of a table', `| panic: boom ${signal} ${stack} exit status 2`],
    [
      'a panic with a signal in the message of another program',
      `// Fatal error: the command "/bin/x" failed. Output: ======== panic: boom ${signal} ${stack} in /app/x.php:273`,
    ],
    [
      'a panic whose stack follows on the next line of a wrapped text',
      `ERROR panic: boom ${signal} ${stack} main.g(...)`,
    ],
  ])('%s', (_what, text) => {
    const input = `${text}\n${NEXT}`
    expect(read(input)).toEqual({ dumps: [[1, 0, 'boom', 'main.f main.main']], log: input })
  })
})

it('a sentence that quotes a header and a call makes no dump', () => {
  const input = 'the error was goroutine 1 [running]: main.main() /app/main.go:41, see the docs\n'
  expect(read(input)).toEqual({ dumps: [], log: input })
})

it('reads a dump in HTML with a tag at the end of each line and entities as indentation', () => {
  const lines = [
    'goroutine 1 [running]:<br>',
    'main.f(0x1)<br>',
    '&nbsp;&nbsp;/app/main.go:3 +0x1d<br>',
    'main.main()<br>',
    '&nbsp;&nbsp;/app/main.go:9 +0x20',
  ]
  expect(read(`<div>\n${lines.join('\n')}\n</div>\n`)).toEqual({
    dumps: [[1, 0, undefined, 'main.f main.main']],
    log: '<div>\n</div>\n',
  })
})

describe('several dumps in the strings of one line', () => {
  const stack = (id: number, name: string): string =>
    `goroutine ${id} [running]:\nmain.${name}(0x1)\n\t/app/main.go:12 +0x1d\nmain.main()\n\t/app/main.go:20 +0x20\n`
  const two = { first: stack(7, 'f'), second: stack(9, 'h') }
  const right = [
    [1, 0, undefined, 'main.f main.main'],
    [1, 0, undefined, 'main.h main.main'],
  ]

  it('side by side', () => {
    expect(read(`${JSON.stringify({ level: 'error', ...two })}\n`).dumps).toEqual(right)
  })

  it('three deep', () => {
    const inner = JSON.stringify({ msg: JSON.stringify({ a: 'x', ...two }), level: 'error' })
    const line = JSON.stringify({ log: `${inner}\n`, stream: 'stderr', time: '2026-11-24T05:00:00.1Z' })
    expect(read(`${line}\n`).dumps).toEqual(right)
  })

  it('the same one twice counts once', () => {
    const line = JSON.stringify({ level: 'error', msg: two.first, stack: two.first.trimEnd() })
    expect(read(`${line}\n`).dumps).toEqual(right.slice(0, 1))
  })
})

it.each(['#0 pattern not matched', 'pattern not match', '#0 [in_tail_app] pattern not matched'])(
  'reads a dump that Fluentd quotes line by line: %s',
  (what) => {
    const lines = ['goroutine 7 [running]:', 'main.f(0x1)', '\\t/app/main.go:3 +0x1d'].map(
      (line) => `2026-11-24 05:00:00 +0000 [warn]: ${what}: "${line}"\n`,
    )
    const after = '2026-11-24 05:00:01 +0000 [info]: #0 flushed "x"\n'
    expect(read(lines.join('') + after)).toEqual({ dumps: [[1, 0, undefined, 'main.f']], log: after })
  },
)

it('reads a dump in a page that puts nothing between the time and the text', () => {
  const lines = [
    'goroutine 51 [running]:',
    'main.f(0x1)',
    '\t/app/main.go:3 +0x1d',
    'created by main.main',
    '\t/app/main.go:9 +0x20',
  ]
  const input = lines.map((line, i) => `6/13/2016 5:03:0${i} PM${line}\n`).join('')
  expect(read(input)).toEqual({ dumps: [[1, 0, undefined, 'main.f']], log: '' })
})

it('reads a race report whose addresses were shortened', () => {
  const report = [
    '==================',
    'WARNING: DATA RACE',
    'Write at 0x... by goroutine 7:',
    '  main.g()',
    '      /app/main.go:20 +0x20',
    '',
    'Previous read at 0x... by main goroutine:',
    '  main.main()',
    '      /app/main.go:9 +0x1d',
    '',
    'Goroutine 7 (running) created at:',
    '  main.main()',
    '      /app/main.go:8 +0x1d',
    '==================',
    '',
  ].join('\n')
  const { records, log } = feed([Buffer.from(report)])
  expect(records[0]).toMatchObject({
    type: 'dump',
    kind: 'race',
    race: [{ access: 'Write', goroutine: 7 }, { access: 'Previous read' }],
  })
  expect(log.toString()).toBe('')
})

it('a dump whose line ends and TABs syslog escaped is one dump', () => {
  const text = 'panic: boom#012#012goroutine 1 [running]:#012main.f(0x1)#012#011/app/main.go:12 +0x1d'
  const input = `Nov 24 05:00:00 host app[43]: ${text}\nNov 24 05:00:01 host app[43]: next\n`
  expect(read(input)).toEqual({ dumps: [[1, 0, 'boom', 'main.f']], log: input })
})

it('a log line that is a list of lines stays in the log', () => {
  const input = `ERROR ['panic: boom', '', 'goroutine 7 [running]:', 'main.f(0x1)', '\\t/app/main.go:3 +0x1d']\n${NEXT}`
  expect(read(input)).toEqual({ dumps: [[1, 0, 'boom', 'main.f']], log: input })
})

it('lines of compose joined into one stay in the log', () => {
  const lines = ['panic: boom', '', 'goroutine 7 [running]:', 'main.f(0x1)', '\t/app/main.go:3 +0x1d']
  const input = `${lines.map((line) => `web-1  | ${line}`).join(' ')} web-1 exited with code 2\n${NEXT}`
  expect(read(input)).toEqual({ dumps: [[1, 0, 'boom', 'main.f']], log: input })
})

it('the marks of cat -A are not part of the text', () => {
  const lines = [
    'goroutine 7 [running]:$',
    'main.f(0x1)$',
    '^I/app/main.go:3 +0x1d$',
    'main.main()^M$',
    '^I/app/main.go:9 +0x20^M$',
  ]
  expect(read(`x$\n${lines.join('\n')}\ny$\n`)).toEqual({
    dumps: [[1, 0, undefined, 'main.f main.main']],
    log: 'x$\ny$\n',
  })
})
