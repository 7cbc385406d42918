import type { Signature } from '../model.ts'

/** From one dump to the next. What ids tell is undefined where there are none (profiles). */
export interface Step {
  readonly before: number
  readonly count: number
  /** Goroutines that were in this signature before, and are. */
  readonly survivors: number | undefined
  /** Goroutines whose ids are new. */
  readonly fresh: number | undefined
  /** Fresh ones with an id in the older half of what the process handed out since: a leak fills it all, a burst its end. */
  readonly early: number | undefined
  /**
   * Goroutines of this signature that are settled: all but those with an id in the newest quarter of what the process handed out
   * in this step, which may be in flight.
   */
  readonly settled: number | undefined
  /** Settled ones of the dump before; undefined where that was the first of its history. */
  readonly settledBefore: number | undefined
  /** Of those, the ones that are still in this signature. */
  readonly kept: number | undefined
  /** Settled ones that the dump before had in another signature: they live, and came from there. */
  readonly joined: number | undefined
  /** Goroutine ids that the process handed out in this step: its own clock, which follows the load. */
  readonly issued: number | undefined
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
  /** Settled in the last dump; undefined in the first of a history. */
  settled: number | undefined
}
