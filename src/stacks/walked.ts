/**
 * The results of a kernel's walk (walk.ts), read from its memory: a row for each goroutine whose header it has read, and its position in the
 * last one.
 *
 * Hot: guarded by `npm run bench` (dump-heavy).
 */
import { type HeaderInfo, withMinutes } from '../text/info.ts'
import type { TracedCalls } from './calls.ts'
import {
  AFTER,
  CALL_COUNT,
  CALLS_AT,
  CALLS_BEFORE,
  DOUBLE,
  FIRST_CALL_AT,
  FROM,
  FROM_BEFORE,
  HEADER_AFTER,
  HEADER_FROM,
  ID_AS_DOUBLE,
  INPUT_AT,
  INT,
  LINE,
  LINE_BEFORE,
  MOST_ROWS,
  PARENT_AS_DOUBLE,
  PARENT_BEFORE_AS_DOUBLE,
  ROW_DOUBLES,
  ROW_INTS,
  ROWS,
  ROWS_AT,
  SAID,
  STATE_BITS,
} from './walk-memory.ts'

/** Headers with fewer minutes than this are cached, per state. */
const MOST_WAITS = 1024

export class Walked {
  protected readonly ints: Int32Array
  readonly #doubles: Float64Array
  /** Views of the rows only. */
  readonly #rowInts: Int32Array
  readonly #rowDoubles: Float64Array
  /** By state number of the kernel: the header without minutes, and the headers with minutes. */
  protected readonly infos: (HeaderInfo | undefined)[] = []
  protected readonly waits: (HeaderInfo | undefined)[][] = []
  /** Offset in the buffer of the first byte in the memory. */
  protected base = 0

  protected constructor(buffer: ArrayBuffer) {
    this.ints = new Int32Array(buffer, 0, INPUT_AT / INT)
    this.#doubles = new Float64Array(buffer, 0, INPUT_AT / DOUBLE)
    this.#rowInts = new Int32Array(buffer, ROWS_AT, MOST_ROWS * ROW_INTS)
    this.#rowDoubles = new Float64Array(buffer, ROWS_AT, MOST_ROWS * ROW_DOUBLES)
  }

  /** The line that the walk has reached. */
  get line(): number {
    return this.ints[LINE] as number
  }

  /** Offset of that line; negative if no line of the last goroutine was walked. */
  get from(): number {
    return this.#offsetOfLine(this.ints[FROM] as number)
  }

  /** Offset of the line after it. */
  get after(): number {
    return this.#offset(this.ints[AFTER] as number)
  }

  /** Number of goroutines whose headers were read. */
  get rows(): number {
    return this.ints[ROWS] as number
  }

  /** The id in the header. */
  id(row: number): number {
    return this.#rowDoubles[row * ROW_DOUBLES + ID_AS_DOUBLE] as number
  }

  /** What the header says. */
  info(row: number): HeaderInfo {
    const said = this.#of(row, SAID)
    const slot = said & ((1 << STATE_BITS) - 1)
    const info = this.infos[slot] as HeaderInfo
    const minutes = (said >>> STATE_BITS) - 1
    if (minutes < 0) return info
    if (minutes >= MOST_WAITS) return withMinutes(info, minutes)
    const waits = this.waits[slot] as (HeaderInfo | undefined)[]
    const waited = waits[minutes] ?? withMinutes(info, minutes)
    waits[minutes] = waited
    return waited
  }

  /** Start of the header, and end. */
  headerFrom(row: number): number {
    return this.#offset(this.#of(row, HEADER_FROM))
  }

  headerAfter(row: number): number {
    return this.#offset(this.#of(row, HEADER_AFTER))
  }

  /** The line at which the goroutine before the header ended, and the offset of that line; negative: its last line was walked earlier. */
  lineBefore(row: number): number {
    return this.#of(row, LINE_BEFORE)
  }

  fromBefore(row: number): number {
    return this.#offsetOfLine(this.#of(row, FROM_BEFORE))
  }

  #of(row: number, field: number): number {
    return this.#rowInts[row * ROW_INTS + field] as number
  }

  #offset(at: number): number {
    return at - INPUT_AT + this.base
  }

  #offsetOfLine(at: number): number {
    return at === 0 ? -1 : this.#offset(at)
  }

  /** Number of calls of the goroutine before the header. */
  callsBefore(row: number): number {
    return this.#of(row, CALLS_BEFORE)
  }

  /** Does the goroutine before the header wait in its innermost call? `call`: number of calls in the rows before. */
  waitsBefore(call: number): boolean {
    return ((this.ints[FIRST_CALL_AT / INT + call] as number) & 1) === 1
  }

  /** The starter of the goroutine before the header; 0 if unknown. */
  parentBefore(row: number): number {
    return Math.max(0, this.#rowDoubles[row * ROW_DOUBLES + PARENT_BEFORE_AS_DOUBLE] as number)
  }

  /**
   * Passes on the calls and parent of the goroutine before the header. `call`: number of calls in the rows before. `untilMethod`: of the calls
   * outside those that wait, only the first.
   */
  noteBefore(row: number, call: number, calls: TracedCalls, buf: Buffer, untilMethod: boolean): void {
    let count = this.callsBefore(row)
    if (untilMethod) {
      let waits = 0
      while (waits < count && this.waitsBefore(call + waits)) waits++
      count = Math.min(count, waits + 1)
    }
    this.#note(
      FIRST_CALL_AT / INT + call,
      count,
      this.#rowDoubles[row * ROW_DOUBLES + PARENT_BEFORE_AS_DOUBLE] as number,
      calls,
      buf,
    )
  }

  /** Like `noteBefore`, for the last goroutine. */
  noteLast(calls: TracedCalls, buf: Buffer): void {
    const ints = this.ints
    this.#note(
      (ints[CALLS_AT] as number) / INT,
      ints[CALL_COUNT] as number,
      this.#doubles[PARENT_AS_DOUBLE] as number,
      calls,
      buf,
    )
  }

  #note(first: number, count: number, parent: number, calls: TracedCalls, buf: Buffer): void {
    const ints = this.ints
    const shift = this.base - INPUT_AT
    for (let i = first; i < first + count; i++) {
      const call = ints[i] as number
      calls.note(buf, (call >>> 1) + shift, (call & 1) === 1)
    }
    if (parent >= 0) calls.parent = parent
  }
}
