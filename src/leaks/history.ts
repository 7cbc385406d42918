/**
 * What was seen of each signature, dump by dump, for each source. Pure and bounded: of older dumps a few numbers a signature are
 * kept, of the last one its goroutine ids.
 *
 * Goroutine ids tell a leak from a busy pool: an id is never used twice in a process, so a goroutine of this signature that was in
 * it in the dump before has stayed, and one whose id is new has come. They tell processes apart, too: two that write into one log
 * have a history each.
 */
import type { Limits } from '../core/limits.ts'
import type { DumpTally } from '../core/model.ts'
import { comparable } from './comparable.ts'
import { compare, settledId } from './compare.ts'
import { isLate } from './late.ts'
import { emptyPast, idsOf, type ObservedDump, type Past } from './past.ts'
import { processOf } from './process.ts'
import type { Track } from './track.ts'

export interface History {
  observe(tally: DumpTally): ObservedDump
}

const NOTHING: ObservedDump = { durationSeconds: undefined, tracks: [], vanished: [], withIds: false, limits: [] }

export function createHistory(options: { readonly limits: Limits }): History {
  return new SourceHistories(options.limits)
}

class SourceHistories implements History {
  readonly #limits: Limits
  /** Group and source → their processes, the one of the last dump first. Most recently used last. */
  readonly #sources = new Map<string, readonly Past[]>()

  constructor(limits: Limits) {
    this.#limits = limits
  }

  observe(tally: DumpTally): ObservedDump {
    const group = comparable(tally)
    if (group === undefined) return NOTHING
    const key = `${group}\n${tally.source}`
    const ids = idsOf(tally)
    const pasts = this.#sources.get(key) ?? []
    const known = processOf(tally, pasts, ids)
    if (known !== undefined && isLate(known.last, tally, ids)) return NOTHING
    const past = known ?? emptyPast()
    const observed = past.dumps === 0 ? first(tally, past) : compare(tally, past, ids)
    past.dumps++
    const isFirst = past.dumps === 1 || past.last.ids === undefined
    past.last = {
      time: tally.time,
      process: tally.process,
      ids: ids.table,
      maxId: ids.maxId,
      settledId: isFirst ? undefined : settledId(past.last.maxId, ids.maxId),
      first: isFirst,
      signatures: tally.signatures.map((each) => each.signature),
    }
    this.#remember(key, [past, ...pasts.filter((each) => each !== past)])
    return { ...observed, limits: this.#forget(past) ? ['historySignatures'] : [] }
  }

  /** Least recently used goes, sources and processes alike. */
  #remember(key: string, pasts: readonly Past[]): void {
    this.#sources.delete(key)
    this.#sources.set(key, pasts.slice(0, this.#limits.processes))
    for (const oldest of this.#sources.keys()) {
      if (this.#sources.size <= this.#limits.sources) break
      this.#sources.delete(oldest)
    }
  }

  /** The same of signatures. True when some of the last dump had to go. */
  #forget(past: Past): boolean {
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

function first(tally: DumpTally, past: Past): ObservedDump {
  const tracks = tally.signatures.map(({ signature, count }): Track => {
    const track = { signature, steps: [], count, seen: past.dumps, since: tally.time, settled: undefined }
    past.tracks.set(signature.id, track)
    return track
  })
  return { ...NOTHING, tracks }
}
