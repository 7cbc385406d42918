/**
 * Follows what a pile waits for: the goroutine that may hold its lock may wait for something too. A ring is claimed only if each step has an
 * address, and exactly one goroutine may hold it.
 */
import type { CallingGoroutine, DumpTally } from '../core/model.ts'
import type { WaitsOn } from '../core/records.ts'
import { kinOf } from '../leaks/kin.ts'
import { goroutines, placeOf } from '../leaks/words.ts'
import { about } from './about.ts'
import { isOutside } from './active.ts'
import { classOf, waitsForLock } from './class.ts'
import { type Finding, ofScene, type Scene, type Seen } from './finding.ts'
import { byTypeIn } from './members.ts'
import { isAnyActive } from './standstill.ts'
import { shapeOf, type WaitKind } from './waiting.ts'
import { type Group, signaturesOf, type Waits, waitsOf } from './waits.ts'

/** Number of waiters from which a group is of interest by itself. */
export const FEW_WAITERS = 5
const RUNS = /^(?:running|runnable|preempted)$/
/** Number of signatures of a standstill for which locks are looked up. */
const LOCKS = 8
/** Longest chain that is followed: nobody reads further. */
const STEPS = 8

export const waitsIn: (scene: Scene) => Waits = ofScene(({ dump }) => waitsOf(dump, FEW_WAITERS))

export interface Step {
  readonly goroutine: CallingGoroutine
  /** Set if only the type is known: this is the only other goroutine in a method of the type. */
  readonly type?: string
  /** What this goroutine waits for. */
  readonly waitsFor: Group | undefined
}

/** Starts at the lock of `group`, and goes on as long as exactly one goroutine may hold it. */
export function chainOf(scene: Scene, group: Group): readonly Step[] {
  const waits = waitsIn(scene)
  const steps: Step[] = []
  const passed = new Set([group])
  for (let at: Group | undefined = group; at !== undefined && steps.length < STEPS; ) {
    const step = holderOf(scene, at)
    if (step === undefined) break
    const waitsFor = waits.of(step.goroutine)
    steps.push({ ...step, waitsFor })
    if (waitsFor === undefined || passed.has(waitsFor)) break
    passed.add(waitsFor)
    at = waitsFor
  }
  return steps
}

type Holder = Omit<Step, 'waitsFor'>

const holdersFound = new WeakMap<Group, Holder | 'nobody'>()

/** Cached: one lock may hold up thousands of standstills. */
function holderOf(scene: Scene, group: Group): Holder | undefined {
  const found = holdersFound.get(group) ?? findHolder(scene, group) ?? 'nobody'
  holdersFound.set(group, found)
  return found === 'nobody' ? undefined : found
}

function findHolder(scene: Scene, group: Group): Holder | undefined {
  const [holder] = group.mayHold
  if (holder !== undefined) return group.mayHold.length === 1 ? { goroutine: holder } : undefined
  if (group.kind !== 'mutex' && group.kind !== 'rwmutex') return undefined
  return onlyOther(scene, group)
}

/** If the receivers are stale: the only goroutine in a method of the locking type that does not wait for the lock. */
function onlyOther(scene: Scene, group: Group): Holder | undefined {
  const [first] = group.goroutines
  const type = first === undefined ? undefined : shapeOf(first).type
  if (type === undefined) return undefined
  const { callers, signatures } = scene.dump
  const waiting = new Set(group.goroutines.map(({ goroutine }) => goroutine))
  let others = -waiting.size
  const found: CallingGoroutine[] = []
  for (const slot of byTypeIn(scene).get(`${type}.`) ?? []) {
    others += signatures[slot]?.count ?? 0
    if (others > 1) return undefined
    for (const each of callers?.of(slot) ?? []) if (!waiting.has(each.goroutine)) found.push(each)
  }
  const [only] = found
  return others === 1 && only !== undefined && found.length === 1 ? { goroutine: only, type } : undefined
}

