/**
 * Who waits for whom, from the addresses that Go prints. A goroutine may hold a lock if it is in a method of the type that locks it,
 * with the same receiver, and does not wait for the lock itself. That is a conjecture: it may have unlocked it, or not locked it yet.
 * Of a channel, a WaitGroup or a condition nobody is the holder.
 */
import type { CallingGoroutine, DumpTally } from '../core/model.ts'
import type { MayHold, WaitsOn } from '../core/records.ts'
import { addressOf, isSame, methodOf, type Receiver, receiverOf, shapeOf, type WaitKind } from './waiting.ts'

/** More than so many goroutines that may hold one object say nothing. */
const MAY_HOLD = 3
/** A lock is part of the object whose method locks it, if it is within so many bytes of its beginning. */
const OBJECT_BYTES = 4096

export interface Group {
  readonly kind: WaitKind
  /** `0xc000010008`. */
  readonly object: string
  /** Of a channel: do they wait to send? */
  readonly sends: boolean
  readonly goroutines: readonly CallingGoroutine[]
  /** Those that may hold it. */
  readonly mayHold: readonly CallingGoroutine[]
  readonly waits: () => WaitsOn
}

export interface Waits {
  /** Most waiters first. Locks that fewer than `least` wait for, and nobody who waits may hold, are left out: they are no pile, and in no ring. */
  readonly groups: readonly Group[]
  /** What it waits for; undefined where the dump does not say. */
  of(goroutine: CallingGoroutine): Group | undefined
}

/** Goroutines that wait for one object: mostly one alone, so that no list has room for more than it holds. */
interface Open {
  readonly kind: WaitKind
  readonly object: number
  readonly sends: boolean
  readonly goroutines: CallingGoroutine[]
  /** Those that its waiters name. */
  receivers: readonly Receiver[]
  /** Of a lock: where in an object of a type locks are. */
  offsets: Offsets | undefined
}

/** Kind and type → how far into an object of that type its locks are. */
type Offsets = ReadonlyMap<string, ReadonlySet<number>>

const NO_RECEIVERS: readonly Receiver[] = []

const NONE: Waits = { groups: [], of: () => undefined }

export function waitsOf({ callers, signatures }: DumpTally, least: number): Waits {
  if (callers === undefined) return NONE
  const waiting = callers.waiting()
  const opens = group(waiting)
  const among = byPointer(waiting, pointersOf(opens))
  const wanted = opens.filter((open) => open.goroutines.length >= least || holdersOf(open, among).length > 0)
  const closed = new Map<Open, Group>()
  const closeAll = (some: readonly Open[]): void => {
    const pointers = pointersOf(some)
    const inside = byPointer([...(pointers.size === 0 ? [] : callers.on(pointers)), ...waiting], pointers)
    for (const open of some) closed.set(open, close(signatures, open, holdersOf(open, inside)))
  }
  if (wanted.length > 0) closeAll(wanted)
  const groups = [...closed.values()].sort((a, b) => b.goroutines.length - a.goroutines.length)
  let openOf: Map<number, Open> | undefined
  const of = ({ goroutine }: CallingGoroutine): Group | undefined => {
    openOf ??= byGoroutine(opens)
    const open = openOf.get(goroutine)
    if (open === undefined) return undefined
    if (!closed.has(open)) closeAll([open])
    return closed.get(open)
  }
  return { groups, of }
}

function byGoroutine(opens: readonly Open[]): Map<number, Open> {
  const found = new Map<number, Open>()
  for (const open of opens) for (const { goroutine } of open.goroutines) found.set(goroutine, open)
  return found
}

function pointersOf(opens: readonly Open[]): Set<number> {
  const pointers = new Set<number>()
  for (const open of opens) for (const { pointer } of receiversOf(open)) pointers.add(pointer)
  return pointers
}

