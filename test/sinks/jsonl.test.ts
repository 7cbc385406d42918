import { describe, expect, it } from 'vitest'
import type { DumpstreamRecord } from '../../src/core/records.ts'
import { JsonlSink } from '../../src/sinks/jsonl.ts'
import { type Narrowing, PrintedStacks } from '../../src/sinks/narrow.ts'
import { dump, Page, signature } from './records.ts'

function print(
  records: readonly DumpstreamRecord[],
  narrowing: Narrowing = {},
  stacks: 'first' | 'always' | 'never' = 'first',
): unknown[] {
  const page = new Page()
  const sink = new JsonlSink(page, { narrowing, stacks: new PrintedStacks(stacks) })
  for (const record of records) sink.record(record)
  expect(sink.end()).toEqual({ exportFailed: false })
  return page.lines.map((line) => JSON.parse(line))
}

const A = signature({ id: 'a', count: 9, stack: ['svc/store.get /srv/store.go:1', 'main.main /srv/main.go:2'] })
const B = signature({ id: 'b', count: 4, states: { select: 3, 'chan send (nil chan)': 1 }, function: 'svc/queue.take' })
const C = signature({ id: 'c', count: 0, states: {}, delta: -5, created_by: 'svc/boot.start' })
const GOROUTINE = { v: 1, type: 'goroutine', dump: 1, source: 'app.log', goroutine: 7, state: 'select' } as const

describe('JSON lines', () => {
  it('are the records as they are', () => {
    const records = [GOROUTINE, dump(), A, B, C]
    expect(print(records)).toEqual(records)
  })

  it.each([
    ['nothing', {}, ['a', 'b', 'c']],
    ['--top', { top: 1 }, ['a']],
    ['--top 0', { top: 0 }, ['a', 'b', 'c']],
    ['--min-count', { minCount: 4 }, ['a', 'b']],
    ['--match on the function', { match: /queue\.take/ }, ['b']],
    ['--match on a frame further out', { match: /store\.go:1$/ }, ['a']],
    ['--match on the creator', { match: /boot/ }, ['c']],
    ['--match on the file', { match: /hashtag_suggestion\/cron\.go:14/ }, ['a', 'b', 'c']],
    ['--state', { states: ['chan receive'] }, ['a']],
    ['--state by its first word', { states: ['CHAN'] }, ['a', 'b']],
    ['--state twice', { states: ['select', 'chan receive'] }, ['a', 'b']],
    ['--state of half a word', { states: ['sel'] }, []],
    ['all of them, top last', { top: 1, minCount: 1, match: /./, states: ['select'] }, ['b']],
  ] as const)('are narrowed by %s, the dump record never', (_, narrowing, ids) => {
    const printed = print([dump(), A, B, C], narrowing)
    expect(printed[0]).toEqual(dump())
    expect(printed.slice(1)).toEqual(ids.map((id) => [A, B, C].find((record) => record.id === id)))
  })

  it('count --top anew for each dump', () => {
    const printed = print([dump(), A, B, dump({ dump: 2 }), A, B], { top: 1 }, 'always')
    expect(printed).toEqual([dump(), A, dump({ dump: 2 }), A])
  })

  it('carry the stack the first time a signature is printed, not the first time it is seen', () => {
    const few = { ...A, count: 1 }
    const printed = print([few, A, A, { ...A, source: 'other.log' }], { minCount: 5 })
    const { stack: _, ...bare } = A
    expect(printed).toEqual([A, bare, { ...A, source: 'other.log' }])
  })

  it('carry no stack when none is wanted, though --match needs them', () => {
    const { stack: _, ...bare } = A
    expect(print([A], { match: /store/ }, 'never')).toEqual([bare])
  })

  it('narrow goroutine records by state alone', () => {
    expect(print([GOROUTINE], { match: /nothing/, minCount: 100 })).toEqual([GOROUTINE])
    expect(print([GOROUTINE], { states: ['chan'] })).toEqual([])
  })
})
