/** A WaitGroup, or a condition, that is waited for although nobody is left who could end the wait. */
import { namesOf } from '../core/names.ts'
import { aroundWait } from '../leaks/awaited.ts'
import { kinOf } from '../leaks/kin.ts'
import { isDependency, isStandard, packageOf } from '../stacks/title.ts'
import { waitsIn } from './chains.ts'
import { callerOf } from './code.ts'
import { isJudged, ofScene, type Scene, type Seen } from './finding.ts'
import { byPackageIn } from './members.ts'
import { anyGoesOn } from './standstill.ts'
import { CONDITION, GROUP } from './ways.ts'

/** One alone may wait for what others have started, as a shutdown does: then somebody else is in its package. */
const WAITERS = 2

/**
 * Signatures whose goroutines have started none that lives, and whose sisters are gone, too. The last `Done` wakes the waiter at once, so
 * that there is no moment between the two.
 */
export function miscounts(scene: Scene): Seen[] {
  const { dump, seen } = scene
  return seen.filter((each) => {
    const { tally } = each
    if (each.idle || (each.ways & GROUP) === 0) return false
    if ((each.states.get('sync.WaitGroup.Wait') ?? 0) < tally.count) return false
    // Before Go 1.21 nobody knows who has started whom.
    if (tally.parents === undefined || kinOf(dump.signatures).helpersOf(each.slot).length > 0) return false
    if (isJoined(scene, each)) return false
    return !mayBeCounted(scene, each) && (tally.count >= WAITERS || isAlone(scene, each))
  })
}

/** Is nobody else in the package that waits, nor was started by it? */
function isAlone(scene: Scene, waiter: Seen): boolean {
  const { title } = waiter.tally.signature
  if (isStandard(title.function) || isDependency(title)) return false
  return byPackageIn(scene).get(packageOf(title.function))?.length === 1
}

/**
 * Is another one further in than where this one waits? It may do for both what they have called for, as in singleflight, and end the wait of who has
 * come later.
 */
function isJoined(scene: Scene, waiter: Seen): boolean {
  return furtherIn(scene).has(groupIn(waiter) ?? '')
}

/** Functions that wait for a WaitGroup, and that others are in who wait for something else, or are at work. */
const furtherIn = ofScene(({ seen }): ReadonlySet<string> => {
  const waiting = new Set(seen.flatMap((each) => groupIn(each) ?? []))
  const found = new Set<string>()
  for (const each of seen) {
    const own = groupIn(each)
    for (const { text } of namesOf(each.tally.signature.stack)) if (text !== own && waiting.has(text)) found.add(text)
  }
  return found
})

/** The function that waits for a WaitGroup, itself or in the standard library; undefined for who does not. */
function groupIn({ tally, ways }: Seen): string | undefined {
  return (ways & GROUP) === 0 ? undefined : callerOf(tally.signature)
}

/** Was any other started by what the waiter is in, or by who started the waiter? */
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

/** So many calls have come to wait for one condition, and have been left alone with it, … */
const UNSIGNALLED = 5
/** … or so many for whichever: a service may have a queue for each of dozens of customers, all of whom are asleep. */
const MANY = 100

/**
 * Signatures of own code that wait for a condition, whose starters have exited, while no other goroutine of that code goes on. Workers
 * without work look the same but for who has started them.
 */
export function unsignalled(scene: Scene): Seen[] {
  return scene.seen.filter((each) => {
    if ((each.ways & CONDITION) === 0) return false
    const { count, parents, signature } = each.tally
    if (isJudged(each) || count < UNSIGNALLED || each.idle) return false
    if ((each.states.get('sync.Cond.Wait') ?? 0) < count) return false
    if (parents === undefined || parents.alive > 0 || isDependency(signature.title)) return false
    if (isStandard(signature.title.function) || anyGoesOn(scene, each, each)) return false
    return count >= MANY || (parents.distinct >= UNSIGNALLED && areForOne(scene, each))
  })
}

/** Do all of them wait for one object? */
function areForOne(scene: Scene, { slot, tally }: Seen): boolean {
  const [first] = scene.dump.callers?.of(slot) ?? []
  const group = first === undefined ? undefined : waitsIn(scene).of(first)
  return group !== undefined && group.goroutines.filter(({ signature }) => signature === slot).length === tally.count
}
