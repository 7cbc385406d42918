/**
 * Who waits for whom, from the addresses that Go prints. A goroutine may hold an object if it is in a method of the type that locks it,
 * with the same receiver, and does not wait for the object itself. That is a conjecture: it may have unlocked it, or not locked it yet.
 */
import type { CallingGoroutine, DumpTally } from '../core/model.ts'
import type { MayHold, WaitsOn } from '../core/records.ts'

/** More than so many goroutines that may hold one object say nothing. */
const MAY_HOLD = 3
/** A lock is part of the object whose method locks it, if it is within so many bytes of its beginning. */
const OBJECT_BYTES = 4096

export interface Group {
  readonly kind: LockKind
  readonly goroutines: readonly CallingGoroutine[]
  /** Those that may hold it. */
  readonly mayHold: readonly CallingGoroutine[]
  readonly waits: () => WaitsOn
}

type Signatures = DumpTally['signatures']
type LockKind = Extract<WaitsOn['kind'], 'mutex' | 'rwmutex'>

interface Receiver {
  readonly type: string
  readonly pointer: number
}

/** Goroutines that wait for one lock. */
interface Open {
  readonly kind: LockKind
  readonly object: number
  readonly goroutines: CallingGoroutine[]
  readonly receivers: Receiver[]
}

/**
 * Most waiters first, locks alone: of a channel, a WaitGroup or a condition nobody is the holder. A group of fewer than `least` waiters that may
 * be held by nobody who waits is left out: it is no pile, and in no ring.
 */
export function groupWaiters({ callers, signatures }: DumpTally, least: number): Group[] {
  if (callers === undefined) return []
  const waiting = callers.waiting()
  const groups = group(waiting)
  for (const open of groups) if (open.receivers.length === 0) atBeginning(open)
  const among = byPointer(waiting, pointersOf(groups))
  const wanted = groups.filter((open) => open.goroutines.length >= least || holdersOf(open, among).length > 0)
  if (wanted.length === 0) return []
  const pointers = pointersOf(wanted)
  const inside = pointers.size === 0 ? among : byPointer([...callers.on(pointers), ...waiting], pointers)
  return wanted
    .map((open) => close(signatures, open, holdersOf(open, inside)))
    .sort((a, b) => b.goroutines.length - a.goroutines.length)
}

function pointersOf(groups: readonly Open[]): Set<number> {
  const pointers = new Set<number>()
  for (const { receivers } of groups) for (const { pointer } of receivers) pointers.add(pointer)
  return pointers
}

function group(waiting: readonly CallingGoroutine[]): Open[] {
  const mutexes = new Map<number, Open>()
  const rwmutexes = new Map<number, Open>()
  const add = (goroutine: CallingGoroutine, kind: LockKind, object: number, receiver?: Receiver): void => {
    const objects = kind === 'mutex' ? mutexes : rwmutexes
    let open = objects.get(object)
    if (open === undefined) {
      open = { kind, object, goroutines: [], receivers: [] }
      objects.set(object, open)
    }
    open.goroutines.push(goroutine)
    if (receiver !== undefined && !open.receivers.some((each) => isSame(each, receiver))) open.receivers.push(receiver)
  }
  const lost: CallingGoroutine[] = []
  for (const goroutine of waiting) {
    const { kind } = shapeOf(goroutine)
    if (kind === undefined) continue
    const object = addressOf(goroutine)
    if (object === 0) {
      lost.push(goroutine)
      continue
    }
    const pointer = goroutine.pointer(goroutine.waits)
    const isOwn = pointer !== 0 && object >= pointer && object < pointer + OBJECT_BYTES
    add(goroutine, kind, object, isOwn ? receiverOf(goroutine) : undefined)
  }
  const known = lost.length === 0 ? undefined : byReceiver([...mutexes.values(), ...rwmutexes.values()])
  for (const goroutine of lost) {
    const receiver = receiverOf(goroutine)
    const { kind } = shapeOf(goroutine)
    if (receiver === undefined || kind === undefined) continue
    // Two locks of one object: the receiver alone does not say which.
    const object = known?.get(`${kind} ${receiver.type} ${receiver.pointer}`) ?? receiver.pointer
    if (object !== 0) add(goroutine, kind, object, receiver)
  }
  return [...mutexes.values(), ...rwmutexes.values()]
}

