/** A small sample of `npm run bench:verdicts`, on seeds of its own: a change that makes the verdicts worse fails here. */
import { describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/engine.ts'

interface Measured {
  readonly precision: readonly number[]
  readonly recall: readonly number[]
}

const bench: {
  measure(create: typeof createEngine, options: { services: number; counts: number[]; seed: number }): Measured
} = await import(new URL('../../bench/verdicts/measure.mjs', import.meta.url).href)

describe('`leaking` on simulated services', () => {
  it('is right, and finds what leaks', () => {
    const { precision, recall } = bench.measure(createEngine, { services: 30, counts: [3, 5, 10], seed: 77 })
    const [precision3 = 0, precision5 = 0, precision10 = 0] = precision
    const [recall3 = 0, recall5 = 0, recall10 = 0] = recall
    expect(precision3).toBeGreaterThanOrEqual(0.98)
    // One leak in four is that of a loop, which is held back until it can be told from workers and tickers.
    expect(recall3).toBeGreaterThanOrEqual(0.84)
    expect(Math.min(precision5, precision10)).toBeGreaterThanOrEqual(0.99)
    expect(Math.min(recall5, recall10)).toBeGreaterThanOrEqual(0.95)
  })
})

describe('a dump that was cut', () => {
  it('does not make what it lacks gone', () => {
    const goroutine = (id: number, name: string): string =>
      `goroutine ${id} [chan receive]:\nmain.${name}()\n\t/app/main.go:9 +0x1d\ncreated by main.main in goroutine 1\n\t/app/main.go:5 +0x1d\n`
    const verdicts: unknown[] = []
    const engine = createEngine({
      onRecord: (record) =>
        verdicts.push(record.type === 'dump' ? record.truncated : record.type === 'signature' ? record.verdict : ''),
    })
    const whole = ['a', 'b', 'c'].map((name, i) => goroutine(i + 2, name)).join('\n')
    engine.push(Buffer.from(`${whole}\nlog\n${whole.slice(0, -150)}`))
    engine.end()
    expect(verdicts).toContain(true)
    expect(verdicts).not.toContain('gone')
  })
})