/**
 * Is a runaway loop the only active goroutine? While locks are in demand in a healthy program, at almost any moment one of those that want the
 * lock is at work elsewhere.
 */
export function isHeldByRunner(scene: Scene, group: Group): boolean {
  const [holder, ...others] = group.mayHold
  const [waiter] = seenOf(scene, group)
  if (holder === undefined || others.length > 0 || waiter === undefined || !RUNS.test(holder.state)) return false
  const seen = scene.bySlot[holder.signature]
  return seen !== undefined && seen.tally.count === 1 && !isAnyActive(scene, waiter, seen)
}

/** The objects of a chain, first one first. */
export function objectsOf(group: Group, steps: readonly Step[]): WaitsOn[] {
  return [...new Set([group, ...steps.flatMap(({ waitsFor }) => waitsFor ?? [])])].map((each) => each.waits())
}

/** Locks that goroutines of the first few of `seen` wait for, most waiters first. */
export function locksOf(scene: Scene, seen: readonly Seen[]): readonly Group[] {
  const { callers } = scene.dump
  const waiters = seen.filter((each) => waitsForLock(each) > 0).slice(0, LOCKS)
  const found = waiters.flatMap((each) => {
    const [first] = callers?.of(each.slot) ?? []
    return (first === undefined ? undefined : waitsIn(scene).of(first)) ?? []
  })
  return [...new Set(found)].sort((a, b) => b.goroutines.length - a.goroutines.length)
}

/** `; goroutine 7 [chan send] in main.(*store).flush may hold it; it waits to send on channel 0xc0000140e0 at main.go:29 for 12 minutes`. */
export function chainText(scene: Scene, group: Group, steps: readonly Step[]): string {
  const { dump } = scene
  let text = ''
  let holders = group.waits().may_hold
  for (const { goroutine, type, waitsFor } of steps) {
    const { signature } = dump.signatures[goroutine.signature] ?? {}
    const name = `goroutine ${goroutine.goroutine} [${goroutine.state}]`
    const method = holders?.[0]?.function ?? signature?.title.function ?? ''
    const what = waitsFor === undefined ? elsewhere(scene, goroutine) : objectText(waitsFor)
    const place = signature === undefined ? '' : ` ${placeOf(signature.title)}`
    const who = `; ${name} in ${method}${what === undefined ? place : ''}`
    text +=
      type === undefined ? `${who} may hold it` : `${who} is the only other goroutine in a method of ${shortType(type)}`
    if (what !== undefined) text += `; it ${what}${place}${minutesText(goroutine)}`
    holders = waitsFor?.waits().may_hold
  }
  return text
}

/** The lock to report: the first, by number of waiters, that some goroutine may hold; otherwise the one with most waiters. */
export function lockToTell(
  scene: Scene,
  seen: readonly Seen[],
): { readonly lock?: Group; readonly steps: readonly Step[] } {
  const locks = locksOf(scene, seen)
  for (const lock of locks) {
    const steps = chainOf(scene, lock)
    if (steps.length > 0) return { lock, steps }
  }
  const [lock] = locks
  return lock === undefined ? { steps: [] } : { lock, steps: [] }
}

/** `1 waits for 0xc000010008; goroutine 7 …`. */
export function lockText(scene: Scene, lock: Group, steps: readonly Step[]): string {
  const { length } = lock.goroutines
  return `${length === 1 ? '1 waits' : `${length} wait`} for ${lock.object}${chainText(scene, lock, steps)}`
}

const WORDS: Readonly<Record<WaitKind, string>> = {
  mutex: 'waits for mutex',
  rwmutex: 'waits for rwmutex',
  channel: 'waits to receive from channel',
  waitgroup: 'waits for WaitGroup',
  cond: 'waits for a signal of Cond',
}

function objectText({ kind, sends, object }: Group): string {
  return `${sends ? 'waits to send on channel' : WORDS[kind]} ${object}`
}

