/** Which code is active: at work, or waiting for something outside the program. */
import { namesOf } from '../core/names.ts'
import { POOLS } from '../leaks/pools.ts'
import { isStandard } from '../stacks/title.ts'
import { dumperOf, isActive, mayPause, poolOf } from './active.ts'
import { codeOf, typesOf } from './code.ts'
import { ofScene, type Scene, type Seen } from './finding.ts'
import { receiverType } from './waiting.ts'

const atWork = ofScene((scene): readonly Seen[] => {
  const dumper = dumperOf(scene)
  // A member of a pool is given back by another goroutine than the one that waits for it.
  return scene.seen.filter((each) => each !== dumper && !each.idle && isActive(each) && poolOf(each) === undefined)
})

/** Packages with an active goroutine. */
export const packagesAtWork: (scene: Scene) => ReadonlySet<string> = ofScene(
  (scene) => new Set(atWork(scene).flatMap(({ tally }) => codeOf(tally.signature).packages)),
)

/**
 * Is any goroutine active in a function, or in a method of a type, that `each` is in too? In a program that is one package, that says more than
 * the package.
 */
export function isAnyAtWorkBeside(scene: Scene, each: Seen): boolean {
  return isAmong(placesAtWork(scene), each)
}

/** Like `isAnyAtWorkBeside`, or active in the package that waits, unless that is `main`. */
export function isAnyAtWorkNear(scene: Scene, each: Seen): boolean {
  const [own] = codeOf(each.tally.signature).packages
  if (own === undefined || isAnyAtWorkBeside(scene, each)) return true
  return own !== MAIN && packagesAtWork(scene).has(own)
}

const MAIN = 'main'

/** Is any goroutine that has not waited for minutes in a function, or in a method of a type, that `each` is in too, and may it wait for a timer? */
export function isAnyPausingBeside(scene: Scene, each: Seen): boolean {
  return isAmong(placesOfPausing(scene), each)
}

/** Is any such goroutine in a function that `each` is in too, or in a method of the type that waits? */
export function isAnyPausingInside(scene: Scene, { tally: { signature } }: Seen): boolean {
  const [inner, ...callers] = namesOf(signature.stack).flatMap(({ text }) =>
    isStandard(text) || POOLS.some(({ inner }) => inner.test(text)) ? [] : text,
  )
  const type = inner === undefined ? undefined : receiverType(inner)
  const places = placesOfPausing(scene)
  return [inner, type === undefined ? undefined : `${type}.`, ...callers].some(
    (name) => name !== undefined && places.has(name),
  )
}

/** Is any goroutine active, or may it wait for a timer, in any package that `each` is in? `main` does not count, since most goroutines are in it. */
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

/** Functions, and types of methods, outside the standard library. */
function placesOf({ tally: { signature } }: Seen): readonly string[] {
  const names = namesOf(signature.stack).flatMap(({ text }) => (isStandard(text) ? [] : text))
  return [...typesOf(signature).filter((type) => !isStandard(type)), ...names]
}
