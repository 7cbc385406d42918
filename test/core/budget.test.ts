import { describe, expect, it } from 'vitest'
import { Budget, type Keeper } from '../../src/core/budget.ts'

class Buffers implements Keeper {
  bytes = 0
  ended = 0

  giveBack(): void {
    this.bytes = 0
    this.ended++
  }
}

const MB = 1 << 20

describe('Budget', () => {
  it('has the keeper give back that has not grown for longest, and no more of them than it takes', () => {
    const budget = new Budget(10 * MB)
    const keepers = Array.from({ length: 6 }, () => new Buffers())
    for (const keeper of keepers) {
      keeper.bytes = 2 * MB
      budget.note(keeper)
    }
    expect(keepers.map(({ ended }) => ended)).toEqual([1, 1, 0, 0, 0, 0])
    expect(budget.used).toBe(8 * MB)
  })

  it('does not have the one give back that is in use', () => {
    const budget = new Budget(MB)
    const keeper = new Buffers()
    keeper.bytes = 3 * MB
    budget.note(keeper)
    expect(keeper.ended).toBe(0)
    const other = new Buffers()
    other.bytes = 8192
    budget.note(other)
    expect(keeper.ended).toBe(1)
  })

  it('counts a keeper anew when it has grown, and not at all when it keeps nothing', () => {
    const budget = new Budget(MB)
    const keeper = new Buffers()
    for (const bytes of [8192, 8200, 16_384, 0]) {
      keeper.bytes = bytes
      budget.note(keeper)
    }
    expect(budget.used).toBe(0)
    keeper.bytes = 8192
    budget.note(keeper)
    budget.forget(keeper)
    budget.forget(keeper)
    expect(budget.used).toBe(0)
  })
})
