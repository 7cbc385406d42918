/**
 * What a line of the tree of stacks is made of: a row in each of two tables of numbers (line-table.ts). The kernel knows these, too (walk.wat).
 */

/** A line of the tree, as `StackTree` knows it: good until it starts over. */
export type KnownLine = number

/** Above the first lines of all stacks; no child of any line, so that it also stands for none. */
export const ROOT: KnownLine = 0
export const NONE_OF_THEM = 0

/** What stands behind the literal part. */
export const NONE = 0
export const ARGUMENTS = 1
export const REGISTERS = 2
export const PARENT = 3
export const ANY = 4
/** As ARGUMENTS, of a function whose first argument says who waits for whom: calls.ts. In the second a goroutine waits. */
export const TRACED = 5
export const WAITING = 6

/**
 * What a walk reads of each line, side by side with what it reads of the next: where the literal part stands in the arena; its
 * length, tail and kind; its last four bytes, since that is where lines mostly differ; and the child that matched last.
 */
export const HOT = 4
export const AT = 0
export const SHAPE = 1
export const LAST_BYTES = 2
export const RECENT = 3
export const LENGTH_SHIFT = 6
export const TAIL_SHIFT = 3
export const LOW_BITS = 7

/**
 * The rest: how lines hang together, how deep one is and whether its children are hashed; of a line whose like are hashed, the next one in its
 * bucket, and its key; the dump that last had a goroutine that ended at the line.
 */
export const COLD = 8
export const ABOVE = 0
export const FIRST = 1
export const LAST = 2
export const NEXT = 3
export const DEPTH = 4
export const NEXT_IN_BUCKET = 5
export const KEY = 6
export const DUMP = 7
export const HASHED = 1
