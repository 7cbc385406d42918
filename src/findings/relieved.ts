/** Goroutines that wait to send under back-pressure: as far as kinship shows, those that take what they send are at work. */
import { fact } from '../core/facts.ts'
import type { Signature } from '../core/model.ts'
import { kinOf } from '../leaks/kin.ts'
import { isDependency, isStandard, packageOf } from '../stacks/title.ts'
import { isActive, isOutside, SURE_MINUTES } from './active.ts'
import { ofScene, type Scene, type Seen } from './finding.ts'
import { RESTS, SEND } from './ways.ts'

/**
 * Is any relative active: a starter of the senders, or a goroutine that the senders or their creating function have started? Creators in
 * libraries do not count, since a server starts goroutines of all kinds.
 */
export function isRelieved(scene: Scene, sender: Seen): boolean {
  return isKinAtWork(scene, sender, ownCreatorOf(sender.tally.signature))
}

/** Like `isRelieved`, but neither `main.main`, which usually serves meanwhile, nor other goroutines that it has started are related. */
export function isRelievedApart(scene: Scene, waiter: Seen): boolean {
  const creator = ownCreatorOf(waiter.tally.signature)
  return creator === MAIN ? isAnyChildAtWork(scene, waiter) : isKinAtWork(scene, waiter, creator)
}

/** `creator`: the function that has started them; empty if it is unknown. */
function isKinAtWork(scene: Scene, sender: Seen, creator: string): boolean {
  const { signature, parents } = sender.tally
  const near = creator === MAIN ? packageOf(signature.title.function) : ''
  const since = sinceOf(sender)
  if (creator !== '' && atWorkOf(scene, creator, near, since).some((other) => isAtWork(scene, sender, other)))
    return true
  for (const parent of parents?.signatures.keys() ?? []) if (isAtWork(scene, sender, parent)) return true
  return isAnyChildAtWork(scene, sender)
}

function isAnyChildAtWork(scene: Scene, sender: Seen): boolean {
  return kinOf(scene.dump.signatures)
    .startedBy(sender.slot)
    .some(({ slot }) => isAtWork(scene, sender, slot))
}

function isAtWork(scene: Scene, sender: Seen, other: number): boolean {
  if (other === sender.slot) return false
  return worksIn(scene, other, sinceOf(sender)) || (minutesOf(sender) >= SURE_MINUTES && hasJustRun(scene, other))
}

/**
 * Minutes for which a relative may have waited for the outside world and still be at work: while others wait to send for minutes, one that waits as
 * long has taken nothing.
 */
function sinceOf(sender: Seen): number {
  return (sender.ways & SEND) !== 0 && minutesOf(sender) >= SURE_MINUTES ? SURE_MINUTES : Number.POSITIVE_INFINITY
}

/** Senders of one channel are served in turn: the one that has waited longest counts. */
function minutesOf({ ways, tally }: Seen): number {
  return ((ways & SEND) !== 0 ? tally.waitMax : tally.waitMin) ?? 0
}

/** It starts goroutines of all kinds: only those in one package belong together. */
const MAIN = 'main.main'

function worksIn({ bySlot }: Scene, slot: number, since: number): boolean {
  const each = bySlot[slot]
  if (each === undefined || each.idle || !isActive(each)) return false
  return (each.tally.waitMin ?? 0) < since || !isOutside(each)
}

/** A goroutine that receives, and has begun to wait since the last collections, is alive while others wait for minutes. */
function hasJustRun({ bySlot }: Scene, slot: number): boolean {
  const each = bySlot[slot]
  return each !== undefined && (each.ways & RESTS) !== 0 && each.tally.waitMax === undefined
}

const atWorkIn = ofScene(() => new Map<string, readonly number[]>())

/** Up to two active goroutines that the function has started, in the package `near` if given: one of them may be the sender itself. */
function atWorkOf(scene: Scene, creator: string, near: string, since: number): readonly number[] {
  const byCreator = atWorkIn(scene)
  const key = `${creator} ${near} ${since}`
  const known = byCreator.get(key)
  if (known !== undefined) return known
  const found: number[] = []
  for (const slot of kinOf(scene.dump.signatures).createdIn(creator)) {
    const name = scene.bySlot[slot]?.tally.signature.title.function ?? ''
    if (worksIn(scene, slot, since) && (near === '' || packageOf(name) === near)) found.push(slot)
    if (found.length === 2) break
  }
  byCreator.set(key, found)
  return found
}

/** The creating function, if it is the program's own code; otherwise empty. */
const ownCreatorOf = fact(({ createdBy }: Signature) =>
  createdBy === undefined || isStandard(createdBy.function) || isDependency(createdBy) ? '' : createdBy.function,
)
