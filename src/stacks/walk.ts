/**
 * The tables of a tree of stacks, and the kernel that walks them where they are (walk.wat). The lines that are walked are copied to it, a piece
 * of a chunk at a time, which takes a twentieth of the walk; what it matched is read from its memory.
 *
 * Hot: guarded by `npm run bench` (dump-heavy).
 */
import { LF, REGISTER, wordsOf } from '../core/ascii.ts'
import { openKernel } from '../core/kernel.ts'
import { type HeaderInfo, headerInfo, withMinutes } from '../text/info.ts'
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
  init(
    hot: number,
    cold: number,
    buckets: number,
    mask: number,
    texts: number,
    arena: number,
    arenaBytes: number,
    multiplier: number,
  ): void
  know(line: number): void
  run(line: number, pos: number, end: number, dump: number, most: number): number
  learn(pos: number, length: number): number
}

/** What stands where in the memory: walk.wat. */
const FROM = 0
const AFTER = 1
const CALLS = 2
const CALLS_AT = 3
const PARENT_AT = 16
const LINE = 6
const ROWS = 7
const LINES = 8
const USED = 9
const MOST_DEPTH = 10
const TEXTS = 11
const REGISTER_AT = 512
const ONES_AT = 768
const STATES_AT = 1024
const FIRST_CALL_AT = 3072
const ROWS_AT = 19_456
const INPUT_AT = 60_416
/** A row of a goroutine, as numbers of eight and of four bytes. */
const ROW = 5
const ROW_INTS = 10
const MOST_ROWS = 1024
const STATE_BYTES = 32
const STATE_BITS = 6
/** Of a state, shorter waits are remembered. */
const MOST_WAITS = 1024

/** A dump that has none of the stacks. */
export const NO_DUMP = 0
/** Why `run` stopped. */
const NO_ROOM = 1
export const AT_HEADER = 3

/** What plain headers say that the kernel may read; others it leaves to us. */
const PLAIN = /^[A-Za-z][\w .()/]{2,30}$/

/** Bytes that are copied at a time, and zeroes after them. */
const INPUT = 64 << 10
const BEYOND = 64
const TABLES_AT = INPUT_AT + INPUT + BEYOND
const INT = 4

/** From what size on a kernel is worth its while. */
export interface KernelUse {
  /** Of the tree, lines; or else of the dump, goroutines. */
  readonly lines: number
  readonly goroutines: number
  /** Of what is walked: less than this is walked where it is. */
  readonly bytes: number
}

