/**
 * Who could end a wait: those whom the waiters have started; for a WaitGroup those, too, that come from where they come from.
 */
import type { Signature, SignatureTally } from '../core/model.ts'
import { namesOf } from '../core/names.ts'
import type { Kin } from './kin.ts'

const NONE: ReadonlySet<string> = new Set()

/** Of a WaitGroup the last `Done` wakes the waiter at once, so that there is no moment between the two. */
export function nobodyIsLeft(tally: SignatureTally, kin: Kin): boolean {
  if (tally.parents === undefined || !waitsForGroup(tally)) return false
  const slot = kin.slotOf(tally)
  const isOther = (each: number): boolean => each !== slot
  return (
    !kin.helpersOf(slot).some((child) => isOther(child.slot)) &&
    ![...groupsOf(tally)].some((name) => kin.createdIn(name).some(isOther))
  )
}

/** Functions from which those may come that a WaitGroup counts: none, where it is not one that is waited for. */
export function groupsOf(tally: SignatureTally): ReadonlySet<string> {
  return waitsForGroup(tally) ? aroundWait(tally.signature) : NONE
}

/** The functions that the waiter is in, and the one that has started it. */
export function aroundWait({ stack, createdBy }: Signature): ReadonlySet<string> {
  const names = new Set(namesOf(stack).map((name) => name.text))
  if (createdBy !== undefined) names.add(createdBy.function)
  return names
}

function waitsForGroup(tally: SignatureTally): boolean {
  return tally.states.get('sync.WaitGroup.Wait') === tally.count
}
