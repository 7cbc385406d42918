/** When a leak reaches the bound of its process. */
import { describe, expect, it } from 'vitest'
import type { FindingRecord } from '../../src/core/records.ts'
import { createEngine, type EngineOptions } from '../../src/engine/engine.ts'
import { dumpText, ids } from '../leaks/dumps.ts'

/** A leak of 100 an hour, in three dumps an hour apart: 302 goroutines in the last. */
function leak(bound: EngineOptions['bound']): FindingRecord | undefined {
  let found: FindingRecord | undefined
  const engine = createEngine({
    ...(bound === undefined ? {} : { bound }),
    onRecord: (record) => {
      if (record.type === 'finding' && record.finding === 'leak') found = record
    },
  })
  for (const i of [0, 1, 2]) {
    const came = [ids(100, 199), ids(5000, 5099), ids(6500, 6599)].map((each, step) =>
      each.map((id, k) => id + step * k * 5),
    )
    const text = dumpText(i * 60, { subject: came.slice(0, i + 1).flat(), last: [4999 + i * 1500] })
    engine.push(Buffer.from(text.replaceAll('[chan receive]:\nmain.subject', '[chan send]:\nmain.subject')))
  }
  engine.end()
  return found
}

describe('a leak of 100 an hour', () => {
  it('says when it reaches a number of goroutines', () => {
    expect(leak({ goroutines: 1302 })?.bound).toEqual({ goroutines: 1302, hours: 10, at: '2026-11-24T12:00:00.000Z' })
  })

  it('says when its stacks fill the memory at the latest', () => {
    expect(leak({ goroutines: 1e9, memory: 2048 * 1302 })?.bound).toMatchObject({ memory: 2048 * 1302, hours: 10 })
  })

  it('needs no more time once it is past the bound', () => {
    expect(leak({ goroutines: 50 })?.bound?.hours).toBe(0)
  })

  it('says nothing without a bound', () => {
    expect(leak(undefined)).not.toHaveProperty('bound')
  })

  it('refuses an invalid bound', () => {
    expect(() => createEngine({ bound: { goroutines: 0 } })).toThrow('bound.goroutines takes a number above 0, not 0')
  })
})
