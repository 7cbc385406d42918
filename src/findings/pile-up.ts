/** Many goroutines that wait for one thing, a pool that is empty, waits that are too long: what one dump shows by itself. */
import { goroutines, mainState, placeOf } from '../leaks/words.ts'
import { about } from './about.ts'
import { codeOf } from './code.ts'
import type { Finding, Scene, Seen } from './finding.ts'
import { miscounts } from './miscount.ts'
import type { Pool } from './pools.ts'
import { mayBeWoken, standstills, waitsForOutside } from './standstill.ts'
import { cycle, type Group, groupWaiters, signaturesOf } from './waits.ts'

/** Waiters of one object, or senders in one place, that are no rush of a moment, … */
const PILE = 50
/** … or so many where none has come within a minute. */
const OLD_PILE = 10
/** Of these a service has as many as it has clients; senders wait under back-pressure. */
const SENDERS = 100
/** Waiters for a lock behind a call to the world outside. */
const BEHIND_CALL = 5
/** Goroutines that wait for a member of a pool, while others go on. */
const POOL = 10
/** Minutes in a lock or a send, both of which are short where all is well. */
const SLOW_MINUTES = 2
const CRITICAL = 100

const LOCK = /^(?:sync\.(?:Mutex|RWMutex)\.)/
const SEND = /^chan send$/

const groupsOf = new WeakMap<Scene, readonly Group[]>()

function groups(scene: Scene): readonly Group[] {
  let found = groupsOf.get(scene)
  if (found === undefined) {
    found = groupWaiters(scene.dump, BEHIND_CALL)
    groupsOf.set(scene, found)
  }
  return found
}

export function pileUp(scene: Scene): Finding[] {
  const found: Finding[] = []
  const told = new Set<Seen>()
  for (const group of groups(scene)) {
    const waiters = group.goroutines.length
    if (waiters < BEHIND_CALL) break
    const seen = seenOf(scene, group)
    const { kind } = group
    if (waiters < leastOf(scene, seen)) continue
    for (const each of seen) told.add(each)
    const waits = group.waits()
    const [holder] = waits.may_hold ?? []
    const place = seen[0] === undefined ? '' : ` ${placeOf(seen[0].tally.signature.title)}`
    const behind = seen[0] === undefined ? undefined : waitsForOutside(scene, seen[0])
    found.push({
      ...about(seen, {
        finding: 'pile_up',
        severity: waiters >= CRITICAL ? 'critical' : 'warning',
        title: `${goroutines(waiters)} wait for one ${kind}${place}`,
        because: `all of them wait for ${waits.object}${holder === undefined ? '' : `; goroutine ${holder.goroutine} [${holder.state}] in ${holder.function} may hold it`}${behind === undefined ? '' : `; meanwhile ${behind.tally.signature.title.function} waits for the world outside in ${mainState(behind.tally)}`}`,
        waits_on: [waits],
      }),
      goroutines: waiters,
    })
  }
  const halted = new Set(standstills(scene).flatMap(({ heldUp }) => heldUp))
  for (const seen of scene.seen) {
    if (told.has(seen) || halted.has(seen) || isJudged(seen)) continue
    const state = mainState(seen.tally)
    const least = LOCK.test(state)
      ? leastOf(scene, [seen])
      : SEND.test(state)
        ? isOld(seen)
          ? OLD_PILE
          : SENDERS
        : Number.POSITIVE_INFINITY
    if (seen.tally.count < least) continue
    found.push(
      about([seen], {
        finding: 'pile_up',
        severity: seen.tally.count >= CRITICAL ? 'critical' : 'warning',
        title: `${goroutines(seen.tally.count)} wait in ${state} ${placeOf(seen.tally.signature.title)}`,
        because: `${goroutines(seen.tally.count)} in one place is more than a brief burst`,
      }),
    )
  }
  return found
}

/** A ring of locks whose addresses prove it. */
export function ring(scene: Scene): Finding[] {
  const found = cycle(groups(scene))
  if (found.length < 2) return []
  const seen = [...new Set(found.flatMap((group) => seenOf(scene, group)))]
  const count = found.reduce((sum, group) => sum + group.goroutines.length, 0)
  return [
    {
      ...about(seen, {
        finding: 'deadlock',
        severity: 'critical',
        title: `${goroutines(count)} wait for each other on ${found.length} locks${seen[0] === undefined ? '' : ` ${placeOf(seen[0].tally.signature.title)}`}`,
        because: `each lock may be held by a goroutine that waits for another: ${found.map(({ waits }) => waits().object).join(', ')}`,
        fault: 'resource_deadlock',
        waits_on: found.map((group) => group.waits()),
      }),
      goroutines: count,
    },
  ]
}

