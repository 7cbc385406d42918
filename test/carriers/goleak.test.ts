/** Reports of goleak, which has its own header for goroutines. */
import { describe, expect, it } from 'vitest'
import type { DumpRecord } from '../../src/core/records.ts'
import { feed } from '../property/weave.ts'

const LIST = [
  '[Goroutine 52 in state select, with main.(*S).run on top of the stack:',
  'main.(*S).run(0xc000216c20, {0x2b146e8, 0xc0004fe230})',
  '\t/app/main.go:88 +0x1eb',
  'created by main.New in goroutine 22',
  '\t/app/main.go:52 +0x207',
  ' Goroutine 53 in state chan receive, 3 minutes, with main.recv on top of the stack:',
  'main.recv(0xc000216c20)',
  '\t/app/main.go:98 +0x1eb',
  'created by main.New in goroutine 22',
  '\t/app/main.go:53 +0x207',
  ']',
]
const TIME = '2026-11-24T05:00:00.1234567Z'

function read(chunks: readonly Buffer[]): { dumps: unknown[]; log: string } {
  const { records, log } = feed(chunks)
  const dumps: unknown[][] = []
  for (const record of records) {
    if (record.type === 'dump') dumps.push([record.source, record.goroutines, record.damaged])
    else if (record.type === 'signature')
      dumps.at(-1)?.push([record.states, record.wait_minutes?.max, record.function, record.created_by])
  }
  return { dumps, log: log.toString() }
}

const FOUND = [
  [{ select: 1 }, undefined, 'main.(*S).run', 'main.New'],
  [{ 'chan receive': 1 }, 3, 'main.recv', 'main.New'],
]

describe.each<[string, string, (line: string) => string]>([
  ['as VerifyTestMain prints it', 'stdin', (line) => line],
  ['as a test logs it', 'stdin', (line) => `        ${line}`],
  ['as a test of Go 1.4 logs it', 'stdin', (line) => `\t\t${line}`],
  ['of compose', 'web-1', (line) => `web-1  | ${line}`],
  ['of GitHub', 'stdin', (line) => `${TIME}         ${line}`],
  ['of CRI', 'stdin', (line) => `${TIME} stderr F         ${line}`],
  ['of go test -json', 'shop/TestF', (line) => goTest(`        ${line}`)],
])('a report of goleak %s', (_how, source, carry) => {
  const before = carry('found unexpected goroutines:')
  const text = [before, ...LIST.map(carry), carry('--- FAIL: TestF (0.44s)')].map((line) => `${line}\n`).join('')

  it('is read', () => {
    const { dumps, log } = read([Buffer.from(text)])
    expect(dumps).toEqual([[source, 2, 0, ...FOUND]])
    expect(log).toBe(`${before}\n${carry(']')}\n${carry('--- FAIL: TestF (0.44s)')}\n`)
  })

  it('is read the same with any chunking', () => {
    const whole = read([Buffer.from(text)])
    for (const size of [1, 7, 64, 333]) {
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        Buffer.from(text.slice(i * size, (i + 1) * size)),
      )
      expect(read(chunks)).toEqual(whole)
    }
  })
})

function goTest(output: string): string {
  return JSON.stringify({ Time: TIME, Action: 'output', Package: 'shop', Test: 'TestF', Output: `${output}\n` })
}

it('reports that the listed goroutines leak, but not which goroutine started them', () => {
  const { records } = feed([Buffer.from(LIST.map((line) => `${line}\n`).join(''))])
  const findings = records.filter((record) => record.type === 'finding')
  expect(
    findings.map(({ finding, severity, title, because, parents }) => [finding, severity, title, because, parents]),
  ).toEqual([
    ['leak', 'warning', '1 goroutine leaks in select at main.go:88', STILL_THERE, undefined],
    ['leak', 'warning', '1 goroutine leaks in chan receive at main.go:98', STILL_THERE, undefined],
  ])
})

const STILL_THERE = 'the test that looked for leaks found it still there at its end'

