/**
 * Calls that wait for one that another goroutine makes on behalf of all: in golang.org/x/sync/singleflight and groupcache/singleflight, or in a
 * function of the program that does the same. The caller holds up the others, as the holder of a lock does.
 */
import { type Name, namesOf } from '../core/names.ts'
import { addTo } from '../leaks/kin.ts'
import { goroutines, placeOf } from '../leaks/words.ts'
import { isStandard, packageOf } from '../stacks/title.ts'
import { about } from './about.ts'
import { SURE_MINUTES } from './active.ts'
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
  return largest.flatMap(([joined, seen]) => {
    const making = scene.seen.filter((each) => makes(each, joined) && joinedBy(each) !== joined)
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

/** Is it inside the call for which others wait in `joined`? */
function makes({ tally: { signature } }: Seen, joined: string): boolean {
  return placeOfCall(namesOf(signature.stack), joined) >= 0
}

function placeOfCall(names: readonly Name[], joined: string): number {
  if (JOINS.test(joined)) return names.findIndex(({ text }) => MAKES.test(text))
  return names.findIndex(({ text }) => text === joined)
}

/** Packages of the functions inside the call, innermost first. */
function packagesInCall({ tally: { signature } }: Seen, joined: string): readonly string[] {
  const names = namesOf(signature.stack)
  const inside = names.slice(0, Math.max(0, placeOfCall(names, joined))).map(({ text }) => text)
  return [...new Set(inside.filter((name) => !isStandard(name)).map(packageOf))]
}

/** Do they wait for other goroutines, while no goroutine of the code that they call is active? */
function areAtRest(scene: Scene, making: readonly Seen[], joined: string): boolean {
  const packages = new Set<string>()
  for (const each of making) {
    const called = packagesInCall(each, joined)
    if (called.length === 0 || !isHeld(each)) return false
    for (const name of called) packages.add(name)
  }
  return isNobodyActive(scene, packages, new Set(making))
}
