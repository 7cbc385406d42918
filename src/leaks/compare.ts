/** Compares a dump with the previous one of the same process: for each signature, what came, what stayed and what left. */
import type { DumpTally, GoroutineIds } from '../core/model.ts'
import { birthsOf } from './births.ts'
import { type IdsOfDump, type LastDump, LOOSE_IDS, type ObservedDump, type Past } from './past.ts'
import { findReordered, Waits } from './ran.ts'

/** How the goroutines of each signature relate to the previous dump; one element per slot. */
interface Flow {
  readonly survivors: Int32Array
  readonly veterans: Int32Array
  readonly fresh: Int32Array
  /** Fresh goroutines whose id is in the older half of the ids handed out since. */
  readonly early: Int32Array
  readonly settled: Int32Array
  readonly kept: Int32Array
  readonly arrived: Int32Array
  readonly worked: Int32Array
  readonly asleep: Int32Array
  readonly slept: Int32Array
  readonly awake: Int32Array
  readonly isReordered: Uint8Array
  readonly leftYoung: Int32Array
}

/** Share of the ids of a step, counted from its end, whose goroutines may be in flight, … */
const IN_FLIGHT = 0.25

/** … but at least `LOOSE_IDS`, up to half of the step. */
export function settledId(before: number, now: number): number {
  const issued = Math.max(0, now - before)
  return now - Math.min(issued / 2, Math.max(issued * IN_FLIGHT, LOOSE_IDS))
}

/** Slot in the previous dump → slot of the same signature in this one; -1 for none. */
function slotsNow(tally: DumpTally, last: LastDump): Int32Array {
  const places = new Map<string, number>()
  for (let i = 0; i < last.signatures.length; i++) places.set(last.signatures[i]?.id ?? '', i)
  const now = new Int32Array(last.signatures.length).fill(-1)
  for (let slot = 0; slot < tally.signatures.length; slot++) {
    const was = places.get(tally.signatures[slot]?.signature.id ?? '')
    if (was !== undefined) now[was] = slot
  }
  return now
}

function flow(
  tally: DumpTally,
  last: LastDump,
  now: Int32Array,
  ids: IdsOfDump,
  seconds: number | undefined,
): Flow | undefined {
  const before = last.ids
  if (before === undefined || ids.table === undefined) return undefined
  const size = tally.signatures.length
  const column = (): Int32Array => new Int32Array(size)
  const out: Flow = {
    survivors: column(),
    veterans: column(),
    fresh: column(),
    early: column(),
    settled: column(),
    kept: column(),
    arrived: column(),
    worked: column(),
    asleep: column(),
    slept: column(),
    awake: column(),
    isReordered: new Uint8Array(size),
    leftYoung: column(),
  }
  const youngest = new Float64Array(size)
  const waits = new Waits(tally, ids, ids.table, before, seconds)
  const middle = (last.maxId + ids.maxId) / 2
  const settled = settledId(last.maxId, ids.maxId)
  const settledBefore = last.settledId ?? Number.NEGATIVE_INFINITY
  const { table } = ids
  for (let place = 0; place < table.size; place++) {
    const slot = table.signature(place)
    if (slot < 0) continue
    const id = table.id(place)
    if (id <= settled) add(out.settled, slot)
    const placeBefore: number = before.place(id)
    const was = before.signature(placeBefore)
    if (was < 0) {
      if (placeBefore >= 0) continue
      add(out.fresh, slot)
      if (id <= middle) add(out.early, slot)
      if (id <= settled) add(out.arrived, slot)
    } else if (now[was] === slot) {
      add(out.survivors, slot)
      if (id > (youngest[slot] as number)) youngest[slot] = id
      const isVeteran = before.isMarked(placeBefore)
      const minutes = table.minutes(place)
      if (waits.hasRun(place, placeBefore)) add(out.awake, slot)
      else if (minutes > 0) {
        add(out.asleep, slot)
        if (waits.hasSlept(minutes)) add(out.slept, slot)
      }
      if (isVeteran) add(out.veterans, slot)
      // A goroutine that was ready when it was first seen may have been on its way into the wait.
      const isReady = table.isReady(place) ? isVeteran || id <= settledBefore : isVeteran && before.isReady(placeBefore)
      if (isReady) add(out.worked, slot)
      table.mark(place)
      if (id <= settledBefore) add(out.kept, slot)
      else if (id <= settled && !last.first) add(out.arrived, slot)
    } else if (id <= settledBefore || before.isMarked(placeBefore)) {
      // It has moved on from its previous signature, to which it may return. Nothing is known of an earlier stay in its present one.
      const from = now[was] as number
      if (from >= 0) add(out.worked, from)
    }
  }
  countYoungLeavers(out, before, now, table, youngest)
  const sleepers = tally.signatures.map(({ count }, slot) => count > 1 && out.asleep[slot] === count)
  if (sleepers.includes(true)) findReordered(out.isReordered, sleepers, table)
  return out
}

/** Most leavers that are taken for goroutines in flight rather than members. Two at most: two leavers can be the youngest by chance. */
const YOUNG_LEAVERS = 2
/** Goroutines that must have stayed before it is no longer chance that the leavers were the youngest. */
const MUST_STAY = 5

