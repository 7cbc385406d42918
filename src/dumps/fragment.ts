/** Pieces of a cut line that wait for the rest of it. */
import type { Held } from '../lines/tape.ts'

/** Pieces of one line that are put together, at most. */
export const PIECES = 6

/**
 * Foreign text, Latin-1, that may begin with the head of a dump line. When the line was cut more than once, it is the heads of several lines
 * of the log, one behind the other.
 */
export interface Fragment {
  readonly text: string
  /** The lines of the log that `text` was taken from. Each has `length` bytes, and stands in `text` from `at` up to the next one's `at`. */
  readonly parts: readonly { readonly held: Held; readonly at: number; readonly length: number }[]
  /** Offsets at which foreign text may begin. */
  readonly cuts: readonly number[]
}
