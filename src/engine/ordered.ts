/**
 * A log whose newest line is the first: the default of `gcloud logging read`, Grafana, Loki and most stores. It is read in blocks, each from its
 * end; what is log comes out in the order of the input.
 *
 *   state    | input                                    | what happens
 *   ---------|------------------------------------------|-----------------------------------------------------------------
 *   looking  | no header                                | on to the engine; a stack at the end of a chunk waits for its header
 *   looking  | a header, no function before it          | on to the engine, with its line; if it opens a dump there: forward
 *   looking  | a header, a function before it           | waits for more, then both ways are tried: as above, or blocks
 *   forward  | anything                                 | on to the engine
 *   blocks   | anything                                 | kept up to the limit, then read from the end
 *
 * An ordinary log costs one search a chunk until its first dump.
 */
import { LF } from '../core/ascii.ts'
import { LIMITS } from '../core/limits.ts'
import type { DumpstreamRecord } from '../core/records.ts'
import { findNeedle, lineStart } from '../text/needle.ts'
import { isStackLine, type TrailingStack, trailingStack, votesIn } from '../text/stack-lines.ts'
import { EngineAround } from './around.ts'
import { LineBlock } from './block.ts'
import type { Engine, EngineStats, InnerOptions } from './contract.ts'
import { UnreadHeaders } from './unread-headers.ts'

/** After the first header, bytes; before it, the stack that it may belong to. */
const SAMPLE_BYTES = 64 << 10
/** Headers that opened no dump, after which an order is not looked for any more. */
const TRIES = 64
/** A longer line is of no stack that stands line by line. */
const LINE_BYTES = 64 << 10
const BATCH_BYTES = 64 << 10
const EMPTY = Buffer.alloc(0)

export class OrderedEngine extends EngineAround {
  readonly #options: InnerOptions
  readonly #make: (options: InnerOptions) => Engine
  #engine: Engine
  #state: 'looking' | 'forward' | 'blocks' = 'looking'
  /** While looking: the beginning of a line, or a stack without its header yet. */
  #held: Buffer = EMPTY
  #heldTicks = 0
  #tries = 0
  /** A line is under way that is too long to be of a stack. */
  #inLong = false
  /** Counts the headers as long as there is no dump. */
  #headers: UnreadHeaders | undefined
  #bytes = 0
  /** Read from their ends, and not all decided. */
  #blocks: LineBlock[] = []
  /** Blocks that were ended where the input goes on. */
  #cuts = 0
  /** The block that is being filled. */
  #block: LineBlock | undefined

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

  override get notices(): readonly string[] {
    return this.#cuts === 0
      ? []
      : ['the newest line is the first, and dumps are compared in pieces; read it as a whole: tac FILE | dumpstream']
  }

  override get isNewestFirst(): boolean {
    return this.#state === 'blocks' && this.#cuts === 0
  }

