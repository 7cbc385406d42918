/**
 * What was seen of each signature, dump by dump, for each source. Pure and bounded: of older dumps a few numbers a signature are
 * kept, of the last one its goroutine ids.
 *
 * Goroutine ids tell a leak from a busy pool: an id is never used twice in a process, so a goroutine of this signature that was in
 * it in the dump before has stayed, and one whose id is new has come.
 */
import type { Limits } from '../limits.ts'
import type { DumpTally, GoroutineIds, Signature } from '../model.ts'
import { comparable } from './comparable.ts'
import { isLate } from './late.ts'
import { isRestart } from './restart.ts'
import type { Track } from './track.ts'

export interface ObservedDump {
  /** Seconds since the earlier dump; undefined when a time is unknown, or there is no earlier dump. */
  readonly durationSeconds: number | undefined
  /** One for each of `tally.signatures`, in their order; empty when there is no earlier dump to compare with. */
  readonly tracks: readonly Track[]
  /** Signatures that the earlier dump had and this one has not, with what it had. */
  readonly vanished: readonly { readonly signature: Signature; readonly before: number }[]
  /** Goroutine ids were compared, not counts alone. */
  readonly withIds: boolean
  /** The process is another one than before: this dump is the first of a new history. */
  readonly restarted: boolean
  /** Names of the limits that the history hit. */
  readonly limits: readonly string[]
}

export interface History {
  observe(tally: DumpTally): ObservedDump
}

/** The last dump of one group of comparable dumps of a source. */
interface Past {
  readonly tracks: Map<string, Track>
  last: LastDump
  dumps: number
}

interface LastDump {
  readonly time: number | undefined
  readonly process: string | undefined
  readonly ids: GoroutineIds | undefined
  readonly maxId: number
  /** Goroutines up to this id were settled. */
  readonly settledId: number | undefined
  /** The first with ids: what came before it is unknown. */
  readonly first: boolean
  /** Signature ids by index, as `ids` refers to them. */
  readonly signatures: readonly Signature[]
}

const NOTHING: ObservedDump = {
  durationSeconds: undefined,
  tracks: [],
  vanished: [],
  withIds: false,
  restarted: false,
  limits: [],
}

export function createHistory(options: { readonly limits: Limits }): History {
  return new SourceHistories(options.limits)
}

class SourceHistories implements History {
  readonly #limits: Limits
  readonly #pasts = new Map<string, Past>()

  constructor(limits: Limits) {
    this.#limits = limits
  }

  observe(tally: DumpTally): ObservedDump {
    const group = comparable(tally)
    if (group === undefined) return NOTHING
    const key = `${group}\n${tally.source}`
    const known = this.#pasts.get(key)
    const ids = idsOf(tally)
    const restarted = known !== undefined && isRestart(known.last, tally, ids)
    if (known !== undefined && !restarted && isLate(known.last, tally, ids)) return NOTHING
    const past = known === undefined || restarted ? this.#begin(key) : known
    const observed = past.dumps === 0 ? this.#first(tally, past) : compare(tally, past, ids)
    past.dumps++
    const first = past.dumps === 1 || past.last.ids === undefined
    past.last = {
      time: tally.time,
      process: tally.process,
      ids: ids.table,
      maxId: ids.maxId,
      settledId: first ? undefined : settledId(past.last.maxId, ids.maxId),
      first,
      signatures: tally.signatures.map((each) => each.signature),
    }
    const overflow = this.#remember(key, past)
    return { ...observed, restarted, limits: overflow ? ['historySignatures'] : [] }
  }

