/**
 * What a kernel has walked (walk.ts), as it is in its memory: the goroutines whose headers it has read, a row of each, and how far it has come in the
 * last one.
 *
 * Hot: guarded by `npm run bench` (dump-heavy).
 */
import { type HeaderInfo, withMinutes } from '../text/info.ts'
import type { TracedCalls } from './calls.ts'

/** What stands where in the memory: walk.wat. */
const FROM = 0
const AFTER = 1
const CALLS = 2
const CALLS_AT = 3
const PARENT_AT = 16
const LINE = 6
const ROWS = 7
export const FIRST_CALL_AT = 3072
const ROWS_AT = 19_456
export const INPUT_AT = 60_416
export const INT = 4
/** A row of a goroutine, as numbers of eight and of four bytes. */
const ROW = 5
const ROW_INTS = 10
export const MOST_ROWS = 1024
const STATE_BITS = 6
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
    this.#doubles = new Float64Array(buffer, 0, INPUT_AT / (2 * INT))
    this.#rowInts = new Int32Array(buffer, ROWS_AT, MOST_ROWS * ROW_INTS)
    this.#rowDoubles = new Float64Array(buffer, ROWS_AT, MOST_ROWS * ROW)
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
    return this.#rowDoubles[row * ROW] as number
  }

  /** What the header says. */
  info(row: number): HeaderInfo {
    const said = this.#of(row, 8)
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
    return at - INPUT_AT + this.base
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
    return ((this.ints[FIRST_CALL_AT / INT + call] as number) & 1) === 1
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
    const ints = this.ints
    this.#note(
      (ints[CALLS_AT] as number) / INT,
      ints[CALLS] as number,
      this.#doubles[PARENT_AT / 8] as number,
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
