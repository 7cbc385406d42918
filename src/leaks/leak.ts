/**
 * Is it a leak, over three dumps and more: goroutines come, stay, and do not come ever more slowly.
 *
 * In each dump some goroutines are in flight, and gone a moment later; whoever counts them sees every handler leave. There are two
 * ways to leave them out, beside the plain one, and it is enough that one says leak:
 *
 *   view      | goroutines that count             | good for
 *   ----------|-----------------------------------|------------------------------------------------------------------------
 *   whole     | all                               | a leak alone at its place
 *   settled   | all but those with the newest ids | a leak beside handlers, in a process that hands out many ids between dumps
 *   veterans  | those seen in two dumps or more   | the same, where it hands out few: each P keeps 16 of them, so that their order is loose
 *   of three  | veterans, and those that came in  | the same over three dumps alone, where there are veterans in the last step only
 *             | the older half of the last step   |
 *
 * Connections that live long stay, too, while others leave: what a view leaves out must leave far more often than what it has.
 *
 * What may be kept, and gathered long before the first dump, comes ever more slowly, as the ids of all that are there tell.
 *
 * A process that is young fills its pools, and its connections gather: there more is asked for. What waits where nothing wakes it is
 * lost, however few they are, and whether or not more come.
 */

import type { Births } from './births.ts'
import { THRESHOLDS } from './thresholds.ts'
import type { Step } from './track.ts'
import type { Waiting } from './waiting.ts'

/** What one view counts in a step. */
interface Seen {
  readonly came: number
  readonly stayed: number
  readonly left: number
}

/** What one view counts over all steps. */
interface Total extends Seen {
  readonly steps: number
  /** Steps in which some came. */
  readonly growing: number
}

/** What ids tell of a step, all known. */
type Known = {
  readonly [K in keyof Step]: Exclude<Step[K], undefined> | (K extends 'seconds' | 'slept' ? undefined : never)
}

/** `perStarter`: goroutines that come together, as those of one request do: that many are one chance. */
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
  // Users who stay cannot be told from peers that are gone, nor what runs on from what is to run on.
  if (waiting === 'peer' || waiting === 'child' || waiting === 'sleep') return false
  if (waiting === 'weak') return isEven(known, together)
  if (isKept(waiting) && canTell(known) && !haveSlept(known)) return false
  const young = isYoung(known)
  if (!lost && waiting !== 'unreceived' && levelsOff(known, chanceOf(waiting, young), together)) return false
  const born = isKept(waiting) && isShort(known) ? births() : undefined
  if (born !== undefined) {
    const isNew = young && known.length < THRESHOLDS.stepsOfKept
    if (gatheredEarly(born, isNew ? THRESHOLDS.chanceOfYoung : THRESHOLDS.chance, together)) return false
  }
  const least = leastOf(waiting, young, known, perStarter)
  const all = total(known, whole)
  if (stays(all, least)) return true
  const inPart = [
    total(known, settled),
    known.length > 2
      ? total(known.slice(1), (step, i) => veterans(step, known[i]))
      : total(known, (step, i) => ofThree(step, known[i - 1], known[i + 1])),
  ]
  return inPart.some((view) => stays(view, least) && areOthers(view, all))
}

/** Long polls come one by one, and stay for minutes; no worker waits for an answer for longer. */
function asLongPoll(steps: readonly Known[]): Waiting {
  return steps.length < THRESHOLDS.stepsOfAnswer ? 'kept' : 'orphaned'
}

/** May it wait for what comes? */
function isKept(waiting: Waiting): boolean {
  return waiting === 'orphaned' || waiting === 'kept'
}

/** Steps with growth from which on it is no chance that so many came in each of them, or twice as many, and so on. */
const STEPS_ALIKE = 4

/** One call leaves so many behind: as many came in each step, or a multiple of them. */
function inEachStep(steps: readonly Known[]): number {
  const grew = steps.filter((step) => step.fresh > 0)
  return grew.length < STEPS_ALIKE ? 1 : grew.reduce((divisor, { fresh }) => commonDivisor(divisor, fresh), 0)
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b)
}

/** Standard deviations by which arrivals must be early to level off. */
function chanceOf(waiting: Waiting, young: boolean): number {
  if (!young) return THRESHOLDS.chance
  return waiting === 'orphaned' ? THRESHOLDS.chanceOfOrphaned : THRESHOLDS.chanceOfYoung
}

