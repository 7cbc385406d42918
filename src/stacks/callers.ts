/**
 * Which goroutines of a dump call methods on which objects, to find out who waits for whom. All goroutines that wait for an object are kept; of
 * the others only some of each stack, since a goroutine that holds a lock is usually the only one with its stack. Only numbers are kept: in
 * most dumps no goroutine waits for an object, and nobody asks.
 */
import { fact } from '../core/facts.ts'
import type { CallingGoroutine, CallingGoroutines } from '../core/model.ts'
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

/** Columns of a row: signature, stack, place of its first pointer, number of calls, number of these that wait. */
const ROW = 5
const SIGNATURE = 0
const STACK = 1
const POINTERS = 2
const COUNT = 3
const WAITS = 4

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
  #used = 0
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
    if (this.#used + count > this.#pointers.length)
      this.#pointers = copied(this.#pointers, new Float64Array((this.#used + count) * 2))
    this.#ids[this.count] = goroutine
    const row = this.count++ * ROW
    const rows = this.#rows
    rows[row + SIGNATURE] = signature
    rows[row + STACK] = entry.callersStack
    rows[row + POINTERS] = this.#used
    rows[row + COUNT] = count
    rows[row + WAITS] = waits
    calls.read(count)
    for (let i = 0; i < count; i++) this.#pointers[this.#used++] = calls.pointers[i] as number
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

  waiting(): Int32Array {
    const rows = this.#rows
    const found = new Int32Array(this.count)
    let count = 0
    // Only stacks that wait are asked for their calls, each once: in most dumps they are few.
    const calls = new Int32Array(this.#stacks.length)
    for (let row = 0; row < this.count; row++) {
      const at = row * ROW
      if (rows[at + WAITS] === 0) continue
      const stack = rows[at + STACK] as number
      if (calls[stack] === 0) calls[stack] = callsOf(this.#stacks[stack] as PrintedStack).length
      // One whose stack is not the one kept of its signature is useless.
      if ((calls[stack] as number) >= (rows[at + COUNT] as number)) found[count++] = row
    }
    return found.subarray(0, count)
  }

  waits(row: number): number {
    return this.#rows[row * ROW + WAITS] as number
  }

  stack(row: number): number {
    return this.#rows[row * ROW + STACK] as number
  }

  pointer(row: number, i: number): number {
    return this.#pointers[(this.#rows[row * ROW + POINTERS] as number) + i] as number
  }

  at(row: number): CallingGoroutine {
    return new Caller(this.#table(), row)
  }

  receiversOfWaiting(): Float64Array {
    const rows = this.#rows
    const found = new Float64Array(this.#used)
    let count = 0
    for (let at = 0; at < this.count * ROW; at += ROW) {
      const waits = rows[at + WAITS] as number
      const start = rows[at + POINTERS] as number
      const end = start + (rows[at + COUNT] as number)
      if (waits > 0)
        for (let place = start + waits; place < end; place++) found[count++] = this.#pointers[place] as number
    }
    return found.subarray(0, count)
  }

  on(pointers: ReadonlySet<number>): readonly CallingGoroutine[] {
    if (this.#walks++ < WALKS) return this.#those((row) => this.#isOn(row, pointers))
    this.#byPointer ??= new RowChains(this.#used, (place) => this.#pointers[place] as number)
    const rows = new Set<number>()
    for (const pointer of pointers) for (const place of this.#byPointer.of(pointer)) rows.add(this.#rowOf(place))
    return this.#usable([...rows].filter((row) => this.#isOn(row, pointers)).sort((a, b) => a - b))
  }

  of(signature: number): readonly CallingGoroutine[] {
    this.#bySignature ??= new RowChains(this.count, (row) => this.#rows[row * ROW + SIGNATURE] as number)
    return this.#usable(this.#bySignature.of(signature))
  }

  /** Is it in a method of one of them, apart from the calls in which it waits? */
  #isOn(row: number, pointers: ReadonlySet<number>): boolean {
    const start = this.#rows[row * ROW + POINTERS] as number
    const end = start + (this.#rows[row * ROW + COUNT] as number)
    for (let at = start + (this.#rows[row * ROW + WAITS] as number); at < end; at++)
      if (pointers.has(this.#pointers[at] as number)) return true
    return false
  }

  /** The row whose pointer is at `place`: pointers are in the order of the rows. */
  #rowOf(place: number): number {
    let [low, high] = [0, this.count - 1]
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((this.#rows[middle * ROW + POINTERS] as number) <= place) low = middle
      else high = middle - 1
    }
    return low
  }

  #those(isWanted: (row: number) => boolean): readonly CallingGoroutine[] {
    const rows: number[] = []
    for (let row = 0; row < this.count; row++) if (isWanted(row)) rows.push(row)
    return this.#usable(rows)
  }

  #usable(rows: readonly number[]): readonly CallingGoroutine[] {
    const table = this.#table()
    return rows.map((row) => new Caller(table, row)).filter((caller) => caller.isUsable)
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
class Caller implements CallingGoroutine {
  readonly #table: Table
  readonly #row: number
  readonly names: readonly string[]

  constructor(table: Table, row: number) {
    this.#table = table
    this.#row = row
    this.names = callsOf(table.stacks[this.#at(STACK)] as PrintedStack)
  }

  /** False if the stack that is kept is another one of the same signature. */
  get isUsable(): boolean {
    return this.names.length >= this.count
  }

  get goroutine(): number {
    return this.#table.ids[this.#row] as number
  }

  get signature(): number {
    return this.#at(SIGNATURE)
  }

  get count(): number {
    return this.#at(COUNT)
  }

  get waits(): number {
    return this.#at(WAITS)
  }

  get state(): string {
    return this.#info.state
  }

  get minutes(): number | undefined {
    return this.#info.minutes
  }

  pointer(i: number): number {
    return i < this.count ? (this.#table.pointers[this.#at(POINTERS) + i] as number) : 0
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
