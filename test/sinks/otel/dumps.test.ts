import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DumpKind, Verdict } from '../../../src/core/model.ts'
import type { DumpstreamRecord } from '../../../src/core/records.ts'
import { DumpCollector, timeOf, type WholeDump } from '../../../src/sinks/otel/dumps.ts'
import { showsProcess } from '../../../src/sinks/process.ts'
import { dump, signature } from '../records.ts'

function collect(most: number, records: readonly DumpstreamRecord[], isWanted?: (id: string) => boolean): WholeDump[] {
  const found: WholeDump[] = []
  const wanted = isWanted === undefined ? undefined : ({ id }: { id: string }) => isWanted(id)
  const collector = new DumpCollector(most, (whole) => found.push(whole), wanted)
  for (const record of records) collector.record(record)
  return found
}

/** A dump with signatures of these counts, largest first; `name:leaking` is one that leaks. */
function records(counts: Readonly<Record<string, number>>, other = 0): DumpstreamRecord[] {
  const signatures = Object.entries(counts).map(([name, count]) => {
    const [id = '', verdict] = name.split(':')
    return signature({ id, count, ...(verdict === 'leaking' ? { verdict: 'leaking' satisfies Verdict } : {}) })
  })
  const goroutines = signatures.reduce((sum, each) => sum + each.count, other)
  const present = signatures.filter((each) => each.count > 0).length
  return [dump({ goroutines, signatures: present, ...(other > 0 ? { other: { count: other } } : {}) }), ...signatures]
}

const shape = ({ signatures, other, leaking }: WholeDump) => [signatures.map((each) => each.id).join(), other, leaking]

describe('a dump of many records', () => {
  it('is handed on with its last signature, without waiting for what comes next', () => {
    expect(collect(10, records({ a: 9, b: 4 })).map(shape)).toEqual([['a,b', 0, 0]])
    expect(collect(10, records({ a: 9, b: 4 }).slice(0, -1))).toEqual([])
  })

  it('is handed on at once when it has no signatures, as a race report', () => {
    expect(collect(10, [dump({ kind: 'race', goroutines: 0, signatures: 0 })])).toHaveLength(1)
  })

  it('is handed on as far as it came when another one begins, or when asked', () => {
    const cut = records({ a: 9, b: 4 }).slice(0, -1)
    expect(collect(10, [...cut, ...records({ c: 1 })]).map(shape)).toEqual([
      ['a', 4, 0],
      ['c', 0, 0],
    ])
    const found: WholeDump[] = []
    const collector = new DumpCollector(10, (whole) => found.push(whole))
    for (const record of cut) collector.record(record)
    collector.flush()
    collector.flush()
    expect(found.map(shape)).toEqual([['a', 4, 0]])
  })

  it('keeps the largest and sums the rest, with what stands in no signature', () => {
    expect(collect(2, records({ a: 9, b: 4, c: 3, d: 1 }, 7)).map(shape)).toEqual([['a,b', 11, 0]])
  })

  it('leaves out the ones that vanished', () => {
    expect(collect(5, records({ a: 9, b: 0 })).map(shape)).toEqual([['a', 0, 0]])
  })

  it('keeps the ones that leak before larger ones that do not', () => {
    expect(collect(2, records({ a: 9, b: 4, c: 3, 'd:leaking': 2, 'e:leaking': 1 })).map(shape)).toEqual([
      ['d,e', 16, 3],
    ])
    expect(collect(2, records({ 'a:leaking': 9, b: 4, c: 3, 'd:leaking': 2 })).map(shape)).toEqual([['a,d', 7, 11]])
    expect(collect(1, records({ 'a:leaking': 9, 'b:leaking': 4 })).map(shape)).toEqual([['a', 4, 13]])
  })

  it('keeps what is asked for by name, however small', () => {
    expect(collect(1, records({ a: 9, b: 4, c: 1 }), (id) => id === 'c').map(shape)).toEqual([['a,c', 4, 0]])
  })

  it('adds up to its goroutines, whatever is kept of it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(50), fc.boolean(), fc.boolean()), { maxLength: 40 }),
        fc.nat(9),
        fc.nat(20),
        (all, most, other) => {
          const sorted = [...all].sort((a, b) => b[0] - a[0])
          const counts = Object.fromEntries(sorted.map(([n, leaks], i) => [`s${i}${leaks ? ':leaking' : ''}`, n]))
          const wanted = new Set(sorted.flatMap(([, , isWanted], i) => (isWanted ? `s${i}` : [])))
          const given = records(counts, other)
          const [whole] = collect(most, given, (id) => wanted.has(id))
          const shown = whole?.signatures.reduce((sum, each) => sum + each.count, 0) ?? Number.NaN
          expect(shown + (whole?.other ?? 0)).toBe(given[0]?.type === 'dump' ? given[0].goroutines : -1)
          expect(new Set(whole?.signatures.map((each) => each.id)).size).toBe(whole?.signatures.length)
          expect(whole?.signatures.length).toBeLessThanOrEqual(most + wanted.size)
        },
      ),
    )
  })
})

describe('a dump that shows but a part of the process', () => {
  it.each<[DumpKind, number, boolean]>([
    ['all', 1, true],
    ['signal', 300, true],
    ['timeout', 3, true],
    ['leak', 3, true],
    ['panic', 1, false],
    ['panic', 40, true],
    ['fatal', 1, false],
    ['fatal', 40, true],
    ['single', 1, false],
    ['race', 0, false],
  ])('%s with %i goroutines: shows all of it: %s', (kind, goroutines, whole) => {
    expect(showsProcess(dump({ kind, goroutines }))).toBe(whole)
  })
})

describe('the time of a dump', () => {
  it('is its own, else now', () => {
    expect(timeOf(dump({ time: '2026-11-24T05:00:00.250Z' }), 7)).toBe(Date.UTC(2026, 10, 24, 5, 0, 0, 250))
    expect(timeOf(dump(), 7)).toBe(7)
    expect(timeOf(dump({ time: 'yesterday' }), 7)).toBe(7)
  })
})
