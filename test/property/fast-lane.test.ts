/** With the kernel wherever it may be, and without it: the same records, and the same log bytes. */
import { describe, expect, it, vi } from 'vitest'
import type { InnerOptions } from '../../src/engine/contract.ts'
import { type KernelUse, NEVER } from '../../src/stacks/tables.ts'
import { WalkKernel } from '../../src/stacks/walk.ts'
import { damage } from '../fuzz/generate.ts'
import { Random } from '../fuzz/random.ts'
import { goldenDumps } from '../golden/dumps.ts'
import { met, runs } from './seed.ts'
import { cutAnywhere, feed, LOG_LINES, manyOf, type Run } from './weave.ts'

const ALWAYS: KernelUse = { lines: 256, goroutines: 0, bytes: 0 }

const dumps = goldenDumps().filter(({ bytes }) => bytes.length > 0 && bytes.length < 100_000)

function read(chunks: readonly Buffer[], kernels: KernelUse): Run {
  const options: InnerOptions = { kernels, goroutines: true }
  return feed(chunks, options)
}

/** A line of the log between any two lines. */
function withLog(random: Random, bytes: Buffer): Buffer {
  const lines = bytes.toString('latin1').split(/(?<=\n)/)
  for (let i = 1 + random.below(3); i > 0; i--)
    lines.splice(random.below(lines.length + 1), 0, `${random.pick(LOG_LINES)}\n`)
  return Buffer.from(lines.join(''), 'latin1')
}

function expectSame(chunks: readonly Buffer[]): Run {
  const [fast, slow] = [read(chunks, ALWAYS), read(chunks, NEVER)]
  expect(fast.records).toEqual(slow.records)
  expect(fast.log.equals(slow.log)).toBe(true)
  return fast
}

describe('goroutines that the kernel takes whole', () => {
  it('are what they are without it: each golden dump, and twice', () => {
    for (const { bytes } of dumps) expectSame([bytes, bytes])
  })

  it('are what they are without it, in any chunks, damaged, and with log between their lines', () => {
    const rows = vi.spyOn(WalkKernel.prototype, 'rows', 'get')
    for (let i = 0; i < runs(150); i++) {
      const random = new Random(20_261_128, i)
      let bytes = manyOf(random, random.pick(dumps).bytes)
      if (random.once(2)) bytes = withLog(random, bytes)
      if (random.once(3)) bytes = damage(random, bytes)
      expectSame(cutAnywhere(random, bytes))
    }
    expect(rows.mock.results.reduce((sum, { value }) => sum + value, 0)).toBeGreaterThan(met(500))
  })
})
