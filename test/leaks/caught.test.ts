/** Goroutines that only wait for stuck ones. */
import { describe, expect, it } from 'vitest'
import { ids, judgeAll } from './dumps.ts'

interface Waiter {
  readonly id: number
  readonly name: string
  readonly state: string
  readonly creator: string
  readonly parent: number
  /** Functions below the name, innermost first. */
  readonly above?: readonly string[]
}

/** Verdicts of the last of four dumps, six minutes apart, in which all have waited since before the first. */
function verdicts(waiters: readonly Waiter[]): Readonly<Record<string, string | undefined>> {
  const texts = [0, 6, 12, 18].map((minutes) => {
    const stacks = waiters.map(({ id, name, state, creator, parent, above = [] }) => {
      const lines = [...above, `main.${name}`].map((frame) => `${frame}()\n\t/app/main.go:9 +0x1d\n`).join('')
      return `goroutine ${id} [${state}, ${minutes + 5} minutes]:\n${lines}created by main.${creator} in goroutine ${parent}\n\t/app/main.go:5 +0x1d\n`
    })
    const time = new Date(Date.UTC(2026, 10, 24) + minutes * 60_000).toISOString()
    return `${time} INFO dump\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:3 +0x1d\n\n${stacks.join('\n')}${time} INFO done\n`
  })
  return judgeAll(texts).at(-1)?.verdicts ?? {}
}

const LINKS = 300

/** Each goroutine was started by the one before and waits for the next; `last`: the state of the last one. */
const chain = (last: string): Waiter[] =>
  ids(1, LINKS).map((n) => ({
    id: 10 + n,
    name: `link${n}`,
    state: n === LINKS ? last : 'select',
    creator: `link${n - 1}`,
    parent: n === 1 ? 1 : 9 + n,
  }))

describe('goroutines that wait for stuck ones', () => {
  it('are stuck at the end of a chain of any length', () => {
    expect(
      new Set(
        Object.entries(verdicts(chain('sync.Mutex.Lock'))).flatMap(([name, verdict]) =>
          name === 'main' ? [] : verdict,
        ),
      ),
    ).toEqual(new Set(['stuck']))
    expect(new Set(Object.entries(verdicts(chain('chan receive'))).map(([, verdict]) => verdict))).toEqual(
      new Set(['steady']),
    )
  })

  const group = (states: readonly string[], creator = 'run'): Waiter[] => [
    {
      id: 20,
      name: creator === 'run' ? 'run' : 'wait',
      state: 'sync.WaitGroup.Wait',
      creator,
      parent: 1,
      above: ['sync.(*WaitGroup).Wait'],
    },
    ...states.map((state, i) => ({ id: 30 + i, name: `worker${i}`, state, creator, parent: 7 })),
  ]

  it('are stuck in a WaitGroup if all goroutines that it may count are', () => {
    expect(verdicts(group(['sync.Mutex.Lock', 'sync.Mutex.Lock'])).run).toBe('stuck')
    expect(verdicts(group(['sync.Mutex.Lock', 'chan receive'])).run).toBe('steady')
  })

  it('do not wait for themselves, although they have the same creator as the others', () => {
    expect(verdicts(group(['sync.Mutex.Lock'], 'start')).wait).toBe('stuck')
    expect(verdicts(group(['IO wait'], 'start')).wait).toBe('steady')
  })

  it('do not wait for themselves, although one of them started another', () => {
    const twins = (state: string): string | undefined =>
      verdicts([
        { id: 20, name: 'twin', state: 'select', creator: 'twin', parent: 1 },
        { id: 21, name: 'twin', state: 'select', creator: 'twin', parent: 20 },
        { id: 22, name: 'child', state, creator: 'twin', parent: 21 },
      ]).twin
    expect(twins('sync.Mutex.Lock')).toBe('stuck')
    expect(twins('chan receive')).toBe('steady')
  })
})
