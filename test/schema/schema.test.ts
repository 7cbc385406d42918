import { describe, expect, it } from 'vitest'
import { validateRecord } from './validate.ts'

const dump = {
  v: 1,
  type: 'dump',
  dump: 2,
  source: 'stdin',
  kind: 'all',
  format: 'stack',
  goroutines: 221,
  signatures: 9,
  bytes: [88123, 1203456],
  foreign_lines: 4,
  damaged: 0,
  truncated: false,
  time: '2026-11-24T08:01:14.000Z',
  process: '43',
  duration_s: 7200,
}
const signature = {
  v: 1,
  type: 'signature',
  dump: 2,
  source: 'stdin',
  id: '9f0c2c3f5b7a1e42',
  count: 41,
  delta: 40,
  verdict: 'leaking',
  states: { 'chan receive': 41 },
  wait_minutes: { min: 0, max: 119 },
  survivors: 1,
  new: 40,
  function: 'content_svr/cron/hashtag_suggestion.(*Cron).step2.func1',
  file: '/app/cron/hashtag_suggestion/cron.go',
  line: 14,
  created_by: 'content_svr/cron/hashtag_suggestion.(*Cron).step2',
  stack: ['a b:1'],
  labels: { svc: { users: 41 } },
}
const goroutine = {
  v: 1,
  type: 'goroutine',
  dump: 2,
  source: 'stdin',
  goroutine: 1187,
  state: 'chan send',
  wait_minutes: 5,
  signature: '9f0c2c3f5b7a1e42',
}

describe('the record schema', () => {
  it.each([
    ['dump', dump],
    ['signature', signature],
    ['goroutine', goroutine],
  ])('accepts a %s record', (_name, record) => {
    expect(validateRecord(record)).toEqual([])
  })

  it.each([
    ['a version it does not know', { ...dump, v: 2 }],
    ['null for unknown', { ...dump, process: null }],
    ['a field it does not know', { ...dump, extra: 1 }],
    ['a kind it does not know', { ...dump, kind: 'heap' }],
    ['a negative count', { ...signature, count: -1 }],
    ['an id that is none', { ...signature, id: '9F0C' }],
    ['a local time', { ...dump, time: '2026-11-24T08:01:14+01:00' }],
    ['a dump without its count', (({ goroutines: _, ...rest }) => rest)(dump)],
    ['an unknown verdict', { ...signature, verdict: 'bad' }],
  ])('refuses %s', (_name, record) => {
    expect(validateRecord(record)).not.toEqual([])
  })
})
