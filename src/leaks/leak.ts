/**
 * Decides, over three dumps or more, whether a signature leaks: goroutines come, stay, and do not come ever more slowly.
 *
 * In each dump some goroutines are in flight and gone a moment later; counting them makes every handler seem to leave. They are left out in
 * several ways (views.ts), and it is enough that one of these shows a leak.
 *
 * Goroutines kept on purpose, such as one per tenant, began to gather long before the first dump and come ever more slowly. The ids of all that
 * are there show that (pace.ts).
 *
 * A young process fills its pools, and its connections gather: it takes more evidence to call a leak there. A goroutine that nothing can wake
 * is lost, however few there are, and whether or not more come.
 */

import type { Births } from './births.ts'
import { type Known, sinceUnknown } from './known-steps.ts'
import { gatheredEarly, levelsOff } from './pace.ts'
import { THRESHOLDS } from './thresholds.ts'
import type { Step } from './track.ts'
import { areOthers, type Total, totalOf, totalsInPart } from './views.ts'
import type { Waiting } from './waiting.ts'

/** `perStarter`: goroutines that come together, as those of one request do; they count as one event. */
export function isLeak(
  steps: readonly Step[],
  waits: Waiting,
  perStarter: number,
  births: () => Births | undefined = () => undefined,
): boolean {
  const known = sinceUnknown(steps)
  if (known.length < 2 || works(known)) return false
  const waiting = waits === 'answer' ? asLongPoll(known) : waits
  const together = Math.max(perStarter, inEachStep(known))
  const lost = waiting === 'lost'
  if (!lost && hasEnded(known, together)) return false
  // Users who stay cannot be distinguished from peers that are gone, nor a helper that runs on by mistake from one that should run on.
  if (waiting === 'peer' || waiting === 'child' || waiting === 'sleep') return false
  if (waiting === 'weak') return isEven(known, together)
  if (mayWaitForWork(waiting) && canTell(known) && !haveSlept(known)) return false
  const young = isYoung(known)
  if (!lost && waiting !== 'unreceived' && levelsOff(known, chanceOf(waiting, young), together)) return false
  const born = mayWaitForWork(waiting) && isShort(known) ? births() : undefined
  if (born !== undefined) {
    const isNew = young && known.length < THRESHOLDS.stepsOfKept
    if (gatheredEarly(born, isNew ? THRESHOLDS.chanceOfYoung : THRESHOLDS.chance, together)) return false
  }
  const least = leastOf(waiting, young, known, perStarter)
  const all = totalOf(known)
  if (stays(all, least)) return true
  return totalsInPart(known).some((view) => stays(view, least) && areOthers(view, all))
}

/** Long polls come one by one and stay for minutes; a worker does not wait longer than that for a response. */
function asLongPoll(steps: readonly Known[]): Waiting {
  return steps.length < THRESHOLDS.stepsOfAnswer ? 'kept' : 'orphaned'
}

/** Can it be waiting for the next piece of work? */
function mayWaitForWork(waiting: Waiting): boolean {
  return waiting === 'orphaned' || waiting === 'kept'
}

/** Number of growing steps from which it is not chance that each brought a multiple of the same number. */
const STEPS_ALIKE = 4

/** How many goroutines one call leaves: the greatest common divisor of the numbers that came in each step. */
function inEachStep(steps: readonly Known[]): number {
  const grew = steps.filter((step) => step.fresh > 0)
  return grew.length < STEPS_ALIKE ? 1 : grew.reduce((divisor, { fresh }) => commonDivisor(divisor, fresh), 0)
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b)
}

/** Standard deviations by which arrivals must be early to count as levelling off. */
function chanceOf(waiting: Waiting, young: boolean): number {
  if (!young) return THRESHOLDS.chance
  return waiting === 'orphaned' ? THRESHOLDS.chanceOfOrphaned : THRESHOLDS.chanceOfYoung
}

/** What must have been observed. */
interface Least {
  readonly growth: number
  /** Enough growth if more were watched (`THRESHOLDS.watchedLong`). */
  readonly growthOfWatched: number
  readonly watched: number
  /** Number of watched goroutines from which one growing step is enough. */
  readonly watchedForOne: number
}

