/** The tables of a tree of stacks, and when they are worth a kernel. */
import { wordsOf } from '../core/ascii.ts'
import { COLD, HOT } from './rows.ts'

/** Rows of the lines, as line-table.ts uses them, and their text. */
export interface Tables {
  readonly hot: Int32Array
  readonly cold: Int32Array
  readonly buckets: Int32Array
  /** Number of each line's text among those of the process. */
  readonly numbers: Int32Array
  readonly arena: Buffer
  readonly words: DataView
}

/** Sizes from which a kernel is worthwhile. */
export interface KernelUse {
  /** Lines of the tree, or else goroutines of the dump. */
  readonly lines: number
  readonly goroutines: number
  /** Bytes to walk; less than this is walked without the kernel. */
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
    numbers: new Int32Array(lines),
    arena,
    words: wordsOf(arena),
  }
}
