import type { Signature } from '../core/model.ts'

/** From one dump to the next. What ids tell is undefined where there are none (profiles). */
export interface Step {
  readonly before: number
  readonly count: number
  /** Goroutines that were in this signature before, and are. */
  readonly survivors: number | undefined
  /** Of the survivors, those that had survived the step before too: they are no goroutines of a moment, whatever their ids. */
  readonly veterans: number | undefined
  /**
   * Goroutines that were settled in this signature before, and have run since: they are in another one now, or could run. What leaks does
   * neither.
   */
  readonly worked: number | undefined
  /** Survivors whose header says that they have waited all the time, and those that have run since (ran.ts). */
  readonly asleep: number
  /** Of those, the ones whose minutes prove it: right after a collection all have some (ran.ts). Undefined where no header of the dump has minutes. */
  readonly slept: number | undefined
  readonly awake: number
  /** All have slept, but not since their birth: a younger one waits for longer than an older one. */
  readonly isReordered: boolean
  /** Of those that have left, the ones that were younger than all that stayed: they may have been in flight. */
  readonly leftYoung: number | undefined
  /** Goroutines whose ids are new. */
  readonly fresh: number | undefined
  /** Fresh ones with an id in the older half of what the process handed out since: a leak fills it all, a burst its end. */
  readonly early: number | undefined
  /**
   * Goroutines that were settled in the dump before: all but those with one of the newest ids, which may have been in flight
   * (compare.ts says how many ids that are).
   */
  readonly settledBefore: number | undefined
  /** Of those, the ones that are still in this signature. */
  readonly kept: number | undefined
  /** Goroutines that came and are settled now. What the first dump of a history had has not come since. */
  readonly arrived: number | undefined
  /** Goroutine ids that the process handed out in this step: its own clock, which follows the load. */
  readonly issued: number | undefined
  /** Those it had handed out before: its age by that clock. */
  readonly issuedBefore: number | undefined
  /** Goroutines of this dump that could not be read whole: those missing may be among them. */
  readonly damaged: number
  /** Between the dumps, by the log's own time. */
  readonly seconds: number | undefined
}

/** One signature in one history. */
export interface Track {
  readonly signature: Signature
  /** Oldest first, bounded. */
  readonly steps: Step[]
  /** In the last dump. */
  count: number
  /** Number, in its history, of the last dump that had it. */
  seen: number
  /** Time of the first dump that had it, milliseconds since the epoch. */
  readonly since: number | undefined
  /** Settled in the last dump; undefined in the first of a history. */
  settled: number | undefined
  /** In the dump before the last one, whatever its form. */
  previous: number | undefined
}

/** From the dump before the last one to the last; undefined in the first of a history. */
export function lastStep(track: Track | undefined): Step | undefined {
  return track?.steps[track.steps.length - 1]
}
