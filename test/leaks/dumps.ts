/** Dumps of one process, goroutine by goroutine. */

import type { DumpRecord, SignatureRecord } from '../../src/core/records.ts'
import { createEngine, type EngineOptions } from '../../src/engine/engine.ts'

/** Function name → ids of the goroutines that wait in it. */
export type Goroutines = Readonly<Record<string, readonly number[]>>

export const ids = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** The text of a dump after a log line with the time. `parent`: the goroutine that started one, unknown before Go 1.21. */
export function dumpText(minutes: number, goroutines: Goroutines, parent?: (id: number) => number): string {
  const stacks = Object.entries(goroutines).flatMap(([name, each]) =>
    each.map(
      (id) =>
        `goroutine ${id} [chan receive]:\nmain.${name}()\n\t/app/main.go:9 +0x1d\ncreated by main.${name}s${parent === undefined ? '' : ` in goroutine ${parent(id)}`}\n\t/app/main.go:5 +0x1d\n`,
    ),
  )
  const time = new Date(Date.UTC(2026, 10, 24) + minutes * 60_000).toISOString()
  return `${time} INFO dump\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:3 +0x1d\n\n${stacks.join('\n')}${time} INFO done\n`
}

/** A text profile (debug=1), which has no ids. */
export function profileText(minutes: number, count: number): string {
  const time = new Date(Date.UTC(2026, 10, 24) + minutes * 60_000).toISOString()
  return `${time} INFO dump\ngoroutine profile: total ${count}\n${count} @ 0x43 0x44\n#\t0x43\tmain.work+0x1d\t/app/main.go:9\n\n${time} INFO done\n`
}

export interface Judged {
  readonly dump: DumpRecord
  readonly signatures: readonly SignatureRecord[]
  /** Function name without its package → verdict. */
  readonly verdicts: Readonly<Record<string, string | undefined>>
}

export function judgeAll(texts: readonly string[], options: EngineOptions = {}): Judged[] {
  const dumps: { dump: DumpRecord; signatures: SignatureRecord[] }[] = []
  const engine = createEngine({
    ...options,
    onRecord: (record) => {
      if (record.type === 'dump') dumps.push({ dump: record, signatures: [] })
      else if (record.type === 'signature') dumps.at(-1)?.signatures.push(record)
    },
  })
  for (const text of texts) engine.push(Buffer.from(text))
  engine.end()
  return dumps.map(({ dump, signatures }) => ({
    dump,
    signatures,
    verdicts: Object.fromEntries(signatures.map((each) => [each.function.replace('main.', ''), each.verdict])),
  }))
}
