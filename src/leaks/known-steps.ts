/** Steps between two dumps with ids. */
import type { Step } from './track.ts'

/** A step with everything that ids show. */
export type Known = {
  readonly [K in keyof Step]: Exclude<Step[K], undefined> | (K extends 'seconds' | 'slept' ? undefined : never)
}

/** The newest unbroken run of steps between dumps with ids. */
export function sinceUnknown(steps: readonly Step[]): readonly Known[] {
  const known: Known[] = []
  for (const step of steps) {
    if (isKnown(step)) known.push(step)
    else known.length = 0
  }
  return known
}

function isKnown(step: Step): step is Known {
  return step.survivors !== undefined && step.settledBefore !== undefined && step.issued !== undefined
}
