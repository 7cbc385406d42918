/** Who waits to send under back-pressure: those are at work that take what it sends, as far as kinship tells. */
import { fact } from '../core/facts.ts'
import type { Signature } from '../core/model.ts'
import { kinOf } from '../leaks/kin.ts'
import { isDependency, isStandard, packageOf } from '../stacks/title.ts'
import { ofScene, type Scene, type Seen } from './finding.ts'
import { goesOn, SURE_MINUTES } from './goes-on.ts'
import { RESTS } from './ways.ts'

/**
 * Is one of those at work that have started the senders, or that they or their own starters have started? What a server of a library has
 * started is of all kinds: it is not asked.
 */
export function isRelieved(scene: Scene, sender: Seen): boolean {
  return isKinAtWork(scene, sender, ownCreatorOf(sender.tally.signature))
}

/** The same, where what `main.main` starts has nothing to do with each other. */
export function isRelievedApart(scene: Scene, waiter: Seen): boolean {
  const creator = ownCreatorOf(waiter.tally.signature)
  return isKinAtWork(scene, waiter, creator === MAIN ? '' : creator)
}

/** `creator`: the function that has started them; empty where it is not asked. */
function isKinAtWork(scene: Scene, sender: Seen, creator: string): boolean {
  const { signature, parents } = sender.tally
  const kin = kinOf(scene.dump.signatures)
  const slot = sender.slot
  const isLate = (sender.tally.waitMin ?? 0) >= SURE_MINUTES
  const isAtWork = (other: number): boolean =>
    other !== slot && (worksIn(scene, other) || (isLate && hasJustRun(scene, other)))
  const near = creator === MAIN ? packageOf(signature.title.function) : ''
  if (creator !== '' && atWorkOf(scene, creator, near).some(isAtWork)) return true
  for (const parent of parents?.signatures.keys() ?? []) if (isAtWork(parent)) return true
  return kin.startedBy(slot).some((child) => isAtWork(child.slot))
}

/** It starts whatever there is in a program: only what it has started in one package belongs together. */
const MAIN = 'main.main'

function worksIn({ bySlot }: Scene, slot: number): boolean {
  const each = bySlot[slot]
  return each !== undefined && !each.idle && goesOn(each)
}

/** Who waits to receive, and has not done so since the last collections, lives on while others wait for minutes. */
function hasJustRun({ bySlot }: Scene, slot: number): boolean {
  const each = bySlot[slot]
  return each !== undefined && (each.ways & RESTS) !== 0 && each.tally.waitMax === undefined
}

const atWorkIn = ofScene(() => new Map<string, readonly number[]>())

/** Two of those at work whom the function has started, in the package `near`, if any: one may be the sender itself. */
function atWorkOf(scene: Scene, creator: string, near: string): readonly number[] {
  const byCreator = atWorkIn(scene)
  const key = `${creator} ${near}`
  const known = byCreator.get(key)
  if (known !== undefined) return known
  const found: number[] = []
  for (const slot of kinOf(scene.dump.signatures).createdIn(creator)) {
    const name = scene.bySlot[slot]?.tally.signature.title.function ?? ''
    if (worksIn(scene, slot) && (near === '' || packageOf(name) === near)) found.push(slot)
    if (found.length === 2) break
  }
  byCreator.set(key, found)
  return found
}

/** The function of own code that has started it; empty for none. */
const ownCreatorOf = fact(({ createdBy }: Signature) =>
  createdBy === undefined || isStandard(createdBy.function) || isDependency(createdBy) ? '' : createdBy.function,
)