/** What must be seen of them. */
interface Least {
  readonly growth: number
  /** What is enough where they were watched for longer. */
  readonly growthOfWatched: number
  readonly watched: number
  /** Goroutines watched from which on one step with growth is enough. */
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
 * Should headers say who has not run? Where none has minutes although collections must have been there, the text has lost them, or the
 * process has too small a heap for any.
 */
function canTell(steps: readonly Known[]): boolean {
  const hasMinutes = steps[steps.length - 1]?.slept !== undefined
  const seconds = secondsOf(steps)
  return seconds >= THRESHOLDS.tellingSeconds && (hasMinutes || seconds < THRESHOLDS.toldSeconds)
}

/** So short that the pace of ids is that of the load: over hours it changes, and minutes tell more. */
function isShort(steps: readonly Known[]): boolean {
  return steps.every(({ seconds }) => seconds !== undefined) && secondsOf(steps) < THRESHOLDS.tellingSeconds
}

function secondsOf(steps: readonly Known[]): number {
  return steps.reduce((sum, step) => sum + (step.seconds ?? 0), 0)
}

/** Most of those that stayed have minutes that prove that they have not run. Without minutes nobody knows. */
function haveSlept(steps: readonly Known[]): boolean {
  const last = steps[steps.length - 1]
  return last !== undefined && (last.slept ?? last.asleep) * 2 > last.survivors
}

/** Some of those that stayed have run since: the code goes on. */
function works(steps: readonly Known[]): boolean {
  let worked = 0
  let stayed = 0
  for (const step of steps) {
    worked += step.worked + step.awake
    stayed += step.survivors
  }
  return worked > 0 && worked >= stayed * THRESHOLDS.works
}

/** The last steps brought none, though the others let expect some. */
function hasEnded(steps: readonly Known[], together: number): boolean {
  const growing = steps.findLastIndex((step) => step.fresh > 0) + 1
  const came = steps.reduce((sum, step) => sum + step.fresh, 0)
  return (came / together / growing) * (steps.length - growing) >= THRESHOLDS.missed
}

/** It grows in every step at one pace, and none leaves: enough for what may also be a pool that fills. */
function isEven(steps: readonly Known[], together: number): boolean {
  if (steps.length < THRESHOLDS.weakSteps || levelsOff(steps, THRESHOLDS.weakChance, together)) return false
  const all = total(steps, whole)
  return all.left === 0 && all.came >= THRESHOLDS.weakGrowth && steps.every((step) => step.fresh > 0)
}

export function isYoung(steps: readonly Step[]): boolean {
  const first = steps.find((step) => step.issued !== undefined)
  if (first?.issuedBefore === undefined) return false
  const issued = steps.reduce((sum, step) => sum + (step.issued ?? 0), 0)
  return first.issuedBefore < (issued / steps.length) * THRESHOLDS.young
}

/** The newest steps of which ids tell everything. */
function sinceUnknown(steps: readonly Step[]): readonly Known[] {
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

/** The third dump tells which of those that came in the first step have stayed. Of the second step, the newer half may be in flight. */
function ofThree(step: Known, before: Known | undefined, after: Known | undefined): Seen {
  if (after !== undefined) return { came: after.survivors - after.veterans, stayed: 0, left: 0 }
  return { ...veterans(step, before), came: step.early }
}

/** Had those of the view left as often as all together, so many of them would be gone that it is no chance that they stay. */
function areOthers(view: Total, all: Total): boolean {
  const share = all.left / (all.stayed + all.left)
  return (view.stayed + view.left) * share >= THRESHOLDS.othersLeave
}

/** A goroutine that could not be read whole may be one that seems to have left. */
function gone(were: number, are: number, { damaged }: Step): number {
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
    // One batch may settle by halves: it is one growth.
    if (step.fresh > 0) sum.growing++
  })
  return sum
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

/**
 * Most of them are from long ago, by the ids of all that are there: what gathers once, for each tenant or key, began to long before the
 * first dump, and comes ever more slowly.
 */
function gatheredEarly({ older, newer, mean }: Births, chance: number, together: number): boolean {
  const early = (1 / 2 - mean) * Math.sqrt((12 * (older + newer)) / together)
  return early > chance && newer < older * THRESHOLDS.keepsPace
}

/** Arrivals fall behind by whatever clock: the process's own (ids handed out), that of the log, the number of dumps. */
function levelsOff(steps: readonly Known[], chance: number, together: number): boolean {
  const clocks = [(step: Known) => step.issued, (step: Known) => step.seconds ?? 0, () => 1]
  return clocks.every((clock) => slows(steps, chance * Math.sqrt(together), clock))
}

/**
 * The newer half of the steps has fewer arrivals for its length than the older, and they came too early for chance: the mean of the
 * times at which they came, each known to half a step, is held to what it is when they come evenly.
 */
function slows(steps: readonly Known[], chance: number, clock: (step: Known) => number): boolean {
  const half = Math.floor(steps.length / 2)
  const total = steps.reduce((sum, step) => sum + clock(step), 0)
  if (total === 0) return true
  const older = { came: 0, length: 0 }
  const newer = { came: 0, length: 0 }
  let start = 0
  let sum = 0
  let mean = 0
  let square = 0
  steps.forEach((step, i) => {
    const length = clock(step) / total
    const [early, late] = [start + length / 4, start + (length * 3) / 4]
    sum += step.early * early + (step.fresh - step.early) * late
    mean += (length * (early + late)) / 2
    square += (length * (early ** 2 + late ** 2)) / 2
    const part = i < half ? older : newer
    part.came += step.fresh
    part.length += length
    start += length
  })
  const came = older.came + newer.came
  const deviation = Math.sqrt((square - mean ** 2) * came)
  return (
    mean * came - sum > deviation * chance &&
    newer.came * older.length < older.came * newer.length * THRESHOLDS.keepsPace
  )
}
