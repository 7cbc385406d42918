import { describe, expect, it } from 'vitest'
import { RecentMap } from '../../src/core/lru.ts'

describe('RecentMap', () => {
  const keysOf = (map: RecentMap<string, number>): string[] => [...map].map(([key]) => key)

  it('keeps the keys in the order in which they were last set', () => {
    const map = new RecentMap<string, number>(9)
    for (const key of ['a', 'b', 'c', 'a', 'c', 'c']) map.set(key, 1)
    expect(keysOf(map)).toEqual(['b', 'a', 'c'])
    map.set('b', 2)
    expect([...map]).toEqual([
      ['a', 1],
      ['c', 1],
      ['b', 2],
    ])
    expect([...map.values()]).toEqual([1, 1, 2])
  })

  it('lets the one go that was set longest ago', () => {
    const gone: [string, number][] = []
    const map = new RecentMap<string, number>(2, (key, value) => gone.push([key, value]))
    for (const [i, key] of ['a', 'b', 'a', 'c', 'd'].entries()) map.set(key, i)
    expect(gone).toEqual([
      ['b', 1],
      ['a', 2],
    ])
    expect([keysOf(map), map.size, map.get('a'), map.get('d')]).toEqual([['c', 'd'], 2, undefined, 4])
  })

  it('goes on after keys were deleted, first, last and in between, also while it is read', () => {
    const map = new RecentMap<string, number>(9)
    for (const key of 'abcdef') map.set(key, 0)
    for (const key of 'acfx') map.delete(key)
    expect(keysOf(map)).toEqual(['b', 'd', 'e'])
    for (const [key] of map) map.delete(key)
    expect([keysOf(map), map.size]).toEqual([[], 0])
    map.set('z', 1)
    map.clear()
    map.set('y', 2)
    expect([...map]).toEqual([['y', 2]])
  })
})