/** A select has no address, and neither has anything outside the program. */
function elsewhere(scene: Scene, { signature, minutes }: CallingGoroutine): string | undefined {
  const seen = scene.bySlot[signature]
  if (seen !== undefined && isOutside(seen)) return 'waits for the outside world'
  return minutes === undefined ? undefined : 'has waited'
}

function minutesText({ minutes }: CallingGoroutine): string {
  return minutes === undefined ? '' : ` for ${countedMinutes(minutes)}`
}

function countedMinutes(minutes: number): string {
  return minutes === 1 ? '1 minute' : `${minutes} minutes`
}

/** `(*Cache)` for `example.com/shop.(*Cache)`. */
export function shortType(type: string): string {
  return type.slice(type.indexOf('(*'))
}

export const ringIn: (scene: Scene) => readonly Group[] = ofScene(cycle)

/** Reports a ring that is proven by addresses. */
export function ring(scene: Scene): Finding[] {
  const found = ringIn(scene)
  if (found.length < 2) return []
  const seen = [...new Set(found.flatMap((group) => seenOf(scene, group)))]
  const count = new Set(found.flatMap((group) => group.goroutines.map(({ goroutine }) => goroutine))).size
  const isLocks = seen.every((each) => waitsForLock(each) === each.tally.count)
  const place = seen[0] === undefined ? '' : ` ${placeOf(seen[0].tally.signature.title)}`
  const objects = found.map(({ object }) => object).join(', ')
  return [
    {
      ...about(seen, {
        finding: 'deadlock',
        severity: 'critical',
        title: `${goroutines(count)} wait for each other on ${isLocks ? `${found.length} locks` : 'a lock and a WaitGroup'}${place}`,
        because: isLocks
          ? `each lock may be held by a goroutine that waits for another: ${objects}`
          : `the goroutine that may hold the lock waits for goroutines that it has started, which wait for the lock: ${objects}`,
        ...(isLocks ? { fault: 'resource_deadlock' } : {}),
        class: classOf(seen),
        waits_on: found.map((each) => each.waits()),
      }),
      goroutines: count,
    },
  ]
}

/** Groups that wait for each other in a ring; for each, exactly one goroutine may hold what it waits for. */
function cycle(scene: Scene): readonly Group[] {
  const waits = waitsIn(scene)
  const seen = new Set<Group>()
  for (const start of waits.groups) {
    const path: Group[] = []
    let at: Group | undefined = start
    while (at !== undefined && !seen.has(at)) {
      path.push(at)
      seen.add(at)
      at = next(scene, at)
    }
    // A group of an earlier path leads to no ring, or to one that was found.
    if (at !== undefined && path.includes(at)) return path.slice(path.indexOf(at))
  }
  return []
}

/** What the goroutine waits for that could let the waiters of `group` go on. */
function next(scene: Scene, group: Group): Group | undefined {
  const waits = waitsIn(scene)
  const [holder] = group.mayHold
  // If more than one may hold it, nothing is proven.
  if (holder !== undefined) return group.mayHold.length === 1 ? waits.of(holder) : undefined
  if (group.kind !== 'waitgroup') return undefined
  for (const child of childrenOf(scene.dump, group)) {
    const waitsFor = waits.of(child)
    if (waitsFor !== undefined && waitsFor.mayHold.length === 1) return waitsFor
  }
  return undefined
}

/** Goroutines that the waiter on a WaitGroup has started. */
function childrenOf({ signatures, callers }: DumpTally, { goroutines: waiters }: Group): readonly CallingGoroutine[] {
  const [waiter] = waiters
  const slot = waiter?.signature ?? -1
  // If several wait at one place, it is unknown which of them has started the children.
  if (signatures[slot]?.count !== 1) return []
  return kinOf(signatures)
    .startedBy(slot)
    .flatMap((child) => callers?.of(child.slot) ?? [])
}

/** The signatures of a group, most waiters first. */
export function seenOf(scene: Scene, group: Group): Seen[] {
  return signaturesOf(group).flatMap((slot) => scene.bySlot[slot] ?? [])
}
