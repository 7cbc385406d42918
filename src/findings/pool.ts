/** Pools whose members are all taken. */
import { addTo } from '../leaks/kin.ts'
import type { Pool } from '../leaks/pools.ts'
import { goroutines, placeOf } from '../leaks/words.ts'
import { about } from './about.ts'
import { mayPause, poolOf, SURE_MINUTES } from './active.ts'
import { isAnyAtWorkNear, isAnyPausingInside } from './at-work.ts'
import { codeOf } from './code.ts'
import { countOf, type Finding, isIn, ofScene, type Scene, type Seen } from './finding.ts'
import { countLate } from './late.ts'
import { anyMember } from './members.ts'
import { mayBeWokenBeside } from './standstill.ts'

/** Number of waiters for a member of a pool that is worth a finding while others are at work with members, … */
const POOL = 50
/** … or that have waited for minutes. */
const OLD_POOL = 10
const CRITICAL = 100

/** Goroutines that wait for a member of an empty pool. */
interface Waiting {
  readonly seen: Seen
  readonly row: Pool
  readonly reason: string
}

const TAKEN = 'all members of the pool are taken'

export function pool(scene: Scene): Finding[] {
  return emptyPools(scene).map(({ seen, row, reason }) => {
    const { count, signature } = seen.tally
    return about([seen], {
      finding: 'pool',
      severity: count >= CRITICAL ? 'critical' : 'warning',
      title: `${goroutines(count)} ${count === 1 ? 'waits' : 'wait'} for ${row.what} ${placeOf(signature.title)}`,
      because: reason,
    })
  })
}

export const emptyPools: (scene: Scene) => readonly Waiting[] = ofScene(findEmpty)

function findEmpty(scene: Scene): readonly Waiting[] {
  const byRow = new Map<Pool, Seen[]>()
  for (const seen of scene.seen) {
    const row = poolOf(seen)
    if (row !== undefined) addTo(byRow, row, seen)
  }
  if (byRow.size === 0) return []
  const known = new Set([...byRow.values()].flat())
  const mayBeWoken = mayBeWokenBeside(scene, known)
  return [...byRow].flatMap(([row, waiting]) => {
    const made = inTheMaking(scene, row)
    if (made > 0 && countOf(waiting) - made < OLD_POOL) return []
    const isOwn = isHeldByWaiters(scene, row, waiting)
    return waiting.flatMap((seen) => {
      const late = countLate(scene, seen)
      const isLate = (seen.tally.waitMin ?? 0) >= SURE_MINUTES
      const isLeftAlone = isLate ? isForgotten(scene, seen) : !mayBeWoken(seen) && !anyRests(scene, known, seen)
      const least = late >= OLD_POOL ? OLD_POOL : POOL
      if (seen.tally.count < least && !isLeftAlone && !isOwn) return []
      const how = isOwn
        ? ' by goroutines that wait for another one'
        : isLeftAlone
          ? ', and no goroutine of this code is at work with one'
          : ''
      return { seen, row, reason: `${TAKEN}${how}` }
    })
  })
}

/**
 * For a goroutine that has waited for minutes: is no goroutine that came to the pool the same way active, or waiting for a timer? Who holds a member is
 * in a function that asks for one, or in one that has called it.
 */
function isForgotten(scene: Scene, seen: Seen): boolean {
  return !isAnyAtWorkNear(scene, seen) && !isAnyPausingInside(scene, seen)
}

/** May another goroutine of this code wait for a timer, with a member of the pool? */
function anyRests(scene: Scene, known: ReadonlySet<Seen>, { tally }: Seen): boolean {
  return anyMember(scene, codeOf(tally.signature).packages, (each) => !known.has(each) && mayPause(each))
}

/** Number of members that are being created. */
function inTheMaking({ seen }: Scene, { making }: Pool): number {
  return making === undefined ? 0 : countOf(seen.filter((each) => isIn(each, making)))
}

/**
 * Is each member that is known to be taken held by a goroutine that waits for another one? Then none is given back. A member is known if a
 * goroutine watches it; a goroutine that uses any other member is in a function that matches `uses`.
 */
function isHeldByWaiters(scene: Scene, { watched, uses }: Pool, waiting: readonly Seen[]): boolean {
  if (watched === undefined || uses === undefined) return false
  const slots = new Set(waiting.map(({ slot }) => slot))
  const watchers = scene.seen.filter((each) => isIn(each, watched))
  if (watchers.length === 0) return false
  const known = new Set([...waiting, ...watchers])
  const areTheirs = watchers.every(({ tally: { parents } }) => {
    if (parents === undefined || parents.alive < parents.distinct) return false
    return [...parents.signatures.keys()].every((slot) => slots.has(slot))
  })
  return areTheirs && !scene.seen.some((each) => !each.idle && !known.has(each) && isIn(each, uses))
}