/**
 * Where the receivers of all waiters are stale: if the lock is the first field, its address is that of the object, and whoever is in a
 * method of that very address and type is in the same object.
 */
function atBeginning({ goroutines, object, receivers }: Open): void {
  for (const goroutine of goroutines) {
    const { type } = shapeOf(goroutine)
    if (type !== undefined && !receivers.some((each) => each.type === type)) receivers.push({ type, pointer: object })
  }
}

/** Kind and receiver → the object of that kind that its methods wait for, 0 for several. */
function byReceiver(groups: readonly Open[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const { kind, object, receivers } of groups) {
    for (const { type, pointer } of receivers) {
      const key = `${kind} ${type} ${pointer}`
      found.set(key, found.has(key) ? 0 : object)
    }
  }
  return found
}

/** Receiver → the goroutines that are in a method of it. */
function byPointer(
  goroutines: readonly CallingGoroutine[],
  wanted: ReadonlySet<number>,
): ReadonlyMap<number, readonly CallingGoroutine[]> {
  const found = new Map<number, CallingGoroutine[]>()
  for (const goroutine of goroutines) {
    for (let i = goroutine.waits; i < goroutine.count; i++) {
      const pointer = goroutine.pointer(i)
      if (!wanted.has(pointer)) continue
      const known = found.get(pointer)
      if (known === undefined) found.set(pointer, [goroutine])
      else if (known[known.length - 1] !== goroutine) known.push(goroutine)
    }
  }
  return found
}

function holdersOf(open: Open, inside: ReadonlyMap<number, readonly CallingGoroutine[]>): readonly CallingGoroutine[] {
  const found: CallingGoroutine[] = []
  for (const receiver of open.receivers) {
    const all = inside.get(receiver.pointer) ?? []
    // Mostly one waiter alone is in a method of it.
    if (all.length === 1 && all[0] === open.goroutines[0]) continue
    for (const each of all) {
      // Who waits for an unknown lock may wait for this one.
      const waitsFor = each.waits === 0 ? undefined : addressOf(each)
      if (waitsFor === 0 || waitsFor === open.object || found.includes(each)) continue
      if (methodOf(each, [receiver]) >= 0) found.push(each)
      if (found.length > MAY_HOLD) return []
    }
  }
  return found
}

function close(
  signatures: Signatures,
  { kind, object, goroutines, receivers }: Open,
  mayHold: Group['mayHold'],
): Group {
  return {
    kind,
    goroutines,
    mayHold,
    waits: () => ({
      kind,
      object: `0x${object.toString(16)}`,
      waiters: goroutines.length,
      ...(mayHold.length === 0 ? {} : { may_hold: mayHold.map((each) => mayHoldRecord(signatures, each, receivers)) }),
    }),
  }
}

/** Which of the calls of `goroutine` is of a method of one of `receivers`; -1 for none. */
function methodOf(goroutine: CallingGoroutine, receivers: readonly Receiver[]): number {
  for (let i = goroutine.waits; i < goroutine.count; i++) {
    const pointer = goroutine.pointer(i)
    if (pointer === 0) continue
    const type = receiverType(goroutine.names[i] ?? '')
    if (type !== undefined && receivers.some((each) => isSame(each, { type, pointer }))) return i
  }
  return -1
}

function mayHoldRecord(signatures: Signatures, goroutine: CallingGoroutine, receivers: readonly Receiver[]): MayHold {
  const name = goroutine.names[methodOf(goroutine, receivers)] ?? ''
  const { frames } = signatures[goroutine.signature]?.signature.stack ?? { frames: [] }
  const frame = frames.find((each) => each.function === name)
  return {
    goroutine: goroutine.goroutine,
    state: goroutine.state,
    function: name,
    ...(frame?.file === undefined ? {} : { file: frame.file }),
    ...(frame?.line === undefined ? {} : { line: frame.line }),
  }
}

