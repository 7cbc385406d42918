/** The kernel and TypeScript say of one memory what is where. */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import * as memory from '../../src/stacks/walk-memory.ts'

const { readWat } = await import(new URL('../../scripts/wat.mjs', import.meta.url).href)
const text: string = readWat(fileURLToPath(new URL('../../src/stacks/walk.wat', import.meta.url)))

describe('the memory of the kernel', () => {
  it.each([
    ['register', memory.REGISTER_AT],
    ['ones', memory.ONES_AT],
    ['states', memory.STATES_AT],
    ['first_call', memory.FIRST_CALL_AT],
    ['rows', memory.ROWS_AT],
    ['input', memory.INPUT_AT],
    ['tables', memory.TABLES_AT],
  ])('has $%s where TypeScript has it', (name, at) => {
    expect(text).toContain(`(global $${name} i32 (i32.const ${at}))`)
  })

  it('has room for all rows ahead of the lines', () => {
    expect(memory.ROWS_AT + memory.MOST_ROWS * memory.ROW_INTS * memory.INT).toBeLessThanOrEqual(memory.INPUT_AT)
    expect(memory.ROW_INTS * memory.INT).toBe(memory.ROW_DOUBLES * memory.DOUBLE)
  })
})
