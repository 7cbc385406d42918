/**
 * The log that passes by: bytes that are not dump leave in the order in which they came. A line whose nature is not yet known
 * is held, and everything behind it waits; what waits is bounded, and the oldest held line is let go as log when it is too much.
 */

export interface Held {
  /** Absolute offset of its first byte. */
  readonly at: number
  /** Bytes from here on are log, if any; the bytes before it are dump. */
  from: number
  decided: boolean
  readonly bytes: Buffer
  /** Parts of the same line that came before: what holds of it holds of them. Of carried lines: what is not all dump is log. */
  earlier?: readonly Held[]
}

const EMPTY = Buffer.alloc(0)

/** `offset`: where the first of the bytes stood in the input. */
export type EmitLog = (bytes: Uint8Array, offset: number) => void
const WAITING_BYTES = 1 << 20
/** Bytes of the log that are remembered: what stands ahead of a dump says when it was. */
const RECENT_BYTES = 4096

/** A raw line whose text is at hand without what its carrier put around it: all calls for the text are about this line. */
export interface CarriedLine {
  buf: Buffer
  start: number
  end: number
  /** What became of it: nothing so far, which is to say dump; log; or held. */
  fate: 'dump' | 'log' | 'held'
  /** Parts of it that came before: the carrier had cut it. */
  parts: readonly Held[]
}

export class LogTape {
  readonly #emit: EmitLog | undefined
  #queue: Held[] = []
  #head = 0
  #waiting = 0
  readonly #recent = Buffer.alloc(RECENT_BYTES * 3)
  #recentLength = 0
  #recentWhole = true
  /** Where in `recent` the last dump stood. */
  #dumpAt = 0
  /** A buffer whose last byte is a line end that was not in the input (splitter.ts): it must not come out. */
  lent: Buffer | undefined
  carried: CarriedLine | undefined
  /** Absolute offset of the first byte of the buffer that the calls are about. */
  base = 0

  constructor(emit: EmitLog | undefined) {
    this.#emit = emit
  }

  /** Offset of the first byte that may still be either; undefined when all is decided. */
  get undecided(): number | undefined {
    return this.#queue[this.#head]?.at
  }

  /** [start, end) is log. */
  pass(buf: Buffer, start: number, upTo: number): void {
    const { carried } = this
    if (carried !== undefined) {
      if (carried.fate === 'dump') {
        carried.fate = 'log'
        this.carried = undefined
        for (const part of carried.parts) this.release(part)
        this.pass(carried.buf, carried.start, carried.end)
        this.carried = carried
      }
      return
    }
    const end = this.#real(buf, upTo)
    if (start >= end) return
    this.#remember(buf, start, end)
    if (this.#emit === undefined) return
    if (this.#head === this.#queue.length) this.#emit(buf.subarray(start, end), this.base + start)
    else this.#push({ at: this.base + start, from: 0, decided: true, bytes: Buffer.from(buf.subarray(start, end)) })
  }

  /** [start, end) may be either. */
  hold(buf: Buffer, start: number, upTo: number): Held {
    const { carried } = this
    if (carried !== undefined) return this.#holdCarried(carried)
    const end = this.#real(buf, upTo)
    const held: Held = { at: this.base + start, from: 0, decided: false, bytes: Buffer.from(buf.subarray(start, end)) }
    if (this.#emit !== undefined) this.#push(held)
    return held
  }

  /** It was dump, at least up to `from`; what follows is log. */
  claim(held: Held, from: number = held.bytes.length): void {
    if (held.decided) return
    const dump = held.earlier !== undefined && from < held.bytes.length ? 0 : from
    for (const part of held.earlier ?? []) this.claim(part, dump === 0 ? 0 : part.bytes.length)
    held.from = dump
    held.decided = true
    this.#drain()
  }

  /** It was log. */
  release(held: Held): void {
    for (const part of held.earlier ?? []) this.release(part)
    if (!held.decided) this.#remember(held.bytes, 0, held.bytes.length)
    this.claim(held, 0)
  }

  /** All is said about the line that is carried. */
  settleCarried(): void {
    const { carried } = this
    this.carried = undefined
    if (carried?.fate === 'dump') for (const part of carried.parts) this.claim(part)
  }

  /** The last bytes of the log so far, Latin-1, from a line start on where there is one. */
  recent(): string {
    const text = this.#recent.toString('latin1', 0, this.#recentLength)
    return this.#recentWhole ? text : text.slice(text.indexOf('\n') + 1)
  }

  /** A dump stood, or stands, between the log so far and what comes. */
  markDump(): void {
    this.#dumpAt = this.#recentLength
  }

  /** As `recent`, behind the last dump. */
  sinceDump(): string {
    return this.#dumpAt === 0 ? this.recent() : this.#recent.toString('latin1', this.#dumpAt, this.#recentLength)
  }

  #remember(buf: Buffer, from: number, end: number): void {
    const start = Math.max(from, end - RECENT_BYTES)
    const length = end - start
    if (this.#recentLength + length > this.#recent.length) {
      const keep = Math.min(this.#recentLength, RECENT_BYTES)
      this.#recent.copyWithin(0, this.#recentLength - keep, this.#recentLength)
      this.#dumpAt = Math.max(0, this.#dumpAt - (this.#recentLength - keep))
      this.#recentLength = keep
      this.#recentWhole = false
    }
    if (start > from) {
      this.#recentLength = 0
      this.#dumpAt = 0
      this.#recentWhole = false
    }
    buf.copy(this.#recent, this.#recentLength, start, end)
    this.#recentLength += length
  }

  #holdCarried(carried: CarriedLine): Held {
    if (carried.fate !== 'dump') return { at: this.base + carried.start, from: 0, decided: true, bytes: EMPTY }
    carried.fate = 'held'
    this.carried = undefined
    const held = this.hold(carried.buf, carried.start, carried.end)
    held.earlier = carried.parts
    this.carried = carried
    return held
  }

  #real(buf: Buffer, end: number): number {
    return buf === this.lent && end === buf.length ? end - 1 : end
  }

  #push(held: Held): void {
    this.#queue.push(held)
    this.#waiting += held.bytes.length
    while (this.#waiting > WAITING_BYTES) {
      const oldest = this.#queue[this.#head]
      if (oldest === undefined) break
      this.release(oldest)
    }
  }

  #drain(): void {
    for (;;) {
      const held = this.#queue[this.#head]
      if (held === undefined || !held.decided) break
      this.#head++
      this.#waiting -= held.bytes.length
      if (held.from < held.bytes.length) this.#emit?.(held.bytes.subarray(held.from), held.at + held.from)
    }
    if (this.#head === this.#queue.length) {
      this.#queue.length = 0
      this.#head = 0
    } else if (this.#head > 1024) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
  }
}
