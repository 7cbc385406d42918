/** What the text says beyond counts: minutes, what has run since, dumps that come twice or without ids. */
import { describe, expect, it } from 'vitest'
import { dumpText, type Goroutines, ids, judgeAll, profileText } from './dumps.ts'

const last = (texts: readonly string[], name: string): string | undefined => judgeAll(texts).at(-1)?.verdicts[name]

/** As `dumpText`; `asleep` have waited since five minutes before the first dump, and their headers say so. */
function withMinutes(
  minutes: number,
  goroutines: Goroutines,
  asleep: readonly number[],
  state = 'chan receive',
): string {
  return dumpText(minutes, goroutines).replace(/^goroutine (\d+) \[chan receive\]/gm, (_all, id: string) =>
    asleep.includes(Number(id)) ? `goroutine ${id} [${state}, ${minutes + 5} minutes]` : `goroutine ${id} [${state}]`,
  )
}

describe('goroutines that stay and come', () => {
  const grow = (i: number): number[] => ids(20, 29 + i * 12)

  it('leak where all that stayed have slept since', () => {
    const texts = ids(0, 3).map((i) => withMinutes(i * 10, { work: grow(i) }, i === 0 ? [] : grow(i - 1)))
    expect(last(texts, 'work')).toBe('leaking')
  })

  it('are growing at most where those that stayed have run since', () => {
    // Another one sleeps, so that the collector was there.
    const texts = ids(0, 3).map((i) => withMinutes(i * 10, { work: grow(i), other: [9] }, [9]))
    expect(last(texts, 'work')).toBe('growing')
  })

  it('are growing at most where some were seen at work', () => {
    const texts = ids(0, 4).map((i) => {
      const busy = grow(i).slice(0, 2)
      return dumpText(i * 10, { work: grow(i).slice(i % 2 === 0 ? 0 : 2), busy: i % 2 === 0 ? [] : busy })
    })
    expect(last(texts, 'work')).not.toBe('leaking')
  })
})

describe('the same goroutines over ten minutes and more', () => {
  const same = ids(20, 25)
  const steps = (asleep: readonly number[]): string[] =>
    [0, 6, 12, 18].map((minutes) => withMinutes(minutes, { work: same, other: [9] }, [...asleep, 9], 'chan send'))

  it('are stuck where none has run since', () => {
    expect(last(steps(same), 'work')).toBe('stuck')
  })

  it('are a stage under back-pressure where they have', () => {
    expect(last(steps([]), 'work')).toBe('steady')
  })
})

describe('goroutines that came while the process was watched, and sleep since', () => {
  /** They are in all dumps but the first. */
  const came = (state: string, parent: (id: number) => number): string | undefined => {
    const texts = [0, 6, 12, 18].map((minutes, i) =>
      dumpText(minutes, { other: [9], ...(i === 0 ? {} : { work: ids(30, 31) }), newest: [40 + i] }, parent).replace(
        /^goroutine (9|30|31) \[chan receive\]/gm,
        `goroutine $1 [${state}, ${minutes + 5} minutes]`,
      ),
    )
    return last(texts, 'work')
  }

  it.each(['chan receive', 'select', 'sync.Cond.Wait'])(
    'are workers in [%s], if one that lives has started them',
    (state) => {
      expect(came(state, () => 1)).toBe('steady')
      expect(came(state, (id) => 10_000 + id)).toBe('stuck')
    },
  )

  it('are stuck in a WaitGroup, which no worker waits for', () => {
    expect(came('sync.WaitGroup.Wait', () => 1)).toBe('stuck')
  })
})

describe('dumps that are no step', () => {
  const texts = ids(0, 2).map((i) => dumpText(i * 60, { cron: ids(20, 40 + i * 40) }))

  it('a dump that is delivered twice changes nothing', () => {
    const [once, twice] = [texts, [...texts, texts[2] ?? '']].map((each) => judgeAll(each).at(-1)?.verdicts)
    expect(twice).toEqual(once)
  })

  it('dumps with ids are compared across a profile in between', () => {
    const mixed = [texts[0] ?? '', texts[1] ?? '', profileText(90, 100), texts[2] ?? '']
    const found = judgeAll(mixed).at(-1)
    expect(found?.verdicts.cron).toBe('leaking')
    expect(found?.signatures.find((each) => each.function === 'main.cron')).toMatchObject({ survivors: 61, new: 40 })
  })
})

describe('a jump', () => {
  it('is growing, never steady', () => {
    const counts = [12, 12, 36]
    const texts = counts.map((count, i) => dumpText(i * 60, { work: ids(20, 19 + count) }))
    expect(last(texts, 'work')).toBe('growing')
  })
})
