/**
 * An engine for an input that is not lines of text yet (forms/): its form turns it into lines, an inner engine reads those, and log comes out as it
 * was in the input.
 *   bytes → form → lines → engine → records, with the offsets of the input
 *     └──────────── what each line was made of ────────────→ log
 */
import { type DumpstreamRecord, placeRecord } from '../core/records.ts'
import type { Form, FormMaker } from '../forms/form.ts'
import { EngineAround } from './around.ts'
import type { Engine, EngineStats, InnerOptions } from './contract.ts'

/** Bytes of lines that are given to the engine at once. */
const BATCH_BYTES = 64 << 10
/** Number of lines whose place is remembered exactly; of older ones, every second is kept. */
const PLACES = 1 << 15

interface Piece {
  /** Offsets of the line, and the offset of the input bytes that it was made of. */
  readonly at: number
  readonly end: number
  readonly raw: number
  /** What comes out if it is log. */
  readonly log: Uint8Array | undefined
  /** Parts of the line that are log, each [start, end) in the line; `all` for a frame. */
  fate: 'all' | 'dump' | [number, number][]
}

export class ReformedEngine extends EngineAround {
  readonly #options: InnerOptions
  readonly #form: Form
  readonly #engine: Engine
  readonly #places = new Places()
  #faults: string[] = []
  #bytes = 0
  /** Bytes of the input that were turned into lines or frames. */
  #made = 0
  #rawChunks: Buffer[] = []
  #lineBytes = 0
  #batch = Buffer.allocUnsafe(BATCH_BYTES)
  #batched = 0
  #pieces: Piece[] = []

