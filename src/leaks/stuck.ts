/**
 * Is a signature stuck: the same goroutines over ten minutes, and none has run? Whether that is wrong depends on the state, on who has started
 * them, and on what they wait for.
 */
import { fact } from '../core/facts.ts'
import type { Signature, SignatureTally } from '../core/model.ts'
import { namesOf } from '../core/names.ts'
import { isDependency, isStandard } from '../stacks/title.ts'
import { awaitsAnswer, hasAsked } from './asked.ts'
import { nobodyIsLeft } from './awaited.ts'
import { isKeptByName } from './keeping.ts'
import type { Kin } from './kin.ts'
import { blockedShare, inState, isLock, mayBeKept, statesLike } from './states.ts'
import { THRESHOLDS } from './thresholds.ts'
import { lastStep, type Track } from './track.ts'

/** States that hold up work (for a lock, or to hand something over), and those that nothing ends. Idle workers wait in other states. */
const isHeldUp = statesLike(/^(?:sync\.(?:Mutex|RWMutex)\.|chan send|chan receive \(nil chan\)|select \(no cases\))/)
/** Holds up work in a select: writes into a pipe (io/pipe.go, net/pipe.go). */
const WRITES = /^(?:io|net)\.\(\*pipe\)\.write$/

export function isStuck(tally: SignatureTally, track: Track, kin: Kin): boolean {
  if (tally.signature.idle !== 'no' || keepsGoing(tally)) return false
  const seconds = stillSeconds(track)
  if (seconds < THRESHOLDS.stuckSeconds) return false
  const heldUp = inState(tally, (state) => isHeldUp(state) || isLock(state, tally))
  if (heldUp === tally.count) return true
  if (!sleepsOn(tally, track)) return false
  return heldUp * 2 >= tally.count || holdsUp(tally) || isLeftBehind(tally, track, seconds, kin)
}

/** A single `select {}`, by a goroutine whose starter is alive, keeps something going on purpose. */
function keepsGoing({ count, states, parents }: SignatureTally): boolean {
  return count === 1 && states.has('select (no cases)') && parents?.alive !== 0
}

/** For how many seconds the goroutines have been the same, and none has run. */
export function stillSeconds(track: Track): number {
  let seconds = 0
  for (let i = track.steps.length - 1; i >= 0; i--) {
    const step = track.steps[i]
    if (step?.seconds === undefined || step.count !== step.before || step.survivors !== step.count) break
    // A stage under back-pressure keeps running.
    if (step.awake > 0 || (step.worked ?? 0) > 0) return 0
    seconds += step.seconds
  }
  return seconds
}

function sleepsOn(tally: SignatureTally, track: Track): boolean {
  return lastStep(track)?.asleep === tally.count && blockedShare(tally) === 1
}

function holdsUp({ signature }: SignatureTally): boolean {
  return WRITES.test(namesOf(signature.stack)[0]?.text ?? '') || hasAsked(signature) || awaitsAnswer(signature)
}

/**
 * In other states idle workers wait for hours too. These are not idle workers: each was started by a goroutine that is gone; or they came while
 * the process was watched, and their starter is not a live one that may need them again; or nobody is left who could end their wait. A single
 * one may have nothing to do for longer.
 */
function isLeftBehind(tally: SignatureTally, track: Track, seconds: number, kin: Kin): boolean {
  if (nobodyIsLeft(tally, kin)) return true
  if (tally.count === 1 && seconds < THRESHOLDS.stuckSecondsOfOne) return false
  if (lastStep(track)?.isReordered === true) return false
  const { parents } = tally
  const isOfRequests = parents !== undefined && parents.distinct > 1 && parents.alive === 0
  return isOfRequests || (track.steps[0]?.before === 0 && !isKeptByOne(tally)) || isLeftAlone(tally)
}

/** Its starter has exited, and nothing suggests that it is kept on purpose. */
function isLeftAlone({ parents, signature }: SignatureTally): boolean {
  if (parents === undefined || parents.alive > 0 || isKeptByName(signature) || isDependency(signature.title))
    return false
  return isInCall(signature)
}

/** Does it wait in a function that its entry function has called? */
const isInCall = fact(({ stack }: Signature): boolean => {
  const own = namesOf(stack).filter(({ text }) => !isStandard(text))
  return own.length > 1
})

/** A worker that one goroutine has started on demand waits for the next demand. */
function isKeptByOne(tally: SignatureTally): boolean {
  const { parents } = tally
  if (parents === undefined || parents.distinct > 1 || parents.alive === 0) return false
  return mayBeKept(tally)
}

/** Have the same goroutines been there for as long as stuck ones, and has none run, as far as the headers show? */
export function isUnchanged(track: Track | undefined): boolean {
  return track !== undefined && stillSeconds(track) >= THRESHOLDS.stuckSeconds
}

/** Is it as still as a stuck signature? */
export function isStill(tally: SignatureTally, track: Track | undefined): boolean {
  if (track === undefined || tally.signature.idle !== 'no') return false
  return isUnchanged(track) && sleepsOn(tally, track)
}
