/**
 * One goroutine alone that waits for a lock, or to send: so it may be for a moment where all is well. It is stuck where nobody is near who could
 * still end its wait.
 */
import { codeOf } from './code.ts'
import { ofScene, type Scene, type Seen } from './finding.ts'
import { dumperOf, goesOn } from './goes-on.ts'
import { byPackageIn, byTypeIn } from './members.ts'
import { isRelieved } from './relieved.ts'

/** Waits until another goroutine does something. A select may have a timer, too. */
const HELD = /^(?:chan (?:receive|send)|semacquire|sync\.(?:Mutex|RWMutex|WaitGroup|Cond)\.\w+)$/
/** Who holds a lock meanwhile may wait for a timer, or for one who has a timer. */
const MAY_GO_ON = /^(?:chan receive|select)$/

/** `seen`: what is held up together; `inDemand` is for how many of a signature somebody else has to act. */
export function standsAlone(scene: Scene, seen: readonly Seen[], inDemand: (each: Seen) => number): boolean {
  const { kind, truncated } = scene.dump
  // What is cut off, or was never asked for, may end it.
  if (kind === 'single' || truncated) return false
  const one = seen.find((each) => inDemand(each) > 0)
  if (one === undefined) return false
  const code = codeOf(one.tally.signature)
  if (!code.inLock) return !isRelieved(scene, one) && nobodyGoesOn(scene, code.packages, new Set(seen))
  const holder = onlyOtherOf(scene, one, code.lockedBy)
  if (holder === undefined || code.lockedBy === undefined) return false
  // Where it waits now decides who may end that.
  const packages = [packageOfType(code.lockedBy), ...codeOf(holder.tally.signature).packages.slice(0, 1)]
  return nobodyGoesOn(scene, packages, new Set([...seen, holder]))
}

/** The only other goroutine that is in a method of the type, if it waits for another one itself. */
function onlyOtherOf(scene: Scene, one: Seen, type: string | undefined): Seen | undefined {
  const slots = (byTypeIn(scene).get(type ?? '') ?? []).filter((slot) => slot !== one.slot)
  const other = slots.length === 1 ? scene.bySlot[slots[0] ?? -1] : undefined
  return other !== undefined && other.tally.count === 1 && isHeld(other) ? other : undefined
}

/** Does everybody in one of the packages wait for another one, but for `known`? */
export function nobodyGoesOn(scene: Scene, packages: Iterable<string>, known: ReadonlySet<Seen>): boolean {
  const dumper = dumperOf(scene)
  const members = byPackageIn(scene)
  for (const name of packages)
    for (const each of members.get(name) ?? []) if (each !== dumper && !known.has(each) && !isStill(each)) return false
  return true
}

function isStill(each: Seen): boolean {
  return !goesOn(each) && isHeld(each)
}

/** Does it wait for another goroutine, with no timer beside? */
export function isHeld({ tally }: Seen): boolean {
  return tally.states.size > 0 && [...tally.states.keys()].every((state) => HELD.test(state))
}

/** `example.com/shop` of `example.com/shop.(*Cache).`. */
function packageOfType(type: string): string {
  return type.slice(0, type.indexOf('.(*'))
}

const served = ofScene(() => new Map<string, boolean>())

/**
 * Does one in a method of the type wait for what another one of them may do, who is in a select? Who flushes what has gathered, at a tick, is.
 */
export function isServedWithin(scene: Scene, type: string): boolean {
  const known = served(scene)
  const found = known.get(type) ?? findServed(scene, type)
  known.set(type, found)
  return found
}

function findServed(scene: Scene, type: string): boolean {
  const others = (byTypeIn(scene).get(type) ?? []).flatMap((slot) => scene.bySlot[slot] ?? [])
  const mayGoOn = others.filter(({ state }) => MAY_GO_ON.test(state))
  return mayGoOn.length > 1 && mayGoOn.some(({ state }) => state === 'select')
}
