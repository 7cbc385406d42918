/** Pointers among the arguments of a call. */
import { describe, expect, it } from 'vitest'
import { pointerAt } from '../../src/stacks/calls.ts'

const at = (text: string): number => pointerAt(Buffer.from(text), 0)

describe('pointerAt', () => {
  it('reads what Go prints of a pointer, also beyond 2^31', () => {
    expect(at('0xc000012345)')).toBe(0xc000012345)
    expect(at('0x0, 0x1)')).toBe(0)
    expect(at('0x7fffffffffff, 0x1)')).toBe(0x7fffffffffff)
  })

  it('is 0 for a register that may hold something else by now, and for what is no pointer', () => {
    expect(at('0xc000012345?)')).toBe(0)
    expect(at('{0xc000012345, 0x1})')).toBe(0)
    expect(at('...)')).toBe(0)
  })

  it('ends where the bytes do', () => {
    expect(at('0xc000012345')).toBe(0)
    expect(at('0x')).toBe(0)
    expect(at('0')).toBe(0)
  })
})
