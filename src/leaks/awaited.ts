/** Who could end a wait: the goroutines that the waiters have started, and, for a WaitGroup, also those that were started in the same functions. */
import type { Signature, SignatureTally } from '../core/model.ts'
import { namesOf } from '../core/names.ts'
import type { Kin } from './kin.ts'

const NONE: ReadonlySet<string> = new Set()

/** Can no other goroutine end the wait for a WaitGroup? The last `Done` wakes the waiter at once, so no dump falls between the two. */
export function nobodyIsLeft(tally: SignatureTally, kin: Kin): boolean {
  if (tally.parents === undefined || !waitsForGroup(tally)) return false
  const slot = kin.slotOf(tally)
  const isOther = (each: number): boolean => each !== slot
  return (
    !kin.helpersOf(slot).some((child) => isOther(child.slot)) &&
    ![...groupsOf(tally)].some((name) => kin.createdIn(name).some(isOther))
  )
}

/** Functions that may have started the goroutines that a WaitGroup counts; empty if the signature does not wait for a WaitGroup. */
export function groupsOf(tally: SignatureTally): ReadonlySet<string> {
  return waitsForGroup(tally) ? aroundWait(tally.signature) : NONE
}

/** The functions on the waiter's stack, and the function that has started it. */
export function aroundWait({ stack, createdBy }: Signature): ReadonlySet<string> {
  const names = new Set(namesOf(stack).map((name) => name.text))
  if (createdBy !== undefined) names.add(createdBy.function)
  return names
}

function waitsForGroup(tally: SignatureTally): boolean {
  return tally.states.get('sync.WaitGroup.Wait') === tally.count
}
