/** What the text shows beyond counts: minutes, goroutines that have run since, dumps that come twice or without ids. */
import { describe, expect, it } from 'vitest'
import type { SignatureRecord } from '../../src/core/records.ts'
import { dumpText, type Goroutines, ids, judgeAll, profileText } from './dumps.ts'

const last = (texts: readonly string[], name: string): string | undefined => judgeAll(texts).at(-1)?.verdicts[name]

/** Like `dumpText`; `asleep` have waited since five minutes before the first dump, and their headers say so. */
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

  it('leak if all that stayed have slept since', () => {
    const texts = ids(0, 3).map((i) => withMinutes(i * 10, { work: grow(i) }, i === 0 ? [] : grow(i - 1)))
    expect(last(texts, 'work')).toBe('leaking')
  })

  it('are at most growing if those that stayed have run since', () => {
    // Another goroutine has minutes, so the garbage collector has run.
    const texts = ids(0, 3).map((i) => withMinutes(i * 10, { work: grow(i), other: [9] }, [9]))
    expect(last(texts, 'work')).toBe('growing')
  })

  /** Each of them has waited for `wait` minutes in the dumps after its first; `minutes` from dump to dump. */
  const waiting = (minutes: number, wait: (dump: number) => number): string | undefined =>
    last(
      ids(0, 4).map((i) =>
        dumpText(i * minutes, { work: grow(i), other: [9] }).replace(
          /^goroutine (\d+) \[chan receive\]/gm,
          (all, id) =>
            Number(id) === 9
              ? `goroutine ${id} [chan receive, ${i * minutes + 30} minutes]`
              : i > 0 && grow(i - 1).includes(Number(id)) && wait(i) > 0
                ? `goroutine ${id} [chan receive, ${wait(i)} minutes]`
                : all,
        ),
      ),
      'work',
    )

  it('are at most growing if they wait for less than the time since the previous dump', () => {
    expect(waiting(30, () => 26)).toBe('growing')
    expect(waiting(30, (dump) => dump * 30)).toBe('leaking')
  })

  it('are at most growing if their wait stays at the same minute', () => {
    expect(waiting(1.5, () => 1)).toBe('growing')
    expect(waiting(1.5, (dump) => Math.floor(dump * 1.5 + 1))).toBe('leaking')
  })

  it('are at most growing if they wait for less than they were observed, minus the first collection, which records no waits', () => {
    // Observed for 3 and 6 minutes: two collections ran since, and the header has at most the time since the first of them.
    const waited = (minutes: number, oldest: number): string | undefined =>
      last(
        ids(0, 3).map((i) =>
          dumpText(i * 3, { work: grow(i), other: [9] }).replace(/^goroutine (\d+) \[chan receive\]/gm, (all, id) =>
            Number(id) === 9 || (i > 0 && grow(i - 1).includes(Number(id)))
              ? `goroutine ${id} [chan receive, ${i * 3 + (Number(id) === 9 ? oldest : minutes - 3)} minutes]`
              : all,
          ),
        ),
        'work',
      )
    expect(waited(1, 4)).toBe('growing')
    expect(waited(4, 4)).toBe('leaking')
  })

  describe('started by requests that are gone', () => {
    const requests = (id: number): number => 1_000_000 + id
    /** `others`: minutes of goroutines that are alive all the time. */
    const told = (minutes: number, others: readonly string[]): string | undefined =>
      last(
        ids(0, 2).map((i) =>
          dumpText(i * 1.7, { work: grow(i), other: ids(2, 11) }, requests).replace(
            /^goroutine (\d+) \[chan receive\]/gm,
            (all, id) => {
              if (i < 2) return all
              const wait = Number(id) < 12 ? (others[Number(id) % others.length] ?? '') : `, ${minutes} minutes`
              return `goroutine ${id} [chan receive${grow(1).includes(Number(id)) || Number(id) < 12 ? wait : ''}]`
            },
          ),
        ),
        'work',
      )

    it('leak if they have waited for longer than the others', () => {
      expect(told(3, [', 1 minutes'])).toBe('leaking')
      expect(told(3, [''])).toBe('leaking')
    })

    it('are growing if all goroutines of the dump seem to have waited since the second-last collection', () => {
      expect(told(1, [', 1 minutes', ', 3 minutes'])).toBe('growing')
      expect(
        last(
          ids(0, 2).map((i) => dumpText(i * 1.7, { work: grow(i) }, requests)),
          'work',
        ),
      ).toBe('growing')
    })

    it('leak if no header has minutes, whatever the time', () => {
      const texts = (minutes: number): string[] =>
        ids(0, 2).map((i) => dumpText(i * minutes, { work: grow(i) }, requests))
      expect(last(texts(0.01), 'work')).toBe('leaking')
      expect(last(texts(60), 'work')).toBe('leaking')
    })
  })

  it('are at most growing if they sleep, which ends by itself', () => {
    const texts = ids(0, 8).map((i) => dumpText(i / 100, { work: grow(i) }).replaceAll('chan receive', 'sleep'))
    expect(last(texts, 'work')).toBe('growing')
  })

  it('leak although the log shows that hours have passed, in which the machine was suspended', () => {
    const texts = ids(0, 4).map((i) =>
      dumpText(i * 300, { work: grow(i), other: [9] }).replace(/^goroutine (\d+) \[chan receive\]/gm, (all, id) =>
        Number(id) === 9 || (i > 0 && grow(i - 1).includes(Number(id)))
          ? `goroutine ${id} [chan receive, ${i * 10 + 2} minutes]`
          : all,
      ),
    )
    expect(last(texts, 'work')).toBe('leaking')
  })

  it('are at most growing if some were seen at work', () => {
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

  it('are stuck if none has run since', () => {
    expect(last(steps(same), 'work')).toBe('stuck')
  })

  it('are stuck in a select without cases, which never ends', () => {
    const texts = [0, 6, 12, 18].map((minutes) =>
      withMinutes(minutes, { work: same, other: [9] }, [...same, 9], 'select (no cases)'),
    )
    expect(last(texts, 'work')).toBe('stuck')
  })

  describe('started by requests that are gone', () => {
    /** Started ten minutes apart, long before; `waits`: how many minutes each has waited at the first dump. */
    const left = (waits: readonly number[]): string | undefined => {
      const texts = [0, 6, 12, 18].map((minutes) =>
        dumpText(minutes, { work: waits.map((_, i) => 1000 * (i + 1)) }, (id) => 1e6 + id).replace(
          /^goroutine (\d+)000 \[chan receive\]/gm,
          (_all, id) => `goroutine ${id}000 [chan receive, ${(waits[Number(id) - 1] ?? 0) + minutes} minutes]`,
        ),
      )
      return last(texts, 'work')
    }

    it('are stuck if the oldest wait for the longest', () => {
      expect(left([40, 30, 20])).toBe('stuck')
    })

    it('are workers if an older one has run after a younger one began to wait', () => {
      expect(left([40, 20, 30])).toBe('steady')
    })
  })

  describe('started by one that is gone', () => {
    const inCall = (calls: readonly string[], creator: string, parent = 999): string | undefined => {
      const frames = calls.map((call) => `main.${call}()\n\t/app/main.go:9 +0x1d\n`).join('')
      const texts = [0, 6, 12, 18].map((minutes) =>
        dumpText(minutes, { work: [30, 31], other: [9] }, (id) => (id === 9 ? 1 : parent))
          .replaceAll('main.work()\n\t/app/main.go:9 +0x1d\n', frames)
          .replaceAll('created by main.works', `created by main.${creator}`)
          .replace(/\[chan receive\]/g, `[chan receive, ${minutes + 5} minutes]`),
      )
      return last(texts, calls[0] ?? '')
    }

    it('are stuck in a call', () => {
      expect(inCall(['(*hall).enter', 'visit.func1'], 'visit')).toBe('stuck')
    })

    it.each<[string, readonly string[], string, number?]>([
      ['may be what it started them for', ['(*hall).enter'], 'visit'],
      ['may wait for their next work, by the name of the call', ['(*hall).next', 'visit.func1'], 'visit'],
      ['are in a function that is a loop by its name', ['(*hall).enter', 'worker'], 'visit'],
      [
        'were started by a function that begins something by its name',
        ['(*hall).enter', 'visit.func1'],
        '(*hall).Start.func2',
      ],
      ['are kept by one that is alive', ['(*hall).enter', 'visit.func1'], 'visit', 1],
    ])('are not stuck if they %s', (_why, calls, creator, parent) => {
      expect(inCall(calls, creator, parent)).toBe('steady')
    })
  })

  it('are stuck although log lines were late', () => {
    // The second dump was written four minutes before the time of its line, the third at once.
    const waits = [5, 7, 17, 23]
    const texts = [0, 6, 12, 18].map((minutes, i) =>
      withMinutes(minutes, { work: same, other: [9] }, [], 'chan send').replace(
        /^goroutine (\d+) \[chan send\]/gm,
        (_all, id) => `goroutine ${id} [chan send, ${(waits[i] ?? 0) - (id === '9' ? 0 : 1)} minutes]`,
      ),
    )
    expect(last(texts, 'work')).toBe('stuck')
  })

  it('are stuck if a single one has written to a pipe or waited for an answer since long before', () => {
    const alone = (frame: string): string | undefined => {
      const texts = [0, 6, 12, 18].map((minutes) =>
        withMinutes(minutes, { work: [30], other: [9] }, [30, 9], 'select').replace(
          /^(goroutine 30 .*)$/m,
          `$1\n${frame}(0xc000012345)\n\t/usr/local/go/src/x.go:9 +0x1d`,
        ),
      )
      return judgeAll(texts)
        .at(-1)
        ?.signatures.find(
          (each) => each.id !== undefined && each.states?.select === 1 && each.function !== 'main.other',
        )?.verdict
    }
    expect(alone('io.(*pipe).write')).toBe('stuck')
    expect(alone('net/http.(*persistConn).roundTrip')).toBe('stuck')
    expect(alone('io.(*pipe).read')).toBe('steady')
  })

  it('are stuck if all that they started are stuck', () => {
    const parent = (state: string): string | undefined => {
      const texts = [0, 6, 12, 18].map((minutes) =>
        dumpText(minutes, { work: [30], child: [31, 32], other: [9] }, (id) => (id > 30 ? 30 : 1)).replace(
          /^goroutine (\d+) \[chan receive\]/gm,
          (_all, id) => `goroutine ${id} [${Number(id) > 30 ? state : 'select'}, ${minutes + 5} minutes]`,
        ),
      )
      return last(texts, 'work')
    }
    expect(parent('sync.Mutex.Lock')).toBe('stuck')
    expect(parent('chan receive')).toBe('steady')
  })

  it('are not stuck in a `select {}` if their parent is alive and keeps something going', () => {
    const alone = (parent: number): string | undefined => {
      const texts = [0, 6, 12, 18].map((minutes) =>
        dumpText(minutes, { work: [30] }, () => parent).replace('[chan receive]', '[select (no cases)]'),
      )
      return last(texts, 'work')
    }
    expect(alone(1)).toBe('steady')
    expect(alone(999)).toBe('stuck')
  })

  it('are stuck in a process that allocates little, although the first collection comes late', () => {
    const waits = [0, 0, 5, 9, 14]
    const texts = [0, 4, 8.3, 12.4, 17.1].map((minutes, i) =>
      dumpText(minutes, { work: same }).replace(
        /^goroutine (\d+) \[chan receive\]/gm,
        (_all, id) => `goroutine ${id} [chan send${waits[i] === 0 ? '' : `, ${waits[i]} minutes`}]`,
      ),
    )
    expect(last(texts, 'work')).toBe('stuck')
  })

  it('have run if the collector saw another one waiting two minutes ago, but not them', () => {
    const texts = [0, 4, 8, 12].map((minutes) =>
      dumpText(minutes, { work: same, other: [Math.round(30 + minutes)] }).replace(
        /^goroutine (\d+) \[chan receive\]/gm,
        (_all, id) => `goroutine ${id} [chan send${Number(id) > 29 ? ', 2 minutes' : ''}]`,
      ),
    )
    expect(last(texts, 'work')).toBe('steady')
  })

  it('are a stage under back-pressure if they have run since', () => {
    expect(last(steps([]), 'work')).toBe('steady')
  })
})

