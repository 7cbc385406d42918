/** Where somebody is at work, or waits for what is outside of the program. */
import { namesOf } from '../core/names.ts'
import { isStandard } from '../stacks/title.ts'
import { codeOf } from './code.ts'
import { ofScene, type Scene, type Seen } from './finding.ts'
import { dumperOf, goesOn } from './goes-on.ts'

const atWork = ofScene((scene): readonly Seen[] => {
  const dumper = dumperOf(scene)
  return scene.seen.filter((each) => each !== dumper && !each.idle && goesOn(each))
})

/** Packages that somebody is at work in. */
export const packagesAtWork: (scene: Scene) => ReadonlySet<string> = ofScene(
  (scene) => new Set(atWork(scene).flatMap(({ tally }) => codeOf(tally.signature).packages)),
)

/** Is anybody at work in a function, or in a method of a type, that it is in, too? Where all of a program is one package, that says more than the package. */
export function isAnyAtWorkBeside(scene: Scene, each: Seen): boolean {
  return placesOf(each).some((place) => placesAtWork(scene).has(place))
}

const placesAtWork = ofScene((scene): ReadonlySet<string> => new Set(atWork(scene).flatMap(placesOf)))

/** Functions, and types of methods. */
function placesOf({ tally: { signature } }: Seen): readonly string[] {
  const names = namesOf(signature.stack).flatMap(({ text }) => (isStandard(text) ? [] : text))
  return [...codeOf(signature).types.filter((type) => !isStandard(type)), ...names]
}
