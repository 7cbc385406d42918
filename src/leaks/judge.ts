/**
 * One signature in one dump, and what its history says of it.
 *
 *   verdict   | when
 *   ----------|----------------------------------------------------------------------------------------------------------
 *   leaking   | the runtime says `(leaked)`, or has it in a goroutineleak profile; or, over three dumps and more: goroutines
 *             | come in two steps at least, and in two of five, and have not ceased to; of those that were there hardly
 *             | any left, against those that were there and against those that came; and it does not level off, unless nothing
 *             | wakes them. What is in flight at the moment of a dump does not count: leak.ts says how. With two dumps: it is half
 *             | as many again, 10 more, all that was there has stayed, the new ones came all along, and wait for other goroutines
 *   growing   | it grew step by step, but goroutines leave too, or have run since, or there are no ids to tell; or it grew by a fifth
 *   stuck     | the same goroutines wait for a lock, or to send, over 10 minutes of the log's own time, and none has run since; or in another
 *             | state, if they came while the process was watched, or each was started by a goroutine that is gone
 *   shrinking | it is a fifth less, or more
 *   new       | the earlier dump had none
 *   steady    | none of these
 */

import type { Assessment, SignatureTally, Verdict } from '../core/model.ts'
import { nobodyIsLeft } from './awaited.ts'
import { because, evidence } from './because.ts'
import { isLeak, type Waiting } from './leak.ts'
import { THRESHOLDS } from './thresholds.ts'
import type { Step, Track } from './track.ts'

