/**
 * Most goroutines of a large dump wait for an object that no other goroutine has to do with: they are not in a pile or a chain. Sorting
 * addresses filters them out, without allocating anything for each of a hundred thousand goroutines.
 */
import type { CallingGoroutine, CallingGoroutines } from '../core/model.ts'
import { isIn, isLock, noteReceiver, type Offsets, offsetsOf } from './objects.ts'
import { addressOf, receiverOf, shapeOf, type WaitKind } from './waiting.ts'

/** Combined with the address into one number. Past 2^50 two objects may share a number; they are then compared like any other pair. */
const KINDS: Readonly<Record<WaitKind, number>> = { mutex: 1, rwmutex: 2, channel: 3, waitgroup: 4, cond: 5 }
const SENDS = 6
const ROOM = 8

export interface Entangled {
  /** Goroutines that wait for an object that another one waits for too, or for a lock in an object that another one is in a method of. */
  readonly waiting: readonly CallingGoroutine[]
  /** Offsets of all locks that are waited for. */
  readonly offsets: Offsets
}

export function entangled(callers: CallingGoroutines): Entangled {
  const offsets: Offsets = { mutex: new Map(), rwmutex: new Map() }
  const keys = new Float64Array(callers.count)
  const locks = new Uint8Array(callers.count)
  let waiters = 0
  const pointers = new Float64Array(callers.pointers)
  let used = 0
  let isAnyLock = false
  let isAnyLost = false
  callers.eachWaiting((goroutine) => {
    const shape = shapeOf(goroutine)
    const { kind, sends } = shape
    const object = addressOf(goroutine, shape)
    keys[waiters] = object === 0 ? 0 : object * ROOM + (sends ? SENDS : kind === undefined ? 0 : KINDS[kind])
    locks[waiters++] = isLock(kind) ? 1 : 0
    for (let i = goroutine.waits; i < goroutine.count; i++) pointers[used++] = goroutine.pointer(i)
    if (!isLock(kind)) return
    isAnyLock = true
    if (object === 0) isAnyLost = true
    else if (isIn(goroutine, object)) noteReceiver(offsets, kind, object, receiverOf(goroutine))
  })
  const objects = new Numbers(keys.slice(0, waiters))
  if (!isAnyLock && !objects.anyTwice) return { waiting: [], offsets }
  const receivers = new Numbers(pointers.subarray(0, isAnyLock ? used : 0))
  /** May a waiting goroutine be in a method of the object that contains the lock? */
  const isWatched = (goroutine: CallingGoroutine, object: number): boolean => {
    const { kind, type } = shapeOf(goroutine)
    if (isIn(goroutine, object)) return receivers.hasTwice(goroutine.pointer(goroutine.waits))
    if (!isLock(kind) || type === undefined) return false
    for (const offset of offsetsOf(offsets, kind, type)) if (receivers.has(object - offset)) return true
    return false
  }
  const waiting: CallingGoroutine[] = []
  let at = 0
  callers.eachWaiting((goroutine) => {
    const key = keys[at] as number
    // If the address of a lock is lost, the other locks show which one it is.
    const isWanted =
      objects.hasTwice(key) ||
      (locks[at] === 1 && (isAnyLost || (key !== 0 && isWatched(goroutine, Math.floor(key / ROOM)))))
    at++
    if (isWanted) waiting.push(goroutine.copy())
  })
  return { waiting, offsets }
}

/** Answers whether a number occurs among many, once or more often. */
class Numbers {
  readonly #sorted: Float64Array
  /** Numbers that occur more than once: few, or none, of a hundred thousand. */
  readonly #twice: Float64Array

  /** Ignores 0, which means unknown. Sorts `numbers` in place. */
  constructor(numbers: Float64Array) {
    const sorted = numbers.sort()
    const twice: number[] = []
    for (let i = 1; i < sorted.length; i++) {
      const number = sorted[i] as number
      if (number !== 0 && number === sorted[i - 1] && number !== twice[twice.length - 1]) twice.push(number)
    }
    this.#sorted = sorted
    this.#twice = Float64Array.from(twice)
  }

  get anyTwice(): boolean {
    return this.#twice.length > 0
  }

  hasTwice(number: number): boolean {
    return this.anyTwice && isAmong(this.#twice, number)
  }

  has(number: number): boolean {
    return isAmong(this.#sorted, number)
  }
}

function isAmong(sorted: Float64Array, number: number): boolean {
  let low = 0
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] as number) < number) low = middle + 1
    else high = middle
  }
  return sorted[low] === number
}
