/** What a history reports once it reaches a limit. */
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/core/limits.ts'
import type { DumpTally } from '../../src/core/model.ts'
import { createHistory } from '../../src/leaks/history.ts'
import { dumpText, ids, judgeAll } from './dumps.ts'

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f']
const each = (count: number): Record<string, number[]> =>
  Object.fromEntries(NAMES.map((name, i) => [name, ids(10 + i * 100, 9 + i * 100 + count)]))

describe('historySignatures', () => {
  it('is named in the record, and forgotten signatures are neither new nor gone', () => {
    const texts = [dumpText(0, each(2)), dumpText(60, each(2)), dumpText(120, { a: each(2).a ?? [] })]
    const dumps = judgeAll(texts, { limits: { historySignatures: 4 } })
    expect(dumps.map(({ dump }) => dump.limits)).toEqual([['historySignatures'], ['historySignatures'], undefined])
    const said = dumps.flatMap(({ verdicts }) => Object.values(verdicts))
    expect(said).not.toContain('new')
    // Four signatures of the first dump are remembered: their verdicts in the second are right, and the others have none.
    expect(dumps[1]?.verdicts).toEqual({
      a: undefined,
      b: undefined,
      c: 'steady',
      d: 'steady',
      e: 'steady',
      f: 'steady',
      main: undefined,
    })
    expect(dumps[2]?.verdicts).toMatchObject({ a: undefined, main: undefined })
    expect(Object.values(dumps[2]?.verdicts ?? {}).filter((verdict) => verdict === 'gone')).toHaveLength(4)
  })

  it('is not named while the signatures it drops had already vanished', () => {
    const texts = NAMES.map((name, i) => dumpText(i * 60, { [name]: ids(10 + i, 10 + i) }))
    const dumps = judgeAll(texts, { limits: { historySignatures: 3 } })
    expect(dumps.map(({ dump }) => dump.limits)).toEqual(NAMES.map(() => undefined))
  })
})

describe('historyDumps', () => {
  it('bounds what is kept, not what is found: a leak over many dumps is still a leak', () => {
    const texts = ids(0, 19).map((i) => dumpText(i * 60, { leak: ids(10, 20 + i * 10), pool: ids(500, 520) }))
    const dumps = judgeAll(texts, { limits: { historyDumps: 3 } })
    expect(dumps.at(-1)?.verdicts).toMatchObject({ leak: 'leaking', pool: 'steady' })
  })
})

describe('historyAbsences', () => {
  const empty = {
    source: 'stdin',
    kind: 'all',
    format: 'stack',
    other: 0,
    bytes: [0, 0],
    foreignLines: 0,
    damaged: 0,
    truncated: false,
    limits: [],
  } as const

  /** A dump with a pool, and with a burst if `burst` is set. */
  const tally = (dump: number, burst: boolean): DumpTally => ({
    ...empty,
    dump,
    goroutines: burst ? 10 : 5,
    signatures: (burst ? ['pool', 'burst'] : ['pool']).map((id) => ({
      signature: { id, canonical: id, title: { function: id }, idle: 'no', stack: { frames: [] } },
      count: 5,
      leaked: 0,
      states: new Map(),
      labels: new Map(),
    })),
  })

  const steps = (quiet: number): (number | undefined)[] => {
    const history = createHistory({ limits: { ...LIMITS, historyAbsences: 3 } })
    history.observe(tally(1, true))
    for (let i = 0; i < quiet; i++) history.observe(tally(i + 2, false))
    const { tracks } = history.observe(tally(quiet + 2, true))
    return tracks.map((track) => track.steps.length)
  }

  it('a signature that returns after that number of dumps begins a new history; one that stayed keeps its own', () => {
    // The steps of the burst are its disappearance and its return, or only its return.
    expect(steps(2)).toEqual([3, 2])
    expect(steps(3)).toEqual([4, 1])
    expect(steps(9)).toEqual([10, 1])
  })
})

describe('goroutineIds', () => {
  const leak = (i: number): string => dumpText(i * 60, { leak: ids(10, 20 + i * 10) })

  it('is named, and nothing is called leaking without ids', () => {
    const dumps = judgeAll(ids(0, 5).map(leak), { limits: { goroutineIds: 5 } })
    expect(dumps.map(({ dump }) => dump.limits)).toEqual(ids(0, 5).map(() => ['goroutineIds']))
    expect(dumps.map(({ verdicts }) => verdicts.leak)).toEqual([undefined, ...ids(1, 5).map(() => 'growing')])
    expect(dumps.at(-1)?.signatures.some(({ survivors }) => survivors !== undefined)).toBe(false)
  })

  it('hit once does not affect the dumps after it', () => {
    const crowd = dumpText(150, { leak: ids(10, 40), crowd: ids(1000, 1200) })
    const texts = [leak(0), leak(1), leak(2), crowd, leak(4), leak(5), leak(6)]
    const dumps = judgeAll(texts, { limits: { goroutineIds: 150 } })
    expect(dumps.map(({ dump }) => dump.limits !== undefined)).toEqual([false, false, false, true, false, false, false])
    expect(dumps[3]?.verdicts.leak).not.toBe('leaking')
    expect(dumps.at(-1)?.verdicts.leak).toBe('leaking')
  })
})

describe('signatures', () => {
  it('is named; a dump that exceeds it is compared with nothing', () => {
    const [first, turned] = [each(2), Object.fromEntries(Object.entries(each(2)).reverse())]
    const dumps = judgeAll([dumpText(0, first), dumpText(60, turned)], { limits: { signatures: 4 } })
    expect(dumps.map(({ dump }) => dump.limits)).toEqual([['signatures'], ['signatures']])
    expect(dumps.flatMap(({ verdicts }) => Object.values(verdicts)).filter((verdict) => verdict !== undefined)).toEqual(
      [],
    )
  })
})

describe('sources', () => {
  it('the least recently used one is forgotten and begins a new history', () => {
    const carried = (pod: string, text: string): string =>
      text
        .split('\n')
        .map((msg) => `${JSON.stringify({ pod, msg })}\n`)
        .join('')
    const texts = ['a', 'b', 'c', 'a'].map((pod, i) => carried(pod, dumpText(i * 60, { pool: ids(10, 12) })))
    const last = (sources: number): unknown =>
      judgeAll(texts, { limits: { sources }, input: 'json', textKey: 'msg', streamKeys: ['pod'] })
        .filter(({ dump }) => dump.source === 'a')
        .at(-1)?.verdicts
    expect(last(2)).toEqual({ main: undefined, pool: undefined })
    expect(last(3)).toEqual({ main: 'steady', pool: 'steady' })
  })
})
