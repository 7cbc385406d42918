/** The kernels of the tests are the checked ones: scripts/checked-wat.mjs. */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openKernel } from '../../src/core/kernel.ts'
import walk from '../../src/stacks/walk.wat'

const { checked } = await import(new URL('../../scripts/checked-wat.mjs', import.meta.url).href)
const { assemble, readWat } = await import(new URL('../../scripts/wat.mjs', import.meta.url).href)

const KERNEL = (body: string): string => `(module
  (memory (export "memory") 1)
  ;; region read (i32.const 16) (i32.const 32)
  ;; region write (i32.const 64) (i32.const 72)
  ${body})`

async function run(body: string, at: number): Promise<number> {
  const code = await assemble('kernel.wat', checked(KERNEL(body)))
  const kernel = openKernel<{ run(at: number): number }>(code.toString('base64'))
  return kernel?.functions.run(at) ?? Number.NaN
}

describe('the checked build of a kernel', () => {
  const LOAD = '(func (export "run") (param $at i32) (result i32) (i32.load offset=4 (local.get $at)))'
  const STORE =
    '(func (export "run") (param $at i32) (result i32) (f64.store (local.get $at) (f64.const 0)) (i32.const 7))'

  it.each([
    [LOAD, 12],
    [LOAD, 24],
    [LOAD, 64],
    [STORE, 64],
  ])('goes on where an access is within a region: %s %i', async (body, at) => {
    expect(await run(body, at)).toBe(body === STORE ? 7 : 0)
  })

  it.each([
    [LOAD, 11],
    [LOAD, 25],
    [LOAD, 29],
    [LOAD, 0],
    [LOAD, -4],
    [STORE, 16],
    [STORE, 63],
    [STORE, 65],
  ])('ends where an access is outside of all, or of those that may be written: %s %i', async (body, at) => {
    await expect(run(body, at)).rejects.toThrow('unreachable')
  })

  it.each(['stacks/walk', 'carriers/strip', 'text/search/find', 'text/search/words'])(
    'checks each access of %s',
    (name) => {
      const text = readWat(fileURLToPath(new URL(`../../src/${name}.wat`, import.meta.url)))
      const accesses = text.replaceAll(/;;.*/g, '').match(/\.(load|store)/g)?.length ?? 0
      expect(accesses).toBeGreaterThan(0)
      expect(checked(text).match(/call \$checked_(load|store)/g)).toHaveLength(accesses)
    },
  )

  it('is what these tests run', () => {
    const kernel = openKernel<{
      init(...places: number[]): void
      knowState(pos: number, length: number, anew: number): number
    }>(walk)
    // Tables behind the memory.
    kernel?.functions.init(70_000, 70_000, 70_000, 0, 70_000, 70_000, 70_000, 0, 1)
    // Between two regions.
    expect(() => kernel?.functions.knowState(100, 4, 1)).toThrow('unreachable')
  })

  it('does not know a kernel without regions', () => {
    expect(() => checked('(module (memory 1))')).toThrow('which regions')
  })
})
