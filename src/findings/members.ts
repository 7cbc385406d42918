/** Indexes the signatures of a dump by the types whose methods they are in, and by package. */
import { addTo } from '../leaks/kin.ts'
import { codeOf, typesOf } from './code.ts'
import { ofScene, type Scene, type Seen } from './finding.ts'

/** `shop.(*Cache).` → slots of the signatures with a method of it on the stack. */
export const byTypeIn: (scene: Scene) => ReadonlyMap<string, readonly number[]> = ofScene(({ dump }) => {
  const slots = new Map<string, number[]>()
  for (const [slot, { signature }] of dump.signatures.entries())
    for (const type of typesOf(signature)) addTo(slots, type, slot)
  return slots
})

/** Package → signatures in it or started by it, except those that are idle by design. */
export const byPackageIn: (scene: Scene) => ReadonlyMap<string, readonly Seen[]> = ofScene(({ seen }) => {
  const members = new Map<string, Seen[]>()
  for (const each of seen)
    if (!each.idle) for (const name of codeOf(each.tally.signature).packages) addTo(members, name, each)
  return members
})

/** Does any signature in one of the packages satisfy `isSuch`? */
export function anyMember(scene: Scene, packages: Iterable<string>, isSuch: (each: Seen) => boolean): boolean {
  const members = byPackageIn(scene)
  for (const name of packages) if (members.get(name)?.some(isSuch) === true) return true
  return false
}
