/** Numbers that nothing of Go writes, and anybody can: what comes of them are records of the schema, or none. */
import { expect, it } from 'vitest'
import type { DumpstreamRecord } from '../../src/core/records.ts'
import { createEngine } from '../../src/engine/engine.ts'
import { validateRecord } from './validate.ts'

const NUMBERS = [
  '0',
  '-1',
  '00',
  '1e39',
  '1.5',
  '2147483648',
  '9007199254740993',
  '18446744073709551616',
  '9'.repeat(400),
]

const TEXTS: readonly (readonly [string, (number: string) => string])[] = [
  [
    'count of a labelled record',
    (n) => `goroutine profile: total 5\n${n} @ 0x47\n#\t0x47\tmain.f+0x1d\t/app/main.go:3\n# labels: {"k":"v"}\n\n`,
  ],
  ['total of a profile', (n) => `goroutine profile: total ${n}\n2 @ 0x47\n#\t0x47\tmain.f+0x1d\t/app/main.go:3\n\n`],
  [
    'goroutine of a race',
    (n) =>
      `WARNING: DATA RACE\nRead at 0x00c000014098 by goroutine ${n}:\n  main.f()\n      /app/main.go:3 +0x1d\n\nPrevious write at 0x00c000014098 by goroutine ${n}:\n  main.g()\n      /app/main.go:4 +0x1d\n`,
  ],
  ['id', (n) => `goroutine ${n} [select]:\nmain.f()\n\t/app/main.go:3 +0x1d\n\n`],
  ['minutes', (n) => `goroutine 7 [select, ${n} minutes]:\nmain.f()\n\t/app/main.go:3 +0x1d\n\n`],
  ['line', (n) => `goroutine 7 [select]:\nmain.f()\n\t/app/main.go:${n} +0x1d\n\n`],
  [
    'parent',
    (n) =>
      `goroutine 7 [select]:\nmain.f()\n\t/app/main.go:3 +0x1d\ncreated by main.g in goroutine ${n}\n\t/app/main.go:3 +0x1d\n\n`,
  ],
]

it.each(TEXTS)('the %s', (_name, text) => {
  for (const number of NUMBERS) {
    const records: DumpstreamRecord[] = []
    const engine = createEngine({ goroutines: true, onRecord: (record) => records.push(record) })
    engine.push(Buffer.from(text(number)))
    engine.end()
    for (const record of records) expect(validateRecord(JSON.parse(JSON.stringify(record))), number).toEqual([])
  }
})
