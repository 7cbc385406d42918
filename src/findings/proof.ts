/**
 * The evidence that goroutines are held up, and not just caught at a moment of a healthy program. A goroutine that receives looks the same
 * whether it is idle, waits for a timer, or for a sender that never comes. One that waits for a lock, to send, or for a WaitGroup waits for
 * another goroutine.
 */
import { fact } from '../core/facts.ts'
import type { Signature } from '../core/model.ts'
import { entryOf, flagOfName, namesOf } from '../core/names.ts'
import { kinOf } from '../leaks/kin.ts'
import { isStandard, packageOf } from '../stacks/title.ts'
import { dumperOf, isActive, mayPause } from './active.ts'
import { packagesAtWork } from './at-work.ts'
import { waitsForLock } from './class.ts'
import { codeOf } from './code.ts'
import type { Scene, Seen } from './finding.ts'
import { anyMember, byPackageIn, byTypeIn } from './members.ts'
import { isRelieved } from './relieved.ts'
import { GROUP, LOCK, RECEIVE, RESTS, SEMACQUIRE, SEND, waysOf } from './ways.ts'

/** Number of goroutines from which being held up is not a moment between two steps of a healthy program. A single one needs more evidence. */
const HELD_UP = 2
/** States that another goroutine has to end. A select may have a timer, so it is not among them. */
const HELD = /^(?:chan (?:receive|send)|semacquire|sync\.(?:Mutex|RWMutex|WaitGroup|Cond)\.\w+)$/
const CLOSURE = /\.func\d+(?:\.\d+)*$/
/** The wrapper that the compiler adds around the call of a go statement. */
const WRAPPER = /\.gowrap\d+$/
/** Functions whose names say that they wait for others to end. */
const ENDS = /[.)](?:[Cc]lose|[Ss]top|[Ss]hut[Dd]own|[Dd]rain|[Ff]lush|[Ww]ait|[Tt]erminate)(?:All)?$/

/** Are `seen`, taken together, proven to be held up? `inDemand`: for how many goroutines of a signature another one has to act. */
export function isProven(scene: Scene, seen: readonly Seen[], inDemand: (each: Seen) => number): boolean {
  const wanting = seen.filter((each) => inDemand(each) > 0)
  const demand = wanting.reduce((sum, each) => sum + inDemand(each), 0)
  if (demand === 0) return false
  if (demand < HELD_UP && !isProvenOfOne(scene, seen, wanting[0] as Seen)) return false
  const known = new Set(seen)
  const inGroups = seen.filter(({ ways }) => (ways & GROUP) !== 0)
  return wanting.some((each) => {
    if (isMixed(each)) return false
    return waitsForLock(each) > 0 ? isLockLost(scene, known, each) : isSendLost(scene, known, inGroups, each)
  })
}

/** Others of the same signature may wait for a timer while these want what they hold. A write into a pipe is a select, too, but has no timer. */
function isMixed(each: Seen): boolean {
  return mayPause(each) && !codeOf(each.tally.signature).inPipeWrite
}

/** In a healthy program a single goroutine waits for a moment: no goroutine near it may have a timer or be active. */
function isProvenOfOne(scene: Scene, seen: readonly Seen[], one: Seen): boolean {
  const { kind, truncated } = scene.dump
  // A goroutine that is cut off, or was not in the dump, may end the wait.
  if (kind === 'single' || truncated) return false
  const code = codeOf(one.tally.signature)
  if (!code.inLock) return !isRelieved(scene, one) && isNobodyActive(scene, code.packages, new Set(seen))
  const holder = onlyOtherOf(scene, one, code.lockedBy)
  if (holder === undefined || code.lockedBy === undefined) return false
  // The function where the holder waits decides who may end its wait.
  const packages = [packageOfType(code.lockedBy), ...codeOf(holder.tally.signature).packages.slice(0, 1)]
  return isNobodyActive(scene, packages, new Set([...seen, holder]))
}

/** Nobody gives the lock back: every possible holder has gone, waits for a lock too, or waits for a goroutine that the waiters hold up. */
function isLockLost(scene: Scene, known: ReadonlySet<Seen>, waiter: Seen): boolean {
  for (const holder of mayHold(scene, waiter)) {
    if (holder === waiter) continue
    if (known.has(holder)) {
      if (isSender(holder) && !isReceiver(scene, known, holder, waiter)) return false
    } else if (mayBeHelped(scene, holder) || (mayPause(holder) && !isBound(scene, holder, waiter))) return false
  }
  return true
}

