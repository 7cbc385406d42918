/**
 * Who has started whom in one dump. Computed once per dump: a dump may have 100 000 signatures, and the rules ask for each.
 *
 * Before Go 1.21 the creating function is known, but not the creating goroutine.
 */
import { fact } from '../core/facts.ts'
import type { Signature, SignatureTally } from '../core/model.ts'
import { isStandard } from '../stacks/title.ts'

/** A signature, some of whose goroutines were started by goroutines of one other signature. */
export interface Child {
  readonly slot: number
  /** How many of their starters are alive. */
  readonly parents: number
}

const NONE: readonly never[] = []

const found = new WeakMap<readonly SignatureTally[], Kin>()

/** For the signatures of a complete dump. */
export function kinOf(signatures: readonly SignatureTally[]): Kin {
  const kin = found.get(signatures) ?? new Kin(signatures)
  found.set(signatures, kin)
  return kin
}

export class Kin {
  readonly #signatures: readonly SignatureTally[]
  #slots: Map<SignatureTally, number> | undefined
  #children: Map<number, Child[]> | undefined
  #createdIn: Map<string, number[]> | undefined

  constructor(signatures: readonly SignatureTally[]) {
    this.#signatures = signatures
  }

  /** Index of the signature; -1 for one of another dump. */
  slotOf(tally: SignatureTally): number {
    this.#slots ??= this.#bySignature()
    return this.#slots.get(tally) ?? -1
  }

  /** Signatures started by goroutines of `slot`; may include `slot` itself. */
  startedBy(slot: number): readonly Child[] {
    this.#children ??= this.#byParent()
    return this.#children.get(slot) ?? NONE
  }

  /** Like `startedBy`, but without what the standard library has started for itself: nobody waits for that. */
  helpersOf(slot: number): readonly Child[] {
    const all = this.startedBy(slot)
    return all.some((child) => this.#isOfLibrary(child)) ? all.filter((child) => !this.#isOfLibrary(child)) : all
  }

  #isOfLibrary({ slot }: Child): boolean {
    const tally = this.#signatures[slot]
    return tally !== undefined && isOfLibrary(tally.signature)
  }

  /** Slots of goroutines that the function has started, except those that are idle by design. */
  createdIn(name: string): readonly number[] {
    this.#createdIn ??= this.#byCreator()
    return this.#createdIn.get(name) ?? NONE
  }

  #bySignature(): Map<SignatureTally, number> {
    const slots = new Map<SignatureTally, number>()
    for (const [slot, tally] of this.#signatures.entries()) slots.set(tally, slot)
    return slots
  }

  #byParent(): Map<number, Child[]> {
    const children = new Map<number, Child[]>()
    for (const [slot, tally] of this.#signatures.entries())
      for (const [parent, parents] of tally.parents?.signatures ?? NONE) addTo(children, parent, { slot, parents })
    return children
  }

  #byCreator(): Map<string, number[]> {
    const slots = new Map<string, number[]>()
    for (const [slot, { signature }] of this.#signatures.entries()) {
      const creator = creatorOf(signature)
      if (creator !== '' && signature.idle === 'no') addTo(slots, creator, slot)
    }
    return slots
  }
}

/** The function that has started it; empty if unknown. */
export const creatorOf: (signature: Signature) => string = fact(({ createdBy }: Signature) => createdBy?.function ?? '')

/**
 * Started by the standard library for itself, as `net/http` does for each request to notice that the client has left (server.go
 * startBackgroundRead). `WaitGroup.Go` is an exception: it starts what its caller passes.
 */
export const isOfLibrary: (signature: Signature) => boolean = fact((signature: Signature) => {
  const creator = creatorOf(signature)
  return isStandard(creator) && !creator.startsWith('sync.')
})

export function addTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