/** Nobody is left who could go on. */
export function standstill(scene: Scene): Finding[] {
  return [...halted(scene), ...miscounted(scene)]
}

function miscounted(scene: Scene): Finding[] {
  return miscounts(scene).map((each) =>
    about([each], {
      finding: 'stuck',
      severity: 'warning',
      title: `${goroutines(each.tally.count)} wait for a WaitGroup ${placeOf(each.tally.signature.title)}`,
      because: 'none of them has started a goroutine that still lives',
      fault: 'waitgroup_miscount',
      hint: 'Add counts more than there are goroutines that call Done: call Add(1) beside each go statement and defer Done in the goroutine',
    }),
  )
}

/** Signatures that leak have a finding of their own. */
function halted(scene: Scene): Finding[] {
  return standstills(scene).flatMap(({ heldUp: all, class: kind }) => {
    const heldUp = all.filter(({ assessment }) => assessment.verdict !== 'leaking')
    const [worst] = heldUp
    if (worst === undefined) return []
    const count = heldUp.reduce((sum, { tally }) => sum + tally.count, 0)
    const place = ` in ${mainState(worst.tally)} ${placeOf(worst.tally.signature.title)}`
    return about(heldUp, {
      finding: 'stuck',
      severity: count >= CRITICAL ? 'critical' : 'warning',
      title: `${goroutines(count)} wait${place}`,
      because: 'no goroutine of this code runs, nor waits for anything outside of the program',
      class: kind,
    })
  })
}

export function pool(scene: Scene): Finding[] {
  const waiting = scene.seen.flatMap((seen) => {
    const row = poolOf(seen)
    return row === undefined ? [] : { seen, row }
  })
  const others = waiting.map(({ seen }) => seen)
  return waiting.flatMap(({ seen, row }) => {
    const { count, signature } = seen.tally
    const isLeftAlone = !mayBeWoken(scene, seen, others)
    if (count < POOL && !isLeftAlone) return []
    return about([seen], {
      finding: 'pool',
      severity: count >= CRITICAL ? 'critical' : 'warning',
      title: `${goroutines(count)} ${count === 1 ? 'waits' : 'wait'} for ${row.what} ${placeOf(signature.title)}`,
      because: isLeftAlone
        ? 'all members of the pool are taken, and no goroutine of this code is at work with one'
        : 'all members of the pool are taken',
    })
  })
}

function poolOf({ tally }: Seen): Pool | undefined {
  if (!/^(?:select|chan send|chan receive)$/.test(mainState(tally))) return undefined
  return codeOf(tally.signature).pool
}

export function slow({ seen }: Scene): Finding[] {
  return seen.flatMap((each) => {
    const { tally } = each
    const state = mainState(tally)
    if (isJudged(each) || each.idle || tally.count >= OLD_PILE || (tally.waitMax ?? 0) < SLOW_MINUTES) return []
    if (!LOCK.test(state) && !SEND.test(state)) return []
    return about([each], {
      finding: 'slow',
      severity: 'warning',
      title: `${goroutines(tally.count)} in ${state} for up to ${tally.waitMax ?? 0} minutes ${placeOf(tally.signature.title)}`,
      because: `a ${LOCK.test(state) ? 'lock is normally held for microseconds' : 'send normally finds its receiver at once'}`,
    })
  })
}

function leastOf(scene: Scene, seen: readonly Seen[]): number {
  const [worst] = seen
  if (worst !== undefined && waitsForOutside(scene, worst) !== undefined) return BEHIND_CALL
  return seen.every(isOld) ? OLD_PILE : PILE
}

/** All of them have waited for a minute. */
function isOld({ tally }: Seen): boolean {
  return (tally.waitMin ?? 0) >= 1
}

function isJudged({ assessment }: Seen): boolean {
  return assessment.verdict === 'leaking' || assessment.verdict === 'stuck'
}

/** The signatures of a group, most waiters first. */
function seenOf({ dump, seen }: Scene, group: Group): Seen[] {
  return signaturesOf(group).flatMap((index) => seen.find(({ tally }) => tally === dump.signatures[index]) ?? [])
}
