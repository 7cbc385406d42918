/** Builds runs of messages from batches: copies the text, and keeps only a few numbers per message. */
import { LF } from '../core/ascii.ts'
import type { MessageRun } from '../partitions/run.ts'
import type { Records } from './batches.ts'

/** What names the stream of a message. */
export type StreamBy =
  | { readonly by: 'key' }
  | { readonly by: 'none' }
  | { readonly by: 'header'; readonly name: string }

/** A longer key or header is cut: it is not the name of a pod. */
const NAME_BYTES = 512
const FIRST_BYTES = 16 << 10

export class RunBuilder {
  readonly #streamBy: StreamBy
  /** Runs by the name of their stream, as it was sent. */
  readonly #byName = new Map<string, Run>()
  #own: Run | undefined

  constructor(streamBy: StreamBy) {
    this.#streamBy = streamBy
  }

  /**
   * Skips messages before `from`. `now`: milliseconds since the epoch; later times are capped, because they would make all other streams look silent.
   */
  add(records: Records, from: bigint, now: number): void {
    const { firstOffset, bytes } = records
    const skipped = from > firstOffset ? Number(from - firstOffset) : 0
    while (records.next()) {
      const { delta, time, value } = records
      if (value.length <= 0 || delta < skipped) continue
      const run = this.#run(records)
      run.offsets.push(firstOffset + BigInt(delta))
      run.times.push(time < 0 ? Number.NaN : Math.min(time, now))
      run.append(bytes, value.at, value.at + value.length)
    }
  }

  take(): MessageRun[] {
    const runs = [...this.#byName.values()]
    if (this.#own !== undefined) runs.push(this.#own)
    return runs.map(({ stream, offsets, times, starts, bytes }) => ({ stream, offsets, times, starts, bytes }))
  }

  #run(records: Records): Run {
    const by = this.#streamBy
    const name = by.by === 'none' ? undefined : by.by === 'key' ? records.key : records.header(by.name)
    if (name === undefined || name.length === 0) {
      this.#own ??= new Run(undefined)
      return this.#own
    }
    const { at, length } = name
    const end = at + Math.min(length, NAME_BYTES)
    const sent = records.bytes.toString('latin1', at, end)
    let run = this.#byName.get(sent)
    if (run === undefined) {
      run = new Run(records.bytes.toString('utf8', at, end))
      this.#byName.set(sent, run)
    }
    return run
  }
}

class Run {
  readonly stream: string | undefined
  readonly starts: number[] = []
  readonly offsets: bigint[] = []
  readonly times: number[] = []
  #buffer = Buffer.allocUnsafe(FIRST_BYTES)
  #length = 0

  constructor(stream: string | undefined) {
    this.stream = stream
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  append(bytes: Buffer, start: number, end: number): void {
    this.#reserve(end - start + 1)
    this.starts.push(this.#length)
    this.#length += bytes.copy(this.#buffer, this.#length, start, end)
    if (bytes[end - 1] !== LF) this.#buffer[this.#length++] = LF
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, needed))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}
