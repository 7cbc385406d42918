/**
 * One stream of a partition: an engine, and which of its bytes belong to which message.
 *
 * The engine's clock is the time of the messages, so that the same messages give the same dumps, however they arrive.
 */
import type { DumpRecord, DumpstreamRecord } from '../core/records.ts'
import { createEngine, type EngineOptions, type EngineSnapshot, type WholeEngine } from '../engine/engine.ts'
import { Silence } from '../streams/silence.ts'
import { findNeedle } from '../text/needle.ts'
import type { MessageRun } from './run.ts'

export type StreamOptions = Omit<
  EngineOptions,
  'source' | 'onRecord' | 'onLog' | 'time' | 'snapshot' | 'form' | 'order' | 'goroutines'
>

/** State of a stream, for an engine that continues it. Plain JSON. */
export interface StreamState {
  /** Absent for the stream of the partition itself. */
  readonly stream?: string
  /** Decimal. The message at which reading continues, and how many of its bytes are already read. */
  readonly offset: string
  readonly byte: number
  readonly snapshot: EngineSnapshot
}

/** A place in the partition. */
export interface Place {
  readonly offset: bigint
  readonly byte: number
}

export class PartitionStream {
  readonly #engine: WholeEngine
  /** Messages before this place were read by another engine. */
  readonly #from: Place | undefined
  /** For the messages that the engine may still refer to: the start of each in the engine's input, and its offset. */
  #starts: number[] = []
  #offsets: bigint[] = []
  /** Bytes of the first message that were not pushed, because they are already known. */
  #skipped = 0
  #pushed = 0
  #last: bigint
  #needed: bigint | undefined
  /** Time of the last message. */
  #time: number | undefined
  /** Silence by the caller's clock, and by the times of messages of other streams. */
  readonly #unheard = new Silence()
  readonly #passed = new Silence()
  /** Was anything pushed since the state was last taken? */
  isChanged = false

