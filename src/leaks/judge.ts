/**
 * One signature in one dump, and what its history says of it.
 *
 *   verdict   | when
 *   ----------|----------------------------------------------------------------------------------------------------------
 *   leaking   | the runtime says `(leaked)`, or has it in a goroutineleak profile, or goleak lists it; or, over three dumps and more: goroutines
 *             | come in two steps at least, and in two of five, and have not ceased to; of those that were there hardly
 *             | any left, against those that were there and against those that came; and it does not level off, unless nothing
 *             | wakes them; and nobody at work is beside them who belongs to them (served.ts). What is in flight at the moment of a dump does not count: leak.ts says how. With two dumps: it is half
 *             | as many again, 10 more, all that was there has stayed, the new ones came all along, and wait for other goroutines
 *   growing   | it grew step by step, but goroutines leave too, or have run since, or there are no ids to tell; or it grew by a fifth
 *   stuck     | the same goroutines wait for a lock, or to send, over 10 minutes of the log's own time, and none has run since; or in another
 *             | state, if they came while the process was watched, or each was started by a goroutine that is gone, or they wait in a call
 *             | and nothing says that they are kept; findings/proven.ts adds what one dump alone shows to wait too long
 *   shrinking | it is a fifth less, or more
 *   new       | the earlier dump had none
 *   steady    | none of these
 */

import type { Assessment, SignatureTally, Verdict } from '../core/model.ts'
import { because, evidence } from './because.ts'
import type { Births, BirthsOf } from './births.ts'
import { caught } from './caught.ts'
import { kinOf } from './kin.ts'
import { isLeak } from './leak.ts'
import type { Tracked } from './served.ts'
import { blockedShare } from './states.ts'
import { isStuck } from './stuck.ts'
import { THRESHOLDS } from './thresholds.ts'
import { lastStep, type Step, type Track } from './track.ts'
import { type Waiting, waitingOf } from './waiting.ts'

/**
 * `tracks`: one for each signature; none for a dump that compares with nothing, and without a step in the first of a history.
 */
export function judgeAll(
  signatures: readonly SignatureTally[],
  tracks: readonly (Track | undefined)[],
  births: BirthsOf,
): Assessment[] {
  const dump: Tracked = { signatures, tracks }
  const verdicts = signatures.map((tally, slot) => verdictOf(tally, tracks[slot], dump, () => births(slot)))
  const isCaught = (slot: number): boolean => verdicts[slot] === 'stuck' || verdicts[slot] === 'leaking'
  for (const slot of caught(signatures, tracks, isCaught)) verdicts[slot] = 'stuck'
  return signatures.map((tally, slot) => assessment(tally, tracks[slot], verdicts[slot]))
}

/** Of each of 100 000 signatures in a first dump. */
const NOTHING_TO_SAY: Assessment = {}

function assessment(tally: SignatureTally, track: Track | undefined, verdict: Verdict | undefined): Assessment {
  if (verdict === undefined) return NOTHING_TO_SAY
  const step = lastStep(track)
  if (track === undefined || step === undefined) return { verdict, ...reasons(verdict, tally, undefined) }
  return {
    delta: step.count - (track.previous ?? step.before),
    ...(step.survivors === undefined ? {} : { survivors: step.survivors }),
    ...(step.fresh === undefined ? {} : { new: step.fresh }),
    verdict,
    ...reasons(verdict, tally, track),
  }
}

/** What was judged before a finding has told that it is stuck. */
export function nowStuck(assessment: Assessment, tally: SignatureTally, track: Track | undefined): Assessment {
  return { ...assessment, verdict: 'stuck', ...reasons('stuck', tally, track) }
}

function reasons(
  verdict: Verdict,
  tally: SignatureTally,
  track: Track | undefined,
): Pick<Assessment, 'because' | 'evidence'> {
  const proof = evidence(verdict, tally, track)
  const sentence = because(verdict, tally, proof)
  return proof === undefined || sentence === undefined ? {} : { because: sentence, evidence: proof }
}

