/**
 * Detects a log with its newest line first, which is the default of `gcloud logging read`, Grafana, Loki and most log stores. Such a log is then read
 * in blocks (newest-first.ts).
 *
 *   state    | input                             | what happens
 *   ---------|-----------------------------------|----------------------------------------------------------------------------
 *   looking  | no header                         | passed to the engine; a stack at the end of a chunk waits for its header
 *   looking  | a header, no function before it   | passed to the engine, with its line; if that opens a dump: forward
 *   looking  | a header, a function before it    | waits for more, then both directions are tried: as above, or blocks
 *   forward  | anything                          | passed to the engine
 *   blocks   | anything                          | passed to the engine that reads blocks from their ends
 *
 * An ordinary log costs one search a chunk until its first dump.
 */
import { LF, NEWLINE, NO_BYTES } from '../core/ascii.ts'
import { findNeedle, lineStart } from '../text/needle.ts'
import { isStackLine, type TrailingStack, trailingStack, votesIn } from '../text/stack-lines.ts'
import { EngineAround } from './around.ts'
import { LineBlock } from './block.ts'
import type { Engine, EngineStats, InnerOptions } from './contract.ts'
import { NewestFirstEngine } from './newest-first.ts'
import { UnreadHeaders } from './unread-headers.ts'

/** Bytes after the first header that are examined; before it, only the stack that may belong to it is. */
const SAMPLE_BYTES = 64 << 10
/** Headers without a dump after which the direction is no longer examined. */
const TRIES = 64
/** A longer line cannot be part of a stack that is printed line by line. */
const LINE_BYTES = 64 << 10

export class OrderedEngine extends EngineAround {
  readonly #options: InnerOptions
  readonly #make: (options: InnerOptions) => Engine
  #engine: Engine
  #state: 'looking' | 'forward' | 'blocks' = 'looking'
  /** While looking: the beginning of a line, or a stack without its header yet. */
  #held: Buffer = NO_BYTES
  #heldTicks = 0
  #tries = 0
  /** Inside a line that is too long to be part of a stack. */
  #inLong = false
  /** Counts the headers until there is a dump. */
  #headers: UnreadHeaders | undefined
  #bytes = 0

  constructor(options: InnerOptions, make: (options: InnerOptions) => Engine) {
    super()
    this.#options = options
    this.#make = make
    this.#engine = make(options)
    this.#headers = options.onHeader === undefined ? undefined : new UnreadHeaders(options.onHeader)
  }

  protected get inner(): Engine {
    return this.#engine
  }

