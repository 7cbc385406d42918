/**
 * What was seen of each signature, dump by dump, for each source. Pure and bounded: it keeps a few numbers per signature of older dumps, and
 * the goroutine ids of the last one.
 *
 * Goroutine ids distinguish a leak from a busy pool: a process never uses an id twice, so a goroutine that was in the same signature in the
 * previous dump has stayed, and one with a new id has come. They also distinguish processes: two that write into one log have separate
 * histories.
 */
import type { Limits } from '../core/limits.ts'
import { RecentMap } from '../core/lru.ts'
import type { DumpTally, Signature } from '../core/model.ts'
import { birthsOf } from './births.ts'
import { comparable } from './comparable.ts'
import { compare, settledId } from './compare.ts'
import {
  emptyPast,
  type IdsOfDump,
  idsOf,
  isLate,
  type LastDump,
  type ObservedDump,
  type Past,
  type Vanished,
} from './past.ts'
import { processOf } from './process.ts'
import { type HistorySnapshot, readHistory, writeHistory } from './snapshot.ts'
import type { Track } from './track.ts'
import { trackWeight, weightOf } from './weight.ts'

/** Share of the memory limit that histories may take, and the share of that to shrink to once it is exceeded. */
const SHARE = 1 / 2
const ENOUGH = 7 / 8

export interface History {
  observe(tally: DumpTally): ObservedDump
  /** The whole history, for `createHistory` in another process. */
  snapshot(): HistorySnapshot
}

const NOTHING: ObservedDump = {
  durationSeconds: undefined,
  tracks: [],
  births: () => undefined,
  vanished: [],
  withIds: false,
  limits: [],
}

/** @throws DumpstreamError `DS_OPTION` if `snapshot` is not a history snapshot */
export function createHistory(options: { readonly limits: Limits; readonly snapshot?: HistorySnapshot }): History {
  return new SourceHistories(options.limits, options.snapshot)
}

class SourceHistories implements History {
  readonly #limits: Limits
  /** Group and source → their processes, that of the last dump first. Most recently used entry last. */
  readonly #sources: RecentMap<string, readonly Past[]>
  readonly #mostBytes: number
  /** Bytes that each entry takes, and their sum, in which signatures shared between sources count once per source; `#shared` is that overcount. */
  readonly #weights = new Map<string, number>()
  #weight = 0
  #shared = 0

  constructor(limits: Limits, snapshot: HistorySnapshot | undefined) {
    this.#limits = limits
    this.#mostBytes = limits.memoryBytes * SHARE
    this.#sources = new RecentMap(limits.sources, (key) => this.#drop(key))
    for (const [key, pasts] of snapshot === undefined ? [] : readHistory(snapshot)) {
      this.#sources.set(key, pasts)
      this.#weigh(key, pasts)
    }
  }

  snapshot(): HistorySnapshot {
    return writeHistory(this.#sources, this.#limits.goroutineIds)
  }

  observe(tally: DumpTally): ObservedDump {
    const group = comparable(tally)
    if (group === undefined) return NOTHING
    const key = `${group}\n${tally.source}`
    const ids = idsOf(tally)
    const pasts = this.#sources.get(key) ?? []
    // Ids are the best evidence for which process it is.
    const views = pasts.map((past) => ({
      past,
      last: ids.table === undefined ? past.last : (past.withIds?.last ?? past.last),
    }))
    const known = processOf(tally, views, ids)?.past
    if (known !== undefined && isLate(known.last, tally, ids)) return NOTHING
    const past = known ?? emptyPast()
    if (isRepeated(past.last, tally, ids)) {
      const tracks = tally.signatures.flatMap(({ signature }) => past.tracks.get(signature.id) ?? [])
      return { ...NOTHING, tracks, births: birthsOf(tally, { ...ids, maxId: past.last.maxId }) }
    }
    if (ids.table === undefined) keepIds(past)
    const durationSeconds = secondsSince(past.last, tally)
    const between = restoreIds(past, ids)
    const maxId = Math.max(ids.maxId, past.last.maxId)
    const observed = past.dumps === 0 ? first(tally, past) : compare(tally, past, { ...ids, maxId })
    if (between !== undefined)
      for (const track of observed.tracks) track.previous = between.get(track.signature.id)?.before ?? 0
    past.dumps++
    const isFirst = past.dumps === 1 || past.last.ids === undefined
    past.last = {
      time: tally.time,
      process: tally.process,
      ids: ids.table,
      maxId,
      settledId: isFirst ? undefined : settledId(past.last.maxId, maxId),
      first: isFirst,
      goroutines: tally.goroutines,
      signatures: tally.signatures.map((each) => each.signature),
    }
    const forgotten = this.#forget(past)
    this.#remember(key, [past, ...pasts.filter((each) => each !== past)])
    const vanished = between === undefined ? observed.vanished : without(between, tally)
    return { ...observed, vanished, durationSeconds, limits: forgotten }
  }

  /** Drops the least recently used processes and sources. */
  #remember(key: string, pasts: readonly Past[]): void {
    const kept = pasts.slice(0, this.#limits.processes)
    this.#sources.set(key, kept)
    this.#weigh(key, kept)
    if (this.#weight - this.#shared > this.#mostBytes) this.#makeRoom()
  }

  #weigh(key: string, pasts: readonly Past[]): void {
    const weight = pasts.reduce((sum, past) => sum + weightOf(past), 0)
    this.#weight += weight - (this.#weights.get(key) ?? 0)
    this.#weights.set(key, weight)
  }

  #drop(key: string): void {
    this.#sources.delete(key)
    this.#weight -= this.#weights.get(key) ?? 0
    this.#weights.delete(key)
  }

