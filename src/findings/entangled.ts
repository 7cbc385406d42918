/**
 * Most goroutines of a large dump wait alone, each for an object that nobody else has to do with: no pile, and no step of a chain. They are
 * found by sorting addresses, so that nothing is made for each of a hundred thousand.
 */
import type { CallingGoroutine, CallingGoroutines } from '../core/model.ts'
import { isIn, isLock, noteReceiver, type Offsets, offsetsOf } from './objects.ts'
import { addressOf, receiverOf, shapeOf, type WaitKind } from './waiting.ts'

/** Makes one number of an address and of what is waited for. Two of one number, past 2^50, are looked at closely like any other pair. */
const KINDS: Readonly<Record<WaitKind, number>> = { mutex: 1, rwmutex: 2, channel: 3, waitgroup: 4, cond: 5 }
const SENDS = 6
const ROOM = 8

export interface Entangled {
  /** Those who wait for an object that another one waits for, too, or for a lock in an object that another one is in a method of. */
  readonly waiting: readonly CallingGoroutine[]
  /** Of the locks of all who wait. */
  readonly offsets: Offsets
}

export function entangled(callers: CallingGoroutines): Entangled {
  const offsets: Offsets = { mutex: new Map(), rwmutex: new Map() }
  const keys: number[] = []
  const pointers: number[] = []
  let isAnyLost = false
  callers.eachWaiting((goroutine) => {
    const { kind, sends } = shapeOf(goroutine)
    const object = addressOf(goroutine)
    keys.push(object === 0 ? 0 : object * ROOM + (sends ? SENDS : kind === undefined ? 0 : KINDS[kind]))
    for (let i = goroutine.waits; i < goroutine.count; i++) pointers.push(goroutine.pointer(i))
    if (!isLock(kind)) return
    if (object === 0) isAnyLost = true
    else if (isIn(goroutine, object)) noteReceiver(offsets, kind, object, receiverOf(goroutine))
  })
  const objects = new Numbers(keys)
  const receivers = new Numbers(pointers)
  /** May one that waits be in a method of the object that the lock is in? */
  const isWatched = (goroutine: CallingGoroutine, object: number): boolean => {
    const { kind, type } = shapeOf(goroutine)
    if (isIn(goroutine, object)) return receivers.times(goroutine.pointer(goroutine.waits)) > 1
    if (!isLock(kind) || type === undefined) return false
    for (const offset of offsetsOf(offsets, kind, type)) if (receivers.times(object - offset) > 0) return true
    return false
  }
  const waiting: CallingGoroutine[] = []
  let at = 0
  callers.eachWaiting((goroutine) => {
    const key = keys[at++] as number
    const isWanted =
      key !== 0 &&
      (objects.times(key) > 1 || (isLock(shapeOf(goroutine).kind) && isWatched(goroutine, Math.floor(key / ROOM))))
    // Which lock one waits for whose address is lost, the other locks say.
    if (isWanted || (isAnyLost && isLock(shapeOf(goroutine).kind))) waiting.push(goroutine.copy())
  })
  return { waiting, offsets }
}

/** How often a number is among many. */
class Numbers {
  readonly #sorted: Float64Array

  constructor(numbers: readonly number[]) {
    this.#sorted = Float64Array.from(numbers).sort()
  }

  /** 0, 1, or 2 for more. */
  times(number: number): number {
    const sorted = this.#sorted
    let low = 0
    for (let high = sorted.length; low < high; ) {
      const middle = (low + high) >>> 1
      if ((sorted[middle] as number) < number) low = middle + 1
      else high = middle
    }
    if (sorted[low] !== number) return 0
    return sorted[low + 1] === number ? 2 : 1
  }
}