export const WORTH_ITS_WHILE: KernelUse = { lines: 256, goroutines: 64, bytes: 512 }
export const NEVER: KernelUse = { lines: Infinity, goroutines: Infinity, bytes: Infinity }

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
  readonly #run: Functions['run']
  readonly #learn: Functions['learn']
  readonly #ints: Int32Array
  readonly #doubles: Float64Array
  /** Lines by the bytes that they begin with, where these are known. */
  readonly #texts: Int32Array
  readonly #know: Functions['know']
  /** The same, of the rows alone. */
  readonly #rowInts: Int32Array
  readonly #rowDoubles: Float64Array
  /** By their places in the kernel: what a header says, without its minutes, and with so many. */
  readonly #infos: (HeaderInfo | undefined)[] = []
  readonly #waits: (HeaderInfo | undefined)[][] = []
  /** What is in the memory: [from, to) of this buffer. */
  #buf: Buffer | undefined
  #from = 0
  #to = 0

  private constructor(memory: Uint8Array<ArrayBuffer>, functions: Functions, lines: number, arenaBytes: number) {
    const { buffer } = memory
    const coldAt = TABLES_AT + lines * HOT * INT
    const bucketsAt = coldAt + lines * COLD * INT
    const textsAt = bucketsAt + lines * INT
    const arenaAt = textsAt + lines * INT
    const arena = Buffer.from(buffer, arenaAt, arenaBytes)
    this.tables = {
      hot: new Int32Array(buffer, TABLES_AT, lines * HOT),
      cold: new Int32Array(buffer, coldAt, lines * COLD),
      buckets: new Int32Array(buffer, bucketsAt, lines),
      arena,
      words: wordsOf(arena),
    }
    memory.set(REGISTER, REGISTER_AT)
    memory.fill(0xff, ONES_AT, ONES_AT + STATE_BYTES)
    // No state is as long as this.
    memory.fill(0xff, STATES_AT, FIRST_CALL_AT)
    functions.init(TABLES_AT, coldAt, bucketsAt, lines - 1, textsAt, arenaAt, arenaBytes, MULTIPLIER)
    this.#memory = Buffer.from(buffer)
    this.#run = functions.run
    this.#learn = functions.learn
    this.#know = functions.know
    this.#texts = new Int32Array(buffer, textsAt, lines)
    this.#ints = new Int32Array(buffer, 0, INPUT_AT / INT)
    this.#doubles = new Float64Array(buffer, 0, INPUT_AT / (2 * INT))
    this.#rowInts = new Int32Array(buffer, ROWS_AT, MOST_ROWS * ROW_INTS)
    this.#rowDoubles = new Float64Array(buffer, ROWS_AT, MOST_ROWS * ROW)
  }

  static open(lines: number, arenaBytes: number): WalkKernel | undefined {
    const bytes = TABLES_AT + lines * (HOT + COLD + 2) * INT + arenaBytes
    const kernel = openKernel<Functions>(module, bytes)
    return kernel && new WalkKernel(kernel.memory, kernel.functions, lines, arenaBytes)
  }

  /** Has it a piece of what begins at `pos`? */
  has(buf: Buffer, pos: number): boolean {
    return buf === this.#buf && pos >= this.#from && pos < this.#to
  }

  /**
   * As `StackTree.walk`, as far as the lines are in the memory, and through the goroutines whose stacks `dump` has and whose headers are plain: a row
   * of each, `most` at most. Returns why it stopped.
   */
  run(line: number, buf: Buffer, pos: number, end: number, dump: number, most: number): number {
    if (!this.has(buf, pos)) this.#copy(buf, pos, end)
    const shift = INPUT_AT - this.#from
    return this.#run(line, pos + shift, Math.min(end, this.#to) + shift, dump, Math.min(most, MOST_ROWS))
  }

  /** What is known of the tree: of the lines that come, those that it knows from elsewhere may be added below `depth`. */
  begin(lines: number, bytes: number, depth: number): void {
    this.#ints[LINES] = lines
    this.#ints[USED] = bytes
    this.#ints[MOST_DEPTH] = depth
  }

  /** Lines of the tree, and bytes of their literal parts, those that were added included. */
  get lines(): number {
    return this.#ints[LINES] as number
  }

  get bytes(): number {
    return this.#ints[USED] as number
  }

  /** `line` is a plain one (line-fast.ts): lines with its function, or its file, may be added. */
  know(line: number): void {
    this.#know(line)
  }

  /** As one that this kernel has taken the place of. */
  knowAs(before: WalkKernel): void {
    for (const line of before.#texts) if (line !== 0) this.#know(line)
  }

  /** The tree has no lines any more. */
  forget(): void {
    this.#texts.fill(0)
    this.#ints[TEXTS] = 0
  }

  /** Can it go on, now that its rows are taken? */
  isFull(why: number): boolean {
    return why === NO_ROOM && this.rows > 0
  }

  /** The line that was walked to. */
  get line(): number {
    return this.#ints[LINE] as number
  }

  /** Where that begins; negative: none was walked of the last goroutine. */
  get from(): number {
    return this.#offsetOfLine(this.#ints[FROM] as number)
  }

  /** Where the line after it begins. */
  get after(): number {
    return this.#offset(this.#ints[AFTER] as number)
  }

  /** Goroutines whose headers were read. */
  get rows(): number {
    return this.#ints[ROWS] as number
  }

  /** The id in the header. */
  id(row: number): number {
    return this.#rowDoubles[row * ROW] as number
  }

  /** What the header says. */
  info(row: number): HeaderInfo {
    const said = this.#of(row, 8)
    const slot = said & ((1 << STATE_BITS) - 1)
    const info = this.#infos[slot] as HeaderInfo
    const minutes = (said >>> STATE_BITS) - 1
    if (minutes < 0) return info
    if (minutes >= MOST_WAITS) return withMinutes(info, minutes)
    const waits = this.#waits[slot] as (HeaderInfo | undefined)[]
    const waited = waits[minutes] ?? withMinutes(info, minutes)
    waits[minutes] = waited
    return waited
  }

  /** Where the header begins and ends. */
  headerFrom(row: number): number {
    return this.#offset(this.#of(row, 6))
  }

  headerAfter(row: number): number {
    return this.#offset(this.#of(row, 7))
  }

  /** Of the goroutine before the header: the line at which it ended, and where that begins; negative: it was there before. */
  lineBefore(row: number): number {
    return this.#of(row, 4)
  }

  fromBefore(row: number): number {
    return this.#offsetOfLine(this.#of(row, 5))
  }

  #of(row: number, field: number): number {
    return this.#rowInts[row * ROW_INTS + field] as number
  }

  #offset(at: number): number {
    return at - INPUT_AT + this.#from
  }

  #offsetOfLine(at: number): number {
    return at === 0 ? -1 : this.#offset(at)
  }

  /** Calls of the goroutine before the header. */
  callsBefore(row: number): number {
    return this.#of(row, 9)
  }

  /** Does the goroutine before the header wait in the innermost of its calls? `call`: how many calls the rows before have. */
  waitsBefore(call: number): boolean {
    return ((this.#ints[FIRST_CALL_AT / INT + call] as number) & 1) === 1
  }

  /** Who started the goroutine before the header; 0: it does not say. */
  parentBefore(row: number): number {
    return Math.max(0, this.#rowDoubles[row * ROW + 1] as number)
  }

  /**
   * Notes what the walk has met of the goroutine before the header; `call`: how many calls the rows before have. `untilMethod`: of those that
   * come after the calls to functions to wait in, the first alone.
   */
  noteBefore(row: number, call: number, calls: TracedCalls, buf: Buffer, untilMethod: boolean): void {
    let count = this.callsBefore(row)
    if (untilMethod) {
      let waits = 0
      while (waits < count && this.waitsBefore(call + waits)) waits++
      count = Math.min(count, waits + 1)
    }
    this.#note(FIRST_CALL_AT / INT + call, count, this.#rowDoubles[row * ROW + 1] as number, calls, buf)
  }

  /** The same, of the last goroutine. */
  noteLast(calls: TracedCalls, buf: Buffer): void {
    const ints = this.#ints
    this.#note(
      (ints[CALLS_AT] as number) / INT,
      ints[CALLS] as number,
      this.#doubles[PARENT_AT / 8] as number,
      calls,
      buf,
    )
  }

  #note(first: number, count: number, parent: number, calls: TracedCalls, buf: Buffer): void {
    const ints = this.#ints
    const shift = this.#from - INPUT_AT
    for (let i = first; i < first + count; i++) {
      const call = ints[i] as number
      calls.note(buf, (call >>> 1) + shift, (call & 1) === 1)
    }
    if (parent >= 0) calls.parent = parent
  }

  /** From now on headers of this state are plain, with and without minutes. */
  learn({ state, leaked, locked, labels }: HeaderInfo): void {
    if (leaked !== '' || locked || labels !== undefined || !PLAIN.test(state)) return
    // The next lines are copied anew.
    this.leave()
    this.#memory.write(state, INPUT_AT, 'latin1')
    const slot = this.#learn(INPUT_AT, state.length)
    this.#infos[slot] = headerInfo(state, undefined, '', false, undefined)
    this.#waits[slot] = []
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

  /** `buf` goes, or whatever there is: it may hold something else by the next time. */
  leave(buf?: Buffer): void {
    if (buf === undefined || buf === this.#buf) this.#buf = undefined
  }
}
