/**
 * The layout of the memory of the kernel that walks a tree of stacks (walk.wat): first, from 0, the values that TypeScript and the kernel
 * exchange; then a row per goroutine; the lines to walk; and last the tables, whose size is given when the memory is made.
 */
import { wordsOf } from '../core/ascii.ts'
import { COLD, HOT } from './rows.ts'
import type { Tables } from './tables.ts'

/** Bytes of the numbers in it. */
export const INT = 4
export const DOUBLE = 8

/** Exchanged values, as indexes of four-byte numbers. For the last goroutine: address of the last line that was walked, and of the line after it. */
export const FROM = 0
export const AFTER = 1
/** Number of its calls whose arguments count, and their address. */
export const CALL_COUNT = 2
export const CALLS_AT = 3
/** Its starter, as the index of an eight-byte number. */
export const PARENT_AS_DOUBLE = 2
/** The line of the tree that the walk has reached. */
export const LINE = 6
export const ROWS = 7
/** Number of lines in the tree; bytes of their literal parts; depth from which no line is added. */
export const LINES = 8
export const USED = 9
export const MOST_DEPTH = 10
/** Number of lines whose parts it may reuse for new ones. */
export const TEXTS = 11

/** 1 for each byte that may occur among registers. */
export const REGISTER_AT = 512
/** As many 0xff bytes as a state has, then zeros. */
export const ONES_AT = 768
/** States of plain headers; 0xff bytes where there is none. */
export const STATES_AT = 1024
export const STATE_BYTES = 32
export const FIRST_CALL_AT = 3072

/** A row for each goroutine whose header was read, as numbers of four and of eight bytes. */
export const ROWS_AT = 19_456
export const MOST_ROWS = 1024
export const ROW_INTS = 10
export const ROW_DOUBLES = 5
/** Its id; the starter of the goroutine before it; as eight-byte numbers. */
export const ID_AS_DOUBLE = 0
export const PARENT_BEFORE_AS_DOUBLE = 1
/** The line at which the goroutine before it ended, and the address of that line. */
export const LINE_BEFORE = 4
export const FROM_BEFORE = 5
/** Start and end of its header, and what the header says: the number of its state, and above that its minutes plus one. */
export const HEADER_FROM = 6
export const HEADER_AFTER = 7
export const SAID = 8
export const STATE_BITS = 6
export const CALLS_BEFORE = 9

/** The lines, up to `INPUT` bytes at a time, followed by zeros. */
export const INPUT_AT = 60_416
export const INPUT: number = 64 << 10
export const BEYOND = 64
export const TABLES_AT: number = INPUT_AT + INPUT + BEYOND

/** The tables and their addresses. `lines`: a power of two. */
export interface PlacedTables {
  readonly tables: Tables
  /** Hash table of known lines by their first bytes. */
  readonly texts: Int32Array
  /** The arguments of the kernel's `init`. */
  readonly places: readonly [
    hot: number,
    cold: number,
    buckets: number,
    mask: number,
    numbers: number,
    texts: number,
    arena: number,
    arenaBytes: number,
  ]
}

/** Bytes of a memory with room for this many lines. */
export function memoryBytes(lines: number, arenaBytes: number): number {
  return TABLES_AT + lines * (HOT + COLD + 3) * INT + arenaBytes
}

/** Places the tables of this many lines in a memory that has room for them. */
export function placeTables(buffer: ArrayBuffer, lines: number, arenaBytes: number): PlacedTables {
  const coldAt = TABLES_AT + lines * HOT * INT
  const bucketsAt = coldAt + lines * COLD * INT
  const numbersAt = bucketsAt + lines * INT
  const textsAt = numbersAt + lines * INT
  const arenaAt = textsAt + lines * INT
  const arena = Buffer.from(buffer, arenaAt, arenaBytes)
  return {
    tables: {
      hot: new Int32Array(buffer, TABLES_AT, lines * HOT),
      cold: new Int32Array(buffer, coldAt, lines * COLD),
      buckets: new Int32Array(buffer, bucketsAt, lines),
      numbers: new Int32Array(buffer, numbersAt, lines),
      arena,
      words: wordsOf(arena),
    },
    texts: new Int32Array(buffer, textsAt, lines),
    places: [TABLES_AT, coldAt, bucketsAt, lines - 1, numbersAt, textsAt, arenaAt, arenaBytes],
  }
}
