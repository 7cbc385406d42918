/**
 * Which goroutines of a dump call methods on which objects, to find out who waits for whom. All goroutines that wait for an object are kept; of
 * the others only some of each stack, since a goroutine that holds a lock is usually the only one with its stack. Only numbers are kept: in
 * most dumps no goroutine waits for an object, and nobody asks.
 */
import { fact } from '../core/facts.ts'
import type { CallingGoroutine, CallingGoroutines, MovingGoroutine } from '../core/model.ts'
import { flagOfName } from '../core/names.ts'
import type { HeaderInfo } from '../text/info.ts'
import { callOfName, type TracedCalls } from './calls.ts'
import { RowChains } from './row-chains.ts'
import type { PrintedStack, StackEntry } from './stack.ts'

/**
 * Number of goroutines of a stack whose calls are all kept. Of later ones only those that wait are kept, with the calls from the object to its
 * first method.
 */
const SAMPLES = 8

/** Columns of a row: signature, stack, offset of its pointers, number of calls, number of these that wait. */
const ROW = 5

/** Number of questions about pointers that are answered by scanning all rows: most dumps have no more. */
const WALKS = 8

/** Shared, since most dumps have no rows. */
const NONE = new Float64Array(0)
const NO_ROWS = new Int32Array(0)

const isCall = flagOfName(({ text }) => callOfName(text) !== undefined)

const callsOf = fact((stack: PrintedStack): readonly string[] => stack.names.filter(isCall).map(({ text }) => text))

export class Callers implements CallingGoroutines {
  readonly #most: number
  /** Ids of the goroutines, a row for each, and the pointers of all rows, one row after the other. */
  #ids = NONE
  #rows = NO_ROWS
  count = 0
  #pointers = NONE
  pointers = 0
  readonly #stacks: PrintedStack[] = []
  readonly #infos: HeaderInfo[] = []
  #waits = false
  overflow = false
  /** Built once many questions are asked; the dump is complete by then, so nothing is added later. */
  #byPointer: RowChains | undefined
  #bySignature: RowChains | undefined
  #walks = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Are further goroutines of this stack kept only if they wait? */
  hasEnough(entry: StackEntry): boolean {
    return entry.callers >= SAMPLES
  }

