/** What web pages, tools and reports add around and within each line of a dump: the dump and the log stay the same. */
import { describe, expect, it } from 'vitest'
import { feed } from '../property/weave.ts'

const HEADERS = ['goroutine 1 [running]:', 'goroutine 18 [chan receive, 3 minutes]:'] as const
const FIRST = [
  'shop/cart.(*Cart).Total(0xc000010030, {0x1, 0x2})',
  '\t/src/shop/cart/cart.go:42 +0x1a4',
  'main.run(...)',
  '\t/src/shop/main.go:18',
  'main.main()',
  '\t/src/shop/main.go:9 +0x2c',
]
const SECOND = [
  'shop/mail.(*Queue).loop(0xc000020000)',
  '\t/src/shop/mail/queue.go:77 +0x8d',
  'created by shop/mail.Start in goroutine 1',
  '\t/src/shop/mail/queue.go:31 +0x5f',
]
const REASON = 'panic: runtime error: index out of range [3] with length 3'
const PANIC = [REASON, '', HEADERS[0], ...FIRST, '', HEADERS[1], ...SECOND]
const NEXT = '2026-11-24T05:00:01Z INFO next'

/** For each dump: kind, reason, whether something is missing; for its signatures: id, count and states. */
function read(text: string): { dumps: unknown[][]; log: string } {
  const { records, log } = feed([Buffer.from(text)])
  const dumps: unknown[][] = []
  for (const record of records) {
    if (record.type === 'dump') dumps.push([record.kind, record.reason, record.damaged, record.truncated])
    else if (record.type === 'signature') dumps.at(-1)?.push([record.id, record.count, record.states])
  }
  return { dumps, log: log.toString() }
}

const textOf = (lines: readonly string[]): string => `${lines.join('\n')}\n`
const right = read(textOf(PANIC)).dumps
const escaped = (line: string): string => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const isFound = (line: string): boolean => /^(?:goroutine|panic)/.test(line)

it('reads the goroutines of a dump with each word in an HTML element', () => {
  const tagged = (line: string): string => line.replace(/[\w.]+|[^\s\w.]+/g, '<span class="n">$&</span>')
  const { dumps, log } = read(`before\n${textOf(PANIC.slice(2).map(tagged))}after\n`)
  // Kind and reason come from the panic.
  expect(dumps).toHaveLength(1)
  expect(dumps[0]?.slice(4)).toEqual(right[0]?.slice(4))
  expect(log).toBe('before\nafter\n')
})

describe('the reason of a dump was lost in HTML that', () => {
  const span = '<span class="token">$&</span>'
  it.each<readonly [string, (line: string) => string]>([
    ['has each word in an element', (line) => line.replace(/[\w.]+|[^\s\w.]+/g, span)],
    ['has each word with the blanks before it in an element', (line) => line.replace(/\s*\S+/g, span)],
    ['has some of the words in elements', (line) => line.replace(/\b(?:panic|range|goroutine|main|\d+)\b/g, span)],
    ['has signs in elements', (line) => line.replace(/[[\]()]/g, span)],
    [
      'has each line, and each word in it, in an element',
      (line) => `<span class="line">${line.replace(/\w+/g, span)}</span>`,
    ],
  ])('%s', (_name, colour) => {
    const { dumps, log } = read(`<pre>\n${textOf(PANIC.map(colour))}</pre>\nafter\n`)
    expect(dumps).toEqual(right)
    expect(log).toBe('<pre>\n</pre>\nafter\n')
  })
})

describe('a dump in HTML elements, all on one line, was lost', () => {
  it.each<readonly [string, string, string]>([
    ['of a list', '<li class="L0"><span class="pln">', '</span></li>'],
    ['of a division for each line', '<div class="line"><code class="plain">', '</code></div>'],
    ['of a table', '<tr><td>1</td><td>', '</td></tr>'],
  ])('%s', (_name, open, close) => {
    const line = `${PANIC.map((each) => open + escaped(each) + close).join('')}\n`
    const { dumps, log } = read(`before\n${line}`)
    expect(dumps.map((dump) => dump.slice(0, 2))).toEqual([['panic', REASON.slice('panic: '.length)]])
    expect(dumps[0]?.slice(4)).toEqual(right[0]?.slice(4))
    expect(log).toBe(`before\n${line}`)
  })
})

