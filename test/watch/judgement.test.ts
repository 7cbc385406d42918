import { describe, expect, it } from 'vitest'
import type { DumpstreamRecord } from '../../src/core/records.ts'
import { Judgement } from '../../src/watch/judgement.ts'
import { dump, signature } from '../sinks/records.ts'

function judged(records: readonly DumpstreamRecord[]): { lines: string[]; shown: number } {
  const judgement = new Judgement(undefined)
  for (const record of records) judgement.record(record)
  return { lines: judgement.lines(), shown: judgement.shown }
}

const LEAKING = [
  dump({ dump: 1 }),
  dump({ dump: 2 }),
  signature({ dump: 2, verdict: 'leaking', because: '41 goroutines wait' }),
]
const SINGLE = [dump({ dump: 3, kind: 'single', goroutines: 1 }), signature({ dump: 3, count: 1, verdict: 'growing' })]
const VERDICT = [
  '2 dumps of app.log: 1 signature leaks',
  '  leaking content_svr/cron/hashtag_suggestion.(*Cron).step2.func1 (9f0c2c3f5b7a1e42): 41 goroutines wait',
]

describe('the judgement at the end of a watch', () => {
  it('is that of the last dump', () => {
    expect(judged(LEAKING)).toEqual({ lines: VERDICT, shown: 2 })
    expect(judged([...LEAKING, dump({ dump: 3 })]).lines).toEqual(['3 dumps of app.log: nothing leaks'])
  })

  it('is not undone by the stack of one goroutine that is logged behind it', () => {
    expect(judged([...LEAKING, ...SINGLE])).toEqual({ lines: VERDICT, shown: 2 })
  })

  it('does not begin with the stack of one goroutine', () => {
    expect(judged([...SINGLE, ...LEAKING]).lines).toEqual(VERDICT)
  })

  it('says that nothing came, and when there is nothing to compare with', () => {
    expect(judged([]).lines).toEqual(['no dump was seen'])
    expect(judged([dump()]).lines).toEqual(['1 dump of app.log: leaks show from the second dump on'])
    expect(judged(SINGLE).lines[0]).toContain('1 dump of app.log')
  })
})
