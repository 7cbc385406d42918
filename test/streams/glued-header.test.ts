import { describe, expect, it } from 'vitest'
import { route } from './reader.ts'

const STACK = 'main.f(0x1)\n\t/src/a.go:71 +0xf7\ncreated by main.main\n\t/src/b.go:3 +0x1\n'

describe('text before a header on its line', () => {
  it.each([
    ['2020/02/09 17:43:52 panic=boom stack=', 'no blank before the header'],
    ['2020/02/09 17:43:52 recovered: no such user u1: ', 'a message'],
    ['[ERROR] request of alice@example.com failed: ', 'user data'],
    ['E1124 08:17:51.515399   26313 main.go:18] ', 'a klog head'],
    ['\u001b[31mERROR\u001b[0m stuck: ', 'colours'],
  ])('%j stays in the log with its line end, and names no source', (text) => {
    const log = `2020/02/09 17:43:51 before\n${text}goroutine 32 [running]:\n${STACK}2020/02/09 17:43:53 after\n`
    const run = route([log])
    expect(run.dumps[0]).toMatchObject({ source: '', goroutines: 1, damaged: 0, foreignLines: 0 })
    expect(run.log).toBe(`2020/02/09 17:43:51 before\n${text}\n2020/02/09 17:43:53 after\n`)
  })

  it('stays in the log before the title of a profile, too', () => {
    const profile = 'goroutine profile: total 1\n1 @ 0x1\n#\t0x1\tmain.f+0x1\t/a.go:3\n\n'
    const run = route([`2020/02/09 17:43:52 profile of u1: ${profile}after\n`])
    expect(run.dumps[0]).toMatchObject({ source: '', format: 'profile', goroutines: 1 })
    expect(run.log).toBe('2020/02/09 17:43:52 profile of u1: \nafter\n')
  })

  it('keeps a carriage return with the line end', () => {
    const run = route([`stack=goroutine 32 [running]:\n${STACK}`.replaceAll('\n', '\r\n')])
    expect(run.log).toBe('stack=\r\n')
  })

  it('names the source when all lines have it', () => {
    const lines = `goroutine 32 [running]:\n${STACK}`.trimEnd().split('\n')
    const run = route([lines.map((line) => `web-1 | ${line}\n`).join('')])
    expect(run.dumps[0]).toMatchObject({ source: 'web-1', goroutines: 1 })
    expect(run.log).toBe('')
  })

  it('is passed through unchanged when nothing follows the header', () => {
    const log = 'see goroutine 7 [running]:\nthe docs\nmore\n'
    expect(route([log])).toEqual({ dumps: [], log })
  })

  it('gives many different messages the same source', () => {
    const log = Array.from(
      { length: 50 },
      (_, i) => `recovered: no user u${i}: goroutine 32 [running]:\n${STACK}`,
    ).join('')
    const { dumps } = route([log])
    expect(dumps).toHaveLength(50)
    expect(new Set(dumps.map(({ source }) => source))).toEqual(new Set(['']))
  })
})

describe('a fatal error with only a runtime stack', () => {
  const LINES = [
    'fatal error: runtime: out of memory',
    '',
    'runtime stack:',
    'runtime.throw(0xf227ff, 0x16)',
    '\t/go/src/runtime/panic.go:566 +0x78',
  ]
  const AFTER = Array.from({ length: 2000 }, (_, i) => `request ${i} handled`)
  it.each<[string, (line: string) => string]>([
    ['plain', (line) => line],
    ['compose', (line) => `web-1  | ${line}`],
    ['CRI', (line) => `2026-11-24T05:00:00.123456789Z stderr F ${line}`],
    ['Docker', (line) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2026-11-24T05:00:00Z' })],
    ['syslog', (line) => `Nov 24 05:00:00 host app[43]: ${line}`],
    ['JSON', (line) => JSON.stringify({ time: '2026-11-24T05:00:00Z', msg: line })],
  ])('is found in %s, followed by log', (_, wrap) => {
    const text = [...LINES, ...AFTER].map((line) => `${wrap(line)}\n`).join('')
    const run = route([text])
    expect(run.dumps[0]).toMatchObject({
      kind: 'fatal',
      reason: 'runtime: out of memory',
      goroutines: 0,
    })
    expect(run.log).toBe(AFTER.map((line) => `${wrap(line)}\n`).join(''))
  })

  it('ignores the words without a stack', () => {
    const log = 'web-1 | dump of runtime stack:\nruntime stack:\nweb-1 | main.f()\n'
    expect(route([log])).toEqual({ dumps: [], log })
  })
})

describe('the reason of a dump whose header follows text on its line was lost', () => {
  const said = (log: string): unknown => route([log]).dumps.map(({ kind, reason }) => [kind, reason])
  const glued = (head: string): string => `${head}goroutine 32 [running]:\n${STACK}`
  it.each([
    ['on the line before', `INFO recovered from panic: boom\n${glued('INFO ')}`, 'panic'],
    ['on the line before, after a label', `INFO recover panic: boom\n${glued('INFO send failed: ')}`, 'panic'],
    ['on the first line of a panic', `panic: boom\n${glued('2026/11/24 07:00:00 stack: ')}`, 'panic'],
    ['on the first line of a panic, before an empty line', `panic: boom\n\n${glued('some text ')}`, 'panic'],
    [
      'on the first line of a panic, before a signal',
      `panic: boom\n${glued('[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]')}`,
      'panic',
    ],
    ['in a fatal error', `fatal error: boom\n${glued('crashed: ')}`, 'fatal'],
    ['on the line of the header', glued('panic: boom '), 'panic'],
    ['on the line of the header, after a time', glued('2026/11/24 07:00:00 recovered from panic: boom '), 'single'],
  ])('%s', (_where, log, kind) => {
    expect(said(log)).toEqual([[kind, 'boom']])
  })

  it('does not take a reason from two lines before', () => {
    expect(said(`INFO recovered from panic: boom\nINFO next\n${glued('INFO ')}`)).toEqual([['single', undefined]])
  })
})
