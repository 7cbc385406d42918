import { expect, it } from 'vitest'
import { factOfName, flagOfName, Name } from '../../src/core/names.ts'

it('finds out once what a name is asked for', () => {
  let asked = 0
  const length = factOfName(({ text }) => {
    asked++
    return text.length
  })
  const isMain = flagOfName(({ text }) => {
    asked++
    return text.startsWith('main.')
  })
  const isLong = flagOfName(({ text }) => {
    asked++
    return text.length > 100
  })
  const name = new Name('main.f')
  for (let i = 0; i < 2; i++) expect([length(name), isMain(name), isLong(name)]).toEqual([6, true, false])
  expect(asked).toBe(3)
  expect([length(new Name('')), isMain(new Name('')), isLong(new Name(''))]).toEqual([0, false, false])
})
