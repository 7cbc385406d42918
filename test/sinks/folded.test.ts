import { describe, expect, it } from 'vitest'
import type { DumpstreamRecord } from '../../src/core/records.ts'
import { FoldedSink } from '../../src/sinks/folded.ts'
import type { Narrowing } from '../../src/sinks/narrow.ts'
import { dump, Page, signature } from './records.ts'

function folded(records: readonly DumpstreamRecord[], narrowing: Narrowing = {}): string[] {
  const page = new Page()
  const sink = new FoldedSink(page, { narrowing, complain: (line) => expect.unreachable(line) })
  for (const record of records) sink.record(record)
  expect(page.lines).toEqual([])
  expect(sink.end()).toEqual({ exportFailed: false })
  return page.lines
}

const A = signature({ id: 'a', count: 9, stack: ['svc/store.get /srv/store.go:1', '...', 'main.main /srv/main.go:2'] })
const B = signature({ id: 'b', count: 4, function: 'svc/queue;take' })

describe('folded stacks', () => {
  it('stand outermost first, and are as many as the dump has goroutines', () => {
    expect(folded([dump({ goroutines: 15, other: { count: 2 } }), A, B])).toEqual([
      'main.main;...;svc/store.get 9',
      'svc/queue:take 4',
      '(other) 2',
    ])
  })

  it('of several sources have these for their roots', () => {
    expect(folded([dump(), A, dump({ source: 'b.log' }), { ...B, source: 'b.log' }])).toEqual([
      'app.log;main.main;...;svc/store.get 9',
      'b.log;svc/queue:take 4',
    ])
  })

  it('that were left out on purpose are not summed up', () => {
    expect(folded([dump({ other: { count: 2 } }), A, B], { minCount: 5 })).toEqual(['main.main;...;svc/store.get 9'])
  })
})
