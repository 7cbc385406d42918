import { describe, expect, it } from 'vitest'
import { declaredNameOf, lastNameOf } from '../../src/stacks/last-name.ts'

describe('the last part of a name', () => {
  it.each([
    ['main.Close', 'Close', 'Close'],
    ['shop/cart.(*Pool[...]).Close', 'Close', 'Close'],
    ['main.Close[go.shape.int]', 'Close', 'Close'],
    ['main.(*T).Close-fm', '', 'Close'],
    ['main.f.func1', 'func1', 'f'],
    ['main.f.gowrap2', 'gowrap2', 'f'],
    ['main.f-range1', '', 'f'],
    ['main.init.0', '0', 'init'],
    ['runfinq', '', 'runfinq'],
    ['', '', ''],
  ])('%s', (name, last, declared) => {
    expect([lastNameOf(name), declaredNameOf(name)]).toEqual([last, declared])
  })
})
