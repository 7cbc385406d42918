/**
 * Which goroutines of a signature count, step by step. In each dump some are in flight and gone a moment later; besides counting all, there are
 * three ways to leave these out:
 *
 *   view      | goroutines that count             | good for
 *   ----------|-----------------------------------|------------------------------------------------------------------------
 *   whole     | all                               | a leak alone at its place
 *   settled   | all but those with the newest ids | a leak beside handlers, in a process that hands out many ids between dumps
 *   veterans  | those seen in two dumps or more   | the same, where it hands out few: each P keeps 16 of them, so that their order is loose
 *   of three  | veterans, and those that came in  | the same over three dumps alone, where there are veterans in the last step only
 *             | the older half of the last step   |
 *
 * Long-lived connections also stay while others leave, so what a view leaves out must leave far more often than what it counts.
 */
import type { Known } from './known-steps.ts'
import { THRESHOLDS } from './thresholds.ts'

/** What one view counts in a step. */
interface Seen {
  readonly came: number
  readonly stayed: number
  readonly left: number
}

/** What one view counts over all steps. */
export interface Total extends Seen {
  readonly steps: number
  /** Steps in which some came. */
  readonly growing: number
}

/** Of all goroutines. */
export function totalOf(steps: readonly Known[]): Total {
  return total(steps, whole)
}

/** Totals without goroutines that may be in flight, one for each way to leave them out. */
export function totalsInPart(steps: readonly Known[]): readonly Total[] {
  return [
    total(steps, settled),
    steps.length > 2
      ? total(steps.slice(1), (step, i) => veterans(step, steps[i]))
      : total(steps, (step, i) => ofThree(step, steps[i - 1], steps[i + 1])),
  ]
}

function whole(step: Known): Seen {
  return {
    came: step.fresh - step.leftYoung,
    stayed: step.survivors,
    left: gone(step.before - step.leftYoung, step.survivors, step),
  }
}

function settled(step: Known): Seen {
  return { came: step.arrived, stayed: step.kept, left: gone(step.settledBefore, step.kept, step) }
}

function veterans(step: Known, before: Known | undefined): Seen {
  const left = gone(before?.survivors ?? 0, step.veterans, step)
  return { came: step.survivors - step.veterans, stayed: step.veterans, left }
}

/** The third dump shows which of those that came in the first step have stayed. In the second step, the newer half may be in flight. */
function ofThree(step: Known, before: Known | undefined, after: Known | undefined): Seen {
  if (after !== undefined) return { came: after.survivors - after.veterans, stayed: 0, left: 0 }
  return { ...veterans(step, before), came: step.early }
}

/** At the rate at which all leave, so many of the view would have left that it is not chance that they stayed. */
export function areOthers(view: Total, all: Total): boolean {
  const share = all.left / (all.stayed + all.left)
  return (view.stayed + view.left) * share >= THRESHOLDS.othersLeave
}

/** A goroutine that could not be read may be one that seems to have left. */
function gone(were: number, are: number, { damaged }: Known): number {
  return Math.max(0, were - are - damaged)
}

function total(steps: readonly Known[], view: (step: Known, i: number) => Seen): Total {
  const sum = { steps: steps.length, came: 0, stayed: 0, left: 0, growing: 0 }
  steps.forEach((step, i) => {
    const seen = view(step, i)
    sum.came += seen.came
    sum.stayed += seen.stayed
    sum.left += seen.left
    if (seen.came === 0) return
    // One batch may settle in two steps; that is one growth.
    if (step.fresh > 0) sum.growing++
  })
  return sum
}
