/** Groups goroutines by the object that they wait for, and collects the receivers of the methods that they are in. */
import type { CallingGoroutine } from '../core/model.ts'
import { addressOf, isSame, type Receiver, receiverOf, shapeOf, type WaitKind } from './waiting.ts'

/** A lock belongs to the object whose method locks it if it is within this many bytes of its start. */
const OBJECT_BYTES = 4096

export type Lock = Extract<WaitKind, 'mutex' | 'rwmutex'>

/** Type → offsets of its locks, in bytes. */
export type Offsets = Readonly<Record<Lock, Map<string, Set<number>>>>

/** Goroutines that wait for one object. */
export interface Open {
  readonly kind: WaitKind
  readonly object: number
  readonly sends: boolean
  readonly goroutines: CallingGoroutine[]
  /** Receivers of the methods of its waiters. */
  receivers: readonly Receiver[]
  readonly offsets: Offsets
}

const NO_RECEIVERS: readonly Receiver[] = []
/** Most receivers of an object, and most offsets of locks in a type: real code has one or two, and many prove nothing. */
const MOST_PLACES = 16

/** Groups `waiting` by object. Adds the offsets of their locks to `offsets`. */
export function byObject(waiting: readonly CallingGoroutine[], offsets: Offsets): Open[] {
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
      objects.set(object, { kind, object, sends, goroutines: [goroutine], receivers, offsets })
      return
    }
    open.goroutines.push(goroutine)
    if (receiver === undefined || open.receivers.length >= MOST_PLACES) return
    if (!open.receivers.some((each) => isSame(each, receiver))) open.receivers = [...open.receivers, receiver]
  }
  const lost: CallingGoroutine[] = []
  for (const goroutine of waiting) {
    const { kind } = shapeOf(goroutine)
    const object = addressOf(goroutine)
    if (object !== 0) add(goroutine, object, isIn(goroutine, object) ? receiverOf(goroutine) : undefined)
    else if (isLock(kind)) lost.push(goroutine)
  }
  const opens = (): Open[] => [...byKind.values()].flatMap((objects) => [...objects.values()])
  const known = lost.length === 0 ? undefined : byReceiver(opens())
  for (const goroutine of lost) {
    const receiver = receiverOf(goroutine)
    if (receiver === undefined) continue
    // If an object has two locks, the receiver alone does not say which one it is.
    const { kind = '' } = shapeOf(goroutine)
    const object = known?.get(`${kind} ${receiver.type} ${receiver.pointer}`) ?? receiver.pointer
    if (object !== 0) add(goroutine, object, receiver)
  }
  const all = opens()
  for (const { kind, object, receivers } of all)
    if (isLock(kind)) for (const receiver of receivers) noteReceiver(offsets, kind, object, receiver)
  return all
}

/** Is `object` a lock inside the receiver of the method that waits for it? */
export function isIn(goroutine: CallingGoroutine, object: number): boolean {
  const pointer = isLock(shapeOf(goroutine).kind) ? goroutine.pointer(goroutine.waits) : 0
  return pointer !== 0 && object >= pointer && object < pointer + OBJECT_BYTES
}

export function isLock(kind: WaitKind | undefined): kind is Lock {
  return kind === 'mutex' || kind === 'rwmutex'
}

/** Notes that the receiver has a lock of `kind` at `object`. */
export function noteReceiver(offsets: Offsets, kind: Lock, object: number, receiver: Receiver | undefined): void {
  if (receiver === undefined) return
  const { type, pointer } = receiver
  const known = offsets[kind].get(type)
  if (known === undefined) offsets[kind].set(type, new Set([object - pointer]))
  else if (known.size < MOST_PLACES) known.add(object - pointer)
}

/** Receivers of the waiters; if all are stale, those that the lock may be in, by known offsets. */
export function receiversOf({ kind, object, goroutines, receivers, offsets }: Open): readonly Receiver[] {
  if (receivers.length > 0 || !isLock(kind)) return receivers
  const found: Receiver[] = []
  for (const goroutine of goroutines) {
    const { type } = shapeOf(goroutine)
    if (found.length >= MOST_PLACES) break
    if (type === undefined || found.some((each) => each.type === type)) continue
    for (const offset of offsetsOf(offsets, kind, type)) found.push({ type, pointer: object - offset })
  }
  return found
}

/**
 * Offsets at which a lock may be in a type. Other waiters may show them. If none does, we try the first field, and the second after one word: a
 * goroutine in a method of that type with that very address is in the same object, since two objects with a lock and a word are farther apart.
 */
export function offsetsOf(offsets: Offsets, kind: Lock, type: string): Iterable<number> {
  return offsets[kind].get(type) ?? FIRST_FIELDS
}

/** A lock has 8 bytes, and so has a word on most machines. */
const FIRST_FIELDS: readonly number[] = [0, 8]

/** Kind and receiver → the one object of that kind that its methods wait for; 0 if there are several. */
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
