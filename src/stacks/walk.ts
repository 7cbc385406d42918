/**
 * The tables of a tree of stacks, and the kernel that walks them where they are (walk.wat). The lines that are walked are copied to it, a piece
 * of a chunk at a time, which takes a twentieth of the walk; what it matched is read from its memory.
 *
 * Hot: guarded by `npm run bench` (dump-heavy).
 */
import { LF, REGISTER, wordsOf } from '../core/ascii.ts'
import { openKernel } from '../core/kernel.ts'
import type { TracedCalls } from './calls.ts'
import { MULTIPLIER } from './hash.ts'
import { COLD, HOT } from './rows.ts'
import module from './walk.wat'

/** Rows of the lines, as line-table.ts has them, and their text. */
export interface Tables {
  readonly hot: Int32Array
  readonly cold: Int32Array
  readonly buckets: Int32Array
  readonly arena: Buffer
  readonly words: DataView
}

interface Functions {
  init(hot: number, cold: number, buckets: number, mask: number, arena: number, multiplier: number): void
  walk(line: number, pos: number, end: number): number
}

/** What stands where in the memory: walk.wat. */
const PARENT_AT = 16
const CALLS_AT = 32
const REGISTER_AT = 512
const INPUT_AT = 1024
/** Bytes that are copied at a time, and zeroes after them. */
const INPUT = 64 << 10
const BEYOND = 64
const TABLES_AT = INPUT_AT + INPUT + BEYOND
const INT = 4
/** Fewer bytes than this are walked where they are. */
const SHORT = 512

/** `lines`: a power of two. */
export function plainTables(lines: number, arenaBytes: number): Tables {
  const arena = Buffer.allocUnsafe(arenaBytes)
  return {
    hot: new Int32Array(lines * HOT),
    cold: new Int32Array(lines * COLD),
    buckets: new Int32Array(lines),
    arena,
    words: wordsOf(arena),
  }
}

export class WalkKernel {
  readonly tables: Tables
  readonly #memory: Buffer
  readonly #walk: Functions['walk']
  readonly #results: Int32Array
  readonly #parent: Float64Array
  /** What is in the memory: [from, to) of this buffer. */
  #buf: Buffer | undefined
  #from = 0
  #to = 0

  private constructor(memory: Uint8Array<ArrayBuffer>, functions: Functions, lines: number, arenaBytes: number) {
    const { buffer } = memory
    const coldAt = TABLES_AT + lines * HOT * INT
    const bucketsAt = coldAt + lines * COLD * INT
    const arenaAt = bucketsAt + lines * INT
    const arena = Buffer.from(buffer, arenaAt, arenaBytes)
    this.tables = {
      hot: new Int32Array(buffer, TABLES_AT, lines * HOT),
      cold: new Int32Array(buffer, coldAt, lines * COLD),
      buckets: new Int32Array(buffer, bucketsAt, lines),
      arena,
      words: wordsOf(arena),
    }
    memory.set(REGISTER, REGISTER_AT)
    functions.init(TABLES_AT, coldAt, bucketsAt, lines - 1, arenaAt, MULTIPLIER)
    this.#memory = Buffer.from(buffer)
    this.#walk = functions.walk
    this.#results = new Int32Array(buffer, 0, REGISTER_AT / INT)
    this.#parent = new Float64Array(buffer, PARENT_AT, 1)
  }

  static open(lines: number, arenaBytes: number): WalkKernel | undefined {
    const bytes = TABLES_AT + lines * (HOT + COLD + 1) * INT + arenaBytes
    const kernel = openKernel<Functions>(module, bytes)
    return kernel && new WalkKernel(kernel.memory, kernel.functions, lines, arenaBytes)
  }

  /** Is it worth its while? */
  suits(buf: Buffer, pos: number, end: number): boolean {
    return (buf === this.#buf && pos >= this.#from && pos < this.#to) || end - pos >= SHORT
  }

  /** As `StackTree.walk`, as far as the lines are in the memory. */
  walk(line: number, buf: Buffer, pos: number, end: number): number {
    if (buf !== this.#buf || pos < this.#from || pos >= this.#to) this.#copy(buf, pos, end)
    const shift = INPUT_AT - this.#from
    return this.#walk(line, pos + shift, Math.min(end, this.#to) + shift)
  }

  /** Where the last line that was matched begins. */
  get from(): number {
    return (this.#results[0] as number) - INPUT_AT + this.#from
  }

  /** Where the line after it begins. */
  get after(): number {
    return (this.#results[1] as number) - INPUT_AT + this.#from
  }

  /** Notes what the walk has met. */
  noteCalls(calls: TracedCalls, buf: Buffer): void {
    const results = this.#results
    const count = results[2] as number
    const shift = this.#from - INPUT_AT
    for (let i = 0; i < count; i++) {
      const call = results[CALLS_AT / INT + i] as number
      calls.note(buf, (call >>> 1) + shift, (call & 1) === 1)
    }
    const parent = this.#parent[0] as number
    if (parent >= 0) calls.parent = parent
  }

  /** Is the line at `pos`, before `end`, in the memory to its end? */
  hasWhole(pos: number, end: number): boolean {
    if (end <= this.#to) return true
    const memory = this.#memory
    const stop = this.#to - this.#from + INPUT_AT
    for (let p = pos - this.#from + INPUT_AT; p < stop; p++) if (memory[p] === LF) return true
    return false
  }

  /** Has the memory begin at `pos`; false: it does already. */
  seeFrom(buf: Buffer, pos: number, end: number): boolean {
    if (buf === this.#buf && pos === this.#from) return false
    this.#copy(buf, pos, end)
    return true
  }

  #copy(buf: Buffer, pos: number, end: number): void {
    const to = Math.min(end, pos + INPUT)
    const stop = INPUT_AT + buf.copy(this.#memory, INPUT_AT, pos, to)
    this.#memory.fill(0, stop, stop + BEYOND)
    this.#buf = buf
    this.#from = pos
    this.#to = to
  }

  /** The buffer goes: it may hold something else by the next time. */
  leave(): void {
    this.#buf = undefined
  }
}
