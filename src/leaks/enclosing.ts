/**
 * Is the function around a closure still running? A closure shares the variables of the function that it is written in. While that function
 * runs in another goroutine, it may send to the closure or close its channel. The function that created a leaked closure has usually returned.
 */
import { fact } from '../core/facts.ts'
import type { Signature, SignatureTally } from '../core/model.ts'
import { entryOf, namesOf } from '../core/names.ts'
import { rememberedText } from '../core/remembered.ts'
import { creatorOf } from './kin.ts'
import type { Tracked } from './served.ts'

const MOST_NAMES = 4096

/** `shop.(*Hub).run` for `shop.(*Hub).run.func2.1`; empty for what is not a closure. */
const enclosing = rememberedText(MOST_NAMES, (name) => /^(.+?)\.(?:func|gowrap)\d/.exec(name)?.[1] ?? '')

/** It runs as long as the process does, so it proves nothing about its closures. */
const MAIN = 'main.main'

/**
 * Is it a closure, or was it started by one, of a function that another goroutine runs? That goroutine must have been there before, and its
 * signature must not have grown since it was first seen.
 */
export function isEnclosed({ signature }: SignatureTally, dump: Tracked): boolean {
  return aroundEntry(signature).some((name) => livingIn(dump).has(name))
}

/** Functions that enclose its entry function or its creator. */
const aroundEntry = fact((signature: Signature): readonly string[] =>
  [entryOf(signature.stack), creatorOf(signature)].map(enclosing).filter((name) => name !== '' && name !== MAIN),
)

const found = new WeakMap<Tracked, ReadonlySet<string>>()

/** Functions on the stacks of goroutines that stay and are no more than when they were first seen. */
function livingIn(dump: Tracked): ReadonlySet<string> {
  const known = found.get(dump)
  if (known !== undefined) return known
  const living = new Set<string>()
  for (const [slot, { signature, count }] of dump.signatures.entries()) {
    const steps = dump.tracks[slot]?.steps ?? []
    if ((steps.at(-1)?.survivors ?? 0) === 0 || count > (steps[0]?.before ?? 0)) continue
    for (const name of namesOf(signature.stack)) living.add(name.text)
  }
  found.set(dump, living)
  return living
}
