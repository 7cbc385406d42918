/**
 * Calls that wait for one that another goroutine makes on behalf of all (golang.org/x/sync/singleflight, groupcache/singleflight). The caller
 * holds up the others, as the holder of a lock does.
 */
import { namesOf } from '../core/names.ts'
import { goroutines, placeOf } from '../leaks/words.ts'
import { isStandard, packageOf } from '../stacks/title.ts'
import { about } from './about.ts'
import { callerOf } from './code.ts'
import { countOf, type Finding, isJudged, ofScene, type Scene, type Seen } from './finding.ts'
import { isHeld, nobodyGoesOn } from './proof.ts'
import { GROUP, SEMACQUIRE } from './ways.ts'

const JOINS = /(?:^|\/)singleflight\.\(\*Group(?:\[.*\])?\)\.Do$/
const MAKES = /(?:^|\/)singleflight\.\(\*Group(?:\[.*\])?\)\.doCall(?:\.func|$)/
/** Number of waiters needed: a single one may have come just now. */
const WAITERS = 2

/** The goroutines that wait for a hanging call, and those that make it. */
export function flightIn(scene: Scene): readonly Seen[] {
  const { waiting, making } = hanging(scene)
  return [...waiting, ...making]
}

const NONE: { readonly waiting: readonly Seen[]; readonly making: readonly Seen[] } = { waiting: [], making: [] }

const hanging = ofScene(findHanging)

function findHanging(scene: Scene): typeof NONE {
  const waiting = scene.seen.filter(joins)
  if (countOf(waiting) < WAITERS || waiting.some(isJudged)) return NONE
  const making = scene.seen.filter((each) => callIn(each) !== undefined)
  return making.length > 0 && areAtRest(scene, making) ? { waiting, making } : NONE
}

export function flights(scene: Scene): Finding[] {
  const { waiting, making } = hanging(scene)
  const [first] = making
  if (first === undefined) return []
  const count = countOf(waiting)
  const { title } = first.tally.signature
  return [
    about([...waiting, ...making], {
      finding: 'stuck',
      severity: 'warning',
      title: `${goroutines(count)} wait for a call that ${making.length === 1 && first.tally.count === 1 ? 'another goroutine makes' : 'other goroutines make'} for them ${placeOf(waiting[0]?.tally.signature.title ?? title)}`,
      because: `${making.length === 1 && first.tally.count === 1 ? 'that goroutine waits' : 'those goroutines wait'} in ${first.state} ${placeOf(title)}, and no goroutine of the code that is called is active`,
    }),
  ]
}

function joins(each: Seen): boolean {
  if ((each.ways & (GROUP | SEMACQUIRE)) === 0) return false
  const caller = callerOf(each.tally.signature)
  return caller !== undefined && JOINS.test(caller)
}

/** Packages of the functions inside the call, innermost first; undefined if the goroutine makes no such call. */
function callIn({ tally: { signature } }: Seen): readonly string[] | undefined {
  const names = namesOf(signature.stack).map(({ text }) => text)
  const at = names.findIndex((name) => MAKES.test(name))
  if (at < 0) return undefined
  return [
    ...new Set(
      names
        .slice(0, at)
        .filter((name) => !isStandard(name))
        .map(packageOf),
    ),
  ]
}

/** Do they wait for other goroutines, while no goroutine of the code that they call is active? */
function areAtRest(scene: Scene, making: readonly Seen[]): boolean {
  const packages = new Set<string>()
  for (const each of making) {
    const called = callIn(each) ?? []
    if (called.length === 0 || !isHeld(each)) return false
    for (const name of called) packages.add(name)
  }
  return nobodyGoesOn(scene, packages, new Set(making))
}
