import { describe, expect, it } from 'vitest'
import type { SignatureRecord } from '../../src/core/records.ts'
import { compareDumps, type RecordedDump } from '../../src/report/diff.ts'

function recorded(counts: Readonly<Record<string, number>>): RecordedDump {
  const signatures = Object.entries(counts).map(
    ([id, count]): SignatureRecord => ({
      v: 1,
      type: 'signature',
      dump: 1,
      source: 's',
      id,
      count,
      states: {},
      function: `main.${id}`,
    }),
  )
  const goroutines = signatures.reduce((sum, each) => sum + each.count, 0)
  return {
    dump: {
      v: 1,
      type: 'dump',
      dump: 1,
      source: 's',
      kind: 'all',
      format: 'stack',
      goroutines,
      signatures: signatures.length,
      bytes: [0, 1],
      foreign_lines: 0,
      damaged: 0,
      truncated: false,
    },
    signatures,
  }
}

function changes(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>): unknown[] {
  return compareDumps(recorded(before), recorded(after)).map(({ id, count, delta, verdict }) => [
    id,
    count,
    delta,
    verdict,
  ])
}

describe('two dumps compared', () => {
  it('says what appeared, grew, shrank and went, largest change first, and nothing of the rest', () => {
    expect(changes({ a: 1, b: 53, c: 9, d: 4, e: 7 }, { a: 41, b: 221, c: 2, e: 7, f: 3 })).toEqual([
      ['b', 221, 168, 'growing'],
      ['a', 41, 40, 'growing'],
      ['c', 2, -7, 'shrinking'],
      ['d', 0, -4, 'gone'],
      ['f', 3, 3, 'new'],
    ])
  })

  it('takes a verdict that goroutine ids gave, when it is about the same change', () => {
    const after = recorded({ a: 41 })
    const judged: SignatureRecord[] = after.signatures.map((each) => ({
      ...each,
      delta: 40,
      verdict: 'leaking',
      survivors: 1,
      new: 40,
      because: 'why',
    }))
    expect(compareDumps(recorded({ a: 1 }), after, judged)).toMatchObject([
      { verdict: 'leaking', survivors: 1, new: 40, because: 'why' },
    ])
    expect(compareDumps(recorded({ a: 2 }), after, judged)).toMatchObject([{ verdict: 'growing', delta: 39 }])
  })

  it('of one log keeps what its history says of the dumps in between', () => {
    const [before, after] = [recorded({ a: 212 }), recorded({ a: 252 })]
    const judged = after.signatures.map((each): SignatureRecord => ({ ...each, delta: 40, verdict: 'steady' }))
    const whole = {
      ...after,
      signatures: after.signatures.map((each) => ({ ...each, verdict: 'leaking' as const, because: 'why' })),
    }
    expect(compareDumps(before, whole, judged, true)).toMatchObject([{ delta: 40, verdict: 'leaking', because: 'why' }])
  })

  it('two equal dumps have no changes', () => {
    expect(changes({ a: 1 }, { a: 1 })).toEqual([])
  })
})
