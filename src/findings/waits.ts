/**
 * Who waits for whom, from the addresses that Go prints. A goroutine may hold a lock if it is in a method of the type that locks it, with the
 * same receiver, and does not wait for the lock itself. That is a guess: it may have unlocked it, or not locked it yet. A channel, a WaitGroup
 * or a condition has no holder.
 */
import type { CallingGoroutine, CallingGoroutines, DumpTally } from '../core/model.ts'
import type { MayHold, WaitsOn } from '../core/records.ts'
import { entangled } from './entangled.ts'
import { byObject, type Open, receiversOf } from './objects.ts'
import { addressOf, methodOf, type Receiver, receiverType, type WaitKind } from './waiting.ts'

/** If more goroutines than this may hold one object, that says nothing. */
const MAY_HOLD = 3

export interface Group {
  readonly kind: WaitKind
  /** `0xc000010008`. */
  readonly object: string
  /** For a channel: do they wait to send? */
  readonly sends: boolean
  readonly goroutines: readonly CallingGoroutine[]
  /** Goroutines that may hold it. */
  readonly mayHold: readonly CallingGoroutine[]
  readonly waits: () => WaitsOn
}

export interface Waits {
  /** Most waiters first. Left out: locks with fewer than `least` waiters that no waiting goroutine may hold, which are in no pile and in no ring. */
  readonly groups: readonly Group[]
  /** What it waits for; undefined if the dump does not say. */
  of(goroutine: CallingGoroutine): Group | undefined
}

const NONE: Waits = { groups: [], of: () => undefined }

export function waitsOf({ callers, signatures }: DumpTally, least: number): Waits {
  if (callers === undefined) return NONE
  const { waiting, offsets } = entangled(callers)
  const opens = byObject(waiting, offsets)
  const among = byReceiver(inMethodsOf(callers, opens).waiting)
  const wanted = opens.filter((open) => open.goroutines.length >= least || holdersOf(open, among).length > 0)
  const closed = new Map<Open, Group>()
  const closeAll = (some: readonly Open[]): void => {
    const inside = inMethodsOf(callers, some)
    const all = byReceiver([...inside.others, ...inside.waiting])
    for (const open of some) closed.set(open, close(signatures, open, holdersOf(open, all)))
  }
  if (wanted.length > 0) closeAll(wanted)
  const groups = [...closed.values()].sort((a, b) => b.goroutines.length - a.goroutines.length)
  const openOf = new Map<number, Open | undefined>()
  for (const open of opens) for (const { goroutine } of open.goroutines) openOf.set(goroutine, open)
  const of = (goroutine: CallingGoroutine): Group | undefined => {
    const id = goroutine.goroutine
    // A goroutine whose object no other one has to do with is grouped on demand.
    const open = openOf.has(id) ? openOf.get(id) : byObject([goroutine], offsets)[0]
    openOf.set(id, open)
    if (open === undefined) return undefined
    if (!closed.has(open)) closeAll([open])
    return closed.get(open)
  }
  return { groups, of }
}

/** Goroutines in a method of an object that the waiters of `opens` are in a method of. */
function inMethodsOf(
  callers: CallingGoroutines,
  opens: readonly Open[],
): Record<'waiting' | 'others', CallingGoroutine[]> {
  const pointers = new Set(opens.flatMap((open) => receiversOf(open).map(({ pointer }) => pointer)))
  const all = pointers.size === 0 ? [] : callers.on(pointers)
  return { waiting: all.filter(({ waits }) => waits > 0), others: all.filter(({ waits }) => waits === 0) }
}

/** Pointer and type of a receiver → the goroutines in a method of it. */
type Inside = ReadonlyMap<number, ReadonlyMap<string, readonly CallingGoroutine[]>>

/** Leaves out goroutines that wait for an unknown lock: it may be any of the object's. */
function byReceiver(goroutines: readonly CallingGoroutine[]): Inside {
  const found = new Map<number, Map<string, CallingGoroutine[]>>()
  for (const goroutine of goroutines) {
    if (goroutine.waits > 0 && addressOf(goroutine) === 0) continue
    for (let i = goroutine.waits; i < goroutine.count; i++) {
      const pointer = goroutine.pointer(i)
      const type = pointer === 0 ? undefined : receiverType(goroutine.names[i] ?? '')
      if (type === undefined) continue
      const types = found.get(pointer) ?? new Map<string, CallingGoroutine[]>()
      found.set(pointer, types)
      const known = types.get(type)
      if (known === undefined) types.set(type, [goroutine])
      else if (known[known.length - 1] !== goroutine) known.push(goroutine)
    }
  }
  return found
}

function holdersOf(open: Open, inside: Inside): readonly CallingGoroutine[] {
  const found: CallingGoroutine[] = []
  for (const { pointer, type } of receiversOf(open)) {
    for (const each of inside.get(pointer)?.get(type) ?? []) {
      if ((each.waits > 0 && addressOf(each) === open.object) || found.includes(each)) continue
      found.push(each)
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

/** Slots of the waiters' signatures, most waiters first. */
export function signaturesOf({ goroutines }: Group): number[] {
  const counts = new Map<number, number>()
  for (const each of goroutines) counts.set(each.signature, (counts.get(each.signature) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1]).map(([index]) => index)
}
