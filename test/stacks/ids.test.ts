import { expect, it } from 'vitest'
import { GoroutineIdTable } from '../../src/stacks/ids.ts'

/** The signature of an id; -1 if there is none. */
const signature = (table: GoroutineIdTable, id: number): number => table.signature(table.place(id))

/** Id, signature and minutes of each place. */
const rows = (table: GoroutineIdTable): number[][] =>
  Array.from({ length: table.size }, (_, place) => [table.id(place), table.signature(place), table.minutes(place)])

it.each([0, 5000])('holds ids in their order, expected to be %d', (expected) => {
  const table = new GoroutineIdTable(expected)
  // Runs, gaps, ids beyond 32 bits that differ in the upper half alone.
  const ids = Array.from({ length: 3000 }, (_, i) => (i % 3 === 0 ? i : i % 3 === 1 ? 1e6 - 16 * i : 2 ** 32 + i) + 1)
  for (const [i, id] of ids.entries()) {
    const place = table.add(id)
    if (i % 7 !== 0) table.put(place, i)
    expect(table.add(id)).toBe(-1)
  }
  expect(table.size).toBe(ids.length)
  expect(rows(table)).toEqual(ids.map((id, i) => [id, i % 7 === 0 ? -1 : i, 0]))
  for (const id of [2, 2 ** 33, 1e6 + 1]) expect([table.has(id), table.place(id)]).toEqual([false, -1])
})

it('takes back the last id', () => {
  const table = new GoroutineIdTable()
  for (const id of [16, 32, 48]) table.put(table.add(id), 1)
  table.undo(table.add(64))
  expect([table.size, table.has(64), table.has(48)]).toEqual([3, false, true])
  expect(table.add(80)).toBe(table.size - 1)
})

it('keeps a note beside an id that has a signature', () => {
  const table = new GoroutineIdTable()
  table.put(table.add(7), 3)
  table.add(8)
  for (const id of [7, 8]) table.mark(table.place(id))
  expect([7, 8].map((id) => [table.isMarked(table.place(id)), signature(table, id)])).toEqual([
    [true, 3],
    [false, -1],
  ])
})

it('keeps minutes and seconds beside an id', () => {
  const table = new GoroutineIdTable()
  for (let id = 1; id <= 40; id++) table.put(table.add(id), 0, id % 2 === 0 ? id : undefined)
  table.put(table.add(41), 0, 1e6)
  table.watch(table.place(40), 90)
  expect([1, 2, 40, 41].map((id) => table.minutes(table.place(id)))).toEqual([0, 2, 40, 0xffff])
  expect([1, 40].map((id) => table.watched(table.place(id)))).toEqual([0, 90])
  table.undo(table.add(50))
  table.put(table.add(51), 0)
  expect(table.minutes(table.place(51))).toBe(0)
})

it('holds one id, and then another, whatever was noted beside the first', () => {
  for (const isPutFirst of [true, false]) {
    const table = new GoroutineIdTable()
    table.undo(table.add(2 ** 40))
    expect([table.size, table.has(2 ** 40), table.bytes]).toEqual([0, false, 0])
    const place = table.add(9)
    expect([table.add(9), signature(table, 9), signature(table, 8), table.has(9)]).toEqual([-1, -1, -1, true])
    if (isPutFirst) {
      table.put(place, 5, 12, true)
      table.mark(place)
      table.watch(place, 30)
      expect([table.minutes(place), table.watched(place), signature(table, 9)]).toEqual([12, 30, 5])
      expect([table.isMarked(place), table.isReady(place)]).toEqual([true, true])
    }
    table.put(table.add(25), 6, 3)
    if (!isPutFirst) table.put(place, 5, 12, true)
    expect(rows(table)).toEqual([
      [9, 5, 12],
      [25, 6, 3],
    ])
    expect([table.isReady(place), table.isMarked(place)]).toEqual([true, isPutFirst])
    expect([table.add(9), table.add(25)]).toEqual([-1, -1])
  }
})
