/**
 * The tables of a tree of stacks, and the kernel that walks them in place (walk.wat). The lines to walk are copied to it, a piece of a chunk at
 * a time, which takes a twentieth of the walk; its results are read from its memory.
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

/** States that the kernel may read in plain headers; all other headers are left to TypeScript. */
const PLAIN = /^[A-Za-z][\w .()/]{2,30}$/

export class WalkKernel extends Walked {
  readonly tables: Tables
  readonly #memory: Buffer
  readonly #run: Functions['run']
  readonly #knowState: Functions['knowState']
  /** Hash table of known lines by their first bytes. */
  readonly #texts: Int32Array
  readonly #know: Functions['know']
  /** The buffer of which [base, #to) is in the memory. */
  #buf: Buffer | undefined
  #to = 0

  private constructor(memory: Uint8Array<ArrayBuffer>, functions: Functions, lines: number, arenaBytes: number) {
    const { buffer } = memory
    super(buffer)
    const { tables, texts, places } = placeTables(buffer, lines, arenaBytes)
    this.tables = tables
    memory.set(REGISTER, REGISTER_AT)
    memory.fill(0xff, ONES_AT, ONES_AT + STATE_BYTES)
    // Marks free entries: no state is as long as this.
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

  /** Does the memory contain the bytes at `pos`? */
  has(buf: Buffer, pos: number): boolean {
    return buf === this.#buf && pos >= this.base && pos < this.#to
  }

  /**
   * Like `StackTree.walk`, as far as the lines are in the memory; then continues through goroutines whose stacks `dump` has and whose headers are
   * plain. Writes a row for each, at most `most`. Returns why it stopped.
   */
  run(line: number, buf: Buffer, pos: number, end: number, dump: number, most: number): number {
    if (!this.has(buf, pos)) this.#copy(buf, pos, end)
    const shift = INPUT_AT - this.base
    return this.#run(line, pos + shift, Math.min(end, this.#to) + shift, dump, Math.min(most, MOST_ROWS))
  }

  /** Passes the size of the tree. During the next `run`, lines with parts known from elsewhere may be added, at depths less than `depth`. */
  begin(lines: number, bytes: number, depth: number): void {
    this.ints[LINES] = lines
    this.ints[USED] = bytes
    this.ints[MOST_DEPTH] = depth
  }

  /** Lines of the tree, including those that were added; then the bytes of their literal parts. */
  get lines(): number {
    return this.ints[LINES] as number
  }

  get bytes(): number {
    return this.ints[USED] as number
  }

  /** Declares `line` plain (line-fast.ts): lines with its function or file may be added. */
  know(line: number): void {
    this.#know(line)
  }

  /** Knows the same lines as the kernel that this one replaces. */
  knowAs(before: WalkKernel): void {
    for (const line of before.#texts) if (line !== 0) this.#know(line)
  }

  /** Called when the tree was cleared. */
  forget(): void {
    this.#texts.fill(0)
    this.ints[TEXTS] = 0
  }

  /** Can it go on once its rows were taken? */
  isFull(why: number): boolean {
    return why === NO_ROOM && this.rows > 0
  }

  /** Headers in this state are plain from now on, with and without minutes. */
  learn({ state, leaked, locked, labels }: HeaderInfo): void {
    if (leaked !== '' || locked || labels !== undefined || !PLAIN.test(state)) return
    // The memory of the lines is overwritten, so they must be copied again.
    this.leave()
    this.#memory.write(state, INPUT_AT, 'latin1')
    const slot = this.#knowState(INPUT_AT, state.length, 1)
    this.infos[slot] = headerInfo(state, undefined, '', false, undefined)
    this.waits[slot] = []
  }

  /** Is the line at `pos`, before `end`, in the memory up to its end? */
  hasWhole(pos: number, end: number): boolean {
    if (end <= this.#to) return true
    const memory = this.#memory
    const stop = this.#to - this.base + INPUT_AT
    for (let p = pos - this.base + INPUT_AT; p < stop; p++) if (memory[p] === LF) return true
    return false
  }

  /** Makes the memory begin at `pos`; false if it does already. */
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

  /** Releases `buf`, or whichever buffer there is: its content may change. */
  leave(buf?: Buffer): void {
    if (buf === undefined || buf === this.#buf) this.#buf = undefined
  }
}
