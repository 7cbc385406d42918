/** Pieces of a cut line that wait for the rest of it. */
import type { Held } from '../lines/tape.ts'

/** Pieces of one line that are put together, at most. */
export const PIECES = 6

/** Foreign text that may begin with the head of a dump line, or with heads of it when the line was cut more than once. Latin-1. */
export interface Fragment {
  readonly text: string
  /** The lines of the log that `text` was taken from; each gives the bytes from its `at` up to the next one's, of `length` that it has. */
  readonly parts: readonly { readonly held: Held; readonly at: number; readonly length: number }[]
  /** Offsets at which foreign text may begin. */
  readonly cuts: readonly number[]
}
