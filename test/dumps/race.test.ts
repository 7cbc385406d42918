import { describe, expect, it } from 'vitest'
import { readDumps } from './reader.ts'

it('frames of a race report without its accesses are log', () => {
  const text =
    '==================\nPrevious write at 0x00c00009a150 by main gorout\n  runtime.mapassign_faststr()\n' +
    '      /usr/local/go/src/runtime/map_faststr.go:203 +0x0\n\nGoroutine 10 (running) created at:\n  main.main()\n' +
    '      /srv/app/race/main.go:19 +0x130\n==================\n'
  const { dumps, log } = readDumps(text)
  expect(dumps).toEqual([])
  expect(log.toString()).toBe(text)
})

const REPORT = `==================
WARNING: DATA RACE
Write at 0x00c0001d3fa0 by goroutine 40:
  main.a()
      /src/a.go:89 +0x952
  main.(*List[...]).b.func1()
      /src/my dir/b.go:9 +0x10

Previous atomic read at 0x00c0001d3fa0 by main goroutine:
  [failed to restore the stack]

Heap block of size 104 at 0x00c0001d3f80 allocated by goroutine 1:
  ??()
      -:0 +0x4a5b

Global var main.x of size 8 at 0x0000004a5b10 declared at /src/a.go:3

Goroutine 40 (running) created at:
  main.main()
      /src/a.go:10 +0x1
  #1 <null> <null> (unknown module)
  <unknown>
==================
`
const linesOf = (change: (line: string) => string): string => REPORT.split('\n').map(change).join('\n')

it.each([
  ['as it is', REPORT],
  ['without its indentation', linesOf((line) => line.trimStart())],
  ['wrapped within its offsets', linesOf((line) => line.replace(/ \+0(?=x)/, '$&\n'))],
  ['wrapped before the digits of its offsets', linesOf((line) => line.replace(/ \+0x/, '$&\n'))],
  ['without its colons', linesOf((line) => line.replace(/:$/, ''))],
  ['indented by one blank', linesOf((line) => line.replace(/^ +/, ' '))],
  ['indented by TABs', linesOf((line) => line.replace(/^ {6}/, '\t\t').replace(/^ {2}/, '\t'))],
  ['with log lines between', linesOf((line) => `${line}\n2026/11/24 08:01:14 served`)],
  ['without its indentation, with log lines between', linesOf((line) => `${line.trimStart()}\nserving() http://x:80`)],
])('a race report %s is taken as a whole', (what, text) => {
  const { dumps, log } = readDumps(`before\n${text}after\n`)
  expect(dumps).toMatchObject([
    {
      kind: 'race',
      race: [
        { access: 'Write', goroutine: 40, stack: expect.arrayContaining(['main.a /src/a.go:89']) },
        { access: 'Previous atomic read', stack: [] },
      ],
    },
  ])
  if (!what.includes('between')) expect(log.toString()).toBe('before\nafter\n')
  else expect(log.toString()).not.toMatch(/main|0x|=====/)
})

describe('a report without its first lines', () => {
  const cut = REPORT.slice(REPORT.indexOf('Write'))

  it('was left in the log', () => {
    const { dumps, log } = readDumps(`before\n${cut}after\n`)
    expect(dumps).toMatchObject([{ kind: 'race', race: [{ access: 'Write', goroutine: 40 }, { stack: [] }] }])
    expect(log.toString()).toBe('before\nafter\n')
  })

  it('is none without a frame', () => {
    const text = 'Write at 0x00c0001d3fa0 by goroutine 40:\nand so on\n'
    expect(readDumps(text)).toMatchObject({ dumps: [], log: Buffer.from(text) })
  })
})

it.each([
  ['a rule', '==================\n'],
  ['the title of a race report', '==================\nWARNING: DATA RACE\n'],
  ['the title of a profile', 'goroutine profile: total 4\n'],
])('%s without its content is log, and does not claim the goroutine after it', (_what, before) => {
  const { dumps, log } = readDumps(`${before}goroutine 7 [running]:\nmain.f(0x1)\n\t/src/a.go:3 +0x1\n`)
  expect(dumps).toMatchObject([{ kind: 'single', format: 'stack', goroutines: 1, race: undefined }])
  expect(log.toString()).toBe(before)
})

it('a frame whose place is an address was log', () => {
  const text = REPORT.replace('/src/a.go:89 +0x952', '0x4a1b2c')
  const { dumps, log } = readDumps(text)
  expect(dumps[0]?.race?.[0]?.stack[0]).toBe('main.a 0x4a1b2c')
  expect(log.toString()).toBe('')
})

it('calls logged after a report without its end are log, and so are the empty lines between them', () => {
  const cut = REPORT.slice(0, REPORT.indexOf('Heap block'))
  const log = 'served\n\n  mutex.Lock()\n\n  total++\n  mutex.Unlock()\n\n'
  expect(readDumps(`${cut}${log}${REPORT}`).log.toString()).toBe(log)
})

it('blanks after a place are not part of it', () => {
  const { dumps, log } = readDumps(REPORT.replaceAll(/ \+0x\w+/g, '$& '))
  expect(dumps[0]?.race?.[0]?.stack).toEqual(['main.a /src/a.go:89', 'main.(*List[...]).b.func1 /src/my dir/b.go:9'])
  expect(log.toString()).toBe('')
})