  constructor(options: InnerOptions, form: FormMaker, make: (options: InnerOptions) => Engine) {
    super()
    this.#options = options
    const { onRecord, time, memory } = options
    this.#engine = make({
      ...options,
      ...(memory === undefined ? {} : { memory: memory.placed((offset) => this.#places.raw(offset)) }),
      ...(time === undefined ? {} : { time: (offset) => time(this.#places.raw(offset)) }),
      ...(onRecord === undefined ? {} : { onRecord: (record) => onRecord(this.#placed(record)) }),
      onLog: (bytes, offset) => this.#takeLog(bytes, offset),
    })
    this.#form = form({
      line: (text, raw, log, before) => this.#line(text, raw, log, before ?? 0),
      frame: (raw) => this.#frame(raw),
      fault: (what) => this.#faults.push(what),
    })
  }

  protected get inner(): Engine {
    return this.#engine
  }

  override get stats(): EngineStats {
    return { ...super.stats, bytes: this.#bytes }
  }

  override get faults(): readonly string[] {
    return [...this.#faults, ...super.faults]
  }

  override get settled(): number {
    return this.#pieces[0]?.raw ?? this.#made
  }

  /** The beginning of the input is needed, because it shows the form. */
  override get resumeAt(): number {
    return 0
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length
    const buf = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    if (this.#options.onLog !== undefined) this.#rawChunks.push(Buffer.from(buf))
    this.#form.push(buf)
    this.#give()
  }

  tick(now: number): void {
    this.#form.flush?.()
    this.#give()
    this.#engine.tick(now)
    this.#flush()
  }

  end(): void {
    this.#form.end()
    this.#give()
    this.#engine.end()
    this.#flush()
  }

  #line(text: Uint8Array, raw: number, log: Uint8Array | undefined, before: number): void {
    const at = this.#lineBytes
    this.#lineBytes += text.length
    this.#places.add(at, this.#made - before, this.#made + raw)
    const bytes = this.#take(raw)
    this.#pieces.push({
      at,
      end: this.#lineBytes,
      raw: this.#made,
      log: bytes === undefined ? undefined : (log?.slice() ?? bytes),
      fate: 'dump',
    })
    this.#made += raw
    if (this.#batched + text.length > this.#batch.length) this.#give()
    if (text.length > this.#batch.length) {
      this.#engine.push(text)
      return
    }
    this.#batch.set(text, this.#batched)
    this.#batched += text.length
  }

  #frame(raw: number): void {
    const at = this.#lineBytes
    this.#pieces.push({ at, end: at, raw: this.#made, log: this.#take(raw), fate: 'all' })
    this.#made += raw
  }

  /** Takes the next `raw` bytes of the input; undefined if nobody wants the log. */
  #take(raw: number): Buffer | undefined {
    if (this.#options.onLog === undefined) return undefined
    const taken: Buffer[] = []
    for (let more = raw; more > 0; ) {
      const first = this.#rawChunks[0]
      if (first === undefined) break
      if (first.length > more) this.#rawChunks[0] = first.subarray(more)
      else this.#rawChunks.shift()
      taken.push(first.subarray(0, more))
      more -= Math.min(more, first.length)
    }
    return taken.length === 1 ? taken[0] : Buffer.concat(taken)
  }

  /** Passes the batch to the engine. */
  #give(): void {
    const batch = this.#batch.subarray(0, this.#batched)
    this.#batched = 0
    if (batch.length > 0) this.#engine.push(batch)
    this.#flush()
  }

  #takeLog(bytes: Uint8Array, offset: number): void {
    const stop = offset + bytes.length
    for (let i = pieceAt(this.#pieces, offset); i < this.#pieces.length; i++) {
      const piece = this.#pieces[i] as Piece
      if (piece.at >= stop) break
      if (piece.end <= piece.at) continue
      if (piece.at >= offset && piece.end <= stop) piece.fate = 'all'
      else if (piece.fate !== 'all') {
        const part: [number, number] = [Math.max(offset, piece.at) - piece.at, Math.min(stop, piece.end) - piece.at]
        piece.fate = piece.fate === 'dump' ? [part] : [...piece.fate, part]
      }
    }
  }

  /** Emits the log that the engine has decided. */
  #flush(): void {
    const { settled } = this.#engine
    let done = 0
    for (const piece of this.#pieces) {
      if (piece.end > settled || (piece.end === piece.at && piece.at > settled)) break
      done++
      this.#emit(piece)
    }
    if (done > 0) this.#pieces.splice(0, done)
  }

  #emit({ fate, log, raw }: Piece): void {
    const { onLog } = this.#options
    if (onLog === undefined || fate === 'dump' || log === undefined) return
    const form = this.#form
    // Part of a record in JSON, CSV, … is not a record: it is log as a whole, even if a dump has taken part of its text.
    if (fate === 'all' || form.place === undefined) {
      if (log.length > 0) onLog(log, raw)
      return
    }
    for (const part of fate) {
      const [from, to] = part.map((offset) => form.place?.(log, offset) ?? 0) as [number, number]
      if (from < to) onLog(log.subarray(from, to), raw + from)
    }
  }

  #placed(record: DumpstreamRecord): DumpstreamRecord {
    return placeRecord(record, (start, end) => [this.#places.raw(start), this.#places.after(end)])
  }
}

function pieceAt(pieces: readonly Piece[], offset: number): number {
  let low = 0
  let high = pieces.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((pieces[middle]?.end ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  return low
}

/** Maps lines to the input: exactly for the latest lines, to within a few lines for older ones. */
class Places {
  #at: number[] = []
  #raw: number[] = []
  #end: number[] = []
  #skip = 0
  #every = 1

  /** The line that begins at `at` was made of [raw, end) of the input. */
  add(at: number, raw: number, end: number): void {
    if (this.#skip++ % this.#every !== 0) return
    this.#at.push(at)
    this.#raw.push(raw)
    this.#end.push(end)
    if (this.#at.length < PLACES) return
    // Thin out the older half.
    const half = PLACES >> 1
    const keep = (_: number, i: number): boolean => i >= half || i % 2 === 0
    this.#at = this.#at.filter(keep)
    this.#raw = this.#raw.filter(keep)
    this.#end = this.#end.filter(keep)
  }

  /** Offset in the input of the line that contains `at`. */
  raw(at: number): number {
    return this.#raw[this.#lines(at) - 1] ?? 0
  }

  /** Offset in the input after the line that contains the byte before `end`. */
  after(end: number): number {
    return this.#end[this.#lines(end - 1) - 1] ?? 0
  }

  /** How many lines begin at or before `at`. */
  #lines(at: number): number {
    let low = 0
    let high = this.#at.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#at[middle] ?? 0) <= at) low = middle + 1
      else high = middle
    }
    return low
  }
}
