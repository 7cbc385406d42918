/**
 * Calls that wait for one that another goroutine makes on behalf of all: in golang.org/x/sync/singleflight and groupcache/singleflight, or in a
 * function of the program that does the same. The caller holds up the others, as the holder of a lock does.
 */
import { flagOfName, type Name, namesOf } from '../core/names.ts'
import { addTo } from '../leaks/kin.ts'
import { goroutines, placeOf } from '../leaks/words.ts'
import { isStandard, packageOf } from '../stacks/title.ts'
import { about } from './about.ts'
import { isOutside, SURE_MINUTES } from './active.ts'
import { callerOf } from './code.ts'
import { countOf, type Finding, isJudged, ofScene, type Scene, type Seen } from './finding.ts'
import { isHeld, isNobodyActive } from './proof.ts'
import { GROUP, SEMACQUIRE } from './ways.ts'

const JOINS = /(?:^|\/)singleflight\.\(\*Group(?:\[.*\])?\)\.Do$/
const MAKES = /(?:^|\/)singleflight\.\(\*Group(?:\[.*\])?\)\.doCall(?:\.func|$)/
/** Number of waiters needed: a single one may have come just now. */
const WAITERS = 2
/** Most calls that are examined, those with the most waiters: a dump may have thousands of functions that wait. */
const MOST_FLIGHTS = 16

interface Flight {
  readonly waiting: readonly Seen[]
  /** Those that make the call. */
  readonly making: readonly Seen[]
}

/** The goroutines that wait for a hanging call, and those that make it. */
export function flightIn(scene: Scene): readonly Seen[] {
  return hanging(scene).flatMap(({ waiting, making }) => [...waiting, ...making])
}

const hanging = ofScene(findHanging)

function findHanging(scene: Scene): readonly Flight[] {
  const waiting = new Map<string, Seen[]>()
  for (const each of scene.seen) {
    const joined = joinedBy(each)
    if (joined !== '') addTo(waiting, joined, each)
  }
  const largest = [...waiting]
    .filter(([, seen]) => countOf(seen) >= WAITERS && !seen.some(isJudged))
    .sort(([, a], [, b]) => countOf(b) - countOf(a))
    .slice(0, MOST_FLIGHTS)
  const makers = makersOf(scene, new Set(largest.map(([joined]) => joined)))
  return largest.flatMap(([joined, seen]) => {
    const making = makers.get(joined) ?? []
    return making.length > 0 && areAtRest(scene, making, joined) ? [{ waiting: seen, making }] : []
  })
}

export function flights(scene: Scene): Finding[] {
  return hanging(scene).flatMap(({ waiting, making }) => {
    const [first] = making
    if (first === undefined) return []
    const isOne = making.length === 1 && first.tally.count === 1
    const { title } = first.tally.signature
    return about([...waiting, ...making], {
      finding: 'stuck',
      severity: 'warning',
      title: `${goroutines(countOf(waiting))} wait for a call that ${isOne ? 'another goroutine makes' : 'other goroutines make'} for them ${placeOf(waiting[0]?.tally.signature.title ?? title)}`,
      because: `${isOne ? 'that goroutine waits' : 'those goroutines wait'} in ${first.state} ${placeOf(title)}, and no goroutine of the code that is called is active`,
    })
  })
}

/** The function in which it waits for the call; empty if it does not. Any function of the program may be one, if the wait takes minutes. */
function joinedBy({ ways, tally }: Seen): string {
  if ((ways & (GROUP | SEMACQUIRE)) === 0) return ''
  const caller = callerOf(tally.signature) ?? ''
  return JOINS.test(caller) || (tally.waitMin ?? 0) >= SURE_MINUTES ? caller : ''
}

/** Function in which others wait → the signatures inside a call of it that do not wait there themselves. */
function makersOf({ seen }: Scene, joined: ReadonlySet<string>): ReadonlyMap<string, readonly Seen[]> {
  const shared = [...joined].filter((call) => JOINS.test(call))
  const makers = new Map<string, Seen[]>()
  for (const each of seen) {
    const calls = namesOf(each.tally.signature.stack).flatMap((name) => {
      if (isMaker(name)) return shared
      return joined.has(name.text) && !JOINS.test(name.text) ? name.text : []
    })
    if (calls.length === 0) continue
    const own = joinedBy(each)
    for (const call of new Set(calls)) if (call !== own) addTo(makers, call, each)
  }
  return makers
}

const isMaker = flagOfName(({ text }) => MAKES.test(text))

function placeOfCall(names: readonly Name[], joined: string): number {
  return JOINS.test(joined) ? names.findIndex(isMaker) : names.findIndex(({ text }) => text === joined)
}

/** Packages of the functions inside the call, innermost first. */
function packagesInCall({ tally: { signature } }: Seen, joined: string): readonly string[] {
  const names = namesOf(signature.stack)
  const inside = names.slice(0, Math.max(0, placeOfCall(names, joined))).map(({ text }) => text)
  return [...new Set(inside.filter((name) => !isStandard(name)).map(packageOf))]
}

/** Do they wait for other goroutines, or the outside world for minutes, while no other goroutine of the code that they call is active? */
function areAtRest(scene: Scene, making: readonly Seen[], joined: string): boolean {
  const packages = new Set<string>()
  for (const each of making) {
    const called = packagesInCall(each, joined)
    const isLong = isOutside(each) && (each.tally.waitMin ?? 0) >= SURE_MINUTES
    if (called.length === 0 || !(isHeld(each) || isLong)) return false
    for (const name of called) packages.add(name)
  }
  return isNobodyActive(scene, packages, new Set(making))
}
