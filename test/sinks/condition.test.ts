/** What `--fail-on` holds against which dump. */
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/core/limits.ts'
import type { DumpstreamRecord, FindingRecord } from '../../src/core/records.ts'
import { FailOn, readCondition } from '../../src/sinks/condition.ts'
import { dump, signature } from './records.ts'

function judged(
  conditions: readonly string[],
  records: readonly DumpstreamRecord[],
): { holds: unknown; lines: string[] } {
  const lines: string[] = []
  const sink = new FailOn(
    conditions.flatMap((text) => readCondition(text) ?? []),
    (line) => lines.push(line),
  )
  for (const record of records) sink.record(record)
  return { holds: sink.end().conditionHolds, lines }
}

const LEAKING = [dump({ dump: 1 }), signature({ verdict: 'leaking' })]

describe('a verdict', () => {
  it('is that of the last dump', () => {
    const healed = [dump({ dump: 2 }), signature({ dump: 2, verdict: 'steady' })]
    expect(judged(['leaking'], LEAKING).holds).toBe(true)
    expect(judged(['leaking'], [...LEAKING, ...healed])).toEqual({ holds: false, lines: [] })
  })

  it.each([
    ['the stack of one goroutine', 'single', 1],
    ['a recovered panic', 'panic', 1],
    ['a race report', 'race', 0],
  ] as const)('is not forgotten for %s that comes behind', (_, kind, goroutines) => {
    const behind = [dump({ dump: 2, kind, goroutines }), signature({ dump: 2, count: 1, verdict: 'new' })]
    expect(judged(['leaking', 'new', 'count>41'], [...LEAKING, ...behind])).toEqual({
      holds: true,
      lines: [
        '--fail-on leaking holds for dump 1 of app.log: 41 in content_svr/cron/hashtag_suggestion.(*Cron).step2.func1',
      ],
    })
  })

  it('of a number is held to a lone panic where there is nothing else', () => {
    expect(
      judged(['goroutines>0', 'count>0'], [dump({ kind: 'panic', goroutines: 1 }), signature({ count: 1 })]).lines
        .length,
    ).toBe(2)
  })
})

describe('what has happened', () => {
  it.each([
    ['panic', { kind: 'panic' }],
    ['fatal', { kind: 'fatal' }],
    ['race', { kind: 'race' }],
    ['timeout', { kind: 'timeout' }],
    ['damaged', { damaged: 1 }],
    ['truncated', { truncated: true }],
  ] as const)('%s: is told however many dumps have come since, once', (condition, fields) => {
    const since = [dump({ dump: 2, ...fields }), dump({ dump: 3 }), dump({ dump: 4 })]
    expect(judged([condition], [dump(), ...since])).toEqual({
      holds: true,
      lines: [`--fail-on ${condition} holds for dump 2 of app.log`],
    })
    expect(judged([condition], [dump(), dump({ dump: 2 })]).holds).toBe(false)
  })
})

describe('more sources than are kept', () => {
  it('are told when they are left behind', () => {
    const others = Array.from({ length: LIMITS.sources }, (_, i) => dump({ source: `pod-${i}` }))
    const { holds, lines } = judged(['leaking'], [...LEAKING, ...others])
    expect(holds).toBe(true)
    expect(lines.length).toBe(1)
  })
})

describe('a finding', () => {
  const finding = (kind: FindingRecord['finding'], number = 1): FindingRecord => ({
    v: 1,
    type: 'finding',
    dump: number,
    source: 'app.log',
    rank: 1,
    finding: kind,
    severity: 'warning',
    goroutines: 60,
    title: '60 goroutines wait for one mutex at cache.go:9',
    because: 'why',
    signatures: ['9f0c2c3f5b7a1e42'],
  })

  it('is that of the last dump', () => {
    const piled = [dump({ dump: 1 }), finding('pile_up')]
    expect(judged(['pile_up'], piled)).toEqual({
      holds: true,
      lines: ['--fail-on pile_up holds for dump 1 of app.log: 60 goroutines wait for one mutex at cache.go:9'],
    })
    expect(judged(['leak', 'pool'], piled).holds).toBe(false)
    expect(judged(['pile_up'], [...piled, dump({ dump: 2 })]).holds).toBe(false)
  })

  it('of a crash or a deadlock has happened, whatever comes after it', () => {
    expect(judged(['crash', 'deadlock'], [dump({ dump: 1 }), finding('crash'), dump({ dump: 2 })]).holds).toBe(true)
  })
})
