/** Profiles, read by another implementation of the format; test/live/pprof.test.ts has pprof itself read them. */
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { DumpstreamRecord } from '../../../src/core/records.ts'
import { createEngine } from '../../../src/engine/engine.ts'
import type { Narrowing } from '../../../src/sinks/narrow.ts'
import { Message } from '../../../src/sinks/pprof/message.ts'
import { PprofSink } from '../../../src/sinks/pprof/sink.ts'
import { goldenDumps, trueGoroutines } from '../../golden/dumps.ts'
import { dump, signature } from '../records.ts'
import { readProfile } from './read.ts'

function profileOf(records: readonly DumpstreamRecord[], narrowing: Narrowing = {}): ReturnType<typeof readProfile> {
  const written: Uint8Array[] = []
  const output = { writeBytes: (bytes: Uint8Array) => written.push(bytes) }
  const sink = new PprofSink(output, { narrowing, complain: (line) => expect.unreachable(line) })
  for (const record of records) sink.record(record)
  sink.end()
  expect(written.length).toBe(1)
  return readProfile(gunzipSync(written[0] ?? ''))
}

const A = signature({
  id: 'a',
  count: 9,
  states: { select: 7, 'chan send': 2 },
  verdict: 'leaking',
  stack: ['svc/store.get /srv/store.go:1', 'main.main /srv/main.go:2'],
})

/** Those of the golden dumps that are a single one. */
function oneDumpEach(): [name: string, records: DumpstreamRecord[], goroutines: number][] {
  return goldenDumps().flatMap((golden) => {
    const records: DumpstreamRecord[] = []
    const engine = createEngine({ stacks: 'always', onRecord: (record) => records.push(record) })
    engine.push(golden.bytes)
    engine.end()
    const goroutines = trueGoroutines(golden)
    const isOne = records.filter((record) => record.type === 'dump').length === 1 && goroutines > 0
    return isOne ? [[golden.name, records, goroutines]] : []
  })
}

describe('a profile', () => {
  it('has a sample for each signature and state, with its labels', () => {
    const stack = ['svc/store.get /srv/store.go:1', 'main.main /srv/main.go:2']
    const labels = { source: 'app.log', signature: 'a', verdict: 'leaking' }
    const { samples } = profileOf([dump({ goroutines: 12, other: { count: 3 } }), A])
    expect(samples).toEqual([
      { count: 7, stack, labels: { ...labels, state: 'select' } },
      { count: 2, stack, labels: { ...labels, state: 'chan send' } },
      { count: 3, stack: ['(other) :0'], labels: { source: 'app.log' } },
    ])
  })

  it('counts goroutines, at the time of the newest dump', () => {
    const { profile } = profileOf([dump({ time: '2026-11-24T10:57:35.250Z' }), A])
    const { strings } = profile.stringTable
    expect(strings[0]).toBe('')
    expect(profile.sampleType.map(({ type, unit }) => [strings[Number(type)], strings[Number(unit)]])).toEqual([
      ['goroutine', 'count'],
    ])
    expect(Number(profile.timeNanos)).toBe(Date.parse('2026-11-24T10:57:35.250Z') * 1e6)
  })

  it('of signatures without a stack has the frame that names them', () => {
    const { stack: _, ...bare } = A
    const { samples } = profileOf([dump(), { ...bare, states: {} }])
    expect(samples.map(({ count, stack }) => ({ count, stack }))).toEqual([
      {
        count: 9,
        stack: ['content_svr/cron/hashtag_suggestion.(*Cron).step2.func1 /app/cron/hashtag_suggestion/cron.go:14'],
      },
    ])
  })

  it.each(oneDumpEach())('of %s has as many goroutines as the dump', (_, records, goroutines) => {
    const { samples } = profileOf(records)
    expect(samples.reduce((sum, { count }) => sum + count, 0)).toBe(goroutines)
    expect(samples.flatMap(({ stack }) => stack).filter((frame) => frame.startsWith('undefined'))).toEqual([])
  })
})

describe('a message', () => {
  it.each([1, 127, 128, 300, 2 ** 32, 2 ** 53 - 1, 1_795_517_855_000_000_000])('carries the number %d', (value) => {
    const { profile } = readProfile(new Message().number(9, value).toBytes())
    expect(Number(profile.timeNanos)).toBe(value)
    const sample = new Message().numbers(2, [value, 0, value])
    expect(readProfile(new Message().message(2, sample).toBytes()).profile.sample[0]?.value.map(Number)).toEqual([
      value,
      0,
      value,
    ])
  })

  it('grows past its first bytes', () => {
    const long = 'é'.repeat(1000)
    const { profile } = readProfile(new Message().text(6, '').text(6, long).toBytes())
    expect(profile.stringTable.strings).toEqual(['', long])
  })
})
