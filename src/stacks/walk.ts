/**
 * The tables of a tree of stacks, and the kernel that walks them where they are (walk.wat). The lines that are walked are copied to it, a piece
 * of a chunk at a time, which takes a twentieth of the walk; what it matched is read from its memory.
 *
 * Hot: guarded by `npm run bench` (dump-heavy).
 */
import { LF, REGISTER } from '../core/ascii.ts'
import { openKernel } from '../core/kernel.ts'
import { type HeaderInfo, headerInfo } from '../text/info.ts'
import { MULTIPLIER } from './hash.ts'
import type { Tables } from './tables.ts'
import module from './walk.wat'
import {
  BEYOND,
  FIRST_CALL_AT,
  INPUT,
  INPUT_AT,
  LINES,
  MOST_DEPTH,
  MOST_ROWS,
  memoryBytes,
  ONES_AT,
  type PlacedTables,
  placeTables,
  REGISTER_AT,
  STATE_BYTES,
  STATES_AT,
  TEXTS,
  USED,
} from './walk-memory.ts'
import { Walked } from './walked.ts'

interface Functions {
  init(...places: [...PlacedTables['places'], multiplier: number]): void
  know(line: number): void
  run(line: number, pos: number, end: number, dump: number, most: number): number
  knowState(pos: number, length: number, anew: number): number
}

/** A dump that has none of the stacks. */
export const NO_DUMP = 0
/** Why `run` stopped. */
export const NOT_KNOWN = 0
const NO_ROOM = 1
export const AT_HEADER = 3

/** What plain headers say that the kernel may read; others it leaves to us. */
const PLAIN = /^[A-Za-z][\w .()/]{2,30}$/

export class WalkKernel extends Walked {
  readonly tables: Tables
  readonly #memory: Buffer
  readonly #run: Functions['run']
  readonly #knowState: Functions['knowState']
  /** Lines by the bytes that they begin with, where these are known. */
  readonly #texts: Int32Array
  readonly #know: Functions['know']
  /** What is in the memory: [from, to) of this buffer. */
  #buf: Buffer | undefined
  #to = 0

  private constructor(memory: Uint8Array<ArrayBuffer>, functions: Functions, lines: number, arenaBytes: number) {
    const { buffer } = memory
    super(buffer)
    const { tables, texts, places } = placeTables(buffer, lines, arenaBytes)
    this.tables = tables
    memory.set(REGISTER, REGISTER_AT)
    memory.fill(0xff, ONES_AT, ONES_AT + STATE_BYTES)
    // No state is as long as this.
    memory.fill(0xff, STATES_AT, FIRST_CALL_AT)
    functions.init(...places, MULTIPLIER)
    this.#memory = Buffer.from(buffer)
    this.#run = functions.run
    this.#knowState = functions.knowState
    this.#know = functions.know
    this.#texts = texts
  }

  static open(lines: number, arenaBytes: number): WalkKernel | undefined {
    const kernel = openKernel<Functions>(module, memoryBytes(lines, arenaBytes))
    return kernel && new WalkKernel(kernel.memory, kernel.functions, lines, arenaBytes)
  }

  /** Has it a piece of what begins at `pos`? */
  has(buf: Buffer, pos: number): boolean {
    return buf === this.#buf && pos >= this.base && pos < this.#to
  }

  /**
   * As `StackTree.walk`, as far as the lines are in the memory, and through the goroutines whose stacks `dump` has and whose headers are plain: a row
   * of each, `most` at most. Returns why it stopped.
   */
  run(line: number, buf: Buffer, pos: number, end: number, dump: number, most: number): number {
    if (!this.has(buf, pos)) this.#copy(buf, pos, end)
    const shift = INPUT_AT - this.base
    return this.#run(line, pos + shift, Math.min(end, this.#to) + shift, dump, Math.min(most, MOST_ROWS))
  }

  /** What is known of the tree: of the lines that come, those that it knows from elsewhere may be added below `depth`. */
  begin(lines: number, bytes: number, depth: number): void {
    this.ints[LINES] = lines
    this.ints[USED] = bytes
    this.ints[MOST_DEPTH] = depth
  }

  /** Lines of the tree, and bytes of their literal parts, those that were added included. */
  get lines(): number {
    return this.ints[LINES] as number
  }

  get bytes(): number {
    return this.ints[USED] as number
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
    this.ints[TEXTS] = 0
  }

  /** Can it go on, now that its rows are taken? */
  isFull(why: number): boolean {
    return why === NO_ROOM && this.rows > 0
  }

  /** From now on headers of this state are plain, with and without minutes. */
  learn({ state, leaked, locked, labels }: HeaderInfo): void {
    if (leaked !== '' || locked || labels !== undefined || !PLAIN.test(state)) return
    // The next lines are copied anew.
    this.leave()
    this.#memory.write(state, INPUT_AT, 'latin1')
    const slot = this.#knowState(INPUT_AT, state.length, 1)
    this.infos[slot] = headerInfo(state, undefined, '', false, undefined)
    this.waits[slot] = []
  }

  /** Is the line at `pos`, before `end`, in the memory to its end? */
  hasWhole(pos: number, end: number): boolean {
    if (end <= this.#to) return true
    const memory = this.#memory
    const stop = this.#to - this.base + INPUT_AT
    for (let p = pos - this.base + INPUT_AT; p < stop; p++) if (memory[p] === LF) return true
    return false
  }

  /** Has the memory begin at `pos`; false: it does already. */
  seeFrom(buf: Buffer, pos: number, end: number): boolean {
    if (buf === this.#buf && pos === this.base) return false
    this.#copy(buf, pos, end)
    return true
  }

  #copy(buf: Buffer, pos: number, end: number): void {
    const to = Math.min(end, pos + INPUT)
    const stop = INPUT_AT + buf.copy(this.#memory, INPUT_AT, pos, to)
    this.#memory.fill(0, stop, stop + BEYOND)
    this.#buf = buf
    this.base = pos
    this.#to = to
  }

  /** `buf` goes, or whatever there is: it may hold something else by the next time. */
  leave(buf?: Buffer): void {
    if (buf === undefined || buf === this.#buf) this.#buf = undefined
  }
}