function leastOf(waiting: Waiting, young: boolean, steps: readonly Known[], perStarter: number): Least {
  const { growth, growthOfLost, watched, watchedLost, watchedForOne, watchedForOneSend } = THRESHOLDS
  const never = Number.POSITIVE_INFINITY
  switch (waiting) {
    case 'lost':
      return { growth: growthOfLost, growthOfWatched: growthOfLost - 1, watched: watchedLost, watchedForOne }
    case 'unreceived':
      return { growth, growthOfWatched: growth - 1, watched: watchedLost, watchedForOne: watchedForOneSend }
    case 'orphaned':
      return { growth, growthOfWatched: growth - 1, watched: watchedLost, watchedForOne: never }
    case 'kept':
      if (!haveSlept(steps)) {
        const { growthOfUnknown, growthOfUnknownSoon, stepsOfKept } = THRESHOLDS
        return alike(perStarter * steps.length * (steps.length < stepsOfKept ? growthOfUnknownSoon : growthOfUnknown))
      }
      if (steps.length < THRESHOLDS.stepsOfKept) return alike(THRESHOLDS.growthOfKept)
  }
  return alike(young ? THRESHOLDS.growthOfYoung : growth)

  function alike(least: number): Least {
    return { growth: least, growthOfWatched: least, watched, watchedForOne: never }
  }
}

/**
 * Should headers say who has not run? If none has minutes although collections must have happened, the text has lost them, or the heap of the
 * process is too small for any collection.
 */
function canTell(steps: readonly Known[]): boolean {
  const hasMinutes = steps[steps.length - 1]?.slept !== undefined
  const seconds = secondsOf(steps)
  return seconds >= THRESHOLDS.tellingSeconds && (hasMinutes || seconds < THRESHOLDS.toldSeconds)
}

/** So short that ids follow the load at one pace. Over hours the load changes, and minutes are better evidence. */
function isShort(steps: readonly Known[]): boolean {
  return steps.every(({ seconds }) => seconds !== undefined) && secondsOf(steps) < THRESHOLDS.tellingSeconds
}

function secondsOf(steps: readonly Known[]): number {
  return steps.reduce((sum, step) => sum + (step.seconds ?? 0), 0)
}

/** Most of those that stayed have minutes that prove that they have not run. False without minutes. */
function haveSlept(steps: readonly Known[]): boolean {
  const last = steps[steps.length - 1]
  return last !== undefined && (last.slept ?? last.asleep) * 2 > last.survivors
}

/** Some of those that stayed have run since, so the code is alive. */
function works(steps: readonly Known[]): boolean {
  let worked = 0
  let stayed = 0
  for (const step of steps) {
    worked += step.worked + step.awake
    stayed += step.survivors
  }
  return worked > 0 && worked >= stayed * THRESHOLDS.works
}

/** The last steps brought none, although the earlier pace would have brought some. */
function hasEnded(steps: readonly Known[], together: number): boolean {
  const growing = steps.findLastIndex((step) => step.fresh > 0) + 1
  const came = steps.reduce((sum, step) => sum + step.fresh, 0)
  return (came / together / growing) * (steps.length - growing) >= THRESHOLDS.missed
}

/** It grows in every step at an even pace, and none leaves: required for goroutines that may also be a pool filling up. */
function isEven(steps: readonly Known[], together: number): boolean {
  if (steps.length < THRESHOLDS.weakSteps || levelsOff(steps, THRESHOLDS.weakChance, together)) return false
  const all = totalOf(steps)
  return all.left === 0 && all.came >= THRESHOLDS.weakGrowth && steps.every((step) => step.fresh > 0)
}

export function isYoung(steps: readonly Step[]): boolean {
  const first = steps.find((step) => step.issued !== undefined)
  if (first?.issuedBefore === undefined) return false
  const issued = steps.reduce((sum, step) => sum + (step.issued ?? 0), 0)
  return first.issuedBefore < (issued / steps.length) * THRESHOLDS.young
}

function stays({ steps, came, stayed, left, growing }: Total, least: Least): boolean {
  const watched = stayed + left
  return (
    came >= (watched >= THRESHOLDS.watchedLong ? least.growthOfWatched : least.growth) &&
    growing >= (watched >= least.watchedForOne ? 1 : Math.max(2, steps * THRESHOLDS.growingSteps)) &&
    watched >= least.watched &&
    left <= watched * (1 - THRESHOLDS.stays) &&
    left <= came * THRESHOLDS.leave
  )
}