describe('a dump with each line decorated', () => {
  it.each<readonly [string, (line: string, i: number) => string]>([
    ['by HTML tags', (line) => `<div class="line">${escaped(line)}</div>`],
    ['by a table with the number of each line', (line, i) => `<tr><td>${i + 1}</td><td>${escaped(line)}</td></tr>`],
    ['by Markdown, which escapes brackets', (line) => line.replace(/[[\]*_]/g, '\\$&')],
    ['by grep, which names the file', (line) => `app.log${isFound(line) ? ':' : '-'}${line}`],
    [
      'by grep, which names the file and the line',
      (line, i) => [`/var/log/app.log`, `${i + 1}`, line].join(isFound(line) ? ':' : '-'),
    ],
    ['by a page that puts nothing after the time zone', (line) => `2026-11-24 15:04:05.123 PST${line}`],
    [
      'by Apache, which names the script',
      (line) =>
        `[Tue Nov 24 15:04:05.123456 2026] [cgi:error] [pid 12] [client 10.0.0.4:55] AH01215: ${line}: /srv/x.cgi`,
    ],
    [
      'by Apache, which names the referer',
      (line) => `[Tue Nov 24 15:04:05.123456 2026] [cgi:error] [pid 12] AH01215: ${line}, referer: http://x/`,
    ],
    [
      'by the stdout of Fluentd',
      (line) => `2026-11-24 15:04:05.000000000 +0000 app.log: ${JSON.stringify({ log: line, stream: 'stderr' })}`,
    ],
    [
      'by the stdout of Fluent Bit',
      (line, i) => `[${i}] app.log: [[1795503600.550000000, {}], {"log"=>"${line}", "stream"=>"stderr"}]`,
    ],
    ['by Drone, which counts the lines of a step', (line, i) => `[build:${i + 1}] ${line}`],
    ['by Woodpecker, which adds the second', (line, i) => `[build:L${i + 1}:${i >> 2}s] ${line}`],
    ['by a table that pads its cells', (line, i) => `|  17955036${i}  |  ${line.padEnd(70)} |`],
    ['by the stdout of Fluent Bit 2.0', (line, i) => `[${i}] app.log: [1795503600.55, {"log"=>"${line}"}]`],
    [
      "by Logstash's rubydebug",
      (line) => `{\n    "@timestamp" => 2026-11-24T15:04:05.123Z,\n       "message" => ${JSON.stringify(line)}\n}`,
    ],
  ])('%s', (_what, wrap) => {
    const { dumps, log } = read(textOf([...PANIC.map(wrap), NEXT]))
    expect(dumps).toEqual(right)
    expect(log).toContain(`${NEXT}\n`)
  })

  it('by non-breaking blanks', () => {
    const unbroken = [HEADERS[0], ...FIRST].map((line) => line.replace('\t', '    ').replaceAll(' ', '\u00a0'))
    expect(read(textOf(unbroken)).dumps).toEqual(read(textOf([HEADERS[0], ...FIRST])).dumps)
  })

  it('by non-breaking blanks before each place, one of which has no offset', () => {
    const lines = PANIC.map((line) => line.replace('\t', '\u00a0\u00a0\u00a0 '))
    expect(read(textOf(lines)).dumps).toEqual(right)
  })

  it('by colours within its headers', () => {
    const lines = PANIC.slice(2).map((line) => line.replace(/^goroutine \d+/, '\u001b[1m$&\u001b[0m'))
    expect(read(textOf(lines)).dumps).toEqual(read(textOf(PANIC.slice(2))).dumps)
  })
})

describe('the reason of a dump', () => {
  const [, , ...dump] = PANIC
  const stack = textOf(dump)
  const [kind, reason] = right[0] ?? []

  it.each([
    [
      'in another field of its record',
      JSON.stringify({ level: 'error', msg: 'panic recovered', error: reason, stack }),
    ],
    [
      'in the record of a logger within that of Docker',
      JSON.stringify({ log: `${JSON.stringify({ level: 'error', msg: REASON, stack })}\n`, stream: 'stderr' }),
    ],
    [
      'before its header, as written by echo',
      JSON.stringify({ level: '-', message: `[PANIC RECOVER] ${reason} ${stack}` }),
    ],
  ])('is %s', (_what, line) => {
    expect(read(textOf([line, NEXT])).dumps[0]?.[1]).toBe(reason)
  })

  it('is in the klog line that its indented stack belongs to', () => {
    const head = `E1124 05:00:00.000000       1 panic.go:262] "Observed a panic" panic="${reason}" stacktrace=<`
    const { dumps } = read(textOf([head, ...dump.map((line) => `\t${line}`), ' >', NEXT]))
    expect(dumps[0]?.slice(0, 2)).toEqual([kind, reason])
  })

  it('is read after a label, with its other lines in the same column', () => {
    const lines = PANIC.map((line, i) => `${i === 0 ? '      Message:      ' : ' '.repeat(20)}${line}`)
    expect(read(textOf(['    State:          Terminated', ...lines, '      Exit Code:    2'])).dumps).toEqual(right)
  })

  it('begins after a non-breaking blank', () => {
    expect(read(textOf([REASON.replace(' ', '\u00a0'), ...PANIC.slice(1)])).dumps).toEqual(right)
  })
})

