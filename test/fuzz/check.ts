/**
 * What holds for any bytes in any chunks. The engine reads the input whole and in random pieces; both say the same, and what they say is
 * sound.
 */
import type { DumpstreamRecord } from '../../src/core/records.ts'
import { createEngine } from '../../src/engine/engine.ts'
import type { Input } from './generate.ts'
import type { Random } from './random.ts'

interface Run {
  readonly records: DumpstreamRecord[]
  readonly log: string
}

/** What is wrong with the input; undefined when nothing is. */
export type Fault = string | undefined

/** Offsets at which an input is cut. */
export type Cuts = readonly number[]

export function randomCuts(random: Random, length: number): Cuts {
  if (length === 0) return []
  const count = random.once(4) ? length : 1 + random.below(6)
  if (count === length) return Array.from({ length: length - 1 }, (_, i) => i + 1)
  return [...new Set(Array.from({ length: count }, () => random.below(length)))].sort((a, b) => a - b)
}

/** Reads the input in pieces, and judges what comes of it. */
function feed({ bytes, limits }: Input, cuts: Cuts, fault: (what: string) => void): Run {
  const records: DumpstreamRecord[] = []
  const log: Buffer[] = []
  let out = 0
  let settled = 0
  let pushed = 0
  const engine = createEngine({
    stacks: 'always',
    // Where the newest line may be the first, the lines around the first header that have come by then decide.
    order: 'oldest_first',
    limits,
    // How many headers a summary names as unread is an estimate, made chunk by chunk.
    onRecord: (record) => record.type !== 'summary' && records.push(record),
    onLog: (piece, offset) => {
      const got = Buffer.from(piece)
      if (offset < out) fault(`log at ${offset} comes after log up to ${out}`)
      if (offset < settled) fault(`log at ${offset} comes after ${settled} was settled`)
      if (!got.equals(bytes.subarray(offset, offset + got.length)))
        fault(`log at ${offset} is not what the input has there`)
      out = offset + got.length
      log.push(got)
    },
  })
  let resumeAt = 0
  const look = (): void => {
    const now = engine.settled
    const resume = engine.resumeAt
    if (resume < resumeAt) fault(`resumeAt goes back from ${resumeAt} to ${resume}`)
    if (resume > now) fault(`resumeAt is ${resume}, past ${now} that is settled`)
    resumeAt = resume
    if (now < settled) fault(`settled goes back from ${settled} to ${now}`)
    if (now > pushed) fault(`settled is ${now} of ${pushed}`)
    settled = now
  }
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    const piece = Buffer.from(bytes.subarray(from, cut))
    pushed = cut
    engine.push(piece)
    // The chunk is the caller's again.
    piece.fill(0x2a)
    look()
    from = cut
  }
  engine.end()
  look()
  if (settled !== bytes.length) fault(`settled is ${settled} at the end of ${bytes.length}`)
  return { records, log: Buffer.concat(log).toString('latin1') }
}

function judgeRecords(records: readonly DumpstreamRecord[], length: number, fault: (what: string) => void): void {
  const sums = new Map<string, number>()
  for (const record of records) {
    const text = JSON.stringify(record)
    if (text.includes('null')) fault(`a record holds null: ${text}`)
    if (record.type !== 'dump' && record.type !== 'signature') continue
    const key = `${record.source}\0${record.dump}`
    if (record.type === 'signature') {
      sums.set(key, (sums.get(key) ?? 0) - record.count)
      continue
    }
    const [start, end] = record.bytes
    if (!(start >= 0 && start < end && end <= length)) fault(`bytes of a dump are [${start}, ${end}] of ${length}`)
    sums.set(key, record.goroutines - (record.other?.count ?? 0))
  }
  for (const [key, rest] of sums) if (rest !== 0) fault(`the signatures of dump ${key} lack ${rest} goroutines`)
}

/** Reads the input whole and cut at `cuts`. */
export function check(input: Input, cuts: Cuts): Fault {
  let first: Fault
  const fault = (what: string): void => {
    first ??= what
  }
  try {
    const whole = feed(input, [], (what) => fault(`whole: ${what}`))
    judgeRecords(whole.records, input.bytes.length, fault)
    const parts = feed(input, cuts, (what) => fault(`in chunks: ${what}`))
    const [one, other] = [JSON.stringify(whole.records), JSON.stringify(parts.records)]
    if (one !== other) fault(`records differ in chunks\n  whole: ${one}\n  parts: ${other}`)
    if (whole.log !== parts.log) {
      fault(`log differs in chunks\n  whole: ${JSON.stringify(whole.log)}\n  parts: ${JSON.stringify(parts.log)}`)
    }
  } catch (error) {
    fault(`throws: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
  return first
}