  override get stats(): EngineStats {
    return { ...super.stats, bytes: this.#bytes }
  }

  override get settled(): number {
    return Math.min(this.#engine.settled, this.#bytes - this.#held.length)
  }

  override get resumeAt(): number {
    return Math.min(this.#engine.resumeAt, this.#bytes - this.#held.length)
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length
    if (this.#state === 'forward') {
      this.#forward(chunk)
      return
    }
    if (this.#state === 'blocks') this.#engine.push(chunk)
    else this.#look(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))
  }

  tick(now: number): void {
    if (this.#held.length > 0 && this.#held.includes(LF) && ++this.#heldTicks > 1) this.#release()
    this.#engine.tick(now)
  }

  end(): void {
    if (this.#state === 'looking') this.#decideAtEnd()
    this.#headers?.end()
    this.#engine.end()
  }

  /** Takes whole lines only, and decides about each header from the same surrounding lines, however the input is cut into chunks. */
  #look(buf: Buffer): void {
    const rest = this.#passLong(buf)
    if (this.#state === 'forward') {
      if (rest.length > 0) this.#forward(rest)
      return
    }
    if (rest.length === 0) return
    for (let looked = this.#withHeld(rest); looked.lines.length > 0; ) {
      const { lines: all } = looked
      const needle = looked.needle ?? findNeedle(all, 0, all.length, false)
      if (needle < 0) {
        if (all.length - all.lastIndexOf(LF) > LINE_BYTES) {
          this.#beginLong(all)
          return
        }
        const { from } = looked.stack ?? trailingStack(all)
        if (from > 0) this.#pushOrdinary(all.subarray(0, from))
        this.#hold(all, from)
        return
      }
      const line = lineStart(all, 0, needle)
      const end = all.indexOf(LF, needle) + 1
      const stack = looked.stack ?? trailingStack(all.subarray(0, line))
      const start = Math.min(stack.from, line)
      if (end === 0 && all.length - line > LINE_BYTES) {
        this.#beginLong(all)
        return
      }
      // The line must be whole; if its stack may precede it, the lines after it are needed too.
      const isLong = end - line > LINE_BYTES
      if (end === 0 || (!isLong && votesIn(all, start, end).newestFirst > 0 && all.length - line < SAMPLE_BYTES)) {
        if (start > 0) this.#engine.push(all.subarray(0, start))
        this.#hold(all, start)
        return
      }
      looked = { lines: this.#decide(all, start, line, end) }
    }
  }

  /** The last line of `all` is too long to be part of a stack: it is passed on without waiting for its end. */
  #beginLong(all: Buffer): void {
    this.#inLong = true
    this.#headers?.push(all.subarray(all.lastIndexOf(LF) + 1))
    this.#engine.push(all)
  }

  /** Gives the rest of a long line to the engine. Returns what follows it. */
  #passLong(buf: Buffer): Buffer {
    if (!this.#inLong) return buf
    const end = buf.indexOf(LF) + 1
    const line = end === 0 ? buf : buf.subarray(0, end)
    this.#headers?.push(line)
    this.#engine.push(line)
    if (end === 0) return NO_BYTES
    this.#inLong = false
    if (this.#engine.open || this.#engine.stats.dumps > 0) this.#state = 'forward'
    return buf.subarray(end)
  }

  #hold(buf: Buffer, from: number): void {
    this.#held = from < buf.length ? Buffer.from(buf.subarray(from)) : NO_BYTES
    this.#heldTicks = 0
  }

  /**
   * Prepends what was held to `buf`. If that is not part of a stack in `buf`, only its last line is completed: most log lines that name a place in
   * the
   * code look like the frame of a stack but are not.
   */
  #withHeld(buf: Buffer): Looked {
    const held = this.#held
    if (held.length === 0) return { lines: buf }
    this.#held = NO_BYTES
    const next = buf.indexOf(LF) + 1
    const first = Buffer.concat([held, buf.subarray(0, next)])
    if (next === 0 || findNeedle(first, 0, first.length, false) >= 0) return { lines: Buffer.concat([held, buf]) }
    const mayBeStack = held.includes(LF) || isStackLine(first.toString('latin1'))
    const looked = mayBeStack ? look(buf.subarray(next)) : { lines: buf.subarray(next) }
    if (looked.stack?.isOpen === true) return { lines: Buffer.concat([held, buf]) }
    this.#pushOrdinary(first)
    return looked
  }

  /** There is a header in the line [line, end) of `buf`, and perhaps its stack from `start` on. Returns the bytes that are still to be examined. */
  #decide(buf: Buffer, start: number, line: number, end: number): Buffer {
    if (end - line <= LINE_BYTES && votesIn(buf, start, end).newestFirst > 0) {
      const sample = buf.subarray(start, Math.max(end, buf.lastIndexOf(LF, line + SAMPLE_BYTES - 1) + 1))
      const { forward, newestFirst } = votesIn(sample, 0, sample.length)
      if (newestFirst > forward && this.#score(reversed(sample)) > this.#score(sample)) {
        this.#engine.end()
        this.#state = 'blocks'
        this.#engine = new NewestFirstEngine(this.#options, this.#make, this.#bytes - buf.length)
        this.#engine.push(buf)
        return NO_BYTES
      }
    }
    this.#headers?.push(buf.subarray(line, end))
    this.#engine.push(buf.subarray(0, end))
    const rest = buf.subarray(end)
    if (!this.#engine.open && this.#engine.stats.dumps === 0 && ++this.#tries < TRIES) return rest
    this.#state = 'forward'
    if (rest.length > 0) this.#forward(rest)
    return NO_BYTES
  }

  #forward(chunk: Uint8Array): void {
    this.#engine.push(chunk)
    if (this.#headers === undefined) return
    // Once a goroutine is counted, there is a dump that will be reported.
    const { dumps, goroutines } = this.#engine.stats
    if (dumps > 0) this.#headers = undefined
    else if (goroutines === 0) this.#headers.push(chunk)
  }

  /** Decides about what was held, because nothing more will come. */
  #decideAtEnd(): void {
    let rest = this.#held
    this.#held = NO_BYTES
    while (rest.length > 0) {
      const whole = rest[rest.length - 1] === LF ? rest : Buffer.concat([rest, NEWLINE])
      const needle = findNeedle(whole, 0, whole.length, false)
      if (needle < 0) {
        this.#engine.push(rest)
        return
      }
      const line = lineStart(rest, 0, needle)
      const start = Math.min(trailingStack(rest.subarray(0, line)).from, line)
      rest = this.#decide(rest, start, line, Math.min(rest.length, whole.indexOf(LF, needle) + 1))
    }
  }

  #pushOrdinary(lines: Buffer): void {
    if (this.#engine.pushOrdinary === undefined) this.#engine.push(lines)
    else this.#engine.pushOrdinary(lines)
  }

  #release(): void {
    this.#decideAtEnd()
    this.#held = NO_BYTES
  }

  /** Counts the frames of whole goroutines. If there is none, the log is not in this direction, however little speaks against it. */
  #score(sample: Buffer): number {
    let score = 0
    let isReadable = false
    const engine = this.#make({
      source: 'sample',
      stacks: 'always',
      ...(this.#options.input === undefined ? {} : { input: this.#options.input }),
      ...(this.#options.textKey === undefined ? {} : { textKey: this.#options.textKey }),
      ...(this.#options.streamKeys === undefined ? {} : { streamKeys: this.#options.streamKeys }),
      onRecord: (record) => {
        if (record.type === 'dump') score -= record.damaged * 8 + record.foreign_lines
        else if (record.type === 'signature') {
          isReadable ||= record.count > 0
          score += record.count * ((record.stack?.length ?? 0) + (record.created_by === undefined ? 0 : 1))
        }
      },
    })
    engine.push(sample)
    engine.end()
    return isReadable ? score : Number.NEGATIVE_INFINITY
  }
}

/** Lines, and what is already known about them. */
interface Looked {
  readonly lines: Buffer
  readonly needle?: number
  /** The stack at the end of the lines, or before the line with the needle. */
  readonly stack?: TrailingStack
}

function look(lines: Buffer): Looked {
  const needle = findNeedle(lines, 0, lines.length, false)
  const stack = trailingStack(needle < 0 ? lines : lines.subarray(0, lineStart(lines, 0, needle)))
  return { lines, needle, stack }
}

function reversed(lines: Buffer): Buffer {
  const block = new LineBlock(0, 0)
  block.add(lines, 0, lines.length)
  block.close()
  const out: Buffer[] = []
  block.eachReversed((line) => out.push(line))
  return Buffer.concat(out)
}