/** Does it wait for goroutines that are at work? A waiter for a condition does not count, since it has given its lock back. */
function mayBeHelped(scene: Scene, holder: Seen): boolean {
  if ((holder.ways & (GROUP | SEMACQUIRE | LOCK | SEND)) === 0) return false
  const [own = ''] = codeOf(holder.tally.signature).packages
  return isRelieved(scene, holder) || packagesAtWork(scene).has(own)
}

/** Goroutines in a method of the type or, if no method takes the lock, in the function that does. */
function mayHold(scene: Scene, { tally }: Seen): readonly Seen[] {
  const { lockedBy, packages } = codeOf(tally.signature)
  if (lockedBy !== undefined) return (byTypeIn(scene).get(lockedBy) ?? []).flatMap((slot) => scene.bySlot[slot] ?? [])
  const [own] = ownOf(tally.signature).names
  const members = packages.flatMap((name) => byPackageIn(scene).get(name) ?? [])
  return members.filter((each) => own !== undefined && ownOf(each.tally.signature).names.includes(own))
}

/** Does it wait to receive what the waiter, its child or parent, would send? */
function isBound(scene: Scene, holder: Seen, waiter: Seen): boolean {
  if ((waysOf(holder.state) & RECEIVE) === 0) return false
  return isChild(scene, holder, waiter) || isChild(scene, waiter, holder) || isAnyIn(holder, ENDS)
}

function isChild(scene: Scene, child: Seen, parent: Seen): boolean {
  return kinOf(scene.dump.signatures)
    .startedBy(parent.slot)
    .some(({ slot }) => slot === child.slot)
}

function isAnyIn({ tally }: Seen, name: RegExp): boolean {
  return namesOf(tally.signature.stack).some(({ text }) => name.test(text))
}

/** The holder of the lock waits to send: may the waiter be its receiver, rather than another sender? Or is there no other receiver? */
function isReceiver(scene: Scene, known: ReadonlySet<Seen>, sender: Seen, waiter: Seen): boolean {
  const entry = entryOf(waiter.tally.signature.stack)
  if (entryOf(sender.tally.signature.stack) === entry) return !anyPauses(scene, known, sender)
  // Goroutines with the same entry function receive from other senders.
  return !anyPauses(scene, known, sender, (each) => entryOf(each.tally.signature.stack) !== entry)
}

/**
 * Nobody receives: no goroutine of this code is left that might, or those that would wait for the sender or have exited. `inGroups`: those of
 * `known` that wait for a WaitGroup.
 */
function isSendLost(scene: Scene, known: ReadonlySet<Seen>, inGroups: readonly Seen[], sender: Seen): boolean {
  const { tally } = sender
  const { count, parents, signature } = tally
  // A closure sends on a channel of the call that created it.
  const isOfCall =
    signature.createdBy !== undefined &&
    ownOf(signature).names.at(-1)?.startsWith(`${signature.createdBy.function}.func`)
  if (isOfCall && parents !== undefined && parents.alive === 0 && parents.distinct >= HELD_UP) return true
  const isAwaited = inGroups.some((each) => isAwaitedBy(scene, known, sender, each))
  if (isAwaited || anyEnds(scene, sender)) return true
  if (isToItself(scene, sender) && !isKept(scene, sender)) return true
  if (count < HELD_UP && known.size < HELD_UP) return false
  if (known.size < HELD_UP && mayGenerate(sender)) return false
  return !anyPauses(scene, known, sender)
}

/** Does the goroutine do nothing but send? An iterator, or a generator of ids, waits like this until the next value is wanted. */
function mayGenerate({ tally }: Seen): boolean {
  const { signature } = tally
  if (codeOf(signature).inPipeWrite) return false
  const [only, ...callers] = ownOf(signature).names
  return only !== undefined && callers.length === 0 && !CLOSURE.test(only)
}

/** Does `waiter` wait for goroutines that it has started, including the sender, none of which may receive later? */
function isAwaitedBy(scene: Scene, known: ReadonlySet<Seen>, sender: Seen, waiter: Seen): boolean {
  const children = kinOf(scene.dump.signatures).startedBy(waiter.slot)
  const isStillAt = ({ slot }: { readonly slot: number }): boolean => {
    const child = scene.bySlot[slot]
    return child === undefined || known.has(child) || !mayPause(child)
  }
  return children.some(({ slot }) => slot === sender.slot) && children.every(isStillAt)
}