  add(goroutine: number, info: HeaderInfo, signature: number, entry: StackEntry, calls: TracedCalls): void {
    let { count, waits } = calls
    if (entry.callers >= SAMPLES) {
      if (waits === 0) return
      if (count > waits) count = waits + 1
    }
    if (this.count >= this.#most) {
      this.overflow = true
      return
    }
    if (waits > 0) this.#waits = true
    if (entry.callers++ === 0) {
      entry.callersStack = this.#stacks.length
      this.#stacks.push(entry.stack)
    }
    this.#infos.push(info)
    if (this.count === this.#ids.length) this.#grow()
    if (this.pointers + count > this.#pointers.length)
      this.#pointers = copied(this.#pointers, new Float64Array((this.pointers + count) * 2))
    this.#ids[this.count] = goroutine
    const row = this.count++ * ROW
    const rows = this.#rows
    rows[row] = signature
    rows[row + 1] = entry.callersStack
    rows[row + 2] = this.pointers
    rows[row + 3] = count
    rows[row + 4] = waits
    calls.read(count)
    for (let i = 0; i < count; i++) this.#pointers[this.pointers++] = calls.pointers[i] as number
  }

  #grow(): void {
    const most = Math.min(this.#most, this.count * 2 + 1)
    this.#ids = copied(this.#ids, new Float64Array(most))
    this.#rows = copied(this.#rows, new Int32Array(most * ROW))
  }

  /** Bytes that it takes. */
  get bytes(): number {
    return this.#ids.byteLength + this.#rows.byteLength + this.#pointers.byteLength + this.#infos.length * 8
  }

  /** Does any goroutine wait for an object? */
  get anyWaits(): boolean {
    return this.#waits
  }

  eachWaiting(visit: (goroutine: MovingGoroutine) => void): void {
    const caller = new Caller(this.#table(), 0)
    for (let row = 0; row < this.count; row++) if (this.#rows[row * ROW + 4] !== 0 && caller.move(row)) visit(caller)
  }

  on(pointers: ReadonlySet<number>): readonly CallingGoroutine[] {
    if (this.#walks++ < WALKS) return this.#those((row) => this.#isOn(row, pointers))
    this.#byPointer ??= new RowChains(this.pointers, (place) => this.#pointers[place] as number)
    const rows = new Set<number>()
    for (const pointer of pointers) for (const place of this.#byPointer.of(pointer)) rows.add(this.#rowOf(place))
    return this.#at([...rows].filter((row) => this.#isOn(row, pointers)).sort((a, b) => a - b))
  }

  of(signature: number): readonly CallingGoroutine[] {
    this.#bySignature ??= new RowChains(this.count, (row) => this.#rows[row * ROW] as number)
    return this.#at(this.#bySignature.of(signature))
  }

  /** Is it in a method of one of them, apart from the calls in which it waits? */
  #isOn(row: number, pointers: ReadonlySet<number>): boolean {
    const start = this.#rows[row * ROW + 2] as number
    const end = start + (this.#rows[row * ROW + 3] as number)
    for (let at = start + (this.#rows[row * ROW + 4] as number); at < end; at++)
      if (pointers.has(this.#pointers[at] as number)) return true
    return false
  }

  /** The row whose pointer is at `place`: pointers are in the order of the rows. */
  #rowOf(place: number): number {
    let [low, high] = [0, this.count - 1]
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((this.#rows[middle * ROW + 2] as number) <= place) low = middle
      else high = middle - 1
    }
    return low
  }

  #those(isWanted: (row: number) => boolean): readonly CallingGoroutine[] {
    const rows: number[] = []
    for (let row = 0; row < this.count; row++) if (isWanted(row)) rows.push(row)
    return this.#at(rows)
  }

  #at(rows: readonly number[]): readonly CallingGoroutine[] {
    const table = this.#table()
    return rows.flatMap((row) => {
      const caller = new Caller(table, row)
      return caller.move(row) ? [caller] : []
    })
  }

  #table(): Table {
    return {
      ids: this.#ids,
      rows: this.#rows,
      pointers: this.#pointers,
      stacks: this.#stacks,
      infos: this.#infos,
    }
  }
}

/** The columns of a dump, and what they refer to. */
interface Table {
  readonly ids: Float64Array
  readonly rows: Int32Array
  readonly pointers: Float64Array
  readonly stacks: readonly PrintedStack[]
  readonly infos: readonly HeaderInfo[]
}

/** A view of a row. */
class Caller implements MovingGoroutine {
  readonly #table: Table
  #row: number
  names: readonly string[] = []

  constructor(table: Table, row: number) {
    this.#table = table
    this.#row = row
  }

  /** False if the row is useless: the stack that is kept is another one of the same signature. */
  move(row: number): boolean {
    this.#row = row
    this.names = callsOf(this.#table.stacks[this.#at(1)] as PrintedStack)
    return this.names.length >= this.count
  }

  copy(): CallingGoroutine {
    const caller = new Caller(this.#table, this.#row)
    caller.names = this.names
    return caller
  }

  get goroutine(): number {
    return this.#table.ids[this.#row] as number
  }

  get signature(): number {
    return this.#at(0)
  }

  get count(): number {
    return this.#at(3)
  }

  get waits(): number {
    return this.#at(4)
  }

  get state(): string {
    return this.#info.state
  }

  get minutes(): number | undefined {
    return this.#info.minutes
  }

  pointer(i: number): number {
    return i < this.count ? (this.#table.pointers[this.#at(2) + i] as number) : 0
  }

  get #info(): HeaderInfo {
    return this.#table.infos[this.#row] as HeaderInfo
  }

  #at(column: number): number {
    return this.#table.rows[this.#row * ROW + column] as number
  }
}

function copied<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from)
  return to
}
