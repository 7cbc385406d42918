/**
 * Most goroutines of a large dump wait for an object that no other goroutine has to do with: they are not in a pile or a chain. Sorting
 * addresses filters them out, without allocating anything for each of a hundred thousand goroutines.
 */
import type { CallingGoroutine, CallingGoroutines } from '../core/model.ts'
import { isIn, isLock, noteReceiver, type Offsets, offsetsOf } from './objects.ts'
import { type Place, receiverOf, type Shape, shapeOf, type WaitKind } from './waiting.ts'

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
  const rows = callers.waiting()
  const shapes: (Shape | undefined)[] = []
  const keys = new Float64Array(rows.length)
  /** By place in `rows`. */
  const locks = new Map<number, CallingGoroutine>()
  let isAnyLost = false
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    const stack = callers.stack(row)
    let shape = shapes[stack]
    if (shape?.waits !== callers.waits(row)) {
      shape = shapeOf(callers.at(row))
      shapes[stack] = shape
    }
    const { kind, places, sends } = shape
    let object = 0
    for (let place = 0; place < places.length && object === 0; place++) {
      const { call, offset } = places[place] as Place
      const pointer = callers.pointer(row, call)
      if (pointer !== 0) object = pointer - offset
    }
    if (object !== 0) keys[i] = object * ROOM + (sends ? SENDS : kind === undefined ? 0 : KINDS[kind])
    if (!isLock(kind)) continue
    const goroutine = callers.at(row)
    locks.set(i, goroutine)
    if (object === 0) isAnyLost = true
    else if (isIn(goroutine, object)) noteReceiver(offsets, kind, object, receiverOf(goroutine))
  }
  const objects = new Numbers(keys.slice())
  if (locks.size === 0 && !objects.anyTwice) return { waiting: [], offsets }
  const receivers = new Numbers(locks.size === 0 ? new Float64Array() : callers.receiversOfWaiting())
  /** May a waiting goroutine be in a method of the object that contains the lock? */
  const isWatched = (goroutine: CallingGoroutine, object: number): boolean => {
    const { kind, type } = shapeOf(goroutine)
    if (isIn(goroutine, object)) return receivers.hasTwice(goroutine.pointer(goroutine.waits))
    if (!isLock(kind) || type === undefined) return false
    for (const offset of offsetsOf(offsets, kind, type)) if (receivers.has(object - offset)) return true
    return false
  }
  const waiting: CallingGoroutine[] = []
  for (let i = 0; i < rows.length; i++) {
    const key = keys[i] as number
    const lock = locks.get(i)
    // If the address of a lock is lost, the other locks show which one it is.
    const isWanted =
      objects.hasTwice(key) ||
      (lock !== undefined && (isAnyLost || (key !== 0 && isWatched(lock, Math.floor(key / ROOM)))))
    if (isWanted) waiting.push(lock ?? callers.at(rows[i] as number))
  }
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
