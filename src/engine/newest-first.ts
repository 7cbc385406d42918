/**
 * An engine for an input with its newest line first: takes the input in blocks, and gives the lines of each block to the inner engine in reverse.
 * Log comes out in the order of the input.
 */
import { LIMITS } from '../core/limits.ts'
import type { DumpstreamRecord } from '../core/records.ts'
import { EngineAround } from './around.ts'
import { LineBlock } from './block.ts'
import type { Engine, InnerOptions } from './contract.ts'

const BATCH_BYTES = 64 << 10

export class NewestFirstEngine extends EngineAround {
  readonly #options: InnerOptions
  protected readonly inner: Engine
  /** Offset in the input up to which bytes were pushed. */
  #bytes: number
  /** Blocks that were read from their ends, and are not fully decided. */
  readonly #blocks: LineBlock[] = []
  /** Blocks that were ended although the input continued. */
  #cuts = 0
  #block: LineBlock | undefined

  /** Takes the input from offset `at`. */
  constructor(options: InnerOptions, make: (options: InnerOptions) => Engine, at: number) {
    super()
    this.#options = options
    this.#bytes = at
    this.#block = new LineBlock(at, 0)
    const { onRecord, onLog, time, memory } = options
    this.inner = make({
      ...options,
      ...(memory === undefined ? {} : { memory: memory.placed((offset) => this.#inInput(offset)) }),
      ...(time === undefined ? {} : { time: (offset) => time(this.#inInput(offset)) }),
      ...(onRecord === undefined ? {} : { onRecord: (record, frame) => onRecord(this.#placed(record), frame) }),
      ...(onLog === undefined ? {} : { onLog: (bytes, offset) => this.#takeLog(bytes, offset) }),
    })
  }

  override get notices(): readonly string[] {
    return this.#cuts === 0
      ? []
      : [
          'the newest line comes first, and dumps are compared within blocks only; to compare all: tac FILE | dumpstream',
        ]
  }

  override get isNewestFirst(): boolean {
    return this.#cuts === 0
  }

  override get settled(): number {
    return this.#blocks[0]?.at ?? this.#block?.at ?? this.#bytes
  }

  override get resumeAt(): number {
    return this.settled
  }

  override get open(): boolean {
    return true
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length
    const buf = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
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

  /** Nothing is decided by time, because the lines that follow are older. */
  tick(): void {}

  end(): void {
    if (this.#block !== undefined) {
      this.#block.close()
      this.#read(this.#block)
      this.#block = undefined
    }
    this.inner.end()
    this.#flush(true)
  }

  /** Gives the lines of the block to the engine, in reverse. */
  #read(block: LineBlock): void {
    this.#blocks.push(block)
    const batch = Buffer.allocUnsafe(BATCH_BYTES)
    let length = 0
    block.eachReversed((line) => {
      if (length + line.length > batch.length) {
        if (length > 0) this.inner.push(batch.subarray(0, length))
        length = 0
      }
      if (line.length > batch.length) this.inner.push(line)
      else length += line.copy(batch, length)
    })
    if (length > 0) this.inner.push(batch.subarray(0, length))
    this.#flush(false)
  }

  #takeLog(bytes: Uint8Array, offset: number): void {
    for (const block of this.#blocks) block.markLog(bytes.length, offset)
  }

  /** Emits the log of the blocks that are fully decided. */
  #flush(final: boolean): void {
    while (this.#blocks.length > 0) {
      const block = this.#blocks[0] as LineBlock
      if (!final && this.#options.onLog !== undefined && this.inner.settled < block.base + block.length) return
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