  /** @throws DumpstreamError `DS_OPTION` if an engine cannot continue from the state */
  constructor(
    source: string,
    options: StreamOptions,
    state: StreamState | undefined,
    onRecord: (record: DumpstreamRecord, place: Place | undefined) => void,
  ) {
    this.#from = state === undefined ? undefined : { offset: BigInt(state.offset), byte: state.byte }
    this.#last = this.#from === undefined ? -1n : this.#from.offset - (this.#from.byte > 0 ? 0n : 1n)
    this.#engine = createEngine({
      ...options,
      source,
      form: 'lines',
      order: 'oldest_first',
      ...(state === undefined ? {} : { snapshot: state.snapshot }),
      onRecord: (record) => {
        // A partition has no end that a summary could describe.
        if (record.type === 'summary') return
        onRecord(record, record.type === 'dump' ? this.#placeOf(record) : undefined)
      },
    })
  }

  get isOpen(): boolean {
    return this.#engine.open
  }

  /** The message with which a reader that has the last state must begin; undefined if any later one will do. */
  get needed(): bigint | undefined {
    return this.#needed
  }

  takeState(): Omit<StreamState, 'stream'> {
    this.isChanged = false
    const snapshot = this.#engine.snapshot()
    const isDone = this.#pushed > 0 && snapshot.resumeAt >= this.#pushed
    const { offset, byte } = isDone ? { offset: this.#last + 1n, byte: 0 } : this.#at(snapshot.resumeAt)
    this.#needed = isDone || this.#pushed === 0 ? undefined : offset
    return { offset: String(offset), byte, snapshot }
  }

  /** Takes messages of this stream, in order. Skips those that are already known. */
  push(run: MessageRun): void {
    const first = this.#firstNew(run)
    if (first === undefined) return
    const { bytes, times } = run
    let fed = first.at
    let needle = this.#engine.open ? fed : findNeedle(bytes, fed, bytes.length, true)
    let at = fed
    for (let index = first.index; index < times.length; index++) {
      const end = endOf(run, index)
      const isAlone = this.#engine.open || (needle >= 0 && needle < end)
      if (isAlone) {
        if (at > fed) this.#feed(bytes.subarray(fed, at))
        this.#tick(times[index])
      }
      this.#note(run, index, at, end)
      if (isAlone) {
        this.#feed(bytes.subarray(at, end))
        fed = end
        if (needle >= 0 && needle < end) needle = findNeedle(bytes, end, bytes.length, true)
      }
      at = end
    }
    if (at > fed) this.#feed(bytes.subarray(fed, at))
  }

  /** Nothing came up to `now` of the caller's clock. */
  tick(now: number, idle: number): void {
    this.#wait(this.#unheard, now, idle)
  }

  /** Like `tick`, but `now` is the time of other streams' messages. */
  pass(now: number, idle: number): void {
    this.#wait(this.#passed, now, idle)
  }

  end(): void {
    this.#engine.end()
  }

  #wait(silence: Silence, now: number, idle: number): void {
    if (!this.#engine.open) {
      silence.break()
      return
    }
    if (!silence.lasts(this.#pushed, now, idle)) return
    silence.break()
    const last = this.#time ?? now
    // The engine measures silence from one tick to another.
    this.#engine.tick(last)
    this.#engine.tick(last + idle)
    this.isChanged = true
  }

  #tick(time: number | undefined): void {
    if (time === undefined || Number.isNaN(time)) return
    if (this.#time !== undefined && this.#time < time) this.#engine.tick(this.#time)
    this.#engine.tick(time)
  }

  /** The first new message, and where its new bytes begin; undefined if there is none. */
  #firstNew(run: MessageRun): { readonly index: number; readonly at: number } | undefined {
    const from = this.#from
    for (const [index, offset] of run.offsets.entries()) {
      const start = run.starts[index] ?? 0
      if (offset > this.#last && offset !== from?.offset) return { index, at: start }
      if (from === undefined || offset !== from.offset || this.#pushed > 0) continue
      if (start + from.byte < endOf(run, index)) return { index, at: start + from.byte }
    }
    return undefined
  }

  #note({ starts, offsets, times }: MessageRun, index: number, at: number, end: number): void {
    const offset = offsets[index] ?? this.#last
    if (this.#starts.length === 0) this.#skipped = at - (starts[index] ?? 0)
    this.#last = offset
    const time = times[index] ?? Number.NaN
    if (!Number.isNaN(time)) this.#time = time
    this.isChanged = true
    this.#starts.push(this.#pushed)
    this.#offsets.push(offset)
    this.#pushed += end - at
  }

  #feed(bytes: Buffer): void {
    this.#engine.push(bytes)
    this.#forget()
  }

  /** Forgets messages that the engine is done with. While it is open, a snapshot can begin before what the engine itself needs. */
  #forget(): void {
    if (this.#engine.open) return
    const done = this.#index(Math.min(this.#engine.resumeAt, this.#pushed))
    if (done <= 0) return
    this.#starts = this.#starts.slice(done)
    this.#offsets = this.#offsets.slice(done)
    this.#skipped = 0
  }

  #placeOf({ bytes: [start] }: DumpRecord): Place {
    return this.#at(start)
  }

  /** The place of byte `at` of the engine's input. */
  #at(at: number): Place {
    const index = this.#index(at)
    const offset = this.#offsets[index]
    if (offset === undefined) return this.#from ?? { offset: this.#last + 1n, byte: 0 }
    const byte = at - (this.#starts[index] ?? 0)
    return { offset, byte: index === 0 ? byte + this.#skipped : byte }
  }

  /** The last message that begins at or before `at`. */
  #index(at: number): number {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] ?? 0) <= at) low = middle
      else high = middle - 1
    }
    return low
  }
}

function endOf({ starts, bytes }: MessageRun, index: number): number {
  return starts[index + 1] ?? bytes.length
}
