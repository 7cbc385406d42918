import { expect, it } from 'vitest'
import { fact, newFacts } from '../../src/core/facts.ts'

it('finds out once what an object is asked for', () => {
  let asked = 0
  const size = fact(({ text }: { text: string; facts?: unknown[] }) => {
    asked++
    return text.length
  })
  const isLong = fact(({ text }: { text: string; facts?: unknown[] }) => text.length > 3)
  const each = { text: 'four', facts: newFacts() }
  expect([size(each), size(each), isLong(each), size(each)]).toEqual([4, 4, true, 4])
  expect(asked).toBe(1)
  const other = { text: 'a', facts: newFacts() }
  expect([size(other), isLong(other)]).toEqual([1, false])
})

it('answers for an object that has no room for answers', () => {
  const size = fact(({ text }: { text: string; facts?: unknown[] }) => text.length)
  expect(size({ text: 'four' })).toBe(4)
})
