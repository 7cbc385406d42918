/**
 * A goroutine that waits for a lock which it may have taken itself, further out. That it is in another method of the same object proves nothing
 * if other goroutines are in methods of the object too, since one of them may hold the lock.
 */
import { goroutines, placeOf } from '../leaks/words.ts'
import { about } from './about.ts'
import { shortType, waitsIn } from './chains.ts'
import { waitsForLock } from './class.ts'
import type { Finding, Scene, Seen } from './finding.ts'
import { isJudged, ofScene } from './finding.ts'
import { byTypeIn } from './members.ts'
import { isIn } from './objects.ts'
import { haltedIn, isAnyActive } from './standstill.ts'
import { addressOf, receiverOf, receiverType } from './waiting.ts'
import { LOCK, SEMACQUIRE } from './ways.ts'

export interface OwnLock {
  /** `shop.(*Cache)`. */
  readonly type: string
  /** The method that may have taken it. */
  readonly method: string
}

/** Is it the only goroutine in methods of the object whose lock it waits for, and in two of them? */
export function ownLockOf(scene: Scene, each: Seen): OwnLock | undefined {
  const { tally, slot, idle, ways } = each
  const { kind, truncated, callers } = scene.dump
  // A goroutine that is cut off, or was not in the dump, may hold it.
  if (kind === 'single' || truncated || callers === undefined) return undefined
  if (idle || (ways & (LOCK | SEMACQUIRE)) === 0 || tally.count !== 1 || waitsForLock(each) !== 1) return undefined
  const [goroutine] = callers.of(slot)
  const receiver = goroutine === undefined ? undefined : receiverOf(goroutine)
  if (goroutine === undefined || receiver === undefined) return undefined
  const { type, pointer } = receiver
  const object = addressOf(goroutine)
  if (object !== 0 && !isIn(goroutine, object)) return undefined
  if ((waitsIn(scene).of(goroutine)?.goroutines.length ?? 1) > 1) return undefined
  const others = (byTypeIn(scene).get(`${type}.`) ?? []).filter((each) => each !== slot)
  if (others.length > 0) return undefined
  for (let i = goroutine.count - 1; i > goroutine.waits; i--) {
    const method = goroutine.names[i] ?? ''
    if (goroutine.pointer(i) === pointer && receiverType(method) === type) return { type, method }
  }
  return undefined
}

/** `it is in shop.(*Cache).set meanwhile, and no other goroutine is in a method of (*Cache)`. */
export function ownLockText({ type, method }: OwnLock): string {
  return `it is in ${method} meanwhile, and no other goroutine is in a method of ${shortType(type)}`
}

/** Only if no other goroutine of their code is active: in a healthy program the holder of the lock is at work there. */
export const ownLocksIn: (scene: Scene) => ReadonlyMap<Seen, OwnLock> = ofScene((scene) => {
  const found = new Map<Seen, OwnLock>()
  for (const each of scene.seen) {
    if ((each.ways & (LOCK | SEMACQUIRE)) === 0 || each.tally.count > 1) continue
    if (isJudged(each) || haltedIn(scene).has(each) || isAnyActive(scene, each, each)) continue
    const own = ownLockOf(scene, each)
    if (own !== undefined) found.set(each, own)
  }
  return found
})

export function ownLock(scene: Scene): Finding[] {
  return [...ownLocksIn(scene)].map(([each, own]) =>
    about([each], {
      finding: 'stuck',
      severity: 'warning',
      title: `${goroutines(1)} waits for a lock that it may hold itself ${placeOf(each.tally.signature.title)}`,
      because: `${ownLockText(own)}, nor is any other goroutine of this code active`,
    }),
  )
}
