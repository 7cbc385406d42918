/** Ways in which other writers get between the bytes of a dump. */

import type { DumpstreamRecord } from '../../src/core/records.ts'
import { createEngine, type EngineOptions } from '../../src/engine/engine.ts'
import type { Random } from '../fuzz/random.ts'

export interface Run {
  readonly records: DumpstreamRecord[]
  readonly log: Buffer
  readonly faults: readonly string[]
}

/** Feeds `chunks` to a fresh engine. */
export function feed(chunks: Iterable<Uint8Array>, options: EngineOptions = {}): Run {
  const records: DumpstreamRecord[] = []
  const log: Buffer[] = []
  const engine = createEngine({
    stacks: 'always',
    ...options,
    // The last one is of the input, not of a dump.
    onRecord: (record) => record.type !== 'summary' && records.push(record),
    onLog: (bytes) => log.push(Buffer.from(bytes)),
  })
  for (const chunk of chunks) engine.push(chunk)
  engine.end()
  return { records, log: Buffer.concat(log), faults: engine.faults ?? [] }
}

/** The records without what depends on where in the input a dump stood. */
export function withoutPlace(records: readonly DumpstreamRecord[]): unknown[] {
  return records.map((record) => {
    const {
      bytes: _bytes,
      foreign_lines: _foreign,
      time: _time,
      time_from: _from,
      duration_s: _duration,
      ...rest
    } = record as Partial<Extract<DumpstreamRecord, { type: 'dump' }>>
    return rest
  })
}

/** Whole lines, each with its line end. */
export function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const lf = bytes.indexOf(10, at)
    const end = lf < 0 ? bytes.length : lf + 1
    lines.push(bytes.subarray(at, end))
    at = end
  }
  return lines
}

/** Log lines of usual and of nasty forms; none is a line that Go prints in a dump. */
export const LOG_LINES: readonly string[] = [
  '2026-11-24T05:00:00Z INFO worker=0 request handled id=000000 path=/api/v1/items status=200',
  '2026/11/24 08:14:31.885920 std logger line 6',
  '{"time":"2026-11-24T05:00:00.123Z","level":"INFO","msg":"request","status":200}',
  'I1124 08:17:51.515399   26313 main.go:18] line one',
  '[GIN] 2026/11/24 - 08:14:31 | 200 |  1.2ms | 127.0.0.1 | GET "/api"',
  'time=2026-11-24T05:00:00Z level=INFO msg="goroutine pool exhausted" goroutine=12',
  'worker goroutine 12 finished in 3ms',
  '{"msg":"a tutorial: goroutine 1 [running]:\\nmain.main()\\n\\t/tmp/x.go:3 +0x1"}',
  'goroutines: 41 running',
  '    indented continuation of a message',
  '\tat com.example.Foo.bar(Foo.java:12)',
  'done (12 items)',
  'caf\u00e9 \u4e16\u754c \u{1f600}',
  '*** 3 warnings ***',
  '\u001b[31mERROR\u001b[0m something red',
  'x',
]

/** The goroutines of the dump some times over, with ids of their own, most of them. */
export function manyOf(random: Random, bytes: Buffer): Buffer {
  const goroutines = bytes.toString('latin1').split(/(?<=\n\n)(?=goroutine \d)/)
  let id = 1
  const out = goroutines.flatMap((each) =>
    Array.from({ length: 1 + random.below(8) }, () => {
      id += random.once(60) ? -random.below(3) : 1 + random.below(20)
      return each.replace(/^goroutine \d+/, `goroutine ${id}`)
    }),
  )
  return Buffer.from(out.join(''), 'latin1')
}

/** Chunks of any sizes. */
export function cutAnywhere(random: Random, bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = []
  const most = random.pick([30, 300, 5_000, 70_000])
  for (let at = 0; at < bytes.length; ) {
    const to = at + 1 + random.below(most)
    chunks.push(bytes.subarray(at, to))
    at = to
  }
  return chunks
}
