/** Where a dump in a carrier begins and ends: what its text was decoded from are whole lines. */
import { expect, it } from 'vitest'
import { LF } from '../../src/core/ascii.ts'
import type { DumpRecord } from '../../src/core/records.ts'
import { TIME, WRAPS } from '../carriers/weave.ts'
import { Random } from '../fuzz/random.ts'
import { met, runs } from './seed.ts'
import { feed } from './weave.ts'

/** Lines of dumps, some of them in doubt at the end of one, cut, or behind a log line. */
const TEXTS = [
  'goroutine 7 [running]:',
  'goroutine 1 [running]:',
  'goroutine 2 [chan receive]:',
  'goroutine 7 [run',
  'ning]:',
  'main.f(0x1)',
  'main.main()',
  'http.(*conn).serve(...)',
  'main.f(0x1) 2026 served',
  '\t/src/a.go:3 +0x1',
  '\t/src/b.go:9',
  'created by main.main',
  'runtime stack:',
  '[signal SIGSEGV: x]',
  'panic: boom',
  'oops panic: bad',
  'late: goroutine 9 [running]:',
  '2026-11-24 08:00:01 served',
  '-----',
  '',
]

/** CRI in two parts: its last line is shorter than the text. */
const inParts = (text: string): string => `${TIME} stdout P ${text.slice(0, 9)}\n${TIME} stdout F ${text.slice(9)}`

const wraps = [WRAPS.cri, WRAPS.docker, WRAPS.journald, inParts].filter((wrap) => wrap !== undefined)

it('a dump in a carrier begins and ends where lines do, or behind a label, whatever its last line is', () => {
  let dumps = 0
  for (let i = 0; i < runs(2000); i++) {
    const random = new Random(20_261_130, i)
    const wrap = random.pick(wraps)
    const texts = Array.from({ length: 3 + random.below(14) }, () => random.pick(TEXTS))
    const input = Buffer.from(texts.map((text, at) => `${wrap(text, at)}\n`).join(''))
    const found = feed([input]).records.filter((record): record is DumpRecord => record.type === 'dump')
    const isLine = (at: number): boolean => at === 0 || input[at - 1] === LF
    // What stands before a header as a label is a log line.
    const isBehindLabel = (at: number): boolean => input.toString('latin1', at - 6, at + 10) === 'late: goroutine '
    for (const { bytes } of found) {
      const [start, end] = bytes
      expect([i, isLine(start) || isBehindLabel(start), isLine(end)]).toEqual([i, true, true])
    }
    dumps += found.length
  }
  expect(dumps).toBeGreaterThan(met(400))
})
