/**
 * Detects the form of an input by its first bytes. Most inputs have none; for them, this costs only a look at the first line.
 *
 *   state    | input                             | what happens
 *   ---------|-----------------------------------|-----------------------------------------------------------------------
 *   start    | too little to decide              | kept; at the second tick, the input has no form
 *   start    | UTF-16                            | its lines are an input like any other: start
 *   start    | JSON, CSV, YAML, journal, frames  | its records become lines
 *   start    | anything else                     | lines; a carriage return without a line feed ends a line as well
 */
import { CR, LF, NO_BYTES } from '../core/ascii.ts'
import { shiftRecord } from '../core/records.ts'
import { detectForm, type Found } from '../forms/detect.ts'
import { EngineAround } from './around.ts'
import type { Engine, EngineStats, InnerOptions } from './contract.ts'
import { ReformedEngine } from './reformed.ts'

/** How far into an input we look for a carriage return without a line feed. */
const RETURN_BYTES = 256 << 10

export class FormedEngine extends EngineAround {
  readonly #options: InnerOptions
  readonly #make: (options: InnerOptions) => Engine
  #engine: Engine | undefined
  #head: Buffer = NO_BYTES
  #ticks = 0
  /** The input has no form. */
  #isPlain = false
  /** Bytes before those that the engine gets: a byte order mark. */
  #skipped = 0
  #bytes = 0
  /** `looking`: not known yet. `yes`: a carriage return without a line feed ends a line. */
  #returns: 'looking' | 'yes' | 'no' = 'looking'
  /** The last byte was a carriage return. */
  #endsInReturn = false
  /** The original input from `settled` of the engine on, while carriage returns are replaced. */
  #raw: Buffer[] = []
  #rawAt = 0

  constructor(options: InnerOptions, make: (options: InnerOptions) => Engine) {
    super()
    this.#options = options
    this.#make = make
  }

  protected get inner(): Engine | undefined {
    return this.#engine
  }

  override get stats(): EngineStats {
    return { ...super.stats, bytes: this.#bytes }
  }

  override get isNewestFirst(): boolean {
    return this.#isPlain && this.#returns !== 'yes' && this.#skipped === 0 && super.isNewestFirst
  }

  override get settled(): number {
    return this.#engine === undefined ? 0 : this.#engine.settled + this.#skipped
  }

  /** A fresh engine does not need the byte order mark. */
  override get resumeAt(): number {
    return this.#engine === undefined || this.#engine.resumeAt === 0 ? 0 : this.#engine.resumeAt + this.#skipped
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length
    const buf = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    if (this.#engine !== undefined) {
      this.#give(this.#engine, buf)
      return
    }
    const head = this.#head.length > 0 ? Buffer.concat([this.#head, buf]) : buf
    const found = detectForm(head, false)
    if (found === undefined) this.#head = Buffer.from(head)
    else this.#begin(found, head)
  }

  tick(now: number): void {
    if (this.#engine === undefined && this.#head.length > 0 && ++this.#ticks > 1) this.#decide()
    this.#engine?.tick(now)
  }

  end(): void {
    if (this.#engine === undefined) this.#decide()
    if (this.#endsInReturn && this.#engine !== undefined) this.#push(this.#engine, Buffer.from('\r'))
    this.#engine?.end()
  }

  #decide(): void {
    const found = detectForm(this.#head, true)
    if (found !== undefined) this.#begin(found, this.#head)
  }

  #begin(found: Found, head: Buffer): void {
    this.#head = NO_BYTES
    const { make, skip } = found
    if (skip > 0) {
      this.#options.onLog?.(head.subarray(0, skip), 0)
      this.#skipped = skip
    }
    let engine: Engine
    this.#isPlain = make === undefined
    if (make === undefined) engine = this.#make(this.#plainOptions())
    else {
      this.#returns = 'no'
      const isText = found.name.startsWith('utf-16')
      engine = new ReformedEngine(this.#options, make, (own) =>
        isText ? new FormedEngine(own, this.#make) : this.#make(own),
      )
    }
    this.#engine = engine
    this.#give(engine, head.subarray(skip))
  }

  #plainOptions(): InnerOptions {
    const { onLog, onRecord, time, memory } = this.#options
    const skipped = this.#skipped
    return {
      ...this.#options,
      ...(memory === undefined || skipped === 0 ? {} : { memory: memory.placed((offset) => offset + skipped) }),
      ...(time === undefined || skipped === 0 ? {} : { time: (offset) => time(offset + skipped) }),
      ...(onLog === undefined ? {} : { onLog: (bytes, offset) => this.#log(bytes, offset) }),
      ...(onRecord === undefined || skipped === 0
        ? {}
        : {
            onRecord: (record, frame) => onRecord(shiftRecord(record, skipped), frame),
          }),
    }
  }

  #give(engine: Engine, buf: Buffer): void {
    if (this.#returns === 'no') {
      engine.push(buf)
      return
    }
    if (this.#returns === 'looking') {
      if (this.#bytes > RETURN_BYTES && !this.#endsInReturn) this.#returns = 'no'
      if (holdsReturn(buf, this.#endsInReturn)) this.#returns = 'yes'
    }
    // Whether a carriage return ends a line depends on the byte after it.
    const whole = this.#endsInReturn ? Buffer.concat([RETURN, buf]) : buf
    this.#endsInReturn = whole.length > 0 && whole[whole.length - 1] === CR
    const shown = this.#endsInReturn ? whole.subarray(0, -1) : whole
    this.#push(engine, shown)
  }

  #push(engine: Engine, buf: Buffer): void {
    if (buf.length === 0) return
    if (this.#returns !== 'yes') {
      this.#rawAt += buf.length
      engine.push(buf)
      return
    }
    if (this.#options.onLog !== undefined) this.#raw.push(Buffer.from(buf))
    engine.push(withLineFeeds(buf))
    // The original of log that was emitted, and of dumps, is no longer needed.
    const { settled } = engine
    for (let first = this.#raw[0]; first !== undefined && this.#rawAt + first.length <= settled; first = this.#raw[0]) {
      this.#rawAt += first.length
      this.#raw.shift()
    }
  }

  #log(bytes: Uint8Array, offset: number): void {
    const { onLog } = this.#options
    if (this.#raw.length === 0) {
      onLog?.(bytes, offset + this.#skipped)
      return
    }
    // The same range of the original input.
    let at = this.#rawAt
    if (offset < at) onLog?.(bytes.subarray(0, at - offset), offset + this.#skipped)
    for (const raw of this.#raw) {
      const from = Math.max(offset, at)
      const to = Math.min(offset + bytes.length, at + raw.length)
      if (from < to) onLog?.(raw.subarray(from - at, to - at), from + this.#skipped)
      at += raw.length
    }
  }
}

const RETURN = Buffer.from('\r')

/** Is there a carriage return that is not followed by a line feed? The last byte does not count. */
function holdsReturn(buf: Buffer, afterReturn: boolean): boolean {
  if (afterReturn && buf.length > 0 && buf[0] !== LF) return true
  for (let at = buf.indexOf(CR); at >= 0 && at < buf.length - 1; at = buf.indexOf(CR, at + 1))
    if (buf[at + 1] !== LF) return true
  return false
}

/** Keeps the length, so that offsets stay valid. */
function withLineFeeds(buf: Buffer): Buffer {
  const out = Buffer.from(buf)
  for (let at = out.indexOf(CR); at >= 0; at = out.indexOf(CR, at + 1)) if (out[at + 1] !== LF) out[at] = LF
  return out
}
