import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/core/limits.ts'
import type { DumpstreamRecord } from '../../src/core/records.ts'
import { LastDumps, readFrame } from '../../src/sinks/last-dumps.ts'
import type { Narrowing } from '../../src/sinks/narrow.ts'
import { dump, signature } from './records.ts'

function last(records: readonly DumpstreamRecord[], narrowing: Narrowing = {}): { found: string[]; told: string[] } {
  const told: string[] = []
  const dumps = new LastDumps({ narrowing, complain: (line) => told.push(line) })
  for (const record of records) dumps.record(record)
  const found = dumps
    .all()
    .map(({ dump: { source, dump }, signatures }) => `${source} ${dump}: ${signatures.map(({ id }) => id).join(' ')}`)
  return { found, told }
}

const A = signature({ id: 'a', count: 9 })
const B = signature({ id: 'b', count: 4 })
const GONE = signature({ id: 'c', count: 0, verdict: 'gone' })

describe('the last dump of a source', () => {
  it('has its own signatures, without those that have vanished', () => {
    const second = [dump({ dump: 2 }), { ...B, dump: 2 }, { ...GONE, dump: 2 }]
    expect(last([dump(), A, B, ...second])).toEqual({ found: ['app.log 2: b'], told: [] })
  })

  it('is one for each source', () => {
    const other = [dump({ source: 'other.log' }), { ...B, source: 'other.log' }]
    expect(last([dump(), A, ...other]).found).toEqual(['app.log 1: a', 'other.log 1: b'])
  })

  it.each(['single', 'panic', 'race'] as const)('is not a %s that comes behind a dump of the process', (kind) => {
    const behind = [dump({ dump: 2, kind, goroutines: kind === 'race' ? 0 : 1 }), { ...B, dump: 2 }]
    expect(last([dump(), A, ...behind]).found).toEqual(['app.log 1: a'])
    expect(last(behind).found).toEqual(kind === 'race' ? [] : ['app.log 2: b'])
  })

  it('is narrowed', () => {
    expect(last([dump(), A, B], { minCount: 5 }).found).toEqual(['app.log 1: a'])
    expect(last([dump(), A, B], { top: 1 }).found).toEqual(['app.log 1: a'])
    expect(last([dump(), A, B], { top: 0 }).found).toEqual(['app.log 1: a b'])
  })
})

describe('what a reader would miss', () => {
  it('is told: no dump at all', () => {
    expect(last([])).toEqual({ found: [], told: ['there was no dump; nothing was written'] })
  })

  it('is told: more sources than are kept', () => {
    const many = Array.from({ length: LIMITS.sources + 2 }, (_, i) => dump({ source: `pod-${i}` }))
    const { found, told } = last(many)
    expect(found.length).toBe(LIMITS.sources)
    expect(found[0]).toBe('pod-2 1: ')
    expect(told).toEqual([`2 sources are left out: only the newest ${LIMITS.sources} are kept`])
  })
})

describe('a frame of a record', () => {
  it.each([
    ['main.main /app/main.go:12', { function: 'main.main', file: '/app/main.go', line: 12 }],
    ['main.f C:/Program Files/app/main.go:3', { function: 'main.f', file: 'C:/Program Files/app/main.go', line: 3 }],
    ['main.Map[...].Get', { function: 'main.Map[...].Get', file: '', line: 0 }],
    ['...', { function: '...', file: '', line: 0 }],
  ])('%s', (text, frame) => {
    expect(readFrame(text)).toEqual(frame)
  })
})
