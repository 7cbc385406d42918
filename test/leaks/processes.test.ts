/** Two processes whose dumps alternate in one log that names neither, such as two pods under one source. */
import { describe, expect, it } from 'vitest'
import { dumpText, type Goroutines, ids, judgeAll } from './dumps.ts'

const each = (count: number, make: (k: number) => number): number[] => ids(0, count - 1).map(make)

/** Workers started at the beginning have the same ids in every process of a program. */
const WORKERS = ids(20, 31)

/** A leaking process that has handed out many ids: of 20 000 goroutines in each step, 100 stay. */
const leaky = (i: number): Goroutines => ({
  worker: WORKERS,
  wait: each(100 * (i + 1), (k) => 201 + k * 200),
  handler: ids(20_000 * (i + 1) - 4, 20_000 * (i + 1)),
})
/** A younger, healthy process: five goroutines that come and go. */
const healthy = (i: number): Goroutines => ({
  worker: WORKERS,
  wait: each(5, (k) => 8000 * (i + 1) + 101 + k * 300),
  handler: ids(8000 * (i + 1) + 2000, 8000 * (i + 1) + 2004),
})

describe('two processes in one log without a name', () => {
  it('each have a history: the counts 100, 5, 200, 5 are one leak and one healthy process, not growth and restarts', () => {
    const texts = [0, 1, 2, 3].flatMap((i) => [dumpText(i * 60, leaky(i)), dumpText(i * 60 + 5, healthy(i))])
    const dumps = judgeAll(texts)
    const alone = judgeAll([0, 1, 2, 3].map((i) => dumpText(i * 60, leaky(i))))
    expect(dumps.map(({ verdicts }) => verdicts.wait)).toEqual([
      undefined,
      undefined,
      'leaking',
      'steady',
      'leaking',
      'steady',
      'leaking',
      'steady',
    ])
    expect(dumps[6]?.verdicts).toEqual(alone[3]?.verdicts)
    expect(dumps[6]?.signatures.find(({ function: name }) => name === 'main.wait')).toMatchObject({
      count: 400,
      delta: 100,
      survivors: 300,
      new: 100,
    })
    expect(dumps.map(({ dump }) => dump.duration_s)).toEqual([undefined, undefined, 3600, 3600, 3600, 3600, 3600, 3600])
  })

  it('are followed up to the limit `processes`', () => {
    const other = (n: number, i: number): Goroutines => ({ worker: WORKERS, wait: ids(9000 * n, 9000 * n + 5 + i) })
    const texts = [4, 3, 2, 1, 4].map((n, i) => dumpText(i, other(n, i)))
    const survivors = (processes: number): unknown =>
      judgeAll(texts, { limits: { processes } })
        .at(-1)
        ?.signatures.find(({ function: name }) => name === 'main.wait')?.survivors
    expect(survivors(4)).toBe(6)
    expect(survivors(3)).toBe(0)
  })

  it('that handed out fewer than 4096 ids look like one, and nothing is called leaking', () => {
    const small = (goroutines: Goroutines): Goroutines =>
      Object.fromEntries(
        Object.entries(goroutines).map(([name, list]) => [name, list.map((id) => Math.ceil(id / 100))]),
      )
    const texts = [0, 1, 2, 3].flatMap((i) => [
      dumpText(i * 60, small({ wait: leaky(i).wait ?? [] })),
      dumpText(i * 60 + 5, small({ wait: healthy(i).wait ?? [] })),
    ])
    expect(judgeAll(texts).map(({ verdicts }) => verdicts.wait)).not.toContain('leaking')
  })

  it('a process that was restarted is not taken for one that came back', () => {
    const texts = [
      ...[0, 1, 2].map((i) => dumpText(i * 60, leaky(i))),
      ...[0, 1, 2].map((i) => dumpText(200 + i * 60, { ...leaky(i), wait: each(50 * (i + 1), (k) => 271 + k * 400) })),
    ]
    const dumps = judgeAll(texts)
    expect(dumps[3]?.verdicts).toEqual({ main: undefined, worker: undefined, wait: undefined, handler: undefined })
    expect(dumps[5]?.verdicts).toMatchObject({ worker: 'steady', wait: 'leaking' })
  })
})

describe('a pid in the log', () => {
  /** A dump in one line of JSON: 12 goroutines from the start, and some that wait. */
  const line = (pid: number | string, minute: number, wait: readonly number[]): string => {
    const time = new Date(Date.UTC(2026, 10, 24, 7, minute)).toISOString()
    const stacks = [...WORKERS.map((id) => ['worker', id] as const), ...wait.map((id) => ['wait', id] as const)]
    const msg = stacks
      .map(([name, id]) => `goroutine ${id} [chan receive]:\nmain.${name}()\n\t/src/${name}.go:9 +0x1d\n`)
      .join('\n')
    return `${JSON.stringify({ time, pid, msg })}\n`
  }
  const waiting = (texts: readonly string[]) =>
    judgeAll(texts).map(({ signatures }) => {
      const wait = signatures.find(({ function: name }) => name === 'main.wait')
      return [wait?.count, wait?.delta]
    })

  it('is `process` in the record', () => {
    const [judged] = judgeAll([line(43, 0, [40, 41])])
    expect(judged?.dump).toMatchObject({ process: '43', attributes: { 'process.pid': '43' } })
  })

  it('shows a restart, although no id contradicts one process', () => {
    const texts = [line(43, 0, ids(40, 49)), line(44, 5, ids(40, 54))]
    expect(waiting(texts)).toEqual([
      [10, undefined],
      [15, undefined],
    ])
  })

  it('keeps the histories of two processes that write into one log separate', () => {
    const texts = [0, 1, 2].flatMap((i) => [line(43, i, ids(40, 49 + i)), line(44, i, ids(40, 69))])
    expect(waiting(texts).slice(2)).toEqual([
      [11, 1],
      [30, 0],
      [12, 1],
      [30, 0],
    ])
  })

  it('proves nothing if it is the same', () => {
    const texts = [line(1, 0, ids(9040, 9049)), line(1, 5, ids(40, 54))]
    expect(waiting(texts)).toEqual([
      [10, undefined],
      [15, undefined],
    ])
  })

  it('is ignored if it is not a number', () => {
    const texts = [line('acme', 0, ids(40, 49)), line('ajax', 5, ids(40, 54))]
    expect(waiting(texts)).toEqual([
      [10, undefined],
      [15, 5],
    ])
    expect(judgeAll(texts)[0]?.dump).not.toHaveProperty('process')
  })
})