/** Signatures of the waiters, by index, the one with most of them first. */
export function signaturesOf({ goroutines }: Group): number[] {
  const counts = new Map<number, number>()
  for (const each of goroutines) counts.set(each.signature, (counts.get(each.signature) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1]).map(([index]) => index)
}

/** Groups that wait for each other in a ring, each with the one goroutine that may hold what it waits for. */
export function cycle(groups: readonly Group[]): readonly Group[] {
  // More than one that may hold it proves nothing.
  const held = groups.filter(({ mayHold }) => mayHold.length === 1 && (mayHold[0]?.waits ?? 0) > 0)
  if (held.length < 2) return []
  const waitsFor = new Map<number, Group>()
  for (const each of held) for (const { goroutine } of each.goroutines) waitsFor.set(goroutine, each)
  const seen = new Set<Group>()
  for (const start of held) {
    const path: Group[] = []
    let at: Group | undefined = start
    while (at !== undefined && !seen.has(at)) {
      path.push(at)
      seen.add(at)
      at = waitsFor.get(at.mayHold[0]?.goroutine ?? 0)
    }
    // One that an earlier path has gone through leads to no ring, or to one that was found.
    if (at !== undefined && path.includes(at)) return path.slice(path.indexOf(at))
  }
  return []
}

function isSame(a: Receiver, b: Receiver): boolean {
  return a.pointer === b.pointer && a.type === b.type
}

/** `shop.(*Cache)` of `shop.(*Cache).get`. */
function receiverType(name: string): string | undefined {
  const at = name.indexOf('(*')
  const end = name.indexOf(').', at)
  return at < 0 || end < 0 ? undefined : name.slice(0, end + 1)
}

/** Of the method that called what waits. */
function receiverOf(goroutine: CallingGoroutine): Receiver | undefined {
  const pointer = goroutine.pointer(goroutine.waits)
  const { type } = shapeOf(goroutine)
  return pointer === 0 || type === undefined ? undefined : { type, pointer }
}

/** What the functions that a stack waits in say. */
interface Shape {
  readonly waits: number
  /** Undefined for all that is no lock. */
  readonly kind: LockKind | undefined
  /** Of the method that called what waits. */
  readonly type: string | undefined
  /** Calls of methods of the object. */
  readonly methods: readonly number[]
  /** Where the semaphore is in the object (sync/mutex.go, rwmutex.go); undefined where it is the object itself, or a channel. */
  readonly offset: number
}

const shapes = new WeakMap<readonly string[], Shape>()

const KINDS: readonly (readonly [name: RegExp, kind: LockKind])[] = [
  [/RWMutex/, 'rwmutex'],
  [/\(\*Mutex\)|SemacquireMutex/, 'mutex'],
]

const OFFSETS: readonly (readonly [name: RegExp, offset: number])[] = [
  [/SemacquireRWMutexR$/, 12],
  [/SemacquireRWMutex$/, 8],
  [/SemacquireMutex$/, 4],
]

function shapeOf({ names, waits }: CallingGoroutine): Shape {
  let shape = shapes.get(names)
  // Another stack of the same signature may have more of them.
  if (shape?.waits !== waits) {
    const own = names.slice(0, waits)
    const find = <T>(rows: readonly (readonly [RegExp, T])[]): T | undefined =>
      rows.find(([pattern]) => own.some((name) => pattern.test(name)))?.[1]
    shape = {
      waits,
      kind: find(KINDS),
      type: receiverType(names[waits] ?? ''),
      methods: own.flatMap((name, i) => (/\(\*(?:Mutex|RWMutex|WaitGroup|Cond)\)\./.test(name) ? i : [])),
      offset: find(OFFSETS) ?? 0,
    }
    shapes.set(names, shape)
  }
  return shape
}

/** Of the object that it waits for; 0 where the frames have lost it. */
function addressOf(goroutine: CallingGoroutine): number {
  const { methods, offset } = shapeOf(goroutine)
  for (const i of methods) {
    const pointer = goroutine.pointer(i)
    if (pointer !== 0) return pointer
  }
  for (let i = 0; i < goroutine.waits; i++) {
    const pointer = goroutine.pointer(i)
    if (pointer !== 0) return pointer - offset
  }
  return 0
}
