/**
 * The log on its way out: bytes that are not dump leave in the order in which they came. A line that is not yet decided is held, and everything after
 * it waits. What waits is bounded: past the bound, the oldest held line is released as log.
 */
import { LIMITS } from '../core/limits.ts'
import { type RecentLines, RecentLog } from './recent-log.ts'
import type { Held, LogTape } from './tape.ts'

/** `offset`: the offset of the first byte in the input. */
export type EmitLog = (bytes: Uint8Array, offset: number) => void

export class LogQueue implements LogTape {
  readonly #emit: EmitLog | undefined
  readonly #recent = new RecentLog()
  readonly #most: number
  #queue: Held[] = []
  #head = 0
  /** Bytes that wait. */
  waiting = 0
  /** A buffer whose last byte is a line end that is not in the input (splitter.ts): it must not be emitted. */
  lent: Buffer | undefined
  /** Absolute offset of the first byte of the current buffer. */
  base = 0

  /** `most`: bytes that may wait. */
  constructor(emit: EmitLog | undefined, most: number = LIMITS.waitingBytes) {
    this.#emit = emit
    this.#most = most
  }

  /** Offset of the first undecided byte; undefined if everything is decided. */
  get undecided(): number | undefined {
    return this.#queue[this.#head]?.at
  }

  pass(buf: Buffer, start: number, upTo: number): void {
    const end = this.#real(buf, upTo)
    if (start >= end) return
    this.#recent.add(buf, start, end)
    this.#out(buf, start, end)
  }

  /**
   * Passes the beginning of a line that is too long to be read, with the line end that was lent to it. Nothing else of the line is remembered: a dump
   * in
   * it must not depend on how much of the rest has arrived, because that depends on the chunks.
   */
  passBeginning(buf: Buffer): void {
    this.#recent.add(buf, 0, buf.length)
    this.#out(buf, 0, buf.length - 1)
  }

  /** Passes a piece of the rest of that line. */
  passRest(buf: Buffer, start: number, end: number): void {
    this.#out(buf, start, end)
  }

  #out(buf: Buffer, start: number, end: number): void {
    if (this.#emit === undefined) return
    if (this.#head === this.#queue.length) this.#emit(buf.subarray(start, end), this.base + start)
    else this.#push({ at: this.base + start, from: 0, decided: true, bytes: copyOf(buf, start, end), parts: undefined })
  }

  hold(buf: Buffer, start: number, upTo: number): Held {
    const end = this.#real(buf, upTo)
    const held: Held = {
      at: this.base + start,
      from: 0,
      decided: false,
      bytes: copyOf(buf, start, end),
      parts: undefined,
    }
    if (this.#emit !== undefined) this.#push(held)
    return held
  }

  claim(held: Held, from: number = held.bytes.length): void {
    if (held.decided) return
    const whole = from >= held.bytes.length
    if (held.parts !== undefined) for (const part of held.parts) this.claim(part, whole ? part.bytes.length : 0)
    held.from = whole || held.parts === undefined ? from : 0
    held.decided = true
    this.#drain()
  }

  release(held: Held): void {
    if (held.parts !== undefined) for (const part of held.parts) this.release(part)
    if (!held.decided) this.#recent.add(held.bytes, 0, held.bytes.length)
    this.claim(held, 0)
  }

  split(held: Held, from: number, to: number): readonly [Held, Held, Held] {
    const before = pieceOf(held, 0, from)
    const between = pieceOf(held, from, to)
    const after = pieceOf(held, to, held.bytes.length)
    if (held.parts !== undefined && held.parts.length > 0) before.parts = held.parts
    held.parts = []
    held.decided = true
    // It is among the last entries.
    const place = this.#queue.lastIndexOf(held)
    if (place >= 0) this.#queue.splice(place, 1, before, between, after)
    return [before, between, after]
  }

  /** Log from before the input: `recent` of another run, and the part of it after its last dump. */
  precede(recent: string, sinceDump: string): void {
    const all = Buffer.from(recent, 'latin1')
    const after = Math.max(0, all.length - sinceDump.length)
    this.#recent.add(all, 0, after)
    this.#recent.markDump()
    this.#recent.add(all, after, all.length)
  }

  /** Bytes of log so far, not counting the rest of lines that are too long. */
  get passed(): number {
    return this.#recent.passed
  }

  /** The last lines of the log so far. */
  before(): RecentLines {
    return this.#recent.before()
  }

  recent(): string {
    return this.#recent.all()
  }

  markDump(): void {
    this.#recent.markDump()
  }

  #real(buf: Buffer, end: number): number {
    return buf === this.lent && end === buf.length ? end - 1 : end
  }

  #push(held: Held): void {
    this.#queue.push(held)
    this.waiting += held.bytes.length
    while (this.waiting > this.#most) {
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
      this.waiting -= held.bytes.length
      const { bytes, from, at } = held
      if (from < bytes.length) this.#emit?.(from === 0 ? bytes : bytes.subarray(from), at + from)
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

function pieceOf({ at, bytes }: Held, from: number, to: number): Held {
  return { at: at + from, from: 0, decided: false, bytes: bytes.subarray(from, to), parts: undefined }
}

/** Copies without an intermediate view: there can be one copy per line. */
function copyOf(buf: Buffer, start: number, end: number): Buffer {
  const copy = Buffer.allocUnsafe(end - start)
  buf.copy(copy, 0, start, end)
  return copy
}
