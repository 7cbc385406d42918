/** Many goroutines that wait for one thing, and goroutines that wait for each other: what a single dump shows. */
import { goroutines, placeOf } from '../leaks/words.ts'
import { about } from './about.ts'
import { SURE_MINUTES } from './active.ts'
import {
  chainOf,
  chainText,
  FEW_WAITERS,
  isHeldByRunner,
  lockText,
  lockToTell,
  objectsOf,
  ringIn,
  type Step,
  seenOf,
  waitsIn,
} from './chains.ts'
import { areInLock } from './class.ts'
import { countOf, type Finding, isJudged, ofScene, type Scene, type Seen } from './finding.ts'
import { countLate } from './late.ts'
import { emptyPools } from './pool.ts'
import { isRelieved } from './relieved.ts'
import { haltedIn, mayBeWoken, type Standstill, standstills, waitsForOutside } from './standstill.ts'
import { miscounts, unsignalled } from './unended.ts'
import type { Group } from './waits.ts'
import { LOCK, SEMACQUIRE, SEND, waysOf } from './ways.ts'

/** Number of waiters for one lock that is not a brief rush, … */
const PILE = 50
/** … or that have waited for minutes. */
const OLD_PILE = 10
/** The same for senders, which a service may have by the number of its clients, and which wait under back-pressure. */
const SENDERS = 100
/** The same for a lock whose holder waits for the outside world, for a timer, or forever. A healthy program has fewer of them. */
const CONVOY = 20
const CRITICAL = 100
/** Waits for a lock, or to send. */
export const IN_DEMAND: number = LOCK | SEMACQUIRE | SEND

const NOBODY = 'no goroutine of this code runs or waits for anything outside the program'

export interface Pile {
  readonly group: Group
  readonly seen: readonly Seen[]
  /** The standstill of which this pile is the larger part: one finding reports both. */
  readonly standstill: Standstill | undefined
}

export const pilesIn: (scene: Scene) => readonly Pile[] = ofScene(findPiles)

function findPiles(scene: Scene): readonly Pile[] {
  const halted = haltedIn(scene)
  const ring = new Set(ringIn(scene))
  return waitsIn(scene).groups.flatMap((group) => {
    const count = group.goroutines.length
    // A dump may have thousands of groups; most are too small to be of interest.
    if (count < FEW_WAITERS || (group.kind === 'channel' && !group.sends)) return []
    const seen = seenOf(scene, group)
    if (ring.has(group)) return []
    if (count < leastOf(scene, group, seen)) return []
    if (group.sends && seen.some((each) => halted.has(each) || isJudged(each))) return []
    const [first] = seen
    const around = first === undefined ? undefined : halted.get(first)
    const isMost = count * 2 >= (around?.count ?? 0) && seen.every((each) => halted.get(each) === around)
    const standstill = isMost ? around : undefined
    return { group, seen, standstill }
  })
}

/** Signatures of many goroutines that wait, as far as is known, for different objects. */
const loosePilesIn: (scene: Scene) => readonly Seen[] = ofScene((scene) => {
  const halted = haltedIn(scene)
  const told = new Set(pilesIn(scene).flatMap(({ seen }) => seen))
  return scene.seen.filter((seen) => {
    const { count } = seen.tally
    // Fewer are not a pile, whatever they wait for.
    if (count < FEW_WAITERS || (seen.ways & IN_DEMAND) === 0 || told.has(seen) || halted.has(seen) || isJudged(seen))
      return false
    return count >= leastIn(scene, seen)
  })
})

/** Signatures that are reported as a pile. */
export function piledIn(scene: Scene): readonly Seen[] {
  return [...pilesIn(scene).flatMap(({ seen }) => seen), ...loosePilesIn(scene)]
}

export function pileUp(scene: Scene): Finding[] {
  const loose = loosePilesIn(scene).map((seen) => {
    const { count } = seen.tally
    return about([seen], {
      finding: 'pile_up',
      severity: count >= CRITICAL ? 'critical' : 'warning',
      title: `${goroutines(count)} wait in ${seen.state} ${placeOf(seen.tally.signature.title)}`,
      because: `${goroutines(count)} in one place is more than a brief burst`,
    })
  })
  return [...pilesIn(scene).map((pile) => ofPile(scene, pile)), ...loose]
}

/** A finding about the waiters for one object, with what its holder waits for. */
function ofPile(scene: Scene, { group, seen, standstill }: Pile): Finding {
  const count = group.goroutines.length
  const steps = chainOf(scene, group)
  const [worst] = seen
  const place = worst === undefined ? '' : ` ${placeOf(worst.tally.signature.title)}`
  const outside = worst === undefined ? undefined : waitsForOutside(scene, worst)
  const own = new Set(seen)
  const others = standstill?.heldUp.filter((each) => !own.has(each)) ?? []
  return {
    ...about([...seen, ...others], {
      finding: 'pile_up',
      severity: count >= CRITICAL ? 'critical' : 'warning',
      title: `${goroutines(count)} wait ${group.sends ? 'to send on' : 'for'} one ${group.kind}${place}`,
      because: `all of them wait for ${group.object}${chainText(scene, group, steps)}${meanwhile(scene, outside, steps)}${standstill === undefined ? '' : `; ${NOBODY}`}`,
      class: standstill?.class,
      waits_on: objectsOf(group, steps),
    }),
    goroutines: count,
  }
}

