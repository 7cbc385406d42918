/**
 * Does the function live in which the code of a goroutine is written? A closure shares the variables of the function around it: while
 * that one runs, in another goroutine, it may send to the closure, or close its channel. Around what a call has left behind nothing runs.
 */
import { fact } from '../core/facts.ts'
import type { Signature, SignatureTally } from '../core/model.ts'
import { entryOf, namesOf } from '../core/names.ts'
import { rememberedText } from '../core/remembered.ts'
import { creatorOf } from './kin.ts'
import type { Tracked } from './served.ts'

const MOST_NAMES = 4096

/** `shop.(*Hub).run` of `shop.(*Hub).run.func2.1`; empty for what is no closure. */
const enclosing = rememberedText(MOST_NAMES, (name) => /^(.+?)\.(?:func|gowrap)\d/.exec(name)?.[1] ?? '')

/** It lives as long as the process does, whatever is written in it. */
const MAIN = 'main.main'

/** Is it a closure, or started by one, of a function in which another goroutine is, that was there before, and of whom there are no more than at first? */
export function isEnclosed({ signature }: SignatureTally, dump: Tracked): boolean {
  return aroundEntry(signature).some((name) => livingIn(dump).has(name))
}

/** Functions in which its entry, or its creator, is written. */
const aroundEntry = fact((signature: Signature): readonly string[] =>
  [entryOf(signature.stack), creatorOf(signature)].map(enclosing).filter((name) => name !== '' && name !== MAIN),
)

const found = new WeakMap<Tracked, ReadonlySet<string>>()

/** Functions in which goroutines are that stay, and are no more than when they were first seen. */
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
