/**
 * One stream of a partition: an engine, and which of its bytes are of which message.
 *
 * The engine's clock is the time of the messages, so that the same messages make the same dumps, however they arrive.
 */
import { LF } from '../core/ascii.ts'
import type { DumpRecord, DumpstreamRecord } from '../core/records.ts'
import { createEngine, type EngineOptions, type EngineSnapshot, type WholeEngine } from '../engine/engine.ts'
import { Silence } from '../streams/silence.ts'
import { findNeedle } from '../text/needle.ts'
import type { PartitionMessage } from './message.ts'

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

const LINE_END = Buffer.from([LF])

interface Line {
  readonly message: PartitionMessage
  /** Bytes of it that are known. */
  readonly skipped: number
  readonly line: Buffer
}

function endsLine(line: Buffer): boolean {
  // Not `at`: this is asked of every message.
  return line[line.length - 1] === LF
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
  push(messages: readonly PartitionMessage[]): void {
    const lines: Line[] = []
    for (const message of messages) {
      const line = this.#line(message)
      if (line !== undefined) lines.push(line)
    }
    // Most of a log is not dump: one search for all of it.
    if (!this.#engine.open) {
      const pieces: Buffer[] = []
      for (const { line } of lines) {
        pieces.push(line)
        if (!endsLine(line)) pieces.push(LINE_END)
      }
      const all = Buffer.concat(pieces)
      if (findNeedle(all, 0, all.length, true) < 0) {
        for (const line of lines) this.#note(line)
        this.#feed(all)
        return
      }
    }
    const chunks: Buffer[] = []
    const feed = (): void => {
      if (chunks.length > 0) this.#feed(Buffer.concat(chunks.splice(0)))
    }
    for (const each of lines) {
      const { line, message } = each
      const isAlone = this.#engine.open || findNeedle(line, 0, line.length, true) >= 0
      if (isAlone) {
        feed()
        this.#tick(message.time)
      }
      this.#note(each)
      chunks.push(line)
      if (!endsLine(line)) chunks.push(LINE_END)
      if (isAlone) feed()
    }
    feed()
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
    if (time === undefined) return
    if (this.#time !== undefined && this.#time < time) this.#engine.tick(this.#time)
    this.#engine.tick(time)
  }

  /** What is new of a message; undefined: nothing. */
  #line(message: PartitionMessage): Line | undefined {
    const { offset, bytes } = message
    const from = this.#from
    const isBegun = from !== undefined && offset === from.offset
    if (isBegun ? this.#pushed > 0 || from.byte > bytes.length : offset <= this.#last) return undefined
    const skipped = isBegun ? from.byte : 0
    return { message, skipped, line: Buffer.from(bytes.buffer, bytes.byteOffset + skipped, bytes.length - skipped) }
  }

  #note({ message: { offset, time }, line, skipped }: Line): void {
    if (this.#starts.length === 0) this.#skipped = skipped
    this.#last = offset
    this.#time = time ?? this.#time
    this.isChanged = true
    this.#starts.push(this.#pushed)
    this.#offsets.push(offset)
    this.#pushed += line.length + (endsLine(line) ? 0 : 1)
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