function meanwhile({ dump }: Scene, outside: Seen | undefined, steps: readonly Step[]): string {
  if (outside === undefined || steps.some((step) => dump.signatures[step.goroutine.signature] === outside.tally))
    return ''
  const { title } = outside.tally.signature
  return `; meanwhile ${title.function} waits for the outside world in ${outside.state} ${placeOf(title)}`
}

/** Leaks, rings, piles that make up most of a standstill, and waits for a member of a pool have separate findings. */
export function standstill(scene: Scene): Finding[] {
  const told = new Set(pilesIn(scene).map((pile) => pile.standstill))
  const pooled = new Set(emptyPools(scene).map(({ seen }) => seen))
  const ringed = new Set(ringIn(scene).flatMap((group) => seenOf(scene, group)))
  return standstills(scene).flatMap((each) => {
    const heldUp = each.heldUp.filter(({ assessment }) => assessment.verdict !== 'leaking')
    const [worst] = heldUp
    if (worst === undefined || told.has(each) || heldUp.some((one) => ringed.has(one))) return []
    if (heldUp.every((one) => pooled.has(one))) return []
    const count = countOf(heldUp)
    const place = ` in ${worst.state} ${placeOf(worst.tally.signature.title)}`
    const { lock, steps } = lockToTell(scene, heldUp)
    return about(heldUp, {
      finding: 'stuck',
      severity: count >= CRITICAL ? 'critical' : 'warning',
      title: `${goroutines(count)} wait${place}`,
      because: `${NOBODY}${lock === undefined || steps.length === 0 ? '' : `; ${lockText(scene, lock, steps)}`}`,
      class: each.class,
      ...(lock === undefined ? {} : { waits_on: objectsOf(lock, steps) }),
    })
  })
}

export function nobodyEnds(scene: Scene): Finding[] {
  return [...miscounted(scene), ...notSignalled(scene)]
}

function notSignalled(scene: Scene): Finding[] {
  return unsignalled(scene).map((each) =>
    about([each], {
      finding: 'stuck',
      severity: 'warning',
      title: `${goroutines(each.tally.count)} wait for a condition ${placeOf(each.tally.signature.title)}`,
      because: `${NOBODY}, and the goroutines that started them have exited`,
    }),
  )
}

function miscounted(scene: Scene): Finding[] {
  return miscounts(scene).map((each) => {
    const { count, signature } = each.tally
    const [waits, because] =
      count === 1
        ? ['waits', 'it has started no goroutine that is still alive, and no other one is in its package']
        : ['wait', 'none of them has started a goroutine that is still alive']
    return about([each], {
      finding: 'stuck',
      severity: 'warning',
      title: `${goroutines(count)} ${waits} for a WaitGroup ${placeOf(signature.title)}`,
      because,
      fault: 'waitgroup_miscount',
      hint: 'Add counts more goroutines than call Done: call Add(1) beside each go statement and defer Done in the goroutine',
    })
  })
}

/** Number of waiters for one object from which it is worth a finding. */
function leastOf(scene: Scene, group: Group, seen: readonly Seen[]): number {
  const late = group.goroutines.filter(({ minutes = 0 }) => minutes >= SURE_MINUTES).length
  if (group.kind === 'mutex' || group.kind === 'rwmutex')
    return isHeldByRunner(scene, group) ? FEW_WAITERS : leastForLock(scene, seen, late)
  if (!group.sends) return Number.POSITIVE_INFINITY
  return late >= OLD_PILE && seen.every((each) => !isRelieved(scene, each)) ? OLD_PILE : SENDERS
}

function leastIn(scene: Scene, seen: Seen): number {
  const late = countLate(scene, seen)
  if (areInLock(seen)) return leastForLock(scene, [seen], late)
  if ((waysOf(seen.state) & SEND) === 0) return Number.POSITIVE_INFINITY
  return late >= OLD_PILE && !isRelieved(scene, seen) ? OLD_PILE : SENDERS
}

/** `late`: how many have waited for minutes. */
function leastForLock(scene: Scene, seen: readonly Seen[], late: number): number {
  const [worst] = seen
  const isConvoy = worst !== undefined && (waitsForOutside(scene, worst) !== undefined || !mayBeWoken(scene, worst))
  const least = isConvoy ? FEW_WAITERS : OLD_PILE
  return late >= least ? least : isConvoy ? CONVOY : PILE
}
