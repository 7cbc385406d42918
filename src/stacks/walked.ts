/**
 * What a kernel has walked (walk.ts), as it is in its memory: the goroutines whose headers it has read, a row of each, and how far it has come in the
 * last one.
 *
 * Hot: guarded by `npm run bench` (dump-heavy).
 */
import { type HeaderInfo, withMinutes } from '../text/info.ts'
import type { TracedCalls } from './calls.ts'
import {
  AFTER,
  CALLS,
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

/** Of a state, shorter waits are remembered. */
const MOST_WAITS = 1024

export class Walked {
  protected readonly ints: Int32Array
  readonly #doubles: Float64Array
  /** The same, of the rows alone. */
  readonly #rowInts: Int32Array
  readonly #rowDoubles: Float64Array
  /** By their places in the kernel: what a header says, without its minutes, and with so many. */
  protected readonly infos: (HeaderInfo | undefined)[] = []
  protected readonly waits: (HeaderInfo | undefined)[][] = []
  /** Offset in its buffer of the first byte that is in the memory. */
  protected base = 0

  protected constructor(buffer: ArrayBuffer) {
    this.ints = new Int32Array(buffer, 0, INPUT_AT / INT)
    this.#doubles = new Float64Array(buffer, 0, INPUT_AT / DOUBLE)
    this.#rowInts = new Int32Array(buffer, ROWS_AT, MOST_ROWS * ROW_INTS)
    this.#rowDoubles = new Float64Array(buffer, ROWS_AT, MOST_ROWS * ROW_DOUBLES)
  }

  /** The line that was walked to. */
  get line(): number {
    return this.ints[LINE] as number
  }

  /** Where that begins; negative: none was walked of the last goroutine. */
  get from(): number {
    return this.#offsetOfLine(this.ints[FROM] as number)
  }

  /** Where the line after it begins. */
  get after(): number {
    return this.#offset(this.ints[AFTER] as number)
  }

  /** Goroutines whose headers were read. */
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

  /** Where the header begins and ends. */
  headerFrom(row: number): number {
    return this.#offset(this.#of(row, HEADER_FROM))
  }

  headerAfter(row: number): number {
    return this.#offset(this.#of(row, HEADER_AFTER))
  }

  /** Of the goroutine before the header: the line at which it ended, and where that begins; negative: it was there before. */
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

  /** Calls of the goroutine before the header. */
  callsBefore(row: number): number {
    return this.#of(row, CALLS_BEFORE)
  }

  /** Does the goroutine before the header wait in the innermost of its calls? `call`: how many calls the rows before have. */
  waitsBefore(call: number): boolean {
    return ((this.ints[FIRST_CALL_AT / INT + call] as number) & 1) === 1
  }

  /** Who started the goroutine before the header; 0: it does not say. */
  parentBefore(row: number): number {
    return Math.max(0, this.#rowDoubles[row * ROW_DOUBLES + PARENT_BEFORE_AS_DOUBLE] as number)
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
    this.#note(
      FIRST_CALL_AT / INT + call,
      count,
      this.#rowDoubles[row * ROW_DOUBLES + PARENT_BEFORE_AS_DOUBLE] as number,
      calls,
      buf,
    )
  }

  /** The same, of the last goroutine. */
  noteLast(calls: TracedCalls, buf: Buffer): void {
    const ints = this.ints
    this.#note(
      (ints[CALLS_AT] as number) / INT,
      ints[CALLS] as number,
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
