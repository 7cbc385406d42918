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
}
