/**
 * What shows that those who are held up are no moment of a healthy program. Who waits to receive looks the same whether it is idle, waits for a timer, or
 * for somebody who never comes; who waits for a lock, to send, or for a WaitGroup waits for another goroutine.
 */
import { fact } from '../core/facts.ts'
import type { Signature } from '../core/model.ts'
import { entryOf, namesOf } from '../core/names.ts'
import { kinOf } from '../leaks/kin.ts'
import { isStandard, packageOf } from '../stacks/title.ts'
import { packagesAtWork } from './at-work.ts'
import { waitsForLock } from './class.ts'
import { codeOf } from './code.ts'
import type { Scene, Seen } from './finding.ts'
import { dumperOf, goesOn, mayPause } from './goes-on.ts'
import { anyMember, byPackageIn, byTypeIn } from './members.ts'
import { isRelieved } from './relieved.ts'
import { GROUP, LOCK, RECEIVE, RESTS, SEMACQUIRE, SEND, waysOf } from './ways.ts'

/** Goroutines that are held up, from which on it is no moment between two steps of a healthy one. Of one alone more is asked. */
const HELD_UP = 2
/** Waits until another goroutine does something. A select may have a timer, too. */
const HELD = /^(?:chan (?:receive|send)|semacquire|sync\.(?:Mutex|RWMutex|WaitGroup|Cond)\.\w+)$/
const CLOSURE = /\.func\d+(?:\.\d+)*$/
/** What the compiler puts around the call of a go statement. */
const WRAPPER = /\.gowrap\d+$/
/** Functions whose names say that they wait for others to end. */
const ENDS = /[.)](?:[Cc]lose|[Ss]top|[Ss]hut[Dd]own|[Dd]rain|[Ff]lush|[Ww]ait|[Tt]erminate)(?:All)?$/

/** Together: `seen`. `inDemand` is for how many of a signature somebody else has to act. */
export function isProven(scene: Scene, seen: readonly Seen[], inDemand: (each: Seen) => number): boolean {
  const wanting = seen.filter((each) => inDemand(each) > 0)
  const demand = wanting.reduce((sum, each) => sum + inDemand(each), 0)
  if (demand === 0) return false
  if (demand < HELD_UP && !isProvenOfOne(scene, seen, wanting[0] as Seen)) return false
  const known = new Set(seen)
  return wanting.some((each) => {
    if (isMixed(each)) return false
    return waitsForLock(each) > 0 ? isLockLost(scene, known, each) : isSendLost(scene, known, each)
  })
}

/** Some of the same code may wait for a timer, while others want what they hold. To write into a pipe is a select. */
function isMixed(each: Seen): boolean {
  return mayPause(each) && !codeOf(each.tally.signature).inPipeWrite
}

/** One alone waits for a moment where all is well: nobody near it may have a timer, nor go on. */
function isProvenOfOne(scene: Scene, seen: readonly Seen[], one: Seen): boolean {
  const { kind, truncated } = scene.dump
  // What is cut off, or was never asked for, may end it.
  if (kind === 'single' || truncated) return false
  const code = codeOf(one.tally.signature)
  if (!code.inLock) return !isRelieved(scene, one) && nobodyGoesOn(scene, code.packages, new Set(seen))
  const holder = onlyOtherOf(scene, one, code.lockedBy)
  if (holder === undefined || code.lockedBy === undefined) return false
  // Where it waits now decides who may end that.
  const packages = [packageOfType(code.lockedBy), ...codeOf(holder.tally.signature).packages.slice(0, 1)]
  return nobodyGoesOn(scene, packages, new Set([...seen, holder]))
}

/**
 * Nobody gives the lock back: who may hold it has gone, waits for a lock, too, or for one whom the waiters hold up.
 */
function isLockLost(scene: Scene, known: ReadonlySet<Seen>, waiter: Seen): boolean {
  for (const holder of mayHold(scene, waiter)) {
    if (holder === waiter) continue
    if (known.has(holder)) {
      if (isSender(holder) && !isReceiver(scene, known, holder, waiter)) return false
    } else if (mayBeHelped(scene, holder) || (mayPause(holder) && !isBound(scene, holder, waiter))) return false
  }
  return true
}

/** Does it wait for those who are at work? Who waits for a condition has given its lock back. */
function mayBeHelped(scene: Scene, holder: Seen): boolean {
  if ((holder.ways & (GROUP | SEMACQUIRE | LOCK | SEND)) === 0) return false
  const [own = ''] = codeOf(holder.tally.signature).packages
  return isRelieved(scene, holder) || packagesAtWork(scene).has(own)
}

/** Those in a method of the type, or, where no method takes the lock, those in the function that does. */
function mayHold(scene: Scene, { tally }: Seen): readonly Seen[] {
  const { lockedBy, packages } = codeOf(tally.signature)
  if (lockedBy !== undefined) return (byTypeIn(scene).get(lockedBy) ?? []).flatMap((slot) => scene.bySlot[slot] ?? [])
  const [own] = ownOf(tally.signature).names
  const members = packages.flatMap((name) => byPackageIn(scene).get(name) ?? [])
  return members.filter((each) => own !== undefined && ownOf(each.tally.signature).names.includes(own))
}

/** It waits to receive what the waiter, whom it has started, or who has started it, would send. */
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

/** Who holds the lock waits to send: may the waiter be who receives, rather than one who comes to send, too? Or is there nobody else who receives? */
function isReceiver(scene: Scene, known: ReadonlySet<Seen>, sender: Seen, waiter: Seen): boolean {
  const entry = entryOf(waiter.tally.signature.stack)
  if (entryOf(sender.tally.signature.stack) === entry) return !anyPauses(scene, known, sender)
  // Its like receive what is theirs.
  return !anyPauses(scene, known, sender, (each) => entryOf(each.tally.signature.stack) !== entry)
}

