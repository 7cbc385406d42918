/** Who waits to send under back-pressure: those are at work that take what it sends, as far as kinship tells. */
import { kinOf } from '../leaks/kin.ts'
import { isDependency, isStandard } from '../stacks/title.ts'
import { type Scene, type Seen, seenAt, slotOf } from './finding.ts'
import { goesOn } from './standstill.ts'

/**
 * Is one of those at work that have started the senders, or that they or their own starters have started? What a server of a library has
 * started is of all kinds: it is not asked.
 */
export function isRelieved(scene: Scene, sender: Seen): boolean {
  const { signature, parents } = sender.tally
  const kin = kinOf(scene.dump.signatures)
  const slot = slotOf(scene, sender)
  const isAtWork = (other: number): boolean => {
    const each = seenAt(scene, other)
    return other !== slot && each !== undefined && !each.idle && goesOn(each)
  }
  const { createdBy } = signature
  if (createdBy !== undefined && !isStandard(createdBy.function) && !isDependency(createdBy))
    if (kin.createdIn(createdBy.function).some(isAtWork)) return true
  return (
    [...(parents?.signatures.keys() ?? [])].some(isAtWork) || kin.startedBy(slot).some((child) => isAtWork(child.slot))
  )
}
