/** Queues in which some have waited for minutes: those that have come since do not hide them. */
import { describe, expect, it } from 'vitest'
import { dumpOf, findings, times, type Written } from './findings.ts'

const served = (state: string, ...calls: readonly string[]): Written => ({
  state,
  calls: [...calls, 'main.route()', 'net/http.(*conn).serve(0xc000010000)'],
  by: 'net/http.(*Server).Serve in goroutine 99',
})
/** `late` that have waited for minutes, and `recent` that have just come. */
const queue = (late: number, recent: number, each: (minutes: string) => Written): Written[] => [
  ...times(late, () => each(', 4 minutes')),
  ...times(recent, () => each('')),
]
const kinds = (all: readonly Written[]): string[] => findings(dumpOf(all)).map(({ finding }) => finding)

describe('a queue of which ten have waited for minutes', () => {
  it('for a lock is a pile-up', () => {
    const lock = (i: number) => (minutes: string) =>
      served(`sync.Mutex.Lock${minutes}`, `sync.(*Mutex).Lock(0xc00001${i}008)`, 'shop/cart.(*Cart).add(0x0?)')
    const busy = served('runnable', 'shop/cart.(*Cart).total(0x0?)')
    expect(kinds([...queue(10, 3, lock(1)), busy])).toEqual(['pile_up'])
    expect(kinds([...queue(9, 3, lock(1)), busy])).toEqual(['slow'])
    expect(kinds([...queue(0, 13, lock(1)), busy])).toEqual([])
  })

  it('to send is a pile-up', () => {
    const send = (minutes: string): Written => served(`chan send${minutes}`, 'shop/audit.(*Trail).record(0x0?)')
    const busy = served('runnable', 'shop/audit.(*Trail).flush(0x0?)')
    expect(kinds([...queue(10, 3, send), busy])).toEqual(['pile_up'])
    expect(kinds([...queue(0, 13, send), busy])).toEqual([])
  })

  it('for a member of a pool shows that it is exhausted', () => {
    const query = (minutes: string): Written =>
      served(`select${minutes}`, 'database/sql.(*DB).conn(0x0?)', 'shop/users.find()')
    const busy = served('IO wait', 'database/sql.(*Rows).Next(0x0?)', 'shop/users.list()')
    expect(kinds([...queue(10, 3, query), busy])).toEqual(['pool'])
    expect(kinds([...queue(9, 3, query), busy])).toEqual([])
  })
})
