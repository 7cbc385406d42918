/** The layout of a line of the tree of stacks: a row in each of two tables of numbers (line-table.ts). The kernel uses the same layout (walk.wat). */

/** A line of a `StackTree`; valid until the tree starts over. */
export type KnownLine = number

/** The parent of the first lines of all stacks. It is never a child, so 0 also means no line. */
export const ROOT: KnownLine = 0
export const NONE_OF_THEM = 0

/** Tails: what follows the literal part. */
export const NONE = 0
export const ARGUMENTS = 1
export const REGISTERS = 2
export const PARENT = 3
export const ANY = 4
/** Like ARGUMENTS, for functions whose first argument shows who waits for whom (calls.ts). In functions of the second kind a goroutine waits. */
export const TRACED = 5
export const WAITING = 6

/**
 * The columns that a walk reads, adjacent to those of the next line: offset of the literal part in the arena; its length, tail and kind; its
 * last four bytes, since lines mostly differ there; and the child that matched last.
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
 * The other columns: the links between lines; the depth, and whether the children are hashed; if the line is hashed, the next one in its bucket
 * and its key; and the last dump in which a goroutine ended at this line.
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
