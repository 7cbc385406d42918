/** Who waits to send under back-pressure: those are at work that take what it sends, as far as kinship tells. */
import { fact } from '../core/facts.ts'
import type { Signature } from '../core/model.ts'
import { kinOf } from '../leaks/kin.ts'
import { isDependency, isStandard } from '../stacks/title.ts'
import type { Scene, Seen } from './finding.ts'
import { goesOn } from './standstill.ts'

/**
 * Is one of those at work that have started the senders, or that they or their own starters have started? What a server of a library has
 * started is of all kinds: it is not asked.
 */
export function isRelieved(scene: Scene, sender: Seen): boolean {
  const { signature, parents } = sender.tally
  const kin = kinOf(scene.dump.signatures)
  const slot = sender.slot
  const isAtWork = (other: number): boolean => {
    const each = scene.bySlot[other]
    return other !== slot && each !== undefined && !each.idle && goesOn(each)
  }
  const creator = ownCreatorOf(signature)
  if (creator !== '' && kin.createdIn(creator).some(isAtWork)) return true
  for (const parent of parents?.signatures.keys() ?? []) if (isAtWork(parent)) return true
  return kin.startedBy(slot).some((child) => isAtWork(child.slot))
}

/** The function of own code that has started it; empty for none. */
const ownCreatorOf = fact(({ createdBy }: Signature) =>
  createdBy === undefined || isStandard(createdBy.function) || isDependency(createdBy) ? '' : createdBy.function,
)
