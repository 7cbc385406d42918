/** What a history keeps of one process: a few numbers per signature of older dumps, and the goroutine ids of the last one. */
import type { DumpTally, GoroutineIds, Signature } from '../core/model.ts'
import type { BirthsOf } from './births.ts'
import type { Track } from './track.ts'

/**
 * Each P takes ids in batches of 16 (runtime/proc.go `_GoidCacheBatch`) and uses them as needed. With 16 Ps, a goroutine created just now may
 * have an id this far below the highest.
 */
export const LOOSE_IDS: number = 16 * 16
/** Of two lines written at the same moment, one may give milliseconds and the other whole seconds. */
const RESOLUTION_MS = 1000

/** The history of one process in one group of comparable dumps of a source. */
export interface Past {
  readonly tracks: Map<string, Track>
  last: LastDump
  dumps: number
  /** The last dump with ids and the tracks as they were then, if dumps without ids have come since. */
  withIds: { readonly last: LastDump; readonly tracks: ReadonlyMap<string, Track> } | undefined
}

export interface LastDump {
  readonly goroutines: number
  readonly time: number | undefined
  readonly process: string | undefined
  readonly ids: GoroutineIds | undefined
  /** The highest id ever seen, whether or not its goroutine is alive. */
  readonly maxId: number
  /** Goroutines up to this id were settled: not in flight (compare.ts). */
  readonly settledId: number | undefined
  /** The first dump with ids: what happened before it is unknown. */
  readonly first: boolean
  /** Signature ids by index, as `ids` refers to them. */
  readonly signatures: readonly Signature[]
}

/** A signature that the previous dump had and this one does not, with its count. */
export interface Vanished {
  readonly signature: Signature
  readonly before: number
}

export interface ObservedDump {
  /** Seconds since the previous dump; undefined if a time is unknown or there is no previous dump. */
  readonly durationSeconds: number | undefined
  /** One for each of `tally.signatures`, in their order; empty for a dump that shows only part of its process. */
  readonly tracks: readonly Track[]
  /** When the goroutines of each signature were created. */
  readonly births: BirthsOf
  readonly vanished: readonly Vanished[]
  /** Goroutine ids were compared, not only counts. */
  readonly withIds: boolean
  /** Names of the limits that the history hit. */
  readonly limits: readonly string[]
}

export interface IdsOfDump {
  readonly table: GoroutineIds | undefined
  readonly maxId: number
  /** The highest id whose header says how many minutes it has waited; 0 for none. */
  readonly maxIdWithMinutes: number
}

export function idsOf(tally: DumpTally): IdsOfDump {
  const table = tally.ids
  let maxId = 0
  let maxIdWithMinutes = 0
  for (let place = 0; place < (table?.size ?? 0); place++) {
    const id = table?.id(place) ?? 0
    if (id > maxId) maxId = id
    if (id > maxIdWithMinutes && (table?.minutes(place) ?? 0) > 0) maxIdWithMinutes = id
  }
  return { table, maxId, maxIdWithMinutes }
}

export function emptyPast(): Past {
  return {
    tracks: new Map(),
    last: {
      goroutines: 0,
      time: undefined,
      process: undefined,
      ids: undefined,
      maxId: 0,
      settledId: undefined,
      first: true,
      signatures: [],
    },
    dumps: 0,
    withIds: undefined,
  }
}

/**
 * Is this dump older than the last one? Logs are merged, and sent again, out of order. A clock may be set back too, but the ids of a process
 * still go up.
 */
export function isLate(last: LastDump, tally: DumpTally, now: IdsOfDump): boolean {
  return timeGoesBack(last, tally) && last.ids !== undefined && now.table !== undefined && now.maxId < last.maxId
}

export function timeGoesBack(last: Pick<LastDump, 'time'>, tally: DumpTally): boolean {
  return last.time !== undefined && tally.time !== undefined && tally.time <= last.time - RESOLUTION_MS
}
