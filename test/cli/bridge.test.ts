/** `dumpstream bridge`: one request a line, one reply a line. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dumpText, logText } from './dumps.ts'
import { cli } from './spawn.ts'

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1)
const requests = (texts: readonly string[], stream = 'web'): string =>
  texts.map((l) => `${JSON.stringify({ s: stream, l, t: 1_795_496_400_000 })}\n`).join('')

/** Numbers and records that the replies put in the place of the requests. */
function read(stdout: string): {
  kept: number[]
  dropped: number
  records: Record<string, unknown>[]
  lines: string[]
} {
  const kept: number[] = []
  const records: Record<string, unknown>[] = []
  let dropped = 0
  const lines = linesOf(stdout)
  let request = 0
  for (const line of lines) {
    request++
    if (line === 'k') kept.push(request)
    else if (line === 'd') dropped++
    else {
      for (const each of JSON.parse(line).out) {
        if (typeof each !== 'number') records.push(each)
        else if (each > 0) kept.push(each)
        else dropped++
      }
    }
  }
  return { kept, dropped, records, lines }
}

describe('bridge', () => {
  it('answers every request once, and says of every record what becomes of it', async () => {
    const dump = linesOf(dumpText())
    const texts = [...linesOf(logText(5)), ...dump, ...dump, ...linesOf(logText(5, 5))]
    const { code, stdout, stderr } = await cli(['bridge'], { input: requests(texts) })
    expect([code, stderr]).toEqual([0, ''])
    const { kept, dropped, records, lines } = read(stdout)
    expect(lines).toHaveLength(texts.length)
    expect(kept).toEqual(texts.flatMap((_, i) => (i < 5 || i >= texts.length - 5 ? [i + 1] : [])))
    expect(dropped).toBe(dump.length * 2)
    expect(records.map(({ type, count, goroutines }) => [type, count ?? goroutines])).toEqual([
      ['dump', 55],
      ['signature', 41],
      ['signature', 12],
      ['signature', 2],
    ])
    expect(records[0]).toMatchObject({ source: 'web', time: '2026-11-24T05:00:00.000Z' })
  })

  it('wants only what may be a part of a stack once 64 lines of log in a row have followed one', async () => {
    const dump = linesOf(dumpText())
    const log = linesOf(logText(100))
    const { stdout } = await cli(['bridge'], { input: requests([...dump, ...log, '\t/app/main.go:1', ...log]) })
    const opened = linesOf(stdout)
      .slice(dump.length)
      .map((line) => (line === 'k' ? 0 : JSON.parse(line).open))
    expect(opened.slice(0, 100)).toEqual([...Array(63).fill(1), ...Array(37).fill(2)])
  })

  it('cuts its lines to --max-line, and hands the rest over when it is asked for more', async () => {
    const dump = linesOf(dumpText())
    const input = requests([...dump, ...dump]) + '{"more":1}\n'.repeat(5)
    const { stdout } = await cli(['bridge', '--max-line', '600'], { input })
    const { records, lines } = read(stdout)
    expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(600)
    expect(records).toHaveLength(4)
  })

  it('answers what it cannot read with k, and says so once', async () => {
    const { code, stdout, stderr } = await cli(['bridge'], {
      input: 'nonsense\n{"s":1}\n{"s":"a","l":"x"}\n{"s":"a"}\n',
    })
    expect([code, stdout]).toEqual([0, 'k\nk\nk\nk\n'])
    expect(linesOf(stderr)).toHaveLength(1)
  })

  it('writes the dump that no reply could carry to --out', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dumpstream-bridge-'))
    try {
      const file = join(folder, 'dumps.jsonl')
      await cli(['bridge', '--out', file], { input: requests(linesOf(dumpText())) })
      expect(readFileSync(file, 'utf8')).toMatch(/^\{"v":1,"type":"dump"/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('refuses a FILE and a limit that holds no record', async () => {
    expect((await cli(['bridge', 'x'])).code).toBe(2)
    expect((await cli(['bridge', '--max-line', '10'])).code).toBe(2)
  })
})
