/**
 * What a dump consists of: the stacks of goroutines (stack-body.ts), the records of a profile (profile.ts), or the accesses of a race report
 * (race.ts). The machine calls its body without asking which of them it is.
 */
import type { DumpFormat, DumpKind, RaceAccess } from '../core/model.ts'
import type { Tally } from '../stacks/tally.ts'
import type { Fragment } from './repair/wraps.ts'

/**
 * What a body makes of a line:
 *
 *   part     | it belongs to the body
 *   last     | the same, and nothing of it can follow
 *   doubtful | it belongs to the body for now, and what comes next decides
 *   damaged  | it belongs to the body, and a line before it is missing
 *   foreign  | it does not belong to the body
 */
export type Part = 'part' | 'last' | 'doubtful' | 'damaged' | 'foreign'

/** A cut line that was put together: the first `cut` bytes of `fragment` are its head. */
export interface Joined {
  readonly fragment: Fragment
  readonly cut: number
}

/** What a body reports when its dump is complete. */
export interface BodyEnd {
  readonly damaged: number
  /** The body itself shows that more of it is missing. */
  readonly truncated: boolean
  readonly race: readonly RaceAccess[] | undefined
}

export interface Body {
  readonly format: DumpFormat
  /** The kind of its dump, whatever comes before it; undefined if the body does not determine it. */
  readonly kind: DumpKind | undefined
  /** `headers`: goroutines, each with a header; `none`: a header begins another dump. */
  readonly goroutines: 'headers' | 'none'
  /** It is part of a dump now: what it counts goes to `tally`. */
  open(tally: Tally): void
  /** Takes the line `text`, without its line end, which is at `pos` of `buf`. */
  line(text: string, buf: Buffer, pos: number): Part
  /**
   * Like `line`, for a line at `pos` that can be read by its bytes alone, and about which neither it nor what follows in [pos, end) leaves a doubt.
   * Returns where the next line begins, or -1.
   */
  lineFast(buf: Buffer, pos: number, end: number): number
  /** Decides what the last line, which was `doubtful`, is, now that `text` has come. Undefined: still undecided. */
  decide(text: string): 'log' | 'dump' | undefined
  /** An empty line has come: `last` if it ends the body. */
  blank(): 'last' | 'foreign'
  /** Takes the tail of a cut line whose head is pending. */
  join(tail: string): Joined | undefined
  /** Takes the pending line before `text`, if `text` shows that it is one whose end is missing. */
  takeCut(text: string): Joined | undefined
  /** Takes a whole line with foreign text after it; returns where that text begins, or -1. */
  glued(text: string): number
  /** Can the line come next? */
  fits(text: string): boolean
  /** Can a line of the body begin like this? */
  mayBegin(text: string): boolean
  /** Does `text` begin like a line that is known to come next? */
  beginsKnown(text: string): boolean
  /** Does it begin like lines of the body, so that nothing about how log lines begin can be learned from it? */
  resembles(text: string): boolean
  /** Is it a line of the body that can quote anything? */
  mayQuote(text: string): boolean
  finish(): BodyEnd
}
