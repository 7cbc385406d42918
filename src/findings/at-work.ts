/** Where somebody is at work, or waits for what is outside of the program. */
import { namesOf } from '../core/names.ts'
import { isStandard } from '../stacks/title.ts'
import { codeOf } from './code.ts'
import { ofScene, type Scene, type Seen } from './finding.ts'
import { dumperOf, goesOn, mayPause, poolOf } from './goes-on.ts'

const atWork = ofScene((scene): readonly Seen[] => {
  const dumper = dumperOf(scene)
  // Who gives back what a pool has lent is another goroutine.
  return scene.seen.filter((each) => each !== dumper && !each.idle && goesOn(each) && poolOf(each) === undefined)
})

/** Packages that somebody is at work in. */
export const packagesAtWork: (scene: Scene) => ReadonlySet<string> = ofScene(
  (scene) => new Set(atWork(scene).flatMap(({ tally }) => codeOf(tally.signature).packages)),
)

/** Is anybody at work in a function, or in a method of a type, that it is in, too? Where all of a program is one package, that says more than the package. */
export function isAnyAtWorkBeside(scene: Scene, each: Seen): boolean {
  return isAmong(placesAtWork(scene), each)
}

/** The same, or in the package that waits. */
export function isAnyAtWorkNear(scene: Scene, each: Seen): boolean {
  const [own] = codeOf(each.tally.signature).packages
  if (own === undefined || isAnyAtWorkBeside(scene, each)) return true
  return own !== MAIN && packagesAtWork(scene).has(own)
}

const MAIN = 'main'

/** May anybody who does not wait for minutes be in a function, or in a method of a type, that it is in, and wait for a timer? */
export function isAnyPausingBeside(scene: Scene, each: Seen): boolean {
  return isAmong(placesOfPausing(scene), each)
}

/** Is anybody at work, or may wait for a timer, in any package that it is in? `main` is in most. */
export function isAnyAwakeAround(scene: Scene, each: Seen): boolean {
  if (isAnyAtWorkBeside(scene, each) || isAnyPausingBeside(scene, each)) return true
  const around = codeOf(each.tally.signature).packages.filter((name) => name !== MAIN)
  return around.some((name) => packagesAtWork(scene).has(name) || packagesOfPausing(scene).has(name))
}

const placesAtWork = ofScene((scene): ReadonlySet<string> => new Set(atWork(scene).flatMap(placesOf)))

const pausing = ofScene(({ seen }): readonly Seen[] => seen.filter((each) => !each.idle && mayPause(each)))

const placesOfPausing = ofScene((scene): ReadonlySet<string> => new Set(pausing(scene).flatMap(placesOf)))

const packagesOfPausing = ofScene(
  (scene): ReadonlySet<string> => new Set(pausing(scene).flatMap(({ tally }) => codeOf(tally.signature).packages)),
)

function isAmong(places: ReadonlySet<string>, each: Seen): boolean {
  return placesOf(each).some((place) => places.has(place))
}

/** Functions, and types of methods. */
function placesOf({ tally: { signature } }: Seen): readonly string[] {
  const names = namesOf(signature.stack).flatMap(({ text }) => (isStandard(text) ? [] : text))
  return [...codeOf(signature).types.filter((type) => !isStandard(type)), ...names]
}
