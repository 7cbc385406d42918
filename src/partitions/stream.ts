/**
 * One stream of a partition: an engine, and which of its bytes are of which message.
 *
 * The engine's clock is the time of the messages, so that the same messages make the same dumps, however they arrive.
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

/** Of a stream, for an engine that goes on with it. Plain JSON. */
export interface StreamState {
  /** Absent: that of the partition itself. */
  readonly stream?: string
  /** Decimal. The message with which reading goes on, and how many bytes of it are known. */
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
  /** Of the messages that the engine may still say something of: where each begins in its input, and its offset. */
  #starts: number[] = []
  #offsets: bigint[] = []
  /** Bytes of the first message that came before what was pushed. */
  #skipped = 0
  #pushed = 0
  #last: bigint
  #needed: bigint | undefined
  /** Of the last message. */
  #time: number | undefined
  /** By the caller's clock, and by the messages of other streams. */
  readonly #unheard = new Silence()
  readonly #passed = new Silence()
  /** Something was pushed since the state was last taken. */
  isChanged = false

  /** @throws DumpstreamError `DS_OPTION` when the state can't be gone on with */
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
        // A partition has no end that a summary could be of.
        if (record.type === 'summary') return
        onRecord(record, record.type === 'dump' ? this.#placeOf(record) : undefined)
      },
    })
  }

  get isOpen(): boolean {
    return this.#engine.open
  }

  /** The message that whoever goes on with the last state has to begin with; undefined: any that comes. */
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

  /** Messages of this stream, in order. Those that are known are passed over. */
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

  /** Time goes on, and nothing came: `now` is of the caller's clock. */
  tick(now: number, idle: number): void {
    this.#wait(this.#unheard, now, idle)
  }

  /** As `tick`: `now` is the time of other streams' messages. */
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

  /** The first message that is new, and where what is new of it begins; undefined: none is. */
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

  /** Messages that the engine is done with. While it is open, its state may begin before what it needs itself. */
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

  /** Where byte `at` of the engine's input stands. */
  #at(at: number): Place {
    const index = this.#index(at)
    const offset = this.#offsets[index]
    if (offset === undefined) return this.#from ?? { offset: this.#last + 1n, byte: 0 }
    const byte = at - (this.#starts[index] ?? 0)
    return { offset, byte: index === 0 ? byte + this.#skipped : byte }
  }

  /** The last message that begins at `at` or before. */
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
