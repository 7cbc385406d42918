/** What a goroutine waits for, and on which object: read from the functions in which it waits, and from the address in their arguments. */
import type { CallingGoroutine } from '../core/model.ts'
import type { WaitsOn } from '../core/records.ts'
import { isOwnLock } from '../stacks/title.ts'

export type WaitKind = Exclude<WaitsOn['kind'], 'semaphore'>

export interface Receiver {
  readonly type: string
  readonly pointer: number
}

/** What the functions in which a stack waits say. */
export interface Shape {
  readonly waits: number
  /** Undefined if the functions do not show it. */
  readonly kind: WaitKind | undefined
  /** Does it wait to send? */
  readonly sends: boolean
  /** Of the method that called what waits. */
  readonly type: string | undefined
  /** The calls that may show the object, most reliable first: their first argument points at this offset in it. */
  readonly places: readonly Place[]
}

export interface Place {
  readonly call: number
  /** Of the semaphore, or of the notify list, in the object; 0 for the object itself, or a channel. */
  readonly offset: number
}

const shapes = new WeakMap<readonly string[], Shape>()

/** `Cond.Wait` takes its lock again before it returns; that wait is one for a lock. */
const KINDS: readonly (readonly [name: RegExp, kind: WaitKind])[] = [
  [/^(?:internal\/)?sync\.\S*RWMutex/, 'rwmutex'],
  [/^(?:internal\/)?sync\.(?:\(\*Mutex\)|runtime_SemacquireMutex)/, 'mutex'],
  [/^runtime\.chan(?:send|recv)/, 'channel'],
  [/WaitGroup/, 'waitgroup'],
  [/\(\*Cond\)|notifyListWait/, 'cond'],
]

/** sync/mutex.go, rwmutex.go, waitgroup.go, cond.go. */
const OFFSETS: readonly (readonly [name: RegExp, offset: number])[] = [
  [/SemacquireRWMutexR$|RWMutex\)\.RLock$/, 12],
  [/SemacquireRWMutex$/, 8],
  // Until Go 1.19 both kinds of lock wait in one function. An RWMutex begins with the Mutex of its writers.
  [/\(\*Mutex\)/, 4],
  [/RWMutex\)\.Lock$/, 8],
  [/SemacquireMutex$/, 4],
  [/SemacquireWaitGroup$/, 8],
  [/notifyListWait$/, 16],
]

const METHOD = /\(\*(?:Mutex|RWMutex|WaitGroup|Cond)\)\./

/** A lock built on the semaphores of the runtime. One that waits differently may be a distributed lock. */
function kindOfOwn(own: readonly string[]): WaitKind | undefined {
  if (own[0]?.startsWith('sync.runtime_Semacquire') !== true) return undefined
  const lock = own.find(isOwnLock)
  return lock === undefined ? undefined : lock.includes('RW') ? 'rwmutex' : 'mutex'
}

export function shapeOf({ names, waits }: CallingGoroutine): Shape {
  let shape = shapes.get(names)
  // Another stack of the same signature may have more waiting frames.
  if (shape?.waits !== waits) {
    const own = names.slice(0, waits)
    const find = <T>(rows: readonly (readonly [RegExp, T])[]): T | undefined =>
      rows.find(([pattern]) => own.some((name) => pattern.test(name)))?.[1]
    shape = {
      waits,
      kind: find(KINDS) ?? kindOfOwn(own),
      sends: own.some((name) => name.startsWith('runtime.chansend')),
      type: receiverType(names[waits] ?? ''),
      places: [
        ...own.flatMap((name, call) => (METHOD.test(name) || isOwnLock(name) ? { call, offset: 0 } : [])),
        ...own.map((_, call) => ({ call, offset: find(OFFSETS) ?? 0 })),
      ],
    }
    shapes.set(names, shape)
  }
  return shape
}

/** Address of the object that it waits for; 0 if the frames have lost it. */
export function addressOf(goroutine: CallingGoroutine): number {
  for (const { call, offset } of shapeOf(goroutine).places) {
    const pointer = goroutine.pointer(call)
    if (pointer !== 0) return pointer - offset
  }
  return 0
}

/** Of the method that called what waits. */
export function receiverOf(goroutine: CallingGoroutine): Receiver | undefined {
  const pointer = goroutine.pointer(goroutine.waits)
  const { type } = shapeOf(goroutine)
  return pointer === 0 || type === undefined ? undefined : { type, pointer }
}

/** Index of the first frame of `goroutine` that is a method of one of `receivers`; -1 for none. */
export function methodOf(goroutine: CallingGoroutine, receivers: readonly Receiver[]): number {
  for (let i = goroutine.waits; i < goroutine.count; i++) {
    const pointer = goroutine.pointer(i)
    if (pointer === 0) continue
    const type = receiverType(goroutine.names[i] ?? '')
    if (type !== undefined && receivers.some((each) => isSame(each, { type, pointer }))) return i
  }
  return -1
}

export function isSame(a: Receiver, b: Receiver): boolean {
  return a.pointer === b.pointer && a.type === b.type
}

/** `shop.(*Cache)` for `shop.(*Cache).get`. */
export function receiverType(name: string): string | undefined {
  const at = name.indexOf('(*')
  const end = name.indexOf(').', at)
  return at < 0 || end < 0 ? undefined : name.slice(0, end + 1)
}