  /** Drops the least recently used sources, an eighth of them at a time. */
  #makeRoom(): void {
    for (;;) {
      const counted = new Set<Signature>()
      let bytes = 0
      for (const pasts of this.#sources.values()) for (const past of pasts) bytes += weightOf(past, counted)
      this.#shared = this.#weight - bytes
      if (bytes <= this.#mostBytes * ENOUGH || this.#sources.size < 2) return
      let left = Math.ceil((this.#sources.size - 1) / 8)
      for (const [oldest] of this.#sources) {
        if (left-- === 0) break
        this.#drop(oldest)
      }
    }
  }

  /** Drops the least recently used signatures. Returns the limits that forced out some of the last dump. */
  #forget(past: Past): string[] {
    for (const [oldest, { count, seen }] of past.tracks) {
      if (count > 0 || past.dumps - 1 - seen < this.#limits.historyAbsences) break
      past.tracks.delete(oldest)
    }
    const hit = new Set<string>()
    for (const [oldest, { count }] of past.tracks) {
      if (past.tracks.size <= this.#limits.historySignatures) break
      past.tracks.delete(oldest)
      if (count > 0) hit.add('historySignatures')
    }
    for (const track of past.tracks.values()) {
      if (track.steps.length > this.#limits.historyDumps)
        track.steps.splice(0, track.steps.length - this.#limits.historyDumps)
    }
    let weight = weightOf(past)
    for (const [oldest, track] of past.tracks) {
      if (weight <= this.#mostBytes) break
      past.tracks.delete(oldest)
      weight -= trackWeight(track)
      if (track.count > 0) hit.add('memoryBytes')
    }
    return [...hit]
  }
}

function secondsSince(last: LastDump, { time }: DumpTally): number | undefined {
  return time !== undefined && last.time !== undefined && time >= last.time ? (time - last.time) / 1000 : undefined
}

/** The same goroutines at the same time: the dump was delivered twice. */
function isRepeated(last: LastDump, tally: DumpTally, ids: IdsOfDump): boolean {
  const { ids: before } = last
  if (before === undefined || ids.table === undefined || before.size !== ids.table.size) return false
  if (last.goroutines !== tally.goroutines) return false
  if (last.time !== tally.time && tally.timeFrom !== 'arrival' && tally.time !== undefined) return false
  for (let place = 0; place < ids.table.size; place++) {
    const slot = ids.table.signature(place)
    const was = before.signature(before.place(ids.table.id(place)))
    if (was < 0 ? slot >= 0 : last.signatures[was]?.id !== tally.signatures[slot]?.signature.id) return false
  }
  return true
}

/** Called before a dump without ids: the next dump with ids is compared with the last one that had them. */
function keepIds(past: Past): void {
  if (past.last.ids === undefined) return
  const tracks = new Map([...past.tracks].map(([id, track]) => [id, { ...track, steps: [...track.steps] }]))
  past.withIds = { last: past.last, tracks }
}

/** Undoes what came between two dumps with ids; returns the counts of the dump in between. */
function restoreIds(past: Past, ids: IdsOfDump): ReadonlyMap<string, Vanished> | undefined {
  const { withIds } = past
  if (withIds === undefined || ids.table === undefined) return undefined
  const between = new Map<string, Vanished>()
  for (const [id, { signature, count }] of past.tracks) if (count > 0) between.set(id, { signature, before: count })
  past.tracks.clear()
  for (const [id, track] of withIds.tracks) past.tracks.set(id, track)
  past.last = withIds.last
  past.withIds = undefined
  return between
}

function without(between: ReadonlyMap<string, Vanished>, tally: DumpTally): Vanished[] {
  const ids = new Set(tally.signatures.map(({ signature }) => signature.id))
  return [...between.values()].filter(({ signature }) => !ids.has(signature.id))
}

function first(tally: DumpTally, past: Past): ObservedDump {
  const tracks = tally.signatures.map(({ signature, count }): Track => {
    const track = {
      signature,
      steps: [],
      count,
      seen: past.dumps,
      since: tally.time,
      settled: undefined,
      previous: undefined,
    }
    past.tracks.set(signature.id, track)
    return track
  })
  return { ...NOTHING, tracks }
}
