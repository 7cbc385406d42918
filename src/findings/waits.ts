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
  readonly waits: WaitsOn
  readonly goroutines: readonly CallingGoroutine[]
  /** Indexes of their signatures, the one with most of them first. */
  readonly signatures: readonly number[]
  /** Those that may hold it and wait for something else themselves. */
  readonly heldBy: readonly CallingGoroutine[]
}

interface Receiver {
  readonly type: string
  readonly pointer: number
}

interface Open {
  readonly kind: WaitsOn['kind']
  readonly object: number
  readonly goroutines: CallingGoroutine[]
  readonly receivers: Map<string, Receiver>
}

/** Most waiters first. Empty where no goroutine waits for an object whose address is known. */
export function groupWaiters(dump: DumpTally): Group[] {
  const { callers } = dump
  if (callers === undefined) return []
  const waiting = callers.waiting()
  const groups = group(waiting)
  const wanted = new Set<string>()
  const pointers = new Set<number>()
  for (const { receivers } of groups) {
    for (const [key, { pointer }] of receivers) {
      wanted.add(key)
      pointers.add(pointer)
    }
  }
  const others = pointers.size === 0 ? [] : callers.on(pointers)
  const inside = byReceiver([...others, ...waiting], wanted)
  return groups.map((open) => close(dump, open, inside)).sort((a, b) => b.waits.waiters - a.waits.waiters)
}

