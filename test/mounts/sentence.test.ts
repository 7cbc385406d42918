import { describe, expect, it } from 'vitest'
import { recordEvent } from '../../src/mounts/record-event.ts'
import { attributesOf, sentence, severityOf } from '../../src/mounts/sentence.ts'
import { dump, finding, signature } from '../sinks/records.ts'

const SUMMARY = {
  ...({ v: 1, type: 'summary', source: 'app.log' } as const),
  ...{ bytes: 12, lines: 1, dumps: 1, goroutines: 3, findings: {} },
}

describe('the sentence of a record', () => {
  it.each([
    ['a dump', dump(), 'goroutine dump 1: 221 goroutines in 9 signatures', 'INFO'],
    [
      'a crash',
      dump({ kind: 'panic', reason: 'boom\nmore', goroutines: 1, signatures: 1 }),
      'goroutine dump 1: 1 goroutine in 1 signature (panic: boom)',
      'ERROR',
    ],
    [
      'a leak',
      finding({
        title: '292 goroutines leak in chan send at producer.go:40',
        because: 'none has left',
        counts: [148, 292],
      }),
      'leaking: 292 goroutines leak in chan send at producer.go:40 (+144): none has left',
      'ERROR',
    ],
    [
      'a finding without a verdict',
      finding({ finding: 'pile_up', severity: 'warning', title: '609 wait', because: 'for one lock', counts: [609] }),
      '609 wait: for one lock',
      'WARN',
    ],
    [
      'a signature',
      signature({ verdict: 'stuck', delta: -2, because: 'for an hour' }),
      'stuck: 41 goroutines in chan receive at cron.go:14 (-2): for an hour',
      'WARN',
    ],
    ['a signature that is steady', signature({ delta: 0 }), '41 goroutines in chan receive at cron.go:14', 'INFO'],
    ['an end', SUMMARY, '1 goroutine dump with 3 goroutines in 12 bytes', 'INFO'],
    [
      'a goroutine',
      { ...({ v: 1, type: 'goroutine', source: 'app.log' } as const), dump: 1, goroutine: 7, state: 'select' },
      'goroutine 7: select',
      'INFO',
    ],
  ])('%s', (_what, record, says, severity) => {
    expect([sentence(record), severityOf(record)]).toEqual([says, severity])
  })

  it('stands in the event with a severity and attributes, in the field of the text', () => {
    const leak = finding({ counts: [1, 41] })
    const event = recordEvent({ key: 'payload.log', fields: { pod: 'a', payload: { x: 1 } } }, leak, 'abc', {
      type: 'finding',
    })
    expect(event).toMatchObject({
      pod: 'a',
      payload: { x: 1, log: sentence(leak) },
      severity: 'ERROR',
      attributes: {
        'dumpstream.dump': 'abc',
        'dumpstream.finding': 'leak',
        'dumpstream.verdict': 'leaking',
        'dumpstream.delta': 40,
      },
      dumpstream: { type: 'finding' },
    })
  })

  it('has attributes of a dump and of a signature, without those that are unknown', () => {
    expect(attributesOf(dump({ kind: 'fatal', reason: 'out of memory' }), undefined)).toEqual({
      'dumpstream.type': 'dump',
      'dumpstream.kind': 'fatal',
      'dumpstream.goroutines': 221,
      'dumpstream.reason': 'out of memory',
    })
    expect(attributesOf(signature({ delta: 3, verdict: 'growing' }), 'abc')).toMatchObject({
      'dumpstream.signature': '9f0c2c3f5b7a1e42',
      'dumpstream.delta': 3,
      'go.goroutine.state': 'chan receive',
    })
  })
})
