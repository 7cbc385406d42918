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
  readonly kind: WaitsOn['kind']
  readonly goroutines: readonly CallingGoroutine[]
  /** Those that may hold it. */
  readonly mayHold: readonly CallingGoroutine[]
  readonly waits: () => WaitsOn
}

interface Receiver {
  readonly type: string
  readonly pointer: number
}

/** Goroutines that wait for one object. */
interface Open {
  readonly kind: WaitsOn['kind']
  readonly object: number
  readonly goroutines: CallingGoroutine[]
  readonly receivers: Receiver[]
}

/** Most waiters first. Empty where no goroutine waits for an object whose address is known. */
export function groupWaiters(dump: DumpTally): Group[] {
  const { callers } = dump
  if (callers === undefined) return []
  const waiting = callers.waiting()
  const groups = group(waiting)
  const pointers = new Set<number>()
  for (const { receivers } of groups) for (const { pointer } of receivers) pointers.add(pointer)
  for (const open of groups) {
    if (open.receivers.length > 0 || (open.kind !== 'mutex' && open.kind !== 'rwmutex')) continue
    open.receivers.push(...atBeginning(open))
    if (open.receivers.length > 0) pointers.add(open.object)
  }
  const inside = pointers.size === 0 ? new Map() : byPointer([...callers.on(pointers), ...waiting], pointers)
  return groups
    .map((open) => close(dump, open, holdersOf(open, inside)))
    .sort((a, b) => b.goroutines.length - a.goroutines.length)
}

function group(waiting: readonly CallingGoroutine[]): Open[] {
  const byKind = new Map<WaitsOn['kind'], Map<number, Open>>()
  const add = (goroutine: CallingGoroutine, kind: Open['kind'], object: number, receiver?: Receiver): void => {
    let objects = byKind.get(kind)
    if (objects === undefined) {
      objects = new Map()
      byKind.set(kind, objects)
    }
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
    const object = addressOf(goroutine)
    if (object === 0) {
      lost.push(goroutine)
      continue
    }
    const pointer = goroutine.pointer(goroutine.waits)
    const isOwn = pointer !== 0 && object >= pointer && object < pointer + OBJECT_BYTES
    add(goroutine, shapeOf(goroutine).kind, object, isOwn ? receiverOf(goroutine) : undefined)
  }
  const known = lost.length === 0 ? undefined : byReceiver(byKind)
  for (const goroutine of lost) {
    const receiver = receiverOf(goroutine)
    const { kind } = shapeOf(goroutine)
    if (receiver === undefined) continue
    // Two locks of one object: the receiver alone does not say which.
    const object = known?.get(`${kind} ${receiver.type} ${receiver.pointer}`) ?? receiver.pointer
    if (object !== 0) add(goroutine, kind, object, receiver)
  }
  return [...byKind.values()].flatMap((objects) => [...objects.values()])
}

/**
 * Where the receivers of all waiters are stale: if the lock is the first field, its address is that of the object, and whoever is in a
 * method of that very address and type is in the same object.
 */
function atBeginning({ goroutines, object }: Open): Receiver[] {
  const asked = new Set<string>()
  const types = new Set<string>()
  // Thousands wait in a few functions.
  for (const { names, waits } of goroutines) {
    const name = names[waits] ?? ''
    if (asked.has(name)) continue
    asked.add(name)
    const type = receiverType(name)
    if (type !== undefined) types.add(type)
  }
  return [...types].map((type) => ({ type, pointer: object }))
}

/** Kind and receiver → the object of that kind that its methods wait for, 0 for several. */
function byReceiver(byKind: ReadonlyMap<string, ReadonlyMap<number, Open>>): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const objects of byKind.values()) {
    for (const { kind, object, receivers } of objects.values()) {
      for (const { type, pointer } of receivers) {
        const key = `${kind} ${type} ${pointer}`
        found.set(key, found.has(key) ? 0 : object)
      }
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
  if ((open.kind !== 'mutex' && open.kind !== 'rwmutex') || open.receivers.length === 0) return []
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

function close(dump: DumpTally, { kind, object, goroutines, receivers }: Open, mayHold: Group['mayHold']): Group {
  return {
    kind,
    goroutines,
    mayHold,
    waits: () => ({
      kind,
      object: `0x${object.toString(16)}`,
      waiters: goroutines.length,
      ...(mayHold.length === 0 ? {} : { may_hold: mayHold.map((each) => mayHoldRecord(dump, each, receivers)) }),
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

function mayHoldRecord(dump: DumpTally, goroutine: CallingGoroutine, receivers: readonly Receiver[]): MayHold {
  const name = goroutine.names[methodOf(goroutine, receivers)] ?? ''
  const { frames } = dump.signatures[goroutine.signature]?.signature.stack ?? { frames: [] }
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
  const type = pointer === 0 ? undefined : receiverType(goroutine.names[goroutine.waits] ?? '')
  return type === undefined ? undefined : { type, pointer }
}

/** What the functions that a stack waits in say. */
interface Shape {
  readonly kind: WaitsOn['kind']
  /** Calls of methods of the object. */
  readonly methods: readonly number[]
  /** Where the semaphore is in the object (sync/mutex.go, rwmutex.go); undefined where it is the object itself, or a channel. */
  readonly offset: number
}

const shapes = new WeakMap<readonly string[], Shape>()

const KINDS: readonly (readonly [name: RegExp, kind: WaitsOn['kind']])[] = [
  [/RWMutex/, 'rwmutex'],
  [/\(\*Mutex\)|SemacquireMutex/, 'mutex'],
  [/WaitGroup/, 'waitgroup'],
  [/\(\*Cond\)|notifyListWait/, 'cond'],
  [/^runtime\.chan/, 'channel'],
]

const OFFSETS: readonly (readonly [name: RegExp, offset: number])[] = [
  [/SemacquireRWMutexR$/, 12],
  [/SemacquireRWMutex$/, 8],
  [/SemacquireMutex$/, 4],
]

function shapeOf({ names, waits }: CallingGoroutine): Shape {
  let shape = shapes.get(names)
  if (shape === undefined) {
    const own = names.slice(0, waits)
    const find = <T>(rows: readonly (readonly [RegExp, T])[]): T | undefined =>
      rows.find(([pattern]) => own.some((name) => pattern.test(name)))?.[1]
    shape = {
      kind: find(KINDS) ?? 'semaphore',
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
