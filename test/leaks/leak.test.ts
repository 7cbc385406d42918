/** What three dumps show, rule by rule. */
import { describe, expect, it } from 'vitest'
import { dumpText, ids, judgeAll } from './dumps.ts'

/** `count` ids, spread evenly between `from` and `to`. */
const spread = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.floor(from + ((i + 0.5) * (to - from)) / count))

/** The verdict on `subject` in the last of several dumps an hour apart. Each adds the next list of `cumulated`; `newest`: the highest id in each. */
function verdict(
  newest: readonly number[],
  cumulated: readonly (readonly number[])[],
  state = 'chan receive',
): unknown {
  const texts = newest.map((id, i) =>
    dumpText(i * 60, { dumper: [id], subject: cumulated.slice(0, i + 1).flat() }).replaceAll(
      /\[chan receive\](?=:\nmain\.subject)/g,
      `[${state}]`,
    ),
  )
  return judgeAll(texts).at(-1)?.verdicts.subject
}

describe('goroutines that come and stay', () => {
  const came = (first: number, start: number): number[][] => [
    spread(20, start, first),
    spread(start, start + 1000, 2),
    spread(start + 1000, start + 2000, 2),
  ]

  it('leak when four have come in a process that has run for a long time', () => {
    expect(verdict([10_000, 11_000, 12_000], came(8, 10_000))).toBe('leaking')
  })

  it('do not leak yet in a process that has just started, whose pools fill', () => {
    expect(verdict([500, 1500, 2500], came(8, 500))).not.toBe('leaking')
  })

  it('do not leak if hardly any was observed', () => {
    expect(verdict([10_000, 11_000, 12_000], [[], [10_500], spread(11_000, 12_000, 5)])).not.toBe('leaking')
  })
})

describe('the creator of goroutines', () => {
  const judged = (state: string, parent: (id: number) => number, each: number): unknown => {
    const newest = [500, 1500, 2500]
    const came = [spread(20, 500, 3), spread(500, 1500, each), spread(1500, 2500, each)]
    const texts = newest.map((id, i) =>
      dumpText(i * 60, { dumper: [id], subject: came.slice(0, i + 1).flat() }, parent).replaceAll(
        /\[chan receive\](?=:\nmain\.subject)/g,
        `[${state}]`,
      ),
    )
    return judgeAll(texts).at(-1)?.verdicts.subject
  }
  const byOneLoop = (): number => 1
  const byRequests = (id: number): number => id + 100_000

  it.each(['chan receive', 'select'])(
    'can be one loop that keeps workers and tickers: few in [%s] are not a leak yet',
    (state) => {
      expect(judged(state, byOneLoop, 4)).toBe('growing')
      expect(judged(state, byOneLoop, 12)).toBe('growing')
      expect(judged(state, byOneLoop, 20)).toBe('leaking')
      expect(judged(state, byRequests, 20)).toBe('leaking')
    },
  )

  it('can be one loop that keeps a few more in each of many steps: they are not a leak if no header has minutes', () => {
    const came = Array.from({ length: 8 }, (_, i) => spread(500 + i * 1000, 1500 + i * 1000, 5))
    const last = (parent: (id: number) => number): unknown =>
      judgeAll(
        came.map((_, i) => dumpText(i, { dumper: [1500 + i * 1000], subject: came.slice(0, i + 1).flat() }, parent)),
      ).at(-1)?.verdicts.subject
    expect(last(byOneLoop)).toBe('growing')
    expect(last(byRequests)).toBe('leaking')
  })

  it('can be requests that are gone: senders leak although fewer come in the end', () => {
    const slower = [spread(20, 500, 8), spread(500, 1500, 12), [2000]]
    const last = (state: string): unknown =>
      judgeAll(
        [500, 1500, 2500].map((id, i) =>
          dumpText(i * 60, { dumper: [id], subject: slower.slice(0, i + 1).flat() }, byRequests).replaceAll(
            /\[chan receive\](?=:\nmain\.subject)/g,
            `[${state}]`,
          ),
        ),
      ).at(-1)?.verdicts.subject
    expect(last('chan send')).toBe('leaking')
    expect(last('select')).not.toBe('leaking')
  })

  it('can be one loop whose senders have lost their receivers', () => {
    expect(judged('chan send', byOneLoop, 4)).toBe('leaking')
  })

  it('can be requests that are gone: whatever they leave behind leaks', () => {
    expect(judged('select', byRequests, 2)).toBe('leaking')
  })
})

describe('a pause', () => {
  const paused = (...each: readonly number[]): unknown => {
    const newest = ids(0, 6).map((i) => 10_500 + i * 1000)
    return verdict(
      newest,
      newest.map((id, i) =>
        i === 0 ? spread(20, id, 9) : i < 5 ? spread(id - 1000, id, each[i % each.length] ?? 0) : [],
      ),
    )
  }

  it('of two steps is chance if two came in each', () => {
    expect(paused(2)).toBe('leaking')
  })

  it('ends the growth if about six came in each step', () => {
    expect(paused(6, 5, 7)).not.toBe('leaking')
  })

  it('of two steps is chance if exactly six came in each', () => {
    expect(paused(6)).toBe('leaking')
  })
})

