import { describe, expect, it } from 'vitest'
import type { DumpstreamRecord } from '../../src/core/records.ts'
import { createEngine } from '../../src/engine/engine.ts'
import { WRAPS } from '../carriers/weave.ts'
import { goldenDump } from '../golden/dumps.ts'

const dump = goldenDump('crash-1.27-panic.txt').toString().trimEnd().split('\n')
const log = ['before', ...dump, 'between', 'and', ...dump, 'after']

/** What a new engine reports, too, about the dumps of a run. */
const facts = (records: readonly DumpstreamRecord[]): unknown[] =>
  records.flatMap((record) =>
    record.type === 'dump' ? [[record.kind, record.reason, record.goroutines, record.damaged, record.truncated]] : [],
  )

describe('a new engine at resumeAt', () => {
  it.each(['plain', 'cri', 'docker', 'compose', 'klog'])(
    'reports what the first one had not reported yet: %s',
    (name) => {
      const wrap = WRAPS[name] ?? String
      const text = Buffer.from(log.map((line, i) => `${wrap(line, i)}\n`).join(''))
      const whole: DumpstreamRecord[] = []
      const one = createEngine({ onRecord: (record) => whole.push(record), onLog: () => undefined })
      one.push(text)
      one.end()
      expect(facts(whole)).toHaveLength(2)
      for (let cut = 0; cut <= text.length; cut += 7) {
        const records: DumpstreamRecord[] = []
        const first = createEngine({ onRecord: (record) => records.push(record), onLog: () => undefined })
        first.push(text.subarray(0, cut))
        const { resumeAt, settled } = first
        expect(resumeAt).toBeLessThanOrEqual(settled)
        const second = createEngine({ onRecord: (record) => records.push(record), onLog: () => undefined })
        second.push(text.subarray(resumeAt))
        second.end()
        expect([cut, resumeAt, facts(records)]).toEqual([cut, resumeAt, facts(whole)])
      }
    },
  )

  it('begins with the title of the current file', () => {
    const engine = createEngine({ onLog: () => undefined })
    engine.push(Buffer.from('==> a <==\nx\n\n==> b <==\ny\n'))
    expect(engine.resumeAt).toBe(13)
  })
})
