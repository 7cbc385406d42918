/**
 * What holds for any bytes in any chunks. The engine reads the input whole and in random pieces; both say the same, and what they say is
 * sound.
 */

import type { DumpstreamRecord } from '../../src/core/records.ts'
import type { InnerOptions } from '../../src/engine/contract.ts'
import { createEngine } from '../../src/engine/engine.ts'
import { isFrameHead } from '../../src/forms/encodings.ts'
import type { KernelUse } from '../../src/stacks/tables.ts'
import type { Input } from './generate.ts'
import type { Random } from './random.ts'

interface Run {
  /** The records, each as its JSON. */
  readonly records: readonly string[]
  /** What was log: from, to, from, to, … in the input; of frames, the bytes. */
  readonly log: readonly (number | string)[]
}

/** What is wrong with the input; undefined when nothing is. */
export type Fault = string | undefined

/** Offsets at which an input is cut. */
export type Cuts = readonly number[]

/** An input that is longer is not cut after each byte by chance: it would take as long as hundreds of others. */
const EACH_BYTE = 600

export function randomCuts(random: Random, length: number): Cuts {
  if (length === 0) return []
  if (length <= EACH_BYTE && random.once(12)) return Array.from({ length: length - 1 }, (_, i) => i + 1)
  if (random.once(6)) {
    const size = Math.ceil(length / (1 + random.below(8)))
    return Array.from({ length: Math.ceil(length / size) - 1 }, (_, i) => (i + 1) * size)
  }
  const count = 1 + random.below(6)
  return [...new Set(Array.from({ length: count }, () => random.below(length)))].sort((a, b) => a - b)
}

/** Reads the input in pieces, and judges what comes of it. */
function feed({ bytes, options }: Input, cuts: Cuts, judge: Judge | undefined, fault: (what: string) => void): Run {
  const records: string[] = []
  const log: (number | string)[] = []
  const frames: Buffer[] = []
  const isFramed = options.input !== 'plain' && isFrameHead(bytes)
  let out = 0
  let settled = 0
  let pushed = 0
  const engine = createEngine({
    ...options,
    stacks: 'always',
    onRecord: (record) => {
      records.push(JSON.stringify(record))
      judge?.add(record)
    },
    onFault: (error) => fault(`drops a dump: ${error.message}`),
    onLog: (piece, offset) => {
      const end = offset + piece.length
      if (offset < out) fault(`log at ${offset} comes after log up to ${out}`)
      if (offset < settled) fault(`log at ${offset} comes after ${settled} was settled`)
      if (isFramed) {
        // The frames are made anew: others come out than went in.
        frames.push(Buffer.from(piece))
        out = offset
        return
      }
      if (bytes.compare(piece, 0, piece.length, offset, Math.min(end, bytes.length)) !== 0)
        fault(`log at ${offset} is not what the input has there`)
      if (log.length > 0 && log[log.length - 1] === offset) log[log.length - 1] = end
      else if (piece.length > 0) log.push(offset, end)
      out = end
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
  let piece = Buffer.alloc(0)
  for (const cut of [...cuts, bytes.length]) {
    // The chunk is the caller's again, who may put the next one there.
    if (piece.length !== cut - from) piece = Buffer.alloc(cut - from)
    bytes.copy(piece, 0, from, cut)
    pushed = cut
    engine.push(piece)
    piece.fill(0x2a)
    look()
    from = cut
  }
  engine.end()
  look()
  if (settled !== bytes.length) fault(`settled is ${settled} at the end of ${bytes.length}`)
  return { records, log: isFramed ? [Buffer.concat(frames).toString('latin1')] : log }
}

/** Looks at each record by itself, and at the sums of each dump. */
class Judge {
  readonly #length: number
  readonly #fault: (what: string) => void
  readonly #sums = new Map<string, number>()

  constructor(length: number, fault: (what: string) => void) {
    this.#length = length
    this.#fault = fault
  }

  add(record: DumpstreamRecord): void {
    if (record.type !== 'dump' && record.type !== 'signature') return
    const key = `${record.source}\0${record.dump}`
    if (record.type === 'signature') {
      this.#sums.set(key, (this.#sums.get(key) ?? 0) - record.count)
      return
    }
    const [start, end] = record.bytes
    if (!(start >= 0 && start < end && end <= this.#length))
      this.#fault(`bytes of a dump are [${start}, ${end}] of ${this.#length}`)
    this.#sums.set(key, record.goroutines - (record.other?.count ?? 0))
  }

  end(records: readonly string[]): void {
    for (const text of records)
      if (text.includes('null') && holdsNull(text)) this.#fault(`a record holds null: ${text}`)
    for (const [key, rest] of this.#sums)
      if (rest !== 0) this.#fault(`the signatures of dump ${key} lack ${rest} goroutines`)
  }
}

function holdsNull(text: string): boolean {
  let found = false
  JSON.parse(text, (_, value: unknown) => {
    found ||= value === null
    return value
  })
  return found
}

/** A kernel wherever there may be one: otherwise only trees that have grown have theirs. */
const ALWAYS: KernelUse = { lines: 256, goroutines: 0, bytes: 0 }

/** A kernel takes as long to make as an input to read. */
const KERNEL_EACH = 3

function withKernel({ bytes, options }: Input): Input {
  const inner: InnerOptions = { ...options, kernels: ALWAYS }
  return { bytes, options: inner }
}

/** What memory may hold that nobody has written to yet: the two ways have different bytes there. */
const FILLS = Buffer.from('{\n\t "\\g7')
/** Inputs are short: there is no need to fill more of a long buffer. */
const FILLED = 2048
const { allocUnsafe, allocUnsafeSlow } = Buffer

/** `run`, with `fill` in whatever is allocated without being filled. */
function withMemoryOf<T>(fill: number, run: () => T): T {
  Buffer.allocUnsafe = (size) => allocUnsafe(size).fill(fill, 0, Math.min(size, FILLED))
  Buffer.allocUnsafeSlow = (size) => allocUnsafeSlow(size).fill(fill, 0, Math.min(size, FILLED))
  try {
    return run()
  } finally {
    Object.assign(Buffer, { allocUnsafe, allocUnsafeSlow })
  }
}

/** Reads the input whole, and cut at `cuts`, some with a kernel. */
export function check(input: Input, cuts: Cuts): Fault {
  let first: Fault
  const fault = (what: string): void => {
    first ??= what
  }
  try {
    const judge = new Judge(input.bytes.length, fault)
    const whole = withMemoryOf(0, () => feed(input, [], judge, (what) => fault(`whole: ${what}`)))
    judge.end(whole.records)
    const isWalked = input.bytes.length % KERNEL_EACH === 0
    const parts = withMemoryOf(FILLS[input.bytes.length % FILLS.length] ?? 0, () =>
      feed(isWalked ? withKernel(input) : input, cuts, new Judge(input.bytes.length, fault), (what) =>
        fault(`in chunks: ${what}`),
      ),
    )
    // Memory is counted between chunks.
    if (input.options.limits?.memoryBytes !== undefined) return first
    const [one, other] = [whole.records.join('\n  '), parts.records.join('\n  ')]
    if (one !== other) fault(`records differ in chunks\n whole:\n  ${one}\n parts:\n  ${other}`)
    if (whole.log.join() !== parts.log.join())
      fault(`log differs in chunks\n  whole: ${whole.log.join()}\n  parts: ${parts.log.join()}`)
  } catch (error) {
    fault(`throws: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
  return first
}