describe('goroutines that arrive from elsewhere and stay', () => {
  it('leak although they were first seen in another function', () => {
    const started = [spread(20, 10_000, 6), spread(10_000, 11_000, 6), spread(11_000, 12_000, 6)]
    const texts = [10_000, 11_000, 12_000].map((newest, i) =>
      dumpText(i * 60, {
        dumper: [newest],
        subject: [...started.slice(0, i).flat(), ...(started[i] ?? []).slice(1)],
        starting: (started[i] ?? []).slice(0, 1),
      }).replaceAll('main.startings', 'main.subjects'),
    )
    expect(judgeAll(texts).at(-1)?.verdicts.subject).toBe('leaking')
  })

  it('leak although they were runnable when first seen, since they had only started', () => {
    const started = [spread(20, 8000, 6), spread(10_000, 11_000, 6), spread(11_000, 12_000, 6)]
    const texts = [10_000, 11_000, 12_000].map((newest, i) => {
      const text = dumpText(i * 60, { dumper: [newest], subject: started.slice(0, i + 1).flat() })
      return (started[i] ?? []).reduce(
        (all, id) => all.replace(`goroutine ${id} [chan receive]`, `goroutine ${id} [runnable]`),
        text,
      )
    })
    expect(judgeAll(texts).at(-1)?.verdicts.subject).toBe('leaking')
  })
})

describe('arrivals that slow down', () => {
  const slower = [spread(20, 500, 8), spread(500, 1500, 12), spread(1500, 2500, 3)]

  it('are a pool that fills, in a young process', () => {
    expect(verdict([500, 1500, 2500], slower)).not.toBe('leaking')
  })

  it.each(['select (no cases)', 'chan receive (nil chan)', 'chan send (nil chan)', 'sync.Mutex.Lock'])(
    'are a leak all the same in [%s], which nothing ends',
    (state) => {
      expect(verdict([500, 1500, 2500], slower, state)).toBe('leaking')
    },
  )

  it('are not a leak in a WaitGroup, which healthy goroutines wait for, too', () => {
    expect(verdict([500, 1500, 2500], slower, 'sync.WaitGroup.Wait')).not.toBe('leaking')
  })
})

describe('goroutines that nothing wakes', () => {
  const few = [spread(20, 500, 3), [900], spread(1500, 2500, 2)]

  it('leak when three have come', () => {
    expect(verdict([500, 1500, 2500], few, 'select (no cases)')).toBe('leaking')
    expect(verdict([500, 1500, 2500], few)).not.toBe('leaking')
  })

  it('are stuck, not a leak, if their number does not grow', () => {
    expect(verdict([500, 1500, 2500], [spread(20, 500, 9), [], []], 'select (no cases)')).toBe('stuck')
  })
})

describe('a leak beside goroutines in flight', () => {
  /** Each P hands out ids from its own block of 16, so that short-lived goroutines have ids somewhat below the highest. */
  const dump = (i: number): string => {
    const leaked = [spread(20, 3000, 20), spread(3000, 3600, 6), spread(3600, 4200, 6)].slice(0, i + 1).flat()
    const newest = 3000 + i * 600
    const passing = spread(newest - 250, newest, 7).map((id) => id + 3)
    return dumpText(i * 60, { subject: [...leaked, ...passing], dumper: [newest + 9] })
  }

  it('is found in three dumps if ids are few and only roughly in order', () => {
    const last = judgeAll([0, 1, 2].map(dump)).at(-1)
    expect(last?.signatures.find(({ function: name }) => name === 'main.subject')?.survivors).toBe(26)
    expect(last?.verdicts.subject).toBe('leaking')
  })

  describe('whose ids are older than half of the step', () => {
    /** `stay`: share of the goroutines seen twice that are in the third dump. */
    const three = (stay: number): unknown => {
      const older = spread(20, 3000, 30)
      const leaked = [older, spread(3000, 3300, 6), spread(3300, 3600, 6)]
      const dumps = [0, 1, 2].map((i) => {
        const newest = 3000 + i * 300
        const there = leaked.slice(0, i + 1).flat()
        const still = i < 2 ? there : there.filter((id) => !older.slice(Math.floor(older.length * stay)).includes(id))
        const passing = spread(newest - 290, newest, 9).map((id) => id + 1)
        return dumpText(i * 60, { subject: [...still, ...passing], dumper: [newest + 9] })
      })
      return judgeAll(dumps).at(-1)?.verdicts.subject
    }

    it('is found in three dumps when those seen twice stay, although others leave', () => {
      expect(three(1)).toBe('leaking')
    })

    it('is not found when those seen twice leave, too', () => {
      expect(three(0.9)).not.toBe('leaking')
    })
  })

  it('is not found if settled goroutines leave, too', () => {
    const leaving = (i: number): string =>
      dumpText(i * 60, { subject: spread(600 * i, 3000 + i * 600, 20 + i * 6), dumper: [3000 + i * 600] })
    expect(judgeAll([0, 1, 2].map(leaving)).at(-1)?.verdicts.subject).not.toBe('leaking')
  })
})

describe('accumulating connections, one of which closes now and then', () => {
  it('are not a leak because of those that stay', () => {
    const came = [[50], spread(78, 292, 10), spread(292, 419, 6), spread(419, 514, 5)]
    const closed = [[], [], [came[1]?.[4]], [came[1]?.[4], came[2]?.[2]]]
    const dumps = [78, 292, 419, 514].map((newest, i) =>
      dumpText(i * 60, {
        dumper: [newest],
        subject: came
          .slice(0, i + 1)
          .flat()
          .filter((id) => !closed[i]?.includes(id)),
      }),
    )
    expect(judgeAll(dumps).at(-1)?.verdicts.subject).not.toBe('leaking')
  })
})

describe('two dumps', () => {
  const two = (came: readonly number[]): unknown => verdict([10_000, 12_000], [spread(20, 10_000, 10), came])

  it('distinguish a steady leak from a burst, whenever the burst was', () => {
    expect(two(spread(10_000, 12_000, 20))).toBe('leaking')
    for (const at of [10_100, 10_500, 11_200, 11_900]) expect(two(ids(at, at + 19))).toBe('growing')
  })
})
