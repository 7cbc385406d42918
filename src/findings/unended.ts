/** A WaitGroup, or a condition, that is waited for although nobody is left who could end the wait. */
import { isDependency, isStandard } from '../stacks/title.ts'
import { isJudged, type Scene, type Seen } from './finding.ts'
import { anyGoesOn } from './standstill.ts'

/** One alone may wait for what others have started: a shutdown does. */
const WAITERS = 2

/**
 * Signatures whose goroutines have started none that lives, and whose sisters are gone, too. The last `Done` wakes the waiter at once, so
 * that there is no moment between the two.
 */
export function miscounts({ dump, seen }: Scene): Seen[] {
  return seen.filter((each) => {
    const { tally } = each
    if (tally.count < WAITERS || each.idle || (tally.states.get('sync.WaitGroup.Wait') ?? 0) < tally.count) return false
    const slot = dump.signatures.indexOf(tally)
    // Before Go 1.21 nobody knows who has started whom.
    if (tally.parents === undefined || dump.signatures.some(({ parents }) => parents?.signatures.has(slot) === true))
      return false
    return !seen.some((other) => other !== each && !other.idle && mayBeCounted(other, each))
  })
}

/** Was `other` started by what the waiter is in, or by who started the waiter? */
function mayBeCounted(other: Seen, waiter: Seen): boolean {
  const creator = other.tally.signature.createdBy?.function
  if (creator === undefined || isStandard(creator)) return false
  const { stack, createdBy } = waiter.tally.signature
  return createdBy?.function === creator || stack.frames.some((frame) => frame.function === creator)
}

/** Workers of a pool that waits by design are few, or were started by somebody who lives on. */
const UNSIGNALLED = 5

/**
 * Signatures of own code that wait for a condition, whose starters have exited, while no other goroutine of that code goes on. Workers
 * without work look the same but for who has started them.
 */
export function unsignalled(scene: Scene): Seen[] {
  return scene.seen.filter((each) => {
    const { count, states, parents, signature } = each.tally
    if (isJudged(each)) return false
    if (count < UNSIGNALLED || each.idle || (states.get('sync.Cond.Wait') ?? 0) < count) return false
    if (parents === undefined || parents.alive > 0 || isDependency(signature.title)) return false
    return !isStandard(signature.title.function) && !anyGoesOn(scene, each, each)
  })
}