  #begin(key: string): Past {
    this.#pasts.delete(key)
    return {
      tracks: new Map(),
      last: {
        time: undefined,
        process: undefined,
        ids: undefined,
        maxId: 0,
        settledId: undefined,
        first: true,
        signatures: [],
      },
      dumps: 0,
    }
  }

  #first(tally: DumpTally, past: Past): ObservedDump {
    for (const { signature, count } of tally.signatures)
      past.tracks.set(signature.id, { signature, steps: [], count, seen: past.dumps, settled: undefined })
    return NOTHING
  }

  /** Least recently used goes, sources and signatures alike. True when signatures of the last dump had to go. */
  #remember(key: string, past: Past): boolean {
    this.#pasts.delete(key)
    this.#pasts.set(key, past)
    for (const oldest of this.#pasts.keys()) {
      if (this.#pasts.size <= this.#limits.sources) break
      this.#pasts.delete(oldest)
    }
    for (const [oldest, { count, seen }] of past.tracks) {
      if (count > 0 || past.dumps - 1 - seen < this.#limits.historyAbsences) break
      past.tracks.delete(oldest)
    }
    let overflow = false
    for (const [oldest, { count }] of past.tracks) {
      if (past.tracks.size <= this.#limits.historySignatures) break
      past.tracks.delete(oldest)
      if (count > 0) overflow = true
    }
    for (const track of past.tracks.values()) {
      if (track.steps.length > this.#limits.historyDumps)
        track.steps.splice(0, track.steps.length - this.#limits.historyDumps)
    }
    return overflow
  }
}

interface IdsOfDump {
  readonly table: GoroutineIds | undefined
  readonly maxId: number
}

function idsOf(tally: DumpTally): IdsOfDump {
  const table = tally.ids
  let maxId = 0
  table?.forEach((id) => {
    if (id > maxId) maxId = id
  })
  return { table, maxId }
}

/** How the goroutines of each signature relate to the dump before. */
interface Flow {
  readonly survivors: Int32Array
  readonly veterans: Int32Array
  readonly fresh: Int32Array
  /** Of the fresh ones, those with an id in the older half of what the process has handed out since. */
  readonly early: Int32Array
  readonly settled: Int32Array
  readonly kept: Int32Array
  readonly arrived: Int32Array
}

/** Share of the ids of a step, from its end, whose goroutines may be in flight. */
const IN_FLIGHT = 0.25

function settledId(before: number, now: number): number {
  return now - Math.max(0, now - before) * IN_FLIGHT
}

function flow(tally: DumpTally, last: LastDump, ids: IdsOfDump): Flow | undefined {
  const before = last.ids
  if (before === undefined || ids.table === undefined) return undefined
  const slotOf = new Map<string, number>()
  for (let i = 0; i < tally.signatures.length; i++) slotOf.set(tally.signatures[i]?.signature.id ?? '', i)
  const now = new Int32Array(last.signatures.length)
  for (let i = 0; i < now.length; i++) now[i] = slotOf.get(last.signatures[i]?.id ?? '') ?? -1
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
  }
  const middle = (last.maxId + ids.maxId) / 2
  const settled = settledId(last.maxId, ids.maxId)
  const settledBefore = last.settledId ?? Number.NEGATIVE_INFINITY
  ids.table.forEach((id, slot) => {
    if (slot < 0) return
    if (id <= settled) add(out.settled, slot)
    const was = before.get(id)
    if (was < 0) {
      if (before.has(id)) return
      add(out.fresh, slot)
      if (id <= middle) add(out.early, slot)
      if (id <= settled) add(out.arrived, slot)
    } else if (now[was] === slot) {
      add(out.survivors, slot)
      if (before.isMarked(id)) add(out.veterans, slot)
      ids.table?.mark(id)
      if (id <= settledBefore) add(out.kept, slot)
      else if (id <= settled && !last.first) add(out.arrived, slot)
    }
  })
  return out
}

/** How many ids went before the first dump with ids is unknown until the second: taken to be as many as came after it. */
function settleFirst(past: Past, ids: IdsOfDump): void {
  const { last, tracks } = past
  if (!last.first || last.ids === undefined || ids.table === undefined) return
  const settled = settledId(last.maxId, ids.maxId) - (ids.maxId - last.maxId)
  const counts = new Int32Array(last.signatures.length)
  last.ids.forEach((id, slot) => {
    if (slot >= 0 && id <= settled) add(counts, slot)
  })
  for (let i = 0; i < counts.length; i++) {
    const track = tracks.get(last.signatures[i]?.id ?? '')
    if (track !== undefined) track.settled = counts[i]
  }
  past.last = { ...last, settledId: settled }
}

function add(column: Int32Array, slot: number): void {
  column[slot] = (column[slot] ?? 0) + 1
}

function compare(tally: DumpTally, past: Past, ids: IdsOfDump): ObservedDump {
  settleFirst(past, ids)
  const { last, tracks } = past
  const moved = flow(tally, last, ids)
  const issued = moved === undefined ? undefined : Math.max(0, ids.maxId - last.maxId)
  const seconds =
    tally.time !== undefined && last.time !== undefined && tally.time >= last.time
      ? (tally.time - last.time) / 1000
      : undefined
  const gone = new Map(last.signatures.map((signature) => [signature.id, signature]))
  const now = tally.signatures.map(({ signature, count }, slot) => {
    const had = gone.delete(signature.id)
    const known = tracks.get(signature.id)
    const track = known ?? { signature, steps: [], count: 0, seen: past.dumps, settled: 0 }
    const settled = moved?.settled[slot]
    // Of one that was there and is forgotten nothing can be said.
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
        issued,
        damaged: tally.damaged,
        seconds,
      })
    }
    track.settled = settled
    track.count = count
    track.seen = past.dumps
    // Most recently used last.
    tracks.delete(signature.id)
    tracks.set(signature.id, track)
    return track
  })
  const vanished = [...gone.values()].flatMap((signature) => {
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
      issued,
      damaged: tally.damaged,
      seconds,
    })
    track.settled = left
    track.count = 0
    return [{ signature, before }]
  })
  return { durationSeconds: seconds, tracks: now, vanished, withIds: moved !== undefined, restarted: false, limits: [] }
}