function group(waiting: readonly CallingGoroutine[]): Open[] {
  const byKind = new Map<string, Map<number, Open>>()
  const add = (goroutine: CallingGoroutine, object: number, receiver?: Receiver): void => {
    const { kind, sends } = shapeOf(goroutine)
    if (kind === undefined) return
    const key = sends ? 'send' : kind
    let objects = byKind.get(key)
    if (objects === undefined) {
      objects = new Map()
      byKind.set(key, objects)
    }
    const open = objects.get(object)
    if (open === undefined) {
      const receivers = receiver === undefined ? NO_RECEIVERS : [receiver]
      objects.set(object, { kind, object, sends, goroutines: [goroutine], receivers, offsets: undefined })
      return
    }
    open.goroutines.push(goroutine)
    if (receiver !== undefined && !open.receivers.some((each) => isSame(each, receiver)))
      open.receivers = [...open.receivers, receiver]
  }
  const lost: CallingGoroutine[] = []
  for (const goroutine of waiting) {
    const { kind } = shapeOf(goroutine)
    const object = addressOf(goroutine)
    if (object !== 0) {
      const pointer = isLock(kind) ? goroutine.pointer(goroutine.waits) : 0
      const isOwn = pointer !== 0 && object >= pointer && object < pointer + OBJECT_BYTES
      add(goroutine, object, isOwn ? receiverOf(goroutine) : undefined)
    } else if (isLock(kind)) lost.push(goroutine)
  }
  const opens = (): Open[] => [...byKind.values()].flatMap((objects) => [...objects.values()])
  const known = lost.length === 0 ? undefined : byReceiver(opens())
  for (const goroutine of lost) {
    const receiver = receiverOf(goroutine)
    if (receiver === undefined) continue
    // Two locks of one object: the receiver alone does not say which.
    const { kind = '' } = shapeOf(goroutine)
    const object = known?.get(`${kind} ${receiver.type} ${receiver.pointer}`) ?? receiver.pointer
    if (object !== 0) add(goroutine, object, receiver)
  }
  const all = opens()
  noteOffsets(all.filter(({ kind }) => isLock(kind)))
  return all
}

function isLock(kind: WaitKind | undefined): boolean {
  return kind === 'mutex' || kind === 'rwmutex'
}

/**
 * Where the receivers of all waiters are stale. Another waiter may tell where the lock is in an object of that type. If nobody does, and
 * the lock is the first field, or the second behind a word, whoever is in a method of that very address and type is in the same object:
 * two objects of a type that has a lock and a word are farther apart.
 */
function noteOffsets(locks: readonly Open[]): void {
  const offsets = new Map<string, Set<number>>()
  for (const { kind, object, receivers } of locks) {
    for (const { type, pointer } of receivers) {
      const key = `${kind} ${type}`
      const known = offsets.get(key)
      if (known === undefined) offsets.set(key, new Set([object - pointer]))
      else known.add(object - pointer)
    }
  }
  for (const open of locks) open.offsets = offsets
}

/** Of those who wait for it; where all are stale, those that it may be in. */
function receiversOf({ kind, object, goroutines, receivers, offsets }: Open): readonly Receiver[] {
  if (receivers.length > 0 || offsets === undefined) return receivers
  const found: Receiver[] = []
  for (const goroutine of goroutines) {
    const { type } = shapeOf(goroutine)
    if (type === undefined || found.some((each) => each.type === type)) continue
    for (const offset of offsets.get(`${kind} ${type}`) ?? FIRST_FIELDS) found.push({ type, pointer: object - offset })
  }
  return found
}

/** A lock is 8 bytes; on most machines a word is, too. */
const FIRST_FIELDS: readonly number[] = [0, 8]

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
  if (wanted.size === 0) return found
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
  for (const receiver of receiversOf(open)) {
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

function close(signatures: DumpTally['signatures'], open: Open, mayHold: Group['mayHold']): Group {
  const { kind, sends, goroutines } = open
  const object = `0x${open.object.toString(16)}`
  return {
    kind,
    object,
    sends,
    goroutines,
    mayHold,
    waits: () => ({
      kind,
      object,
      waiters: goroutines.length,
      ...(mayHold.length === 0
        ? {}
        : { may_hold: mayHold.map((each) => mayHoldRecord(signatures, each, receiversOf(open))) }),
    }),
  }
}

function mayHoldRecord(
  signatures: DumpTally['signatures'],
  goroutine: CallingGoroutine,
  receivers: readonly Receiver[],
): MayHold {
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