function countYoungLeavers(
  out: Flow,
  before: GoroutineIds,
  now: Int32Array,
  ids: GoroutineIds,
  youngest: Float64Array,
): void {
  const left = new Int32Array(out.survivors.length)
  for (let place = 0; place < before.size; place++) {
    const slot = now[before.signature(place)]
    if (slot !== undefined && slot >= 0) add(left, slot)
  }
  let any = false
  for (let slot = 0; slot < left.length; slot++) {
    const stayed = out.survivors[slot] as number
    const gone = (left[slot] as number) - stayed
    left[slot] = gone > 0 && gone <= YOUNG_LEAVERS && stayed >= MUST_STAY && (out.fresh[slot] as number) > 0 ? 1 : 0
    any ||= left[slot] === 1
  }
  if (!any) return
  for (let place = 0; place < before.size; place++) {
    const slot = now[before.signature(place)]
    if (slot === undefined || slot < 0 || left[slot] !== 1) continue
    const id = before.id(place)
    if (id > (youngest[slot] as number) && ids.signature(ids.place(id)) !== slot) add(out.leftYoung, slot)
  }
}

/** How many ids were handed out just before the first dump with ids is unknown until the second: we assume as many as between the two. */
function settleFirst(past: Past, ids: IdsOfDump): void {
  const { last, tracks } = past
  if (!last.first || last.ids === undefined || ids.table === undefined) return
  const settled = Math.min(settledId(2 * last.maxId - ids.maxId, last.maxId), last.maxId - LOOSE_IDS)
  const counts = new Int32Array(last.signatures.length)
  for (let place = 0; place < last.ids.size; place++) {
    const slot = last.ids.signature(place)
    if (slot >= 0 && last.ids.id(place) <= settled) add(counts, slot)
  }
  for (let i = 0; i < counts.length; i++) {
    const track = tracks.get(last.signatures[i]?.id ?? '')
    if (track !== undefined) track.settled = counts[i]
  }
  past.last = { ...last, settledId: settled }
}

function add(column: Int32Array, slot: number): void {
  column[slot] = (column[slot] ?? 0) + 1
}

export function compare(tally: DumpTally, past: Past, ids: IdsOfDump): ObservedDump {
  settleFirst(past, ids)
  const { last, tracks } = past
  const seconds =
    tally.time !== undefined && last.time !== undefined && tally.time >= last.time
      ? (tally.time - last.time) / 1000
      : undefined
  const slots = slotsNow(tally, last)
  const moved = flow(tally, last, slots, ids, seconds)
  const issued = moved === undefined ? undefined : Math.max(0, ids.maxId - last.maxId)
  const issuedBefore = moved === undefined ? undefined : last.maxId
  const wasThere = new Uint8Array(tally.signatures.length)
  for (const slot of slots) if (slot >= 0) wasThere[slot] = 1
  const now = tally.signatures.map(({ signature, count }, slot) => {
    const had = wasThere[slot] === 1
    const known = tracks.get(signature.id)
    const track = known ?? {
      signature,
      steps: [],
      count: 0,
      seen: past.dumps,
      since: tally.time,
      settled: 0,
      previous: 0,
    }
    const settled = moved?.settled[slot]
    // The signature was in the previous dump, but its track was forgotten: nothing can be said about this step.
    const forgotten = known === undefined && had
    if (!forgotten) {
      track.steps.push({
        before: track.count,
        count,
        survivors: moved?.survivors[slot],
        veterans: moved?.veterans[slot],
        fresh: moved?.fresh[slot],
        early: moved?.early[slot],
        settledBefore: track.settled,
        kept: moved?.kept[slot],
        arrived: moved?.arrived[slot],
        worked: moved?.worked[slot],
        asleep: moved?.asleep[slot] ?? 0,
        slept: tally.anyMinutes === true ? moved?.slept[slot] : undefined,
        awake: moved?.awake[slot] ?? 0,
        isReordered: moved?.isReordered[slot] === 1,
        leftYoung: moved?.leftYoung[slot],
        issued,
        issuedBefore,
        damaged: tally.damaged,
        seconds,
      })
    }
    track.settled = settled
    track.previous = had ? track.count : 0
    track.count = count
    track.seen = past.dumps
    // Most recently used last.
    tracks.delete(signature.id)
    tracks.set(signature.id, track)
    return track
  })
  const vanished = last.signatures.flatMap((signature, was) => {
    if ((slots[was] as number) >= 0) return []
    const track = tracks.get(signature.id)
    if (track === undefined) return []
    const before = track.count
    const left = moved === undefined ? undefined : 0
    track.steps.push({
      before,
      count: 0,
      survivors: left,
      veterans: left,
      fresh: left,
      early: left,
      settledBefore: track.settled,
      kept: left,
      arrived: left,
      worked: left,
      asleep: 0,
      slept: tally.anyMinutes === true ? left : undefined,
      awake: 0,
      isReordered: false,
      leftYoung: left,
      issued,
      issuedBefore,
      damaged: tally.damaged,
      seconds,
    })
    track.settled = left
    track.count = 0
    return [{ signature, before }]
  })
  return {
    durationSeconds: seconds,
    tracks: now,
    births: birthsOf(tally, ids),
    vanished,
    withIds: moved !== undefined,
    limits: [],
  }
}
