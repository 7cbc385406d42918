/**
 * What stands where in the memory of the kernel that walks a tree of stacks (walk.wat): what goes to and fro, in bytes from 0 on; a row of each goroutine;
 * the lines that are walked; and behind them the tables, of a size that is known when it is made.
 */
import { wordsOf } from '../core/ascii.ts'
import { COLD, HOT } from './rows.ts'
import type { Tables } from './tables.ts'

/** Bytes of the numbers in it. */
export const INT = 4
export const DOUBLE = 8

/** What goes to and fro, as numbers of four bytes: of the last goroutine, where the last line that was walked begins, and the line after it. */
export const FROM = 0
export const AFTER = 1
/** How many calls it has whose arguments count, and where these are. */
export const CALLS = 2
export const CALLS_AT = 3
/** Who started it, as a number of eight bytes. */
export const PARENT_AS_DOUBLE = 2
/** The line of the tree that was walked to. */
export const LINE = 6
export const ROWS = 7
/** Of the tree: its lines, and the bytes of their literal parts; the depth from which on none is added. */
export const LINES = 8
export const USED = 9
export const MOST_DEPTH = 10
/** Lines that it may put others together of. */
export const TEXTS = 11

/** 1 for each byte that may stand among registers. */
export const REGISTER_AT = 512
/** As many bytes of ones as a state has, and zeroes. */
export const ONES_AT = 768
/** States that plain headers have; ones where there is none. */
export const STATES_AT = 1024
export const STATE_BYTES = 32
export const FIRST_CALL_AT = 3072

/** A row of a goroutine whose header was read, as numbers of four bytes and of eight. */
export const ROWS_AT = 19_456
export const MOST_ROWS = 1024
export const ROW_INTS = 10
export const ROW_DOUBLES = 5
/** Its id; who started the goroutine before it; as numbers of eight bytes. */
export const ID_AS_DOUBLE = 0
export const PARENT_BEFORE_AS_DOUBLE = 1
/** The line at which the goroutine before it ended, and where that begins. */
export const LINE_BEFORE = 4
export const FROM_BEFORE = 5
/** Where its header begins and ends, and what that says: the number of its state, and above that its minutes and one. */
export const HEADER_FROM = 6
export const HEADER_AFTER = 7
export const SAID = 8
export const STATE_BITS = 6
export const CALLS_BEFORE = 9

/** The lines, so many bytes at a time, and zeroes after them. */
export const INPUT_AT = 60_416
export const INPUT: number = 64 << 10
export const BEYOND = 64
export const TABLES_AT: number = INPUT_AT + INPUT + BEYOND

/** The tables, and where they are. `lines`: a power of two. */
export interface PlacedTables {
  readonly tables: Tables
  /** Lines by the bytes that they begin with, where these are known. */
  readonly texts: Int32Array
  /** As `init` of the kernel takes them. */
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

/** Bytes of a memory with room for so many lines. */
export function memoryBytes(lines: number, arenaBytes: number): number {
  return TABLES_AT + lines * (HOT + COLD + 3) * INT + arenaBytes
}

/** The tables of so many lines, in a memory that has room for them. */
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
