/** Waits that are too long, in operations that are short in a healthy program, with a possible culprit. */
import type { WaitsOn } from '../core/records.ts'
import { goroutines, placeOf } from '../leaks/words.ts'
import { about } from './about.ts'
import { SURE_MINUTES } from './active.ts'
import { lockText, lockToTell, objectsOf } from './chains.ts'
import { areInLock } from './class.ts'
import { type Finding, isJudged, type Scene, type Seen } from './finding.ts'
import { ownLockOf, ownLocksIn, ownLockText } from './own-lock.ts'
import { IN_DEMAND, piledIn } from './pile-up.ts'
import { isRelieved } from './relieved.ts'
import { haltedIn, intoPipe } from './standstill.ts'
import { SEND, waysOf } from './ways.ts'

export function slow(scene: Scene): Finding[] {
  const told = new Set([...piledIn(scene), ...haltedIn(scene).keys(), ...ownLocksIn(scene).keys()])
  const mayBeSlow = scene.seen.filter(({ tally, idle }) => (tally.waitMax ?? 0) >= SURE_MINUTES && !idle)
  return mayBeSlow.flatMap((each) => {
    const { tally, state } = each
    if (isJudged(each)) return []
    const reason = reasonOf(each)
    if (reason === undefined || told.has(each)) return []
    const isLock = reason === LOCKED
    if (!isLock && isRelieved(scene, each)) return []
    const held = isLock ? holderText(scene, each) : undefined
    return about([each], {
      finding: 'slow',
      severity: 'warning',
      title: `${goroutines(tally.count)} in ${state} for up to ${tally.waitMax ?? 0} minutes ${placeOf(tally.signature.title)}`,
      because: `${reason}${held?.text ?? ''}`,
      ...(held?.waitsOn === undefined ? {} : { waits_on: held.waitsOn }),
    })
  })
}

const LOCKED = 'a lock is normally held for microseconds'

/** Why the wait is normally short; undefined if it need not be. */
function reasonOf(each: Seen): string | undefined {
  const isPiped = intoPipe(each) > 0
  if (!isPiped && (each.ways & IN_DEMAND) === 0) return undefined
  if (areInLock(each)) return LOCKED
  if (isPiped) return 'a write into a pipe normally finds its reader at once'
  return (waysOf(each.state) & SEND) === 0 ? undefined : 'a send normally finds its receiver at once'
}

/** Which goroutine may hold the lock, if the dump shows it. */
function holderText(scene: Scene, each: Seen): { readonly text: string; readonly waitsOn?: WaitsOn[] } {
  const { lock, steps } = lockToTell(scene, [each])
  if (lock !== undefined && steps.length > 0)
    return { text: `; ${lockText(scene, lock, steps)}`, waitsOn: objectsOf(lock, steps) }
  const own = ownLockOf(scene, each)
  return { text: own === undefined ? '' : `; ${ownLockText(own)}: it may hold the lock itself` }
}