/** A signature of the earlier dump that this one has not. */
export function judgeGone(before: number, withIds: boolean): Assessment {
  return { delta: -before, verdict: 'gone', ...(withIds ? { survivors: 0, new: 0 } : {}) }
}

function verdictOf(
  tally: SignatureTally,
  track: Track | undefined,
  dump: Tracked,
  births: () => Births | undefined,
): Verdict | undefined {
  if (tally.leaked > 0) return 'leaking'
  const step = lastStep(track)
  if (track === undefined || step === undefined) return undefined
  if (step.before === 0) return 'new'
  const run = lastRun(track.steps).slice(-THRESHOLDS.steps)
  if (run.some(({ fresh = 0 }) => fresh > 0)) {
    const waiting = waitingOf(tally, dump)
    if (run.length === 1 ? isLeakOfTwo(tally, track, step, waiting) : isLeak(run, waiting, perStarter(tally), births))
      return 'leaking'
  }
  // How many there are when it comes says nothing of how it grows.
  const steps = run[0]?.before === 0 ? run.slice(1) : run
  if (isGrowth(steps)) return 'growing'
  if (isStuck(tally, track, kinOf(dump.signatures))) return 'stuck'
  if (step.count >= step.before * (1 + THRESHOLDS.shrink) && step.count > step.before) return 'growing'
  if (step.count <= step.before * (1 - THRESHOLDS.shrink)) return 'shrinking'
  return 'steady'
}

/** Goroutines that each of those has started who are gone: as many as a request leaves behind. One that has started all of them goes on. */
function perStarter({ parents, count }: SignatureTally): number {
  return parents === undefined || parents.alive > 0 || parents.distinct === 1 ? 1 : count / parents.distinct
}

/** The steps since the signature last came from nothing, with the one in which it came. */
function lastRun(steps: readonly Step[]): readonly Step[] {
  for (let i = steps.length - 1; i >= 0; i--) if (steps[i]?.before === 0) return steps.slice(i)
  return steps
}

/** From one step alone, what they wait for cannot be told from a leak. */
const NOT_OF_TWO: ReadonlySet<Waiting> = new Set(['weak', 'peer', 'child', 'sleep'])

function isLeakOfTwo(tally: SignatureTally, track: Track, step: Step, waiting: Waiting): boolean {
  if (step.survivors === undefined || (step.worked ?? 0) + step.awake > 0 || NOT_OF_TWO.has(waiting)) return false
  const isKept = (waiting === 'kept' || waiting === 'answer') && !grewInBetween(track, step)
  return (
    step.survivors >= step.before * THRESHOLDS.stays &&
    step.count - step.before >= (isKept ? THRESHOLDS.growthOfTwoKept : THRESHOLDS.growthOfTwo) &&
    step.count >= step.before * (isKept ? THRESHOLDS.factorOfTwoKept : THRESHOLDS.factorOfTwo) &&
    blockedShare(tally) >= THRESHOLDS.blockedOfTwo &&
    drips(step)
  )
}

/** A profile between the two dumps has more than the one and fewer than the other. */
function grewInBetween({ previous = 0 }: Track, { before, count }: Step): boolean {
  return previous > before && count > previous
}

/** The fresh ones did not all come at once. */
function drips({ fresh, early }: Step): boolean {
  return fresh === undefined || early === undefined || Math.min(early, fresh - early) >= fresh * THRESHOLDS.eachHalf
}

function isGrowth(steps: readonly Step[]): boolean {
  const first = steps[0]?.before ?? 0
  const last = steps[steps.length - 1]
  if (last === undefined) return false
  if (steps.length === 1)
    return last.count - first >= Math.max(THRESHOLDS.growthOfTwo, first * THRESHOLDS.growthShareOfTwo)
  return (
    last.count - first >= Math.max(THRESHOLDS.growth, first * THRESHOLDS.shrink) &&
    steps.slice(-3).every((step) => step.count > step.before)
  )
}
