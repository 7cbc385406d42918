/** Waits for a WaitGroup or a condition that no goroutine is left to end. */
import { namesOf } from '../core/names.ts'
import { aroundWait } from '../leaks/awaited.ts'
import { kinOf } from '../leaks/kin.ts'
import { isDependency, isStandard, packageOf } from '../stacks/title.ts'
import { waitsIn } from './chains.ts'
import { callerOf } from './code.ts'
import { isJudged, ofScene, type Scene, type Seen } from './finding.ts'
import { byPackageIn } from './members.ts'
import { isAnyActive } from './standstill.ts'
import { CONDITION, GROUP } from './ways.ts'

/**
 * Number of waiters needed. A single one may wait for goroutines that others have started, as a shutdown does: then another goroutine is in its
 * package.
 */
const WAITERS = 2

/** Signatures that have no living children, and no living siblings. The last `Done` wakes the waiter at once, so no dump falls between the two. */
export function miscounts(scene: Scene): Seen[] {
  const { dump, seen } = scene
  return seen.filter((each) => {
    const { tally } = each
    if (each.idle || (each.ways & GROUP) === 0) return false
    if ((each.states.get('sync.WaitGroup.Wait') ?? 0) < tally.count) return false
    // Before Go 1.21 the creating goroutine is unknown.
    if (tally.parents === undefined || kinOf(dump.signatures).helpersOf(each.slot).length > 0) return false
    if (isJoined(scene, each)) return false
    return !mayBeCounted(scene, each) && (tally.count >= WAITERS || isAlone(scene, each))
  })
}

/** Is no other goroutine in the package that waits, or started by it? */
function isAlone(scene: Scene, waiter: Seen): boolean {
  const { title } = waiter.tally.signature
  if (isStandard(title.function) || isDependency(title)) return false
  return byPackageIn(scene).get(packageOf(title.function))?.length === 1
}

/**
 * Is another goroutine further inside the function where this one waits? It may do the work for both, as in singleflight, and end the wait of
 * the later one.
 */
function isJoined(scene: Scene, waiter: Seen): boolean {
  return furtherIn(scene).has(groupIn(waiter) ?? '')
}

/** Functions that wait for a WaitGroup, and that other goroutines are in while at work or waiting for something else. */
const furtherIn = ofScene(({ seen }): ReadonlySet<string> => {
  const waiting = new Set(seen.flatMap((each) => groupIn(each) ?? []))
  const found = new Set<string>()
  for (const each of seen) {
    const own = groupIn(each)
    for (const { text } of namesOf(each.tally.signature.stack)) if (text !== own && waiting.has(text)) found.add(text)
  }
  return found
})

/** The function that waits for a WaitGroup, directly or in the standard library; undefined for other waits. */
function groupIn({ tally, ways }: Seen): string | undefined {
  return (ways & GROUP) === 0 ? undefined : callerOf(tally.signature)
}

/** Was any other goroutine started by a function on the waiter's stack, or by the waiter's creator? */
function mayBeCounted(scene: Scene, waiter: Seen): boolean {
  for (const creator of aroundWait(waiter.tally.signature)) {
    if (isStandard(creator)) continue
    for (const slot of kinOf(scene.dump.signatures).createdIn(creator)) {
      const other = scene.bySlot[slot]
      if (other !== undefined && other !== waiter && !other.idle) return true
    }
  }
  return false
}

/** Number of different calls that wait for the same condition, … */
const UNSIGNALLED = 5
/** … or for any condition: a service may have a queue for each of dozens of customers, all of them asleep. */
const MANY = 100

/**
 * Signatures outside the standard library that wait for a condition, whose starters have exited, while no other goroutine of that code is
 * active. Only the starters distinguish them from workers without work.
 */
export function unsignalled(scene: Scene): Seen[] {
  return scene.seen.filter((each) => {
    if ((each.ways & CONDITION) === 0) return false
    const { count, parents, signature } = each.tally
    if (isJudged(each) || count < UNSIGNALLED || each.idle) return false
    if ((each.states.get('sync.Cond.Wait') ?? 0) < count) return false
    if (parents === undefined || parents.alive > 0 || isDependency(signature.title)) return false
    if (isStandard(signature.title.function) || isAnyActive(scene, each, each)) return false
    return count >= MANY || (parents.distinct >= UNSIGNALLED && areForOne(scene, each))
  })
}

/** Do all of them wait for one object? */
function areForOne(scene: Scene, { slot, tally }: Seen): boolean {
  const [first] = scene.dump.callers?.of(slot) ?? []
  const group = first === undefined ? undefined : waitsIn(scene).of(first)
  return group !== undefined && group.goroutines.filter(({ signature }) => signature === slot).length === tally.count
}