  override get settled(): number {
    if (this.#state === 'blocks') return this.#blocks[0]?.at ?? this.#block?.at ?? this.#bytes
    return Math.min(this.#engine.settled, this.#bytes - this.#held.length)
  }

  override get resumeAt(): number {
    if (this.#state === 'blocks') return this.settled
    return Math.min(this.#engine.resumeAt, this.#bytes - this.#held.length)
  }

  override get open(): boolean {
    return this.#state === 'blocks' || this.#engine.open
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length
    if (this.#state === 'forward') {
      this.#forward(chunk)
      return
    }
    const buf = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    if (this.#state === 'blocks') this.#fill(buf)
    else this.#look(buf)
  }

  tick(now: number): void {
    if (this.#state === 'blocks') return
    if (this.#held.length > 0 && this.#held.includes(LF) && ++this.#heldTicks > 1) this.#release()
    this.#engine.tick(now)
  }

  end(): void {
    if (this.#state === 'looking') this.#decideAtEnd()
    this.#headers?.end()
    if (this.#block !== undefined) {
      this.#block.close()
      this.#read(this.#block)
      this.#block = undefined
    }
    this.#engine.end()
    this.#flush(true)
  }

  /**
   * Takes whole lines only, and decides about each header with the same lines around it, however the input is cut into chunks.
   */
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
      // The line must be whole; if its stack may be before it, what comes after it says more.
      const isLong = end - line > LINE_BYTES
      if (end === 0 || (!isLong && votesIn(all, start, end).newestFirst > 0 && all.length - line < SAMPLE_BYTES)) {
        if (start > 0) this.#engine.push(all.subarray(0, start))
        this.#hold(all, start)
        return
      }
      looked = { lines: this.#decide(all, start, line, end) }
    }
  }

  /** The last line of `all` is too long to be of a stack: it is not kept until it is whole. */
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
    if (end === 0) return EMPTY
    this.#inLong = false
    if (this.#engine.open || this.#engine.stats.dumps > 0) this.#state = 'forward'
    return buf.subarray(end)
  }

  #hold(buf: Buffer, from: number): void {
    this.#held = from < buf.length ? Buffer.from(buf.subarray(from)) : EMPTY
    this.#heldTicks = 0
  }

  /**
   * `buf` with what was held in front of it. Where that is no part of a stack in `buf`, only its last line is completed: most log lines that name
   * a place in the code, as the frames of a stack do, are none.
   */
  #withHeld(buf: Buffer): Looked {
    const held = this.#held
    if (held.length === 0) return { lines: buf }
    this.#held = EMPTY
    const next = buf.indexOf(LF) + 1
    const first = Buffer.concat([held, buf.subarray(0, next)])
    if (next === 0 || findNeedle(first, 0, first.length, false) >= 0) return { lines: Buffer.concat([held, buf]) }
    const mayBeStack = held.includes(LF) || isStackLine(first.toString('latin1'))
    const looked = mayBeStack ? look(buf.subarray(next)) : { lines: buf.subarray(next) }
    if (looked.stack?.isOpen === true) return { lines: Buffer.concat([held, buf]) }
    this.#pushOrdinary(first)
    return looked
  }

  /** There is a header in the line [line, end) of `buf`, and perhaps its stack from `start` on. Returns what is still to be looked at. */
  #decide(buf: Buffer, start: number, line: number, end: number): Buffer {
    if (end - line <= LINE_BYTES && votesIn(buf, start, end).newestFirst > 0) {
      const sample = buf.subarray(start, Math.max(end, buf.lastIndexOf(LF, line + SAMPLE_BYTES - 1) + 1))
      const { forward, newestFirst } = votesIn(sample, 0, sample.length)
      if (newestFirst > forward && this.#score(reversed(sample)) > this.#score(sample)) {
        this.#engine.end()
        this.#begin(this.#bytes - buf.length)
        this.#fill(buf)
        return EMPTY
      }
    }
    this.#headers?.push(buf.subarray(line, end))
    this.#engine.push(buf.subarray(0, end))
    const rest = buf.subarray(end)
    if (!this.#engine.open && this.#engine.stats.dumps === 0 && ++this.#tries < TRIES) return rest
    this.#state = 'forward'
    if (rest.length > 0) this.#forward(rest)
    return EMPTY
  }

  #forward(chunk: Uint8Array): void {
    this.#engine.push(chunk)
    if (this.#headers === undefined) return
    // A goroutine is counted once there is a dump, which will be reported.
    const { dumps, goroutines } = this.#engine.stats
    if (dumps > 0) this.#headers = undefined
    else if (goroutines === 0) this.#headers.push(chunk)
  }

  /** What waited for more gets none. */
  #decideAtEnd(): void {
    let rest = this.#held
    this.#held = EMPTY
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
    this.#held = EMPTY
  }

  /** Frames of goroutines that are whole. Where there is none, the log is not this way round, however little speaks against it. */
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

  /** From `at` of the input on it is read in blocks. */
  #begin(at: number): void {
    this.#state = 'blocks'
    const { onRecord, onLog, time, memory } = this.#options
    this.#engine = this.#make({
      ...this.#options,
      ...(memory === undefined ? {} : { memory: memory.placed((offset) => this.#inInput(offset)) }),
      ...(time === undefined ? {} : { time: (offset) => time(this.#inInput(offset)) }),
      ...(onRecord === undefined ? {} : { onRecord: (record, frame) => onRecord(this.#placed(record), frame) }),
      ...(onLog === undefined ? {} : { onLog: (bytes, offset) => this.#takeLog(bytes, offset) }),
    })
    this.#block = new LineBlock(at, 0)
  }

  #fill(buf: Buffer): void {
    const limit = this.#options.limits?.newestFirstBytes ?? LIMITS.newestFirstBytes
    let pos = 0
    while (pos < buf.length && this.#block !== undefined) {
      const block = this.#block
      const room = Math.max(1, limit - block.length)
      const stop = Math.min(buf.length, pos + room)
      block.add(buf, pos, stop)
      pos = stop
      if (block.length < limit) continue
      const rest = block.cut()
      this.#cuts++
      this.#read(block)
      this.#block = new LineBlock(block.at + block.length, block.base + block.length)
      this.#block.add(rest, 0, rest.length)
    }
  }

  /** Gives the lines of the block to the engine, the last one first. */
  #read(block: LineBlock): void {
    this.#blocks.push(block)
    const batch = Buffer.allocUnsafe(BATCH_BYTES)
    let length = 0
    block.eachReversed((line) => {
      if (length + line.length > batch.length) {
        if (length > 0) this.#engine.push(batch.subarray(0, length))
        length = 0
      }
      if (line.length > batch.length) this.#engine.push(line)
      else length += line.copy(batch, length)
    })
    if (length > 0) this.#engine.push(batch.subarray(0, length))
    this.#flush(false)
  }

  #takeLog(bytes: Uint8Array, offset: number): void {
    for (const block of this.#blocks) block.markLog(bytes.length, offset)
  }

  /** The log of the blocks of which all is decided. */
  #flush(final: boolean): void {
    while (this.#blocks.length > 0) {
      const block = this.#blocks[0] as LineBlock
      if (!final && this.#options.onLog !== undefined && this.#engine.settled < block.base + block.length) return
      if (!final && this.#blocks.length < 2) return
      const { onLog } = this.#options
      if (onLog !== undefined) block.eachLog(onLog)
      this.#blocks.shift()
    }
  }

  #inInput(offset: number): number {
    return this.#lineAt(offset).start
  }

  #lineAt(offset: number): { start: number; end: number } {
    const block =
      this.#blocks.find(({ base, length }) => offset < base + length) ?? this.#blocks[this.#blocks.length - 1]
    return block?.lineAt(offset) ?? { start: 0, end: this.#bytes }
  }

  #placed(record: DumpstreamRecord): DumpstreamRecord {
    if (record.type !== 'dump') return record
    const [first, end] = record.bytes
    const newest = this.#lineAt(Math.max(first, end - 1))
    const oldest = this.#lineAt(first)
    return {
      ...record,
      bytes: [Math.min(newest.start, oldest.start), Math.max(newest.end, oldest.end)],
      order: 'newest_first',
    }
  }
}

const NEWLINE = Buffer.from('\n')

/** Lines, and what is known of them by now. */
interface Looked {
  readonly lines: Buffer
  readonly needle?: number
  /** That they end with, or that stands before the line with the needle. */
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