/** Nobody receives: none of this code is left who might, or whoever would waits for the sender, or has exited. */
function isSendLost(scene: Scene, known: ReadonlySet<Seen>, sender: Seen): boolean {
  const { tally } = sender
  const { count, parents, signature } = tally
  // What a call has written within itself sends on a channel of that call.
  const isOfCall =
    signature.createdBy !== undefined &&
    ownOf(signature).names.at(-1)?.startsWith(`${signature.createdBy.function}.func`)
  if (isOfCall && parents !== undefined && parents.alive === 0 && parents.distinct >= HELD_UP) return true
  const isAwaited = [...known].some((each) => (each.ways & GROUP) !== 0 && isAwaitedBy(scene, known, sender, each))
  if (isAwaited || anyEnds(scene, sender)) return true
  if (isToItself(scene, sender) && !isKept(scene, sender)) return true
  if (count < HELD_UP && known.size < HELD_UP) return false
  if (known.size < HELD_UP && mayGenerate(sender)) return false
  return !anyPauses(scene, known, sender)
}

/** Is it all that the goroutine does? An iterator, or who hands out ids, waits so until the next one is wanted. */
function mayGenerate({ tally }: Seen): boolean {
  const { signature } = tally
  if (codeOf(signature).inPipeWrite) return false
  const [only, ...callers] = ownOf(signature).names
  return only !== undefined && callers.length === 0 && !CLOSURE.test(only)
}

/** Does `waiter` wait for goroutines that it has started, the sender among them, none of whom may receive later? */
function isAwaitedBy(scene: Scene, known: ReadonlySet<Seen>, sender: Seen, waiter: Seen): boolean {
  const children = kinOf(scene.dump.signatures).startedBy(waiter.slot)
  const isStillAt = ({ slot }: { readonly slot: number }): boolean => {
    const child = scene.bySlot[slot]
    return child === undefined || known.has(child) || !mayPause(child)
  }
  return children.some(({ slot }) => slot === sender.slot) && children.every(isStillAt)
}

/** It sends from within what would receive: all that are in a method of the type are at something else. */
function isToItself(scene: Scene, { tally }: Seen): boolean {
  const { names, type } = ownOf(tally.signature)
  if (type === '' || !names.some((name, i) => i > 0 && name !== names[0] && name.startsWith(type))) return false
  return (byTypeIn(scene).get(type) ?? []).every((slot) => {
    const other = scene.bySlot[slot]
    return other === undefined || isSender(other) || ownOf(other.tally.signature).type !== type
  })
}

/** Does one rest in the very function that has started it? It may take what it has it send, now and then. */
function isKept({ bySlot }: Scene, { tally }: Seen): boolean {
  return [...(tally.parents?.signatures.keys() ?? [])].some((slot) => {
    const parent = bySlot[slot]
    if (parent === undefined || (parent.ways & RESTS) === 0) return false
    return ownOf(parent.tally.signature).names[0] === tally.signature.createdBy?.function
  })
}

/** The functions of own code, innermost first, and `shop.(*Cache).` where the first is a method. */
const ownOf = fact(({ stack }: Signature) => {
  const names = namesOf(stack).flatMap(({ text }) => (isStandard(text) || WRAPPER.test(text) ? [] : text))
  return { names, type: /^.*?\(\*[^)]*\)\./.exec(names[0] ?? '')?.[0] ?? '' }
})

/** Does one of this code wait for others to end, by the name of what it is in? */
function anyEnds(scene: Scene, { tally }: Seen): boolean {
  return anyMember(
    scene,
    codeOf(tally.signature).packages,
    (each) => (each.ways & RECEIVE) !== 0 && !each.idle && ENDS.test(each.tally.signature.title.function),
  )
}

/** The main goroutine, in what `main.main` has called: it waits for the end of the program there, or is one who works. */
function isMainInPackage({ tally, idle }: Seen, packages: readonly string[]): boolean {
  const { title, idle: kind } = tally.signature
  return idle && kind === 'main' && title.function !== 'main.main' && packages.includes(packageOf(title.function))
}

/** May anybody of this code wait for a timer? */
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

/** The only other goroutine that is in a method of the type, if it waits for another one itself, and not for a timer. */
function onlyOtherOf(scene: Scene, one: Seen, type: string | undefined): Seen | undefined {
  const slots = (byTypeIn(scene).get(type ?? '') ?? []).filter((slot) => slot !== one.slot)
  const other = slots.length === 1 ? scene.bySlot[slots[0] ?? -1] : undefined
  if (other === undefined || other.tally.count > 1 || !isHeld(other)) return undefined
  return mayPause(other) && !isAnyIn(other, ENDS) ? undefined : other
}

/** Does everybody in one of the packages wait for another one, but for `known`? */
export function nobodyGoesOn(scene: Scene, packages: Iterable<string>, known: ReadonlySet<Seen>): boolean {
  const dumper = dumperOf(scene)
  return !anyMember(scene, packages, (each) => each !== dumper && !known.has(each) && !isStill(each))
}

function isStill(each: Seen): boolean {
  return !goesOn(each) && isHeld(each)
}

/** Does it wait for another goroutine, with no timer beside? */
export function isHeld({ states }: Seen): boolean {
  return states.size > 0 && [...states.keys()].every((state) => HELD.test(state))
}

/** `example.com/shop` of `example.com/shop.(*Cache).`. */
function packageOfType(type: string): string {
  return type.slice(0, type.indexOf('.(*'))
}