/** Receiver → the goroutines that are in a method of it. */
function byReceiver(
  goroutines: readonly CallingGoroutine[],
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<CallingGoroutine>> {
  const found = new Map<string, Set<CallingGoroutine>>()
  for (const goroutine of goroutines) {
    for (const { function: name, pointer } of goroutine.calls) {
      const type = pointer === 0 ? undefined : receiverType(name)
      const key = type === undefined ? '' : keyOf({ type, pointer })
      if (!wanted.has(key)) continue
      const known = found.get(key)
      if (known === undefined) found.set(key, new Set([goroutine]))
      else known.add(goroutine)
    }
  }
  return found
}

function group(waiting: readonly CallingGoroutine[]): Open[] {
  const groups = new Map<string, Open>()
  const addresses = new Map<string, number>()
  const add = (
    goroutine: CallingGoroutine,
    kind: WaitsOn['kind'],
    object: number,
    receiver: Receiver | undefined,
  ): void => {
    const key = `${kind} ${object}`
    const open: Open = groups.get(key) ?? { kind, object, goroutines: [], receivers: new Map() }
    open.goroutines.push(goroutine)
    if (receiver !== undefined) open.receivers.set(keyOf(receiver), receiver)
    groups.set(key, open)
  }
  const lost: { goroutine: CallingGoroutine; kind: WaitsOn['kind']; receiver: Receiver }[] = []
  for (const goroutine of waiting) {
    const kind = kindOf(goroutine)
    const receiver = receiverOf(goroutine)
    const object = addressOf(goroutine, kind)
    if (object === 0) {
      if (receiver !== undefined) lost.push({ goroutine, kind, receiver })
      continue
    }
    const isOwn = receiver !== undefined && object >= receiver.pointer && object < receiver.pointer + OBJECT_BYTES
    add(goroutine, kind, object, isOwn ? receiver : undefined)
    if (!isOwn) continue
    // Two locks of one object: the receiver alone does not say which.
    const known = addresses.get(`${kind} ${keyOf(receiver)}`)
    addresses.set(`${kind} ${keyOf(receiver)}`, known === undefined || known === object ? object : 0)
  }
  for (const { goroutine, kind, receiver } of lost) {
    const object = addresses.get(`${kind} ${keyOf(receiver)}`)
    if (object !== 0) add(goroutine, kind, object ?? receiver.pointer, receiver)
  }
  return [...groups.values()]
}

function close(dump: DumpTally, open: Open, inside: ReadonlyMap<string, ReadonlySet<CallingGoroutine>>): Group {
  const { kind, object, goroutines, receivers } = open
  const own = new Set<CallingGoroutine>(goroutines)
  const isLock = kind === 'mutex' || kind === 'rwmutex'
  const candidates = isLock ? [...receivers.keys()].flatMap((key) => [...(inside.get(key) ?? [])]) : []
  const holders = [...new Set(candidates)].filter((each) => !own.has(each) && !mayWaitFor(each, object))
  const shown = holders.length > MAY_HOLD ? [] : holders
  const counts = new Map<number, number>()
  for (const each of goroutines) counts.set(each.signature, (counts.get(each.signature) ?? 0) + 1)
  const may_hold = shown.map((each) => mayHoldRecord(dump, each, receivers))
  return {
    waits: {
      kind,
      object: `0x${object.toString(16)}`,
      waiters: goroutines.length,
      ...(may_hold.length === 0 ? {} : { may_hold }),
    },
    goroutines,
    signatures: [...counts].sort((a, b) => b[1] - a[1]).map(([index]) => index),
    heldBy: shown.filter((each) => each.waits > 0),
  }
}

/** Who waits for an unknown lock may wait for this one. */
function mayWaitFor(goroutine: CallingGoroutine, object: number): boolean {
  return goroutine.waits > 0 && [0, object].includes(addressOf(goroutine, kindOf(goroutine)))
}

function isOf(call: CallingGoroutine['calls'][number], receivers: ReadonlyMap<string, Receiver>): boolean {
  const type = receiverType(call.function)
  return type !== undefined && call.pointer !== 0 && receivers.has(keyOf({ type, pointer: call.pointer }))
}

function mayHoldRecord(
  dump: DumpTally,
  goroutine: CallingGoroutine,
  receivers: ReadonlyMap<string, Receiver>,
): MayHold {
  const name = goroutine.calls.find((call) => isOf(call, receivers))?.function ?? ''
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

/** Groups that wait for each other in a ring, each with a goroutine that may hold what the next one waits for. */
export function cycle(groups: readonly Group[]): readonly Group[] {
  const waitsFor = new Map<number, Group>()
  for (const each of groups) for (const { goroutine } of each.goroutines) waitsFor.set(goroutine, each)
  const seen = new Set<Group>()
  for (const start of groups) {
    const path: Group[] = []
    let at: Group | undefined = start
    while (at !== undefined && !seen.has(at)) {
      path.push(at)
      seen.add(at)
      // More than one that may hold it proves nothing.
      const [holder, another]: readonly CallingGoroutine[] = at.heldBy
      at = holder === undefined || another !== undefined ? undefined : waitsFor.get(holder.goroutine)
    }
    // One that an earlier path has gone through leads to no ring, or that was found.
    if (at !== undefined && path.includes(at)) return path.slice(path.indexOf(at))
  }
  return []
}

function keyOf({ type, pointer }: Receiver): string {
  return `${type} ${pointer}`
}

/** `shop.(*Cache)` of `shop.(*Cache).get`. */
function receiverType(name: string): string | undefined {
  return /^.*?\(\*[^)]+\)/.exec(name)?.[0]
}

/** Of the method that called what waits. */
function receiverOf({ calls, waits }: CallingGoroutine): Receiver | undefined {
  const caller = calls[waits]
  const type = caller === undefined ? undefined : receiverType(caller.function)
  return caller === undefined || type === undefined || caller.pointer === 0
    ? undefined
    : { type, pointer: caller.pointer }
}

function kindOf({ calls, waits }: CallingGoroutine): WaitsOn['kind'] {
  const names = calls.slice(0, waits).map((call) => call.function)
  const has = (text: string): boolean => names.some((name) => name.includes(text))
  if (has('(*RWMutex)') || has('RWMutex')) return 'rwmutex'
  if (has('(*Mutex)') || has('SemacquireMutex')) return 'mutex'
  if (has('(*WaitGroup)') || has('WaitGroup')) return 'waitgroup'
  if (has('(*Cond)') || has('notifyListWait')) return 'cond'
  return has('runtime.chan') ? 'channel' : 'semaphore'
}

/** Where the semaphore is in what it belongs to (sync/mutex.go, rwmutex.go, waitgroup.go). */
const OFFSETS: readonly (readonly [name: RegExp, offset: number])[] = [
  [/SemacquireRWMutexR$/, 12],
  [/SemacquireRWMutex$/, 8],
  [/SemacquireMutex$/, 4],
]

/** The object's; 0 where the frames have lost it. */
function addressOf({ calls, waits }: CallingGoroutine, kind: WaitsOn['kind']): number {
  const own = calls.slice(0, waits)
  const method = own.find(
    (call) => call.pointer !== 0 && /\(\*(?:Mutex|RWMutex|WaitGroup|Cond)\)\./.test(call.function),
  )
  if (method !== undefined) return method.pointer
  const first = own.find((call) => call.pointer !== 0)
  if (first === undefined) return 0
  if (kind === 'channel') return first.pointer
  const offset = OFFSETS.find(([name]) => own.some((call) => name.test(call.function)))?.[1]
  return offset === undefined ? first.pointer : first.pointer - offset
}
