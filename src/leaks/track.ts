import type { Signature } from '../core/model.ts'

/** From one dump to the next. What only ids can show is undefined without them (profiles). */
export interface Step {
  readonly before: number
  readonly count: number
  /** Goroutines that were in this signature before and still are. */
  readonly survivors: number | undefined
  /** Survivors that had also survived the step before: they are not short-lived, whatever their ids. */
  readonly veterans: number | undefined
  /**
   * Goroutines that were settled in this signature before and have run since: they are now in another one, or are ready to run. A leaked one does
   * neither.
   */
  readonly worked: number | undefined
  /** `asleep`: survivors whose header says that they have waited all the time. `awake`: survivors that have run since (ran.ts). */
  readonly asleep: number
  /** Those of `asleep` whose minutes prove it: right after a collection all have some (ran.ts). Undefined if no header of the dump has minutes. */
  readonly slept: number | undefined
  readonly awake: number
  /** All are asleep, but not since their creation: a younger one has waited longer than an older one. */
  readonly isReordered: boolean
  /** Leavers that were younger than all that stayed: they may have been in flight. */
  readonly leftYoung: number | undefined
  /** Goroutines whose ids are new. */
  readonly fresh: number | undefined
  /** Fresh ones whose id is in the older half of those handed out since: a leak fills both halves, a burst only the end. */
  readonly early: number | undefined
  /**
   * Goroutines that were settled in the previous dump: all but those with the newest ids, which may have been in flight (compare.ts says how many
   * ids).
   */
  readonly settledBefore: number | undefined
  /** Those of `settledBefore` that are still in this signature. */
  readonly kept: number | undefined
  /** Goroutines that came and are settled now. Those of the first dump of a history do not count as having come. */
  readonly arrived: number | undefined
  /** Goroutine ids that the process handed out in this step: its own clock, which follows the load. */
  readonly issued: number | undefined
  /** Ids that it had handed out before: its age on that clock. */
  readonly issuedBefore: number | undefined
  /** Goroutines of this dump that could not be read completely: missing ones may be among them. */
  readonly damaged: number
  /** Between the dumps, in log time. */
  readonly seconds: number | undefined
}

/** One signature in one history. */
export interface Track {
  readonly signature: Signature
  /** Oldest first, bounded. */
  readonly steps: Step[]
  /** In the last dump. */
  count: number
  /** Number of the last dump with this signature, counted within its history. */
  seen: number
  /** Time of the first dump with this signature, milliseconds since the epoch. */
  readonly since: number | undefined
  /** Settled in the last dump; undefined in the first of a history. */
  settled: number | undefined
  /** Count in the dump before the last one, with or without ids. */
  previous: number | undefined
}

/** The step to the last dump; undefined in the first of a history. */
export function lastStep(track: Track | undefined): Step | undefined {
  return track?.steps[track.steps.length - 1]
}
