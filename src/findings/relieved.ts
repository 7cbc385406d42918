/** Who waits to send under back-pressure: those are at work that take what it sends, as far as kinship tells. */
import { fact } from '../core/facts.ts'
import type { Signature } from '../core/model.ts'
import { kinOf } from '../leaks/kin.ts'
import { isDependency, isStandard } from '../stacks/title.ts'
import { ofScene, type Scene, type Seen } from './finding.ts'
import { goesOn } from './goes-on.ts'

/**
 * Is one of those at work that have started the senders, or that they or their own starters have started? What a server of a library has
 * started is of all kinds: it is not asked.
 */
export function isRelieved(scene: Scene, sender: Seen): boolean {
  const { signature, parents } = sender.tally
  const kin = kinOf(scene.dump.signatures)
  const slot = sender.slot
  const isAtWork = (other: number): boolean => other !== slot && worksIn(scene, other)
  const creator = ownCreatorOf(signature)
  if (creator !== '' && atWorkOf(scene, creator).some(isAtWork)) return true
  for (const parent of parents?.signatures.keys() ?? []) if (isAtWork(parent)) return true
  return kin.startedBy(slot).some((child) => isAtWork(child.slot))
}

function worksIn({ bySlot }: Scene, slot: number): boolean {
  const each = bySlot[slot]
  return each !== undefined && !each.idle && goesOn(each)
}

const atWorkIn = ofScene(() => new Map<string, readonly number[]>())

/** Two of those at work whom the function has started: one may be the sender itself. */
function atWorkOf(scene: Scene, creator: string): readonly number[] {
  const byCreator = atWorkIn(scene)
  const known = byCreator.get(creator)
  if (known !== undefined) return known
  const found: number[] = []
  for (const slot of kinOf(scene.dump.signatures).createdIn(creator)) {
    if (worksIn(scene, slot)) found.push(slot)
    if (found.length === 2) break
  }
  byCreator.set(creator, found)
  return found
}

/** The function of own code that has started it; empty for none. */
const ownCreatorOf = fact(({ createdBy }: Signature) =>
  createdBy === undefined || isStandard(createdBy.function) || isDependency(createdBy) ? '' : createdBy.function,
)
