import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LOG_LINES } from '../property/weave.ts'
import { route } from './reader.ts'

const sample = (name: string): string => readFileSync(new URL(`../golden/dumps/${name}`, import.meta.url), 'utf8')
const SERVED = sample('crash-1.27-http.txt')

const dumpsOf = (text: string): string[] =>
  route([text]).dumps.map((dump) => `${dump.kind} ${dump.format} ${dump.goroutines} ${dump.reason ?? ''}`.trim())

describe('a panic that net/http served', () => {
  const lines = SERVED.trimEnd().split('\n')
  it.each([
    ['CRI', (line: string) => `2026-11-24T07:00:00.000000000Z stderr F ${line}`],
    ['Docker', (line: string) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2026-11-24T07:00:00Z' })],
    ['compose', (line: string) => `web-1  | ${line}`],
    ['CRLF', (line: string) => `${line}\r`],
  ])('is found in %s', (_name, carry) => {
    const text = [...LOG_LINES.slice(0, 3), ...lines].map((line) => `${carry(line)}\n`).join('')
    expect(dumpsOf(text)).toEqual(['panic stack 1 handler boom'])
  })

  it('is found in a string', () => {
    expect(dumpsOf(`${JSON.stringify({ level: 'ERROR', msg: SERVED })}\n`)).toEqual(['panic stack 1 handler boom'])
  })
})

it('takes the reason from signal lines that were escaped together with the stacks', () => {
  const text =
    'SIGQUIT: quit\nPC=0x464ce1 m=0 sigcode=0\n\ngoroutine 0 [idle]:\nruntime.futex()\n\t/go/sys.s:552 +0x21\n'
  expect(dumpsOf(`${text.replaceAll('\n', '\\n')}\n`)).toEqual(['signal stack 1 SIGQUIT: quit'])
})

it('a reason that mentions goroutines was lost in a string that was escaped twice', () => {
  const text =
    'fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [select]:\nmain.main()\n\t/app/main.go:3 +0x21\n'
  expect(dumpsOf(`{"msg":${JSON.stringify(text).replaceAll('\\', '\\\\')}}\n`)).toEqual([
    'fatal stack 1 all goroutines are asleep - deadlock!',
  ])
})

describe('the line before a dump gives its reason', () => {
  const dump = 'goroutine 7 [running]:\nmain.f(0x1)\n\t/app/main.go:3 +0x1d\n'
  const journal = (text: string): string => text.replaceAll(/^(?=.)/gm, 'Nov 24 07:00:00 node1 kubelet[7]: ')
  it.each([
    ['robfig/cron, version 3', 'single', `cron: 2026/11/24 07:00:00 panic, error=boom, stack=...\n${dump}`],
    ['robfig/cron, version 1', 'panic', `cron: panic running job: boom\n${dump}`],
    ['hertz', 'single', `2026/11/24 07:00:00.000000 recovery.go:30: [Error] HERTZ: [Recovery] err=boom\nstack=${dump}`],
    ['a record of JSON', 'single', `{"level":"error","msg":"panic recovered","error":"boom"}\n${dump}`],
    ['log/slog', 'single', `time=2026-11-24T07:00:00Z level=ERROR msg="panic recovered" err=boom\n${dump}`],
    ['klog, in a journal', 'single', journal(`F1124 07:00:00.000000    7 server.go:198] boom\n${dump}`)],
    ['rook, before a title', 'panic', `E | ctl: Panic: boom\nE | ctl: Stack trace:\nE | ctl: ${dump}`],
    ['a logger that escapes the panic', 'panic', `panic: boom\n\n${dump}`.replaceAll('\n', '\\n').concat('\n')],
    [
      'a logger that escapes the panic after a label',
      'panic',
      `note: panic: boom\n\n${dump}`.replaceAll('\n', '\\n').concat('\n'),
    ],
  ])('as %s writes it', (_who, kind, text) => {
    expect(dumpsOf(text)).toEqual([`${kind} stack 1 boom`])
  })

  it('unless its error is not a panic', () => {
    expect(dumpsOf(`2026/11/24 07:00:00 request failed error=boom\n${dump}`)).toEqual(['single stack 1'])
  })
})

describe('two streams that crash at once', () => {
  it('both have a reason, whichever lines come first', () => {
    const lines = sample('crash-1.27-panic.txt').trimEnd().split('\n')
    const text = lines.flatMap((line) => [`web-1  | ${line}\n`, `web-2  | ${line}\n`]).join('')
    expect(dumpsOf(text)).toEqual(['panic stack 1 boom', 'panic stack 1 boom'])
  })
})

describe('the value of a panic that imitates a dump', () => {
  const VALUE = [
    'panic: one',
    '\ttwo',
    '\tgoroutine 7 [running]:',
    '\tmain.fake()',
    '\t\t/src/fake.go:1 +0x1',
    '\t',
    '',
  ]
  const DUMP = ['goroutine 1 [running]:', 'main.main()', '\t/src/main.go:68 +0x76f']
  it.each<[string, (line: string, i: number) => string]>([
    ['CRI', (line) => `2026-11-24T07:00:00.000000000Z stderr F ${line}`],
    ['compose', (line) => `web-1  | ${line}`],
    ['timestamps of varying length', (line, i) => `2026-11-24T07:00:00.${'1'.repeat(1 + (i % 3))}Z ${line}`],
  ])('is not taken for one in %s', (_name, carry) => {
    const text = [...VALUE, ...DUMP].map((line, i) => `${carry(line, i)}\n`).join('')
    const { dumps } = route([text])
    expect(dumps).toMatchObject([{ kind: 'panic', goroutines: 1 }])
    expect(dumps[0]?.signatures[0]?.signature.title.function).toBe('main.main')
  })
})

it('the reason of a fatal error that is indented with its runtime stack was lost', () => {
  const lines = ['fatal error: boom', '', 'runtime stack:', 'runtime.throw(0x1)', '\t/go/panic.go:1 +0x1', '']
  const text = [...lines, 'goroutine 7 [running]:', 'main.f()', '\t/app/f.go:1 +0x1']
    .map((line) => (line === '' ? '\n' : `\t${line}\n`))
    .join('')
  expect(dumpsOf(`Output:\n${text}`)).toEqual(['fatal stack 1 boom'])
})

it('the lines of a journalctl message were lost after lines of another program', () => {
  const head = 'Nov 24 05:00:01 host app[43]: '
  const blanks = ' '.repeat(head.length)
  const text = [
    'Nov 24 05:00:00 host app[43]: http: panic serving 127.0.0.1:35152: boom',
    'Nov 24 05:00:00 host application-with-a-long-name[4711]: something else',
    `${head}goroutine 7 [running]:`,
    `${blanks}main.f(0x1)`,
    `${blanks}\t/app/main.go:3 +0x1d`,
    `${head}done`,
  ]
  const { dumps } = route([text.map((line) => `${line}\n`).join('')])
  expect(dumps).toMatchObject([{ source: 'host/app/43', kind: 'panic', goroutines: 1, damaged: 0, reason: 'boom' }])
})

describe('the value of a panic that begins with a line feed', () => {
  const dump = '\ngoroutine 7 [running]:\nmain.f(0x1)\n\t/app/main.go:3 +0x1d\n'
  it.each([
    ['of Go 1.17', 'panic: \nYour test failed.\nSee the docs.\n'],
    ['of Go 1.18', 'panic: \n\tYour test failed.\n\tSee the docs.\n'],
    ['that was recovered', 'panic: \nYour test failed.\n [recovered]\n\tpanic: \nYour test failed.\n'],
    ['with empty lines', 'panic: \nYour test failed.\n\nSee the docs:\n\n\tdefer f()\n\nor not.\n'],
  ])('was taken for log: %s', (_who, text) => {
    expect(dumpsOf(`=== RUN TestF\n${text}${dump}`)).toEqual(['panic stack 1 Your test failed.'])
    const carried = `${text}${dump}`.replace(/^(?=[^\n]*\n)/gm, 'web-1  | ')
    expect(dumpsOf(carried)).toEqual(['panic stack 1 Your test failed.'])
  })

  it('can be empty', () => {
    expect(dumpsOf(`panic: \n${dump}`)).toEqual(['panic stack 1'])
  })
})

it.each(['hosts entry:', 'x=', '(', '"'])('a fatal error glued to %j gives its reason', (head) => {
  const text = `${head}fatal error: all is lost\n\ngoroutine 7 [running]:\nmain.f(0x1)\n\t/app/main.go:3 +0x1d\n`
  expect(dumpsOf(text)).toEqual(['fatal stack 1 all is lost'])
})

it('a stack that a logger indents below its message is not part of the value of a panic', () => {
  const stack = [
    'goroutine 7 [running]:',
    'main.f(0x1)',
    '\t/app/main.go:3 +0x1d',
    'main.main()',
    '\t/app/main.go:9 +0x2d',
  ]
  const indented = stack.map((line) => `\t${line}\n`).join('')
  const { dumps, log } = route([`[ERR] panic: boom\n${indented}[INF] served\n`])
  expect(dumps).toMatchObject([{ goroutines: 1, damaged: 0, reason: 'boom' }])
  expect(log).toBe('[ERR] panic: boom\n[INF] served\n')
  expect(route([`panic: boom\n${indented}`]).dumps).toEqual([])
})

it('an HTML-escaped quote mark names no source', () => {
  const stack = ['goroutine 7 [running]:', 'main.f(0x1)', '\t/app/main.go:3 +0x1d']
  const { dumps } = route([stack.map((line) => `&gt; ${line}\n`).join('')])
  expect(dumps).toMatchObject([{ goroutines: 1, damaged: 0, source: '' }])
})
