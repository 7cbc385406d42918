/**
 * What a dump is made of: the stacks of goroutines (stack-body.ts), the records of a profile (profile.ts), or the accesses of a race report
 * (race.ts). The machine asks its body, and never which one it is.
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
 *   foreign  | it is none of the body's
 */
export type Part = 'part' | 'last' | 'doubtful' | 'damaged' | 'foreign'

/** A cut line that has been put together: the first `cut` bytes of `fragment` are its head. */
export interface Joined {
  readonly fragment: Fragment
  readonly cut: number
}

/** What a body has to say when its dump is complete. */
export interface BodyEnd {
  readonly damaged: number
  /** It says itself that there is more of it. */
  readonly truncated: boolean
  readonly race: readonly RaceAccess[] | undefined
}

export interface Body {
  readonly format: DumpFormat
  /** What its dump is, whatever comes before it; undefined where the body does not say. */
  readonly kind: DumpKind | undefined
  /** `headers`: goroutines, each with a header; `none`: a header begins another dump. */
  readonly goroutines: 'headers' | 'none'
  /** It is dump: what it counts goes to `tally`. */
  open(tally: Tally): void
  /** Takes the line, `text` without its end, which stands at `pos` of `buf`. */
  line(text: string, buf: Buffer, pos: number): Part
  /**
   * As `line`, of a line at `pos` that can be read by its bytes and leaves no doubt, where what follows it in [pos, end) shows none. Returns where
   * the line after it begins, or -1.
   */
  lineFast(buf: Buffer, pos: number, end: number): number
  /** What the last line is, which was `doubtful`, now that `text` has come. Undefined: it is not decided yet. */
  decide(text: string): 'log' | 'dump' | undefined
  /** An empty line has come: `last` where it ends the body. */
  blank(): 'last' | 'foreign'
  /** Takes the tail of a cut line whose head is pending. */
  join(tail: string): Joined | undefined
  /** Takes the line before `text` that is pending, if `text` shows that it is one whose end is missing. */
  takeCut(text: string): Joined | undefined
  /** Takes a whole line with foreign text behind it; returns where that begins, or -1. */
  glued(text: string): number
  /** May the line come next? */
  fits(text: string): boolean
  /** May a line of the body begin like this? */
  mayBegin(text: string): boolean
  /** Does `text` begin as a line that is known to come next? */
  beginsKnown(text: string): boolean
  /** Does it begin as lines of the body do, so that it says nothing of how log lines begin? */
  resembles(text: string): boolean
  /** Is it a line of the body that may quote whatever it likes? */
  mayQuote(text: string): boolean
  finish(): BodyEnd
}
