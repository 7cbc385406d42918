import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { DumpstreamRecord } from '../../src/core/records.ts'
import { createEngine } from '../../src/engine/engine.ts'
import { Mount, type Outcome } from '../../src/mounts/mount.ts'
import { dumpText, logText } from '../cli/dumps.ts'

const LINES = [
  ...dumpText().split('\n').slice(0, 12),
  ...logText(2).split('\n'),
  '',
  'panic: boom',
  'goroutine 7 [running]:',
  'main.main()',
  '\t/app/main.go:3 +0x1d',
  '2026-11-24T05:00:00.1Z stdout F panic: boom',
  '2026-11-24T05:00:00.1Z stdout F ',
  '2026-11-24T05:00:00.1Z stdout F goroutine 9 [running]:',
  '2026-11-24T05:00:00.1Z stdout F main.main()',
  '2026-11-24T05:00:00.1Z stdout F \t/app/main.go:3 +0x1d',
  'request served main.main()',
  'SIGQUIT: quit',
  'é'.repeat(40),
]

const run = fc.oneof(
  fc.array(fc.constantFrom(...LINES), { maxLength: 30 }),
  fc.constant(dumpText().split('\n').slice(0, -1)),
)

it('any lines give the records of the joined text, and every other line comes back once, in order', () => {
  fc.assert(
    fc.property(fc.array(run, { maxLength: 6 }), (runs) => {
      const lines = runs.flat()
      const text = lines.map((line) => `${line}\n`).join('')
      const records: DumpstreamRecord[] = []
      let log = ''
      const engine = createEngine({
        source: 's',
        onRecord: (record) => record.type !== 'summary' && records.push(record),
        onLog: (bytes) => {
          log += Buffer.from(bytes).toString()
        },
      })
      engine.push(Buffer.from(text))
      engine.end()

      const mount = new Mount<number>()
      const out: Outcome<number>[] = lines.flatMap((each, item) => mount.push({ stream: 's', text: each, item }))
      out.push(...mount.end())
      const found = out.flatMap((each) => (each.type === 'record' ? [each.record] : []))
      expect(found).toEqual(records)
      const logs = out.flatMap((each) => (each.type === 'log' ? [each] : []))
      for (let i = 1; i < logs.length; i++) expect(logs[i]?.item).toBeGreaterThan(logs[i - 1]?.item ?? -1)
      // A log line that a dump line cut in two is two records here; what is left of each has no line end of its own.
      expect(logs.map(({ item, rest }) => rest ?? lines[item]).join('')).toBe(log.replaceAll('\n', ''))
    }),
  )
})
