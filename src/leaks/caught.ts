/**
 * A goroutine that waits only for stuck ones is stuck too, and so on. Each catch updates the counts of those that may wait for it, so one pass
 * follows a chain of any length.
 */
import type { SignatureTally } from '../core/model.ts'
import { groupsOf } from './awaited.ts'
import { addTo, isOfLibrary, type Kin, kinOf } from './kin.ts'
import { isStill } from './stuck.ts'
import type { Track } from './track.ts'

const NONE: ReadonlySet<number> = new Set()

/**
 * Slots of signatures that are as still as a stuck one and wait only for caught ones: for a WaitGroup that only those could end, or for
 * goroutines that they have started. `isCaught`: is a signature stuck or leaking?
 */
export function caught(
  signatures: readonly SignatureTally[],
  tracks: readonly (Track | undefined)[],
  isCaught: (slot: number) => boolean,
): ReadonlySet<number> {
  const queue: number[] = []
  for (const slot of signatures.keys()) if (isCaught(slot)) queue.push(slot)
  if (queue.length === 0) return NONE
  const all = new Set(queue)
  const found = new Set<number>()
  const take = (slot: number): void => {
    all.add(slot)
    queue.push(slot)
  }
  const free = new Free(signatures, kinOf(signatures))
  const look = (slot: number): void => {
    const [tally, track] = [signatures[slot], tracks[slot]]
    if (tally === undefined || all.has(slot) || !free.isNone(slot) || !isStill(tally, track)) return
    found.add(slot)
    take(slot)
  }
  for (let slot = queue.pop(); slot !== undefined; slot = queue.pop())
    for (const waiter of free.without(slot)) look(waiter)
  return found
}

/** For each signature, how many of those that it waits for are not caught yet. */
class Free {
  readonly #signatures: readonly SignatureTally[]
  readonly #kin: Kin
  /**
   * Slot → how many of the signatures started by it are not caught; function → the same for those started in it. Only counts that have changed
   * are stored.
   */
  readonly #children = new Map<number, number>()
  readonly #created = new Map<string, number>()
  /** Function → slots that wait for a WaitGroup in it, or were started by it. */
  readonly #waiters = new Map<string, number[]>()

  constructor(signatures: readonly SignatureTally[], kin: Kin) {
    this.#signatures = signatures
    this.#kin = kin
    for (const [slot, tally] of signatures.entries())
      for (const name of groupsOf(tally)) addTo(this.#waiters, name, slot)
  }

  /** Does it wait for others, and are all of them caught? */
  isNone(slot: number): boolean {
    const tally = this.#signatures[slot]
    if (tally === undefined) return false
    const left = this.#childrenOf(slot)
    if (left > 1) return false
    const children = this.#kin.helpersOf(slot)
    // The remaining one may be the signature itself.
    if (left === 1 && !children.some((child) => child.slot === slot)) return false
    let awaited = children.length - left
    for (const name of groupsOf(tally)) {
      const created = this.#kin.createdIn(name)
      const isIn = tally.signature.idle === 'no' && tally.signature.createdBy?.function === name ? 1 : 0
      if (this.#createdIn(name) > isIn) return false
      awaited += created.length - isIn
    }
    return awaited > 0
  }

  /** Marks `slot` as caught; called once for each. Returns the slots that may now wait only for caught ones. */
  without(slot: number): number[] {
    const tally = this.#signatures[slot]
    if (tally === undefined) return []
    const looked: number[] = []
    const parents = isOfLibrary(tally.signature) ? undefined : tally.parents?.signatures
    for (const parent of parents?.keys() ?? []) {
      const left = this.#childrenOf(parent) - 1
      this.#children.set(parent, left)
      if (left <= 1) looked.push(parent)
    }
    const creator = tally.signature.idle === 'no' ? tally.signature.createdBy?.function : undefined
    const waiters = creator === undefined ? undefined : this.#waiters.get(creator)
    if (creator === undefined || waiters === undefined) return looked
    const left = this.#createdIn(creator) - 1
    this.#created.set(creator, left)
    return left <= 1 ? [...looked, ...waiters] : looked
  }

  #childrenOf(slot: number): number {
    return this.#children.get(slot) ?? this.#kin.helpersOf(slot).length
  }

  #createdIn(name: string): number {
    return this.#created.get(name) ?? this.#kin.createdIn(name).length
  }
}
