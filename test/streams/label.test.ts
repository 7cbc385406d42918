/** A header after a label (`recovered: boom goroutine 7 [running]:`) in a carrier: the lines that follow it have no label. */
import { describe, expect, it } from 'vitest'
import { feed, type Run } from '../property/weave.ts'

/** From the comment in learning-go's `example1.go`; the label comes from `fmt.Println("Stack trace:", string(buf))`. */
const LINES = [
  'Start test',
  'PANIC deferred',
  'Stack trace: goroutine 1 [running]:',
  'main.catchPanic(0xc00006eef0)',
  '\t/home/cedric/m/dev/work/repo/experiments/go/example1.go:52 +0x10d',
  'panic(0x4a9380, 0x55b8d0)',
  '\t/usr/local/go/src/runtime/panic.go:679 +0x1b2',
  'main.testPanic(0x0, 0x0)',
  '\t/home/cedric/m/dev/work/repo/experiments/go/example1.go:37 +0xe2',
  'main.main()',
  '\t/home/cedric/m/dev/work/repo/experiments/go/example1.go:26 +0x3a',
  'done',
]
const LOG = ['Start test', 'PANIC deferred', 'Stack trace: ', 'done']

function textOf(lines: readonly string[], carry: (line: string) => string): string {
  return lines.map((line) => `${carry(line)}\n`).join('')
}

function read(...chunks: string[]): Run {
  return feed(
    chunks.map((chunk) => Buffer.from(chunk)),
    { source: 'app.log' },
  )
}

const DOCKER = (line: string): string =>
  JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2026-11-24T08:00:00Z' })

describe.each<[string, (line: string) => string, string]>([
  ['a comment', (line) => `// ${line}`, 'app.log'],
  ['quoted mail', (line) => `> ${line}`, 'app.log'],
  ['docker compose in colours', (line) => `\u001b[36mweb-1  |\u001b[0m ${line}`, 'web-1'],
  ['CockroachDB', (line) => `F250826 15:24:56.099044 3162 sql/x.go:63 - [n1] 250 !${line}`, '[n1]'],
  ['docker compose', (line) => `web-1  | ${line}`, 'web-1'],
  ['kubectl logs --prefix', (line) => `[pod/web-1/app] ${line}`, 'web-1/app'],
  ['kubectl logs --timestamps', (line) => `2026-06-20T10:09:30.115719629Z ${line}`, 'app.log'],
  ['GitHub Actions', (line) => `2026-08-14T17:00:01.1234567Z ${line}`, 'app.log'],
  ['gh run view --log', (line) => `test\tRun go test\t2026-08-14T17:00:01.1234567Z ${line}`, 'test Run go test'],
  ['terraform', (line) => `null_resource.build (remote-exec): ${line}`, 'null_resource.build (remote-exec)'],
  ['syslog', (line) => `Nov 24 08:00:00 web app[43]: ${line}`, 'web/app/43'],
  ['CRI', (line) => `2026-11-24T08:00:00.1Z stderr F ${line}`, 'app.log'],
  ['Docker', DOCKER, 'app.log'],
])('in %s', (_name, carry, source) => {
  it('a dump after a label was lost, or its label was', () => {
    const { records, log } = read(textOf(LINES, carry))
    expect(records.filter(({ type }) => type === 'dump')).toMatchObject([
      { source, goroutines: 1, signatures: 1, damaged: 0, truncated: false, foreign_lines: 0 },
    ])
    expect(records.find(({ type }) => type === 'signature')).toMatchObject({ function: 'main.testPanic' })
    expect(log.toString()).toBe(textOf(LOG, carry))
  })

  it('a call whose arguments look like the words of the label hid everything after it', () => {
    const stack = [
      'runtime/debug.Stack(0x4686bf, 0x717fd0, 0xc0000b80f0)',
      '\t/usr/local/go/src/runtime/debug/stack.go:24 +0x9f',
    ]
    const lines = ['recovered: boom goroutine 1 [running]:', ...stack, 'done', 'goroutine 2 [running]:', ...stack]
    const { records, log } = read(textOf(lines, carry))
    expect(records.flatMap((record) => (record.type === 'dump' ? [record.goroutines] : []))).toEqual([1, 1])
    expect(log.toString()).toBe(textOf(['recovered: boom ', 'done'], carry))
  })

  it('is read the same with any chunking', () => {
    const text = textOf(LINES, carry)
    const whole = read(text)
    for (const size of [1, 7, 64]) {
      const chunks = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
      const { records, log } = read(...chunks)
      expect(log.toString()).toBe(whole.log.toString())
      expect(records).toEqual(whole.records)
    }
  })

  it('is log when no stack follows', () => {
    const text = textOf([...LINES.slice(0, 3), 'see the docs', 'done'], carry)
    const { records, log } = read(text)
    expect(records.filter(({ type }) => type === 'dump')).toEqual([])
    expect(log.toString()).toBe(text)
  })
})

it('finds each of many dumps after labels, and takes no label for a source', () => {
  const stack = LINES.slice(3, -1)
  const users = Array.from({ length: 20 }, (_, i) => [
    `recovered: no user u${i}: goroutine ${i + 2} [running]:`,
    ...stack,
  ])
  const { records } = read(textOf(users.flat(), (line) => `web-1  | ${line}`))
  const dumps = records.filter(({ type }) => type === 'dump')
  expect(dumps.map(({ source }) => source)).toEqual(dumps.map(() => 'web-1'))
  expect(records.flatMap((record) => (record.type === 'dump' ? [record.goroutines] : [])).reduce((a, b) => a + b)).toBe(
    20,
  )
})
