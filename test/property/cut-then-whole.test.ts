/** A dump that was cut, as a buffer of 16 KiB cuts it, log lines, and whole dumps: the whole ones are exact, and the cut one says that it is. */
import { expect, it } from 'vitest'
import type { DumpstreamRecord } from '../../src/core/records.ts'
import { goldenDump } from '../golden/dumps.ts'
import { feed } from '../property/weave.ts'

const DUMPS = [
  'zoo-1.27-stack.txt',
  'zoo-1.19-stack.txt',
  'odd-1.27.txt',
  'crash-1.19-maps.txt',
  'tb-1.27-quit-all.txt',
  'zoo-1.27-pprof1.txt',
  'crash-1.27-panic.txt',
].map((name) => ({ name, bytes: goldenDump(name) }))
const LINES = [0, 1, 30, 2000]
const TRIES = 250

/** Of each dump what it is counted as, in one string. */
function counted(records: readonly DumpstreamRecord[]): string[] {
  const dumps = new Map<string, unknown[]>()
  for (const record of records) {
    if (record.type === 'dump')
      dumps.set(`${record.dump}`, [
        record.kind,
        record.goroutines,
        record.damaged,
        record.truncated,
        record.other?.count,
      ])
    else if (record.type === 'signature' && record.count > 0)
      dumps.get(`${record.dump}`)?.push(`${record.id} ${record.count}`)
  }
  return [...dumps.values()].map((each) => JSON.stringify([...each.slice(0, 5), each.slice(5).sort()]))
}

const logOf = (lines: number): string =>
  Array.from(
    { length: lines },
    (_, i) => `2026/11/24 08:14:${String(i % 60).padStart(2, '0')} std logger line ${i}\n`,
  ).join('')

it(`whole dumps behind a cut one are exact, at ${TRIES} places to cut`, () => {
  let state = 7
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return (state >>> 8) % below
  }
  const wrong: string[] = []
  for (let i = 0; i < TRIES; i++) {
    const cut = DUMPS[random(DUMPS.length)] as (typeof DUMPS)[number]
    const whole = random(2) === 0 ? cut : (DUMPS[random(DUMPS.length)] as (typeof DUMPS)[number])
    // In the lines before the first goroutine there is no goroutine to cut: what they announce is not known to be over.
    const text = cut.bytes.toString('latin1')
    const first = text.indexOf('\n', Math.max(0, text.search(/^(?:goroutine \d|\d+ @)/m)))
    const at = first + 1 + random(text.length - first - 1)
    const lines = LINES[i % LINES.length] ?? 0
    const log = (random(2) === 0 ? '\n' : '') + logOf(lines)
    const apart = Buffer.from('2026/11/24 09:00:00 served\n')
    const input = Buffer.concat([cut.bytes.subarray(0, at), Buffer.from(log), whole.bytes, apart, whole.bytes])
    const [right] = counted(feed([whole.bytes]).records)
    const found = counted(feed([input]).records)
    if (found.length > 3 || found.filter((each) => each === right).length < 2)
      wrong.push(`${cut.name} cut at ${at}, ${lines} lines, ${whole.name}: ${found.map((each) => each.slice(0, 60))}`)
  }
  process.stdout.write(`whole dumps behind a cut one: ${wrong.length} of ${TRIES} wrong\n`)
  expect(wrong).toEqual([])
})

it('a dump that was cut in a goroutine says so', () => {
  const { name, bytes } = DUMPS[0] as (typeof DUMPS)[number]
  const at = bytes.indexOf('\n', bytes.length / 2) + 30
  const { records } = feed([bytes.subarray(0, at), Buffer.from(`\n${logOf(30)}`), bytes])
  expect([name, records.flatMap((record) => (record.type === 'dump' ? [record.truncated] : []))]).toEqual([
    name,
    [true, false],
  ])
})
