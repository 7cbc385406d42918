/**
 * Goroutines that wait for each other while no active goroutine could wake them. A goroutine that waits for a lock, or to send, has work to do:
 * in a healthy program another goroutine of the same code is at work meanwhile, holds the lock, or is on its way to receive. Idle workers are
 * different: they wait in a receive, a select, or for a condition.
 */
import { addTo } from '../leaks/kin.ts'
import { dumperOf, isActive, isOutside } from './active.ts'
import { classOf, type WaitClass, waitsForLock } from './class.ts'
import { codeOf, typesOf } from './code.ts'
import { countOf, ofScene, type Scene, type Seen } from './finding.ts'
import { isProven } from './proof.ts'
import { GROUP, LOCK, SEMACQUIRE, SEND } from './ways.ts'

export interface Standstill {
  /** Signatures that are held up together, most goroutines first. */
  readonly heldUp: readonly Seen[]
  /** Number of goroutines of all of them. */
  readonly count: number
  readonly class: WaitClass | undefined
}

export const standstills: (scene: Scene) => readonly Standstill[] = ofScene(findStandstills)

function findStandstills(scene: Scene): Standstill[] {
  const clusters = new Set<Cluster>()
  const byPackage = new Map<string, Cluster>()
  for (const each of scene.seen) {
    if (!isHeldUp(each) || mayBeWoken(scene, each)) continue
    const own = codeOf(each.tally.signature).packages
    // For goroutines of the standard library alone it is unknown who serves them.
    if (own.length === 0) continue
    const near = new Set(own.flatMap((name) => mergedOf(byPackage.get(name)) ?? []))
    const [largest = { seen: [], into: undefined }] = [...near].sort((a, b) => b.seen.length - a.seen.length)
    for (const cluster of near) {
      clusters.delete(cluster)
      if (cluster === largest) continue
      for (const other of cluster.seen) largest.seen.push(other)
      cluster.into = largest
    }
    largest.seen.push(each)
    clusters.add(largest)
    for (const name of own) byPackage.set(name, largest)
  }
  return [...clusters].flatMap(({ seen }) => {
    if (!isProven(scene, seen, inDemand)) return []
    const heldUp = [...seen].sort((a, b) => b.tally.count - a.tally.count)
    const count = countOf(heldUp)
    return [{ heldUp, count, class: classOf(heldUp) }]
  })
}

/** Signatures that are held up → the standstill that they belong to. */
export const haltedIn: (scene: Scene) => ReadonlyMap<Seen, Standstill> = ofScene((scene) => {
  const found = new Map<Seen, Standstill>()
  for (const each of standstills(scene)) for (const seen of each.heldUp) found.set(seen, each)
  return found
})

/** Signatures that are held up, and connected by common packages. */
interface Cluster {
  readonly seen: Seen[]
  /** The larger cluster that it was merged into. */
  into: Cluster | undefined
}

function mergedOf(cluster: Cluster | undefined): Cluster | undefined {
  let merged = cluster
  while (merged?.into !== undefined) merged = merged.into
  return merged
}

/** Is any goroutine of the waiter's code active? */
export function mayBeWoken(scene: Scene, waiter: Seen): boolean {
  return canWake(helpersOf(scene), waiter)
}

/** Like `mayBeWoken`, but without counting `others`. */
export function mayBeWokenBeside(scene: Scene, others: ReadonlySet<Seen>): (waiter: Seen) => boolean {
  const helpers = new Helpers(scene, others)
  return (waiter) => canWake(helpers, waiter)
}

function canWake(helpers: Helpers, waiter: Seen): boolean {
  const type = lockedBy(waiter)
  if (type !== undefined) return helpers.ofType(type) !== undefined
  return helpers.isAnyIn(codeOf(waiter.tally.signature).packages, undefined)
}

/** Is any goroutine, except `except`, active in a package that `waiter` is in? */
export function isAnyActive(scene: Scene, waiter: Seen, except: Seen): boolean {
  return helpersOf(scene).isAnyIn(codeOf(waiter.tally.signature).packages, except)
}

/** A goroutine that may hold the lock of `waiter`, if all that may hold it wait for the network or another program. */
export function waitsForOutside(scene: Scene, waiter: Seen): Seen | undefined {
  const type = lockedBy(waiter)
  if (type === undefined) return undefined
  const helpers = helpersOf(scene)
  return helpers.isAnyAtWork(type) ? undefined : helpers.ofType(type)
}