describe('goroutines that came while the process was observed, and have slept since', () => {
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
    'are workers in [%s] if one that is alive started them',
    (state) => {
      expect(came(state, () => 1)).toBe('steady')
      expect(came(state, (id) => 10_000 + id)).toBe('stuck')
    },
  )

  it('are not workers in a WaitGroup, even if present from the start, if no goroutine that could complete it is alive', () => {
    const wait = (others: Goroutines): string | undefined => {
      const texts = [0, 6, 12, 18].map((minutes) =>
        dumpText(minutes, { other: [9], work: [30, 31], ...others }, (id) => (id === 50 ? 30 : 1)).replace(
          /^goroutine (9|30|31) \[chan receive\]/gm,
          (_all, id) => `goroutine ${id} [${id === '9' ? 'select' : 'sync.WaitGroup.Wait'}, ${minutes + 5} minutes]`,
        ),
      )
      return last(texts, 'work')
    }
    expect(wait({})).toBe('stuck')
    expect(wait({ child: [50] })).toBe('steady')
  })

  it('are stuck in a WaitGroup, for which no worker waits', () => {
    expect(came('sync.WaitGroup.Wait', () => 1)).toBe('stuck')
  })
})

describe('goroutines that wait for those they started', () => {
  /** Supervisors come, and none leaves; each has a child. */
  const supervisors = (childState: string): string | undefined => {
    const texts = [0, 1, 2, 3, 4].map((i) => {
      const work = ids(0, 2 + i * 3).map((n) => 20 + n * 10)
      return dumpText(i * 60, { work, child: work.map((id) => id + 1), newest: [1000 * (i + 1)] }, (id) =>
        id % 10 === 1 ? id - 1 : id % 1000 === 0 ? 1 : 1e6 + id,
      ).replace(
        /^goroutine (\d+) \[chan receive\]/gm,
        (_all, id) => `goroutine ${id} [${Number(id) % 10 === 1 ? childState : 'sync.WaitGroup.Wait'}]`,
      )
    })
    return last(texts, 'work')
  }

  it('are supervisors if these are active', () => {
    expect(supervisors('sleep')).toBe('growing')
  })

  it('are supervisors if these are supervisors, too', () => {
    const texts = [0, 1, 2, 3, 4].map((i) => {
      const work = ids(0, 2 + i * 3).map((n) => 20 + n * 10)
      const goroutines = { work, inner: work.map((id) => id + 1), child: work.map((id) => id + 2) }
      return dumpText(i * 60, { ...goroutines, newest: [1003 * (i + 1)] }, (id) =>
        id % 10 === 1 || id % 10 === 2 ? id - 1 : 1,
      ).replace(
        /^goroutine (\d+) \[chan receive\]/gm,
        (_all, id) => `goroutine ${id} [${Number(id) % 10 === 2 ? 'sleep' : 'sync.WaitGroup.Wait'}]`,
      )
    })
    expect([last(texts, 'work'), last(texts, 'inner')]).toEqual(['growing', 'growing'])
  })

  it('leak if these are blocked themselves', () => {
    expect(supervisors('chan send')).toBe('leaking')
  })
})

