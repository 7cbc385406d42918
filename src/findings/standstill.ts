/**
 * Goroutines that wait for each other while nobody runs who could wake them. Whoever waits for a lock, or to send, has work in hand: where
 * all is well another goroutine of the same code is at work meanwhile, holds the lock, or is on its way to receive. Idle workers
 * are none of these: they wait in a receive, a select, or for a condition.
 */
import { isDependency, isStandard, packageOf } from '../stacks/title.ts'
import { classOf, type WaitClass, waitsForLock } from './class.ts'
import type { Scene, Seen } from './finding.ts'

/** Goroutines that are held up, from which on it is no moment between two steps of a healthy one. */
const HELD_UP = 2

/** These wait for goroutines that have work in hand. */
const WAITGROUP = /^(?:sync\.WaitGroup\.Wait|semacquire)$/
/** Who waits so is as idle as a worker between two jobs. */
const MAY_BE_IDLE = /^(?:chan receive|select)$/
/** Waits within the program; all others end by themselves, by the scheduler, or by the world outside. */
const INNER = /^(?:sync\.|semacquire|chan |select)/
/** Standard packages that wait on behalf of their caller for another goroutine of the program. */
const FOR_CALLER = /^(?:runtime|sync|internal\/|time$|context$|iter$|io$|bufio$|fmt$|log$|golang\.org\/x\/sync\/)/

/** Signatures that are held up together, the ones with most goroutines first. */
export interface Standstill {
  readonly heldUp: readonly Seen[]
  readonly class: WaitClass
}

export function standstills(scene: Scene): Standstill[] {
  const held = scene.seen.filter((each) => isHeldUp(each))
  if (held.length === 0) return []
  const regions: { readonly seen: Seen[]; readonly packages: Set<string> }[] = []
  for (const each of held) {
    const own = packagesOf(each)
    const near = regions.filter(({ packages }) => [...own].some((name) => packages.has(name)))
    const joined = { seen: [...near.flatMap(({ seen }) => seen), each], packages: new Set(own) }
    for (const region of near) {
      for (const name of region.packages) joined.packages.add(name)
      regions.splice(regions.indexOf(region), 1)
    }
    regions.push(joined)
  }
  const dumper = dumperOf(scene)
  return regions.flatMap(({ seen, packages }) => {
    const demand = seen.reduce((sum, each) => sum + inDemand(each), 0)
    if (demand < HELD_UP) return []
    const runs = scene.seen.some((each) => each !== dumper && !each.idle && mayGoOn(each) && touches(each, packages))
    if (runs) return []
    const heldUp = [...seen].sort((a, b) => b.tally.count - a.tally.count)
    return [{ heldUp, class: classOf(heldUp.map(({ tally }) => tally)) }]
  })
}

function isHeldUp(each: Seen): boolean {
  if (each.idle) return false
  for (const state of each.tally.states.keys()) if (WAITGROUP.test(state)) return true
  return inDemand(each) > 0
}

/** For a lock, or to hand something over. */
function inDemand({ tally }: Seen): number {
  return waitsForLock(tally) + (tally.states.get('chan send') ?? 0)
}

/** Is any of them at work, or does it wait for what is outside of the program? */
function mayGoOn({ tally }: Seen): boolean {
  let idle = false
  for (const state of tally.states.keys()) {
    if (!INNER.test(state)) return true
    if (MAY_BE_IDLE.test(state)) idle = true
  }
  const inner = tally.signature.stack.frames.find(({ function: name }) => !FOR_CALLER.test(packageOf(name)))
  return idle && inner !== undefined && (isStandard(inner.function) || isDependency(inner))
}

/** Whoever has the dump written runs, and is in it first. */
function dumperOf({ dump, seen }: Scene): Seen | undefined {
  const [first] = dump.signatures
  if (dump.kind !== 'all' || first === undefined || first.count > 1 || !first.states.has('running')) return undefined
  return seen.find(({ tally }) => tally === first)
}

/**
 * Whose code it is, outermost or not, and who started it. Of the standard library only what calls the wait: a lock of it is held by
 * whoever is in the same package.
 */
function packagesOf({ tally: { signature } }: Seen): Set<string> {
  const names = signature.stack.frames.map((frame) => frame.function)
  if (signature.createdBy !== undefined) names.push(signature.createdBy.function)
  const own = names.filter((name) => name.includes('.') && !isStandard(name))
  const caller = names.find((name) => !FOR_CALLER.test(packageOf(name)))
  return new Set([...own, ...(caller === undefined ? [] : [caller])].map(packageOf))
}

/** Is any of its frames of one of these packages, or was it started by one? */
function touches({ tally: { signature } }: Seen, packages: ReadonlySet<string>): boolean {
  if (signature.createdBy !== undefined && packages.has(packageOf(signature.createdBy.function))) return true
  return signature.stack.frames.some((frame) => packages.has(packageOf(frame.function)))
}
