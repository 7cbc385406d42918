/**
 * Judges one signature in one dump by its history.
 *
 *   verdict   | when
 *   ----------|--------------------------------------------------------------------------------------------------------------------------
 *   leaking   | The runtime says `(leaked)`, or lists it in a goroutineleak profile, or goleak lists it. Or, over three dumps or more:
 *             | goroutines come in at least two steps, and in at least two of five; they have not ceased to come; hardly any have left,
 *             | compared with those that were there and with those that came; arrivals do not level off, unless nothing can wake the
 *             | goroutines; and no related goroutine is at work (served.ts). Goroutines in flight do not count (leak.ts). Or, with two
 *             | dumps: half as many again, at least 10 more, all that were there have stayed, the new ones came throughout, and they wait
 *             | for other goroutines.
 *   growing   | It grew step by step, but goroutines leave too, or have run since, or there are no ids to show that; or it grew by a fifth.
 *   stuck     | The same goroutines wait for a lock, or to send, over 10 minutes of log time, and none has run since. Or they wait in another
 *             | state, if they came while the process was watched, or each was started by a goroutine that is gone, or they wait in a
 *             | call and nothing suggests that they are kept. findings/proven.ts adds those that wait too long by a single dump.
 *   shrinking | It fell by a fifth or more.
 *   new       | The previous dump had none.
 *   steady    | None of these.
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

/** `tracks`: one per signature; empty for a dump that cannot be compared. In the first dump of a history they have no steps. */
export function judgeAll(
  signatures: readonly SignatureTally[],
  tracks: readonly (Track | undefined)[],
  births: BirthsOf,
): Assessment[] {
  // In some logs most dumps have a single goroutine, and are not compared with any other.
  if (tracks.length === 0 && !signatures.some(({ leaked }) => leaked > 0)) return signatures.map(() => NOTHING_TO_SAY)
  const dump: Tracked = { signatures, tracks }
  const verdicts = signatures.map((tally, slot) => verdictOf(tally, tracks[slot], dump, () => births(slot)))
  const isCaught = (slot: number): boolean => verdicts[slot] === 'stuck' || verdicts[slot] === 'leaking'
  for (const slot of caught(signatures, tracks, isCaught)) verdicts[slot] = 'stuck'
  return signatures.map((tally, slot) => assessment(tally, tracks[slot], verdicts[slot]))
}

/** Shared: a first dump may have 100 000 signatures. */
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

/** Changes the verdict to stuck, after a finding has shown that. */
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

/** A signature of the previous dump that this one does not have. */
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
  // The count with which a signature appears says nothing about its growth.
  const steps = run[0]?.before === 0 ? run.slice(1) : run
  if (isGrowth(steps)) return 'growing'
  if (isStuck(tally, track, kinOf(dump.signatures))) return 'stuck'
  if (step.count >= step.before * (1 + THRESHOLDS.shrink) && step.count > step.before) return 'growing'
  if (step.count <= step.before * (1 - THRESHOLDS.shrink)) return 'shrinking'
  return 'steady'
}

/**
 * Goroutines per starter, if the starters have exited: how many one request leaves behind. 1 if a single goroutine has started all, since it goes on.
 */
function perStarter({ parents, count }: SignatureTally): number {
  return parents === undefined || parents.alive > 0 || parents.distinct === 1 ? 1 : count / parents.distinct
}

/** The steps since the signature last appeared from a count of 0, including the step in which it appeared. */
function lastRun(steps: readonly Step[]): readonly Step[] {
  for (let i = steps.length - 1; i >= 0; i--) if (steps[i]?.before === 0) return steps.slice(i)
  return steps
}

/** One step is too little to distinguish these waits from a leak. */
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

/** A profile between the two dumps has more than the first and fewer than the second. */
function grewInBetween({ previous = 0 }: Track, { before, count }: Step): boolean {
  return previous > before && count > previous
}

/** The fresh goroutines did not all come at once. */
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