describe('two dumps', () => {
  const two = (parent: (id: number) => number): string | undefined =>
    last(
      [10, 40].map((count, i) => dumpText(i * 60, { work: ids(0, count).map((n) => 20 + n * 20) }, parent)),
      'work',
    )

  it('cannot distinguish what one goroutine keeps from what it leaks', () => {
    expect(two(() => 1)).toBe('growing')
    expect(two((id) => 1e6 + id)).toBe('leaking')
  })
})

describe('dumps that do not count as a step', () => {
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

describe('the deltas of the signatures of a dump', () => {
  it('add up to that of the goroutines, after a profile, too: what only one of the two previous dumps has is gone once', () => {
    const mixed = [
      dumpText(0, { cron: ids(20, 40), once: [7, 8] }),
      profileText(30, 100),
      dumpText(60, { cron: ids(20, 80) }),
    ]
    const judged = judgeAll(mixed)
    const sums = judged.map(({ signatures }) => signatures.reduce((sum, { delta = 0 }) => sum + delta, 0))
    const counts = judged.map(({ dump }) => dump.goroutines)
    expect(sums.slice(1)).toEqual(counts.slice(1).map((count, i) => count - (counts[i] ?? 0)))
    const gone = judged.map(({ verdicts }) => Object.keys(verdicts).filter((name) => verdicts[name] === 'gone'))
    expect(gone).toEqual([[], ['main', 'cron', 'once'], ['work']])
  })
})

describe('a last step that brought no new ones', () => {
  /** New goroutines have higher ids than all before them. */
  const steps = (counts: readonly number[]): SignatureRecord | undefined => {
    const [first = 1] = counts
    const born = ids(1, first).map((n) => Math.floor((n * 990) / first))
    const texts = counts.map((count, i) => {
      const highest = 1000 + i * 500
      while (born.length < count) born.push(highest - 400 + born.length)
      return dumpText(i * 60, { work: [...born], newest: [highest] }, (id) => 1e6 + id)
    })
    return judgeAll(texts)
      .at(-1)
      ?.signatures.find((each) => each.function === 'main.work')
  }

  it('ends a leak if some were to be expected', () => {
    expect(steps([47, 59, 60, 60])?.verdict).toBe('steady')
  })

  it('is described in words if few come', () => {
    expect(steps([10, 12, 14, 14])?.because).toContain('none new since the last dump, 4 in those before, and ')
  })
})

describe('a jump', () => {
  it('in the count is growing, never steady', () => {
    const counts = [12, 12, 36]
    const texts = counts.map((count, i) => dumpText(i * 60, { work: ids(20, 19 + count) }))
    expect(last(texts, 'work')).toBe('growing')
  })
})