/**
 * The active goroutines of a dump, by type and package. A dump may have thousands of signatures, and each asks for its own; most find an answer
 * among the first hundreds, so the rest is searched only if needed.
 */
class Helpers {
  readonly #scene: Scene
  readonly #others: ReadonlySet<Seen>
  readonly #dumper: Seen | undefined
  /** A lock that a method takes is held by a goroutine in a method of the same type. */
  readonly #byType = new Map<string, Seen[]>()
  /** Any other lock is held, and a channel served, by a goroutine in the same package, or in one that is on the waiter's stack. */
  readonly #byPackage = new Map<string, Seen[]>()
  /** Type → how many of it were checked for being at work; AT_WORK if one was found. */
  readonly #asked = new Map<string, number>()
  /** Number of signatures searched so far. */
  #looked = 0

  /** All except `others`. */
  constructor(scene: Scene, others: ReadonlySet<Seen> = NOBODY) {
    this.#scene = scene
    this.#others = others
    this.#dumper = dumperOf(scene)
  }

  /** The first one in a method of the type. */
  ofType(type: string): Seen | undefined {
    return this.#first(this.#byType, type, undefined)
  }

  /** Is any in a method of the type at work, rather than waiting for something outside the program? */
  isAnyAtWork(type: string): boolean {
    let asked = this.#asked.get(type) ?? 0
    while (asked !== AT_WORK) {
      const helper = this.#byType.get(type)?.[asked]
      if (helper !== undefined) asked = isOutside(helper) ? asked + 1 : AT_WORK
      else if (!this.#look()) break
    }
    this.#asked.set(type, asked)
    return asked === AT_WORK
  }

  /** Is any of them, other than `except`, in one of the packages? */
  isAnyIn(packages: readonly string[], except: Seen | undefined): boolean {
    if (packages.some((name) => this.#byPackage.get(name)?.some((each) => each !== except) === true)) return true
    return packages.some((name) => this.#first(this.#byPackage, name, except) !== undefined)
  }

  #first(lists: ReadonlyMap<string, readonly Seen[]>, key: string, except: Seen | undefined): Seen | undefined {
    for (let asked = 0; ; ) {
      const list = lists.get(key)
      for (; list !== undefined && asked < list.length; asked++) {
        const helper = list[asked] as Seen
        if (helper !== except) return helper
      }
      if (!this.#look()) return undefined
    }
  }

  /** Searches for one more active goroutine; false if there is none. */
  #look(): boolean {
    const { seen } = this.#scene
    while (this.#looked < seen.length) {
      const each = seen[this.#looked++] as Seen
      if (each === this.#dumper || each.idle || this.#others.has(each) || !isActive(each)) continue
      const { signature } = each.tally
      for (const type of typesOf(signature)) addTo(this.#byType, type, each)
      for (const name of codeOf(signature).packages) addTo(this.#byPackage, name, each)
      return true
    }
    return false
  }
}

const NOBODY: ReadonlySet<Seen> = new Set()
const AT_WORK = -1

const helpersOf = ofScene((scene) => new Helpers(scene))

/** `shop.(*Cache).` if a method of it waits for a lock. */
function lockedBy(each: Seen): string | undefined {
  const { tally, ways } = each
  if ((ways & (LOCK | SEMACQUIRE)) === 0 || waitsForLock(each) < tally.count) return undefined
  return codeOf(tally.signature).lockedBy
}

function isHeldUp(each: Seen): boolean {
  // A waiter for a WaitGroup waits for goroutines that have work to do.
  return !each.idle && ((each.ways & (GROUP | SEMACQUIRE | LOCK | SEND)) !== 0 || intoPipe(each) > 0)
}

/** Number of goroutines that wait for a lock, or to hand something over. */
function inDemand(each: Seen): number {
  return waitsForLock(each) + (each.states.get('chan send') ?? 0) + intoPipe(each)
}

/** Number of goroutines that wait for the other end of a pipe to read. */
export function intoPipe({ tally, states }: Seen): number {
  const count = states.get('select') ?? 0
  return count > 0 && codeOf(tally.signature).inPipeWrite ? count : 0
}
