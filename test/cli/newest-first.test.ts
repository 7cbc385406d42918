/** A log whose newest line is its first: a file is read from its end, a pipe in blocks, and records stand where they are in the input. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { folderForAllTests } from '../folder.ts'
import { dumpText } from './dumps.ts'
import { cli, recordsIn } from './spawn.ts'

const folder = folderForAllTests()

/** Of `dumps` dumps with growing counts, `filler` lines before each. */
function logLines(dumps: number, filler: number): string[] {
  let minute = 0
  const time = (): string => new Date(Date.parse('2026-11-24T05:00:00Z') + minute++ * 1000).toISOString()
  return Array.from({ length: dumps }, (_, dump) => [
    ...Array.from(
      { length: filler },
      (_each, i) => `GET /cart/${i} 200 1.8ms of dump ${dump}, and some more to fill it up`,
    ),
    ...dumpText(
      [{ count: 10 + dump * 20, state: 'chan send', function: 'shop/mail.(*Queue).send', place: '/srv/queue.go:57' }],
      10,
    )
      .trimEnd()
      .split('\n'),
  ])
    .flat()
    .map((line) => `${time()} ${line}`)
}

const LINES = logLines(4, 300)
const FORWARD = `${LINES.join('\n')}\n`
const NEWEST_FIRST = `${[...LINES].reverse().join('\n')}\n`

const without = (records: readonly Record<string, unknown>[]): unknown[] =>
  records.map(({ bytes: _bytes, order: _order, source: _source, ...rest }) => rest)

describe('a file whose newest line is its first', () => {
  it.each([
    ['', NEWEST_FIRST],
    [' without a last line end', NEWEST_FIRST.slice(0, -1)],
  ])('has the records of the same log forward, verdicts included%s', async (_, text) => {
    const forward = recordsIn((await cli([folder.write('forward.log', FORWARD)])).stdout)
    const { code, stdout, stderr } = await cli([folder.write('newest.log', text)])
    const records = recordsIn(stdout)
    expect([code, stderr]).toEqual([0, ''])
    expect(without(records)).toEqual(without(forward))
    expect(records.filter(({ type }) => type === 'dump')).toMatchObject(
      Array.from({ length: 4 }, () => ({ order: 'newest_first', damaged: 0 })),
    )
  })

  it('has its dumps where they are in the file', async () => {
    const file = folder.write('newest.log', NEWEST_FIRST)
    const [first] = recordsIn((await cli([file])).stdout)
    const [start, end] = Array.isArray(first?.bytes) ? first.bytes : []
    const text = readFileSync(file, 'utf8').slice(start, end)
    expect(text.match(/goroutine \d+ \[/g)).toHaveLength(10)
    expect(text.split('\n').at(-2)).toContain('goroutine 10 [')
  })

  it('is compared with another by diff, and judged by goroutine ids', async () => {
    const before = folder.write('before.log', `${logLines(1, 20).join('\n')}\n`)
    const { stdout } = await cli(['diff', before, folder.write('newest.log', NEWEST_FIRST)])
    expect(recordsIn(stdout).find(({ type }) => type === 'signature')).toMatchObject({
      count: 70,
      delta: 60,
      survivors: 10,
    })
  })

  it('lets its log out in the order of the file', async () => {
    const file = folder.write('newest.log', NEWEST_FIRST)
    const { stdout } = await cli(['--logs', 'pass', '--out', folder.at('records'), file])
    const log = NEWEST_FIRST.split('\n').filter((line) => line.includes('GET /cart'))
    expect(stdout.split('\n').filter((line) => line.includes('GET /cart'))).toEqual(log)
  })
})

it('a pipe is read in blocks, and a line says how it is read as a whole where one is not enough', async () => {
  const { code, stdout, stderr } = await cli([], { input: NEWEST_FIRST })
  expect([code, stderr]).toEqual([0, ''])
  expect(recordsIn(stdout).filter(({ type }) => type === 'dump')).toMatchObject(
    [10, 30, 50, 70].map((goroutines) => ({ goroutines, order: 'newest_first' })),
  )
  const long = `${[...logLines(3, 140_000)].reverse().join('\n')}\n`
  expect(long.length).toBeGreaterThan(33 << 20)
  const more = await cli([], { input: long })
  expect(more.stderr).toBe(
    'dumpstream: stdin: the newest line comes first, and dumps are compared within blocks only; to compare all: tac FILE | dumpstream\n',
  )
})