/** It sends from within the object that would receive: all goroutines in a method of the type are busy otherwise. */
function isToItself(scene: Scene, { tally }: Seen): boolean {
  const { names, type } = ownOf(tally.signature)
  if (type === '' || !names.some((name, i) => i > 0 && name !== names[0] && name.startsWith(type))) return false
  return (byTypeIn(scene).get(type) ?? []).every((slot) => {
    const other = scene.bySlot[slot]
    return other === undefined || isSender(other) || ownOf(other.tally.signature).type !== type
  })
}

/** Does its starter rest in the very function that started it? It may take what is sent now and then. */
function isKept({ bySlot }: Scene, { tally }: Seen): boolean {
  return [...(tally.parents?.signatures.keys() ?? [])].some((slot) => {
    const parent = bySlot[slot]
    if (parent === undefined || (parent.ways & RESTS) === 0) return false
    return ownOf(parent.tally.signature).names[0] === tally.signature.createdBy?.function
  })
}

const isOwn = flagOfName(({ text }) => !isStandard(text) && !WRAPPER.test(text))

/** The functions outside the standard library, innermost first, and `shop.(*Cache).` if the first is a method. */
const ownOf = fact(({ stack }: Signature) => {
  const names = namesOf(stack)
    .filter(isOwn)
    .map(({ text }) => text)
  return { names, type: /^.*?\(\*[^)]*\)\./.exec(names[0] ?? '')?.[0] ?? '' }
})

/** Does a goroutine of this code wait for others to end, by the name of its function? */
function anyEnds(scene: Scene, { tally }: Seen): boolean {
  return anyMember(
    scene,
    codeOf(tally.signature).packages,
    (each) => (each.ways & RECEIVE) !== 0 && !each.idle && ENDS.test(each.tally.signature.title.function),
  )
}

/** Is it the main goroutine in a function that `main.main` has called? It either waits for the end of the program there or is one of the workers. */
function isMainInPackage({ tally, idle }: Seen, packages: readonly string[]): boolean {
  const { title, idle: kind } = tally.signature
  return idle && kind === 'main' && title.function !== 'main.main' && packages.includes(packageOf(title.function))
}

/** May another goroutine of this code wait for a timer? */
function anyPauses(
  scene: Scene,
  known: ReadonlySet<Seen>,
  { tally }: Seen,
  isAsked: (each: Seen) => boolean = () => true,
): boolean {
  const dumper = dumperOf(scene)
  const { packages } = codeOf(tally.signature)
  const isSuch = (each: Seen): boolean => each !== dumper && !known.has(each) && mayPause(each) && isAsked(each)
  return (
    anyMember(scene, packages, isSuch) || scene.seen.some((each) => isMainInPackage(each, packages) && isSuch(each))
  )
}

function isSender({ states }: Seen): boolean {
  return states.has('chan send')
}

/** The only other goroutine in a method of the type, if it waits for another goroutine itself and not for a timer. */
function onlyOtherOf(scene: Scene, one: Seen, type: string | undefined): Seen | undefined {
  const slots = (byTypeIn(scene).get(type ?? '') ?? []).filter((slot) => slot !== one.slot)
  const other = slots.length === 1 ? scene.bySlot[slots[0] ?? -1] : undefined
  if (other === undefined || other.tally.count > 1 || !isHeld(other)) return undefined
  return mayPause(other) && !isAnyIn(other, ENDS) ? undefined : other
}

/** Do all goroutines in these packages, except `known`, wait for another one? */
export function isNobodyActive(scene: Scene, packages: Iterable<string>, known: ReadonlySet<Seen>): boolean {
  const dumper = dumperOf(scene)
  return !anyMember(scene, packages, (each) => each !== dumper && !known.has(each) && !isStill(each))
}

function isStill(each: Seen): boolean {
  return !isActive(each) && isHeld(each)
}

/** Does it wait for another goroutine, without a timer? */
export function isHeld({ states }: Seen): boolean {
  return states.size > 0 && [...states.keys()].every((state) => HELD.test(state))
}

/** `example.com/shop` for `example.com/shop.(*Cache).`. */
function packageOfType(type: string): string {
  return type.slice(0, type.indexOf('.(*'))
}