it('another report can have a different indentation, and a dump can follow', () => {
  const tests = LIST.map((line) => `        ${line}\n`).join('')
  const main = LIST.map((line) => `${line}\n`).join('')
  const panic = 'panic: boom\n\ngoroutine 7 [running]:\nmain.f(0x1)\n\t/app/main.go:3 +0x1d\n'
  const { records } = feed([Buffer.from(`${tests}FAIL\n${main}${panic}`)])
  const dumps = records.filter((record): record is DumpRecord => record.type === 'dump')
  const found = dumps.map(({ bytes, kind, goroutines, reason }) => ({ at: bytes[0], dump: [kind, goroutines, reason] }))
  expect(found.sort((a, b) => a.at - b.at).map(({ dump }) => dump)).toEqual([
    ['all', 2, undefined],
    ['all', 2, undefined],
    ['panic', 1, 'boom'],
  ])
})

it.each<[string, (line: string) => string]>([
  ['bare', (line) => line],
  ['as a test logs it', (line) => `        ${line}`],
  ['of compose', (line) => `web-1  | ${line}`],
])('a list whose first goroutine was cut off lost the stacks of all others: %s', (_how, carry) => {
  const text = LIST.slice(3).map((line) => `${carry(line)}\n`)
  const { dumps, log } = read([Buffer.from(text.join(''))])
  expect(dumps).toMatchObject([[expect.anything(), 1, 0, FOUND[1]]])
  expect(log).toBe([...text.slice(0, 2), `${carry(']')}\n`].join(''))
})

it('a dump of another writer between its lines is read completely', () => {
  const panic = ['panic: boom', '', 'goroutine 7 [running]:', 'main.f(0x1)', '\t/app/main.go:3 +0x1d', 'exit status 2']
  const text = LIST.flatMap((line, i) => [
    `web-1  | ${line}\n`,
    ...(i < panic.length ? [`web-2  | ${panic[i]}\n`] : []),
  ])
  const { dumps, log } = read([Buffer.from(text.join(''))])
  expect(dumps).toHaveLength(2)
  expect(dumps).toContainEqual(['web-1', 2, 0, ...FOUND])
  expect(log).toBe('web-2  | exit status 2\nweb-1  | ]\n')
})

it.each([
  'Goroutine 7 in state running, with main.f on top of the stack: and so on',
  '[Goroutine 7 in state running, with main.f on top of the stack:',
  'Goroutine 7 in state running is what you see:',
])('does not take prose for a report: %s', (line) => {
  const text = `${line}\nand so on\n`
  expect(read([Buffer.from(text)])).toEqual({ dumps: [], log: text })
})

describe('up to version 1.1, Go\u2019s own header follows', () => {
  const twice = LIST.flatMap((line) => {
    const found = /Goroutine (\d+) in state (.*), with/.exec(line)
    return found === null ? [line] : [line, `goroutine ${found[1]} [${found[2]}]:`]
  })
  it.each<[string, (line: string) => string]>([
    ['bare', (line) => line],
    ['as a test logs it', (line) => `        ${line}`],
    ['after a time', (line) => `${TIME}         ${line}`],
  ])('%s', (_how, carry) => {
    const text = twice.map((line) => `${carry(line)}\n`).join('')
    expect(read([Buffer.from(text)])).toEqual({ dumps: [['stdin', 2, 0, ...FOUND]], log: `${carry(']')}\n` })
  })

  it.each<[string, (line: string) => string]>([
    ['bare', (line) => line],
    ['as a test logs it', (line) => `        ${line}`],
  ])('a list without its beginning is one dump, too: %s', (_how, carry) => {
    const text = twice
      .slice(1)
      .map((line) => `${carry(line)}\n`)
      .join('')
    expect(read([Buffer.from(text)]).dumps).toEqual([['stdin', 2, 0, ...FOUND]])
  })
})

it('its lines can be in reverse order, newest first', () => {
  const lines = LIST.map((line, i) => `2026-11-24T05:00:00.${100 + i}Z ${line}`)
  const { dumps } = read([Buffer.from(`${lines.toReversed().join('\n')}\n`)])
  expect(dumps).toMatchObject([[expect.any(String), 2, 0, ...FOUND]])
})