/** `signatures`: all of the dump. `track` is undefined for a dump that compares with nothing, and has no step in the first of a history. */
export function judge(
  tally: SignatureTally,
  track: Track | undefined,
  signatures: readonly SignatureTally[] = [],
): Assessment {
  const step = track?.steps[track.steps.length - 1]
  if (track === undefined || step === undefined) {
    if (tally.leaked === 0) return {}
    return { verdict: 'leaking', ...reasons('leaking', tally, undefined) }
  }
  const verdict = verdictOf(tally, track, step, signatures)
  return {
    delta: step.count - (track.previous ?? step.before),
    ...(step.survivors === undefined ? {} : { survivors: step.survivors }),
    ...(step.fresh === undefined ? {} : { new: step.fresh }),
    verdict,
    ...reasons(verdict, tally, track),
  }
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

function verdictOf(tally: SignatureTally, track: Track, step: Step, signatures: readonly SignatureTally[]): Verdict {
  if (tally.leaked > 0) return 'leaking'
  if (step.before === 0) return 'new'
  const run = lastRun(track.steps).slice(-THRESHOLDS.steps)
  if (run.length === 1 ? isLeakOfTwo(tally, step) : isLeak(run, waitingOf(tally, signatures))) return 'leaking'
  // How many there are when it comes says nothing of how it grows.
  const steps = run[0]?.before === 0 ? run.slice(1) : run
  if (isGrowth(steps)) return 'growing'
  if (isStuck(tally, track, signatures)) return 'stuck'
  if (step.count >= step.before * (1 + THRESHOLDS.shrink) && step.count > step.before) return 'growing'
  if (step.count <= step.before * (1 - THRESHOLDS.shrink)) return 'shrinking'
  return 'steady'
}

/** The steps since the signature last came from nothing, with the one in which it came. */
function lastRun(steps: readonly Step[]): readonly Step[] {
  for (let i = steps.length - 1; i >= 0; i--) if (steps[i]?.before === 0) return steps.slice(i)
  return steps
}

function isLeakOfTwo(tally: SignatureTally, step: Step): boolean {
  if (step.survivors === undefined || (step.worked ?? 0) + step.awake > 0 || tally.signature.idle !== 'no') return false
  return (
    step.survivors >= step.before * THRESHOLDS.stays &&
    step.count - step.before >= THRESHOLDS.growthOfTwo &&
    step.count >= step.before * THRESHOLDS.factorOfTwo &&
    blockedShare(tally) >= THRESHOLDS.blockedOfTwo &&
    drips(step)
  )
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

/** States in which a goroutine waits until another one does something. */
const BLOCKED = /^(?:chan (?:receive|send)|select|semacquire|sync\.|panicwait)/
/** States in which it holds up work, for a lock, or to hand something over, and those that nothing ends. Idle workers wait otherwise. */
const HELD_UP = /^(?:sync\.(?:Mutex|RWMutex)\.|chan send|chan receive \(nil chan\)|select \(no cases\))/

/** States that nothing ends, and those of a lock, which are short where all is well: whoever is in one from dump to dump is lost. */
const LOST = /^(?:select \(no cases\)|chan (?:send|receive) \(nil chan\)|sync\.(?:Mutex|RWMutex)\.)/

function blockedShare(tally: SignatureTally): number {
  return inState(tally, (state) => BLOCKED.test(state)) / tally.count
}

function isLost(tally: SignatureTally): boolean {
  return inState(tally, (state) => LOST.test(state) || isLock(state, tally)) === tally.count
}

/** States that end by themselves. */
const ENDS = /^sleep$/
const PEER = /^IO wait$/
/** Waits for what may come. */
const MAY_BE_KEPT = /^(?:chan receive|select)$/

/** Share of the goroutines that were each started by one that lives on and waits for its peer. */
const OF_CONNECTIONS = 0.9

/** Does each belong to a connection: was it started by another one that waits for its peer? */
function isOfConnections({ parents, count }: SignatureTally, signatures: readonly SignatureTally[]): boolean {
  if (parents === undefined || parents.distinct < count * OF_CONNECTIONS) return false
  let waiting = 0
  for (const [index, living] of parents.signatures) {
    const of = signatures[index]
    if (of !== undefined && isPeer(of)) waiting += living
  }
  return waiting >= count * OF_CONNECTIONS
}

function isPeer(tally: SignatureTally): boolean {
  return inState(tally, (state) => PEER.test(state)) * 2 > tally.count
}

function waitingOf(tally: SignatureTally, signatures: readonly SignatureTally[]): Waiting {
  if (isLost(tally)) return 'lost'
  if (tally.signature.idle !== 'no' || inState(tally, (state) => ENDS.test(state)) * 2 > tally.count) return 'weak'
  if (isPeer(tally) || isOfConnections(tally, signatures)) return 'peer'
  if (tally.parents === undefined) return 'blocked'
  const { distinct, alive } = tally.parents
  if (distinct > 1 && alive === 0) return tally.states.get('chan send') === tally.count ? 'unreceived' : 'orphaned'
  return distinct === 1 && inState(tally, (state) => MAY_BE_KEPT.test(state)) > 0 ? 'kept' : 'blocked'
}

function inState(tally: SignatureTally, holds: (state: string) => boolean): number {
  let sum = 0
  for (const [state, count] of tally.states) if (holds(state)) sum += count
  return sum
}

function isStuck(tally: SignatureTally, track: Track, signatures: readonly SignatureTally[]): boolean {
  if (tally.signature.idle !== 'no') return false
  let seconds = 0
  for (let i = track.steps.length - 1; i >= 0; i--) {
    const step = track.steps[i]
    if (step?.seconds === undefined || step.count !== step.before || step.survivors !== step.count) break
    // A stage under back-pressure goes on all the time.
    if (step.awake > 0 || (step.worked ?? 0) > 0) return false
    seconds += step.seconds
  }
  if (seconds < THRESHOLDS.stuckSeconds) return false
  return (
    inState(tally, (state) => HELD_UP.test(state) || isLock(state, tally)) === tally.count ||
    isLeftBehind(tally, track, seconds, signatures)
  )
}

/**
 * In the other states idle workers wait for hours, too. These are none: all have slept all the time, and each was started by another one
 * that is gone, or they came while the process was watched, and not from one that lives on and may need them again; or nobody is left
 * who could end their wait. One alone may have nothing to do for longer.
 */
function isLeftBehind(
  tally: SignatureTally,
  track: Track,
  seconds: number,
  signatures: readonly SignatureTally[],
): boolean {
  const last = track.steps[track.steps.length - 1]
  if (last?.asleep !== tally.count || blockedShare(tally) < 1) return false
  if (nobodyIsLeft(tally, signatures)) return true
  if (tally.count === 1 && seconds < THRESHOLDS.stuckSecondsOfOne) return false
  const { parents } = tally
  const isOfRequests = parents !== undefined && parents.distinct > 1 && parents.alive === 0 && !last.isReordered
  return isOfRequests || (track.steps[0]?.before === 0 && !last.isReordered && !isKeptByOne(tally))
}

/** A worker that one goroutine has started when it was needed waits for the next time that it is. */
function isKeptByOne(tally: SignatureTally): boolean {
  const { parents } = tally
  if (parents === undefined || parents.distinct > 1 || parents.alive === 0) return false
  return inState(tally, (state) => MAY_BE_KEPT.test(state) || state === 'sync.Cond.Wait') > 0
}

/** Until 1.19 a mutex is `semacquire`, as a WaitGroup is; the frame tells. */
function isLock(state: string, tally: SignatureTally): boolean {
  if (state !== 'semacquire') return false
  return tally.signature.stack.frames.some((frame) =>
    /^(?:internal\/)?sync\.runtime_Semacquire(?:RW)?Mutex/.test(frame.function),
  )
}
