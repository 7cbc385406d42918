/**
 * Goroutines that wait for each other while nobody runs who could wake them. Whoever waits for a lock, or to send, has work in hand: where
 * all is well another goroutine of the same code is at work meanwhile, holds the lock, or is on its way to receive. Idle workers
 * are none of these: they wait in a receive, a select, or for a condition.
 */
import { addTo } from '../leaks/kin.ts'
import { classOf, type WaitClass, waitsForLock } from './class.ts'
import { codeOf } from './code.ts'
import { countOf, ofScene, type Scene, type Seen } from './finding.ts'
import { dumperOf, goesOn, isOutside } from './goes-on.ts'
import { isProven } from './proof.ts'
import { GROUP, LOCK, SEMACQUIRE, SEND } from './ways.ts'

export interface Standstill {
  /** Signatures that are held up together, the ones with most goroutines first. */
  readonly heldUp: readonly Seen[]
  /** Goroutines of all of them. */
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
    // Of what the standard library does by itself nobody knows who serves it.
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

/** Those that are held up, each with the standstill that it is of. */
export const haltedIn: (scene: Scene) => ReadonlyMap<Seen, Standstill> = ofScene((scene) => {
  const found = new Map<Seen, Standstill>()
  for (const each of standstills(scene)) for (const seen of each.heldUp) found.set(seen, each)
  return found
})

/** Signatures that are held up in packages that one of them has in common with another. */
interface Cluster {
  readonly seen: Seen[]
  /** It was merged into a larger one. */
  into: Cluster | undefined
}

function mergedOf(cluster: Cluster | undefined): Cluster | undefined {
  let merged = cluster
  while (merged?.into !== undefined) merged = merged.into
  return merged
}

/** Is any goroutine of the code that `waiter` is in at work, or does it wait for what is outside of the program? */
export function mayBeWoken(scene: Scene, waiter: Seen): boolean {
  return canWake(helpersOf(scene), waiter)
}

/** As `mayBeWoken`; `others` are not asked. */
export function mayBeWokenBeside(scene: Scene, others: ReadonlySet<Seen>): (waiter: Seen) => boolean {
  const helpers = new Helpers(scene, others)
  return (waiter) => canWake(helpers, waiter)
}

function canWake(helpers: Helpers, waiter: Seen): boolean {
  const type = lockedBy(waiter)
  if (type !== undefined) return helpers.ofType(type) !== undefined
  return helpers.isAnyIn(codeOf(waiter.tally.signature).packages, undefined)
}

/** Does any goroutine of a package that `waiter` is in go on, but for `except`? */
export function anyGoesOn(scene: Scene, waiter: Seen, except: Seen): boolean {
  return helpersOf(scene).isAnyIn(codeOf(waiter.tally.signature).packages, except)
}

/** The network, or another program, is all that those wait for who may hold the lock of `waiter`. */
export function waitsForOutside(scene: Scene, waiter: Seen): Seen | undefined {
  const type = lockedBy(waiter)
  if (type === undefined) return undefined
  const helpers = helpersOf(scene)
  return helpers.isAnyAtWork(type) ? undefined : helpers.ofType(type)
}

/**
 * Those of a dump who go on, by where they are. A dump may have thousands of signatures, and each asks for its own; most have an answer among the
 * first hundreds, so that the others are looked at only when nobody was found.
 */
class Helpers {
  readonly #scene: Scene
  readonly #others: ReadonlySet<Seen>
  readonly #dumper: Seen | undefined
  /** A lock that a method takes is held by a goroutine that is in a method of the same type. */
  readonly #byType = new Map<string, Seen[]>()
  /** Any other lock is held, and a channel served, by somebody in the same package, or in one that is in the stack of the waiter. */
  readonly #byPackage = new Map<string, Seen[]>()
  /** How many of a type were asked for one at work; AT_WORK where there is one. */
  readonly #asked = new Map<string, number>()
  /** Signatures that were looked at. */
  #looked = 0

  /** All but `others`. */
  constructor(scene: Scene, others: ReadonlySet<Seen> = NOBODY) {
    this.#scene = scene
    this.#others = others
    this.#dumper = dumperOf(scene)
  }

  /** The first one in a method of that type. */
  ofType(type: string): Seen | undefined {
    return this.#first(this.#byType, type, undefined)
  }

  /** Does one in a method of that type not wait for what is outside of the program? */
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

  /** Is there one in one of the packages, other than `except`? */
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

  /** Looks at one more who goes on; false: there is none. */
  #look(): boolean {
    const { seen } = this.#scene
    while (this.#looked < seen.length) {
      const each = seen[this.#looked++] as Seen
      if (each === this.#dumper || each.idle || this.#others.has(each) || !goesOn(each)) continue
      const { types, packages } = codeOf(each.tally.signature)
      for (const type of types) addTo(this.#byType, type, each)
      for (const name of packages) addTo(this.#byPackage, name, each)
      return true
    }
    return false
  }
}

const NOBODY: ReadonlySet<Seen> = new Set()
const AT_WORK = -1

const helpersOf = ofScene((scene) => new Helpers(scene))

/** `shop.(*Cache).` where a method of it waits for a lock. */
function lockedBy(each: Seen): string | undefined {
  const { tally, ways } = each
  if ((ways & (LOCK | SEMACQUIRE)) === 0 || waitsForLock(each) < tally.count) return undefined
  return codeOf(tally.signature).lockedBy
}

function isHeldUp(each: Seen): boolean {
  // Who waits for a WaitGroup waits for goroutines that have work in hand.
  return !each.idle && ((each.ways & (GROUP | SEMACQUIRE | LOCK | SEND)) !== 0 || intoPipe(each) > 0)
}

/** For a lock, or to hand something over. */
function inDemand(each: Seen): number {
  return waitsForLock(each) + (each.states.get('chan send') ?? 0) + intoPipe(each)
}

function intoPipe({ tally, states }: Seen): number {
  const count = states.get('select') ?? 0
  return count > 0 && codeOf(tally.signature).inPipeWrite ? count : 0
}