describe('a dump on one line', () => {
  it.each([
    ['in a URL', PANIC.join('%0A')],
    ['in an HTML attribute with CRLF', PANIC.join('&#xD;&#xA;').replaceAll('\t', '&#x9;')],
    ['with TABs', PANIC.join(' ')],
    ['with two blanks', PANIC.join('  ').replaceAll('\t', '')],
    ['in bytes of Python', `b'${PANIC.join('\\n').replaceAll('\t', '\\t')}'`],
  ])('%s', (_what, text) => {
    const input = textOf([`ERROR ${text}`, NEXT])
    expect(read(input)).toEqual({ dumps: right, log: input })
  })

  it('in a message of TeamCity', () => {
    const text = PANIC.join('\n')
      .replace(/[|'[\]]/g, '|$&')
      .replaceAll('\n', '|n')
    const input = textOf([`##teamcity[testStdErr name='TestX' out='${text}']`, NEXT])
    expect(read(input)).toEqual({ dumps: right, log: input })
  })

  it('in a JUnit attribute was reported as truncated', () => {
    const text = PANIC.join('&#xA;').replaceAll('\t', '&#x9;')
    const input = textOf([`<testcase name="TestX"><failure message="${text}" type=""></failure></testcase>`, NEXT])
    expect(read(input)).toEqual({ dumps: right, log: input })
  })
})

it('the reason of a panic is read before the remarks of PowerShell', () => {
  const said = [
    'At line:1 char:1',
    '+ .\\app.exe 2>&1 > out.txt',
    '+ ~~~~~~~~~~~~~~~',
    '    + CategoryInfo          : NotSpecified: (panic: runtime error:String) [], RemoteException',
    '    + FullyQualifiedErrorId : NativeCommandError',
    ' ',
  ]
  const [, , ...stack] = PANIC
  expect(read(textOf([`app.exe : ${REASON}`, ...said, ...stack])).dumps).toEqual(right)
  // Its console may wrap the path of a script.
  const script = ['At C:\\Users\\gopher\\shop\\scripts\\run-functi', 'onal-tests.ps1:26 char:3']
  expect(read(textOf([`app.exe : ${REASON}`, ...script, ...said.slice(1), ...stack])).dumps).toEqual(right)
})

it.each(['log: ', 'what is this?\n```', '{noformat}', 'ERROR handler: '])(
  'the reason of a dump in one string, after %j on its line, was lost or contained the stack',
  (before) => {
    for (const end of ['\n', '\r\n']) {
      const input = textOf([JSON.stringify({ level: 'error', msg: `${before}${PANIC.join(end)}` }), NEXT])
      expect(read(input)).toEqual({ dumps: right, log: input })
    }
  },
)

it.each(['4月', 'févr.', 'Mär', '10월', 'нояб.'])('the month %s of journalctl became part of the stream', (month) => {
  const lines = PANIC.map((line) => `${month} 24 05:00:00 web-1 app[43]: ${line}`)
  const { records } = feed([Buffer.from(textOf(lines))])
  const dump = records.find(({ type }) => type === 'dump')
  expect(dump).toMatchObject({ source: 'web-1/app/43', goroutines: 2, kind: 'panic' })
})

it.each([
  ['further panics', [`${REASON} [recovered]`, `        ${REASON}`]],
  [
    'the tests that ran',
    ['panic: test timed out after 1m0s', 'running tests:', '    TestCart (1m0s)', '    TestCart/two_items (59.5s)'],
  ],
])('%s with blanks instead of their TAB were log', (_what, reason) => {
  const [, ...rest] = PANIC
  const spaces = [...reason, ...rest].map((line) => line.replace('\t', '        '))
  const { dumps, log } = read(textOf([...spaces, NEXT]))
  expect(dumps[0]?.slice(4)).toEqual(right[0]?.slice(4))
  expect(log).toBe(`${NEXT}\n`)
})

it('methods were lost if a tool had removed the arguments of each call', () => {
  const bare = PANIC.map((line) => line.replace(/(?<=^\S+)\([^*()]*\)$/, ''))
  expect(bare).toContain('shop/cart.(*Cart).Total')
  expect(read(textOf([...bare, NEXT]))).toEqual({ dumps: right, log: `${NEXT}\n` })
})
