/**
 * Has a goroutine run since the dump before? The runtime forces a garbage collection every two minutes (runtime/proc.go forcegcperiod),
 * which notes that each one waits, and whoever runs starts anew; from a minute on the header says so. What it notes is the time of the
 * collection before (runtime/mgcmark.go sets waitsince to work.tstart, which mgc.go gcMark sets at the end of one): who waits for so
 * many minutes did not wait at the collection then, but for the first one, which notes nobody, and has not run since the next one,
 * whenever that was. The first collection comes when the heap has grown to its least size, however late. By how much the longest
 * waits grew is the process's own clock: that of the log goes on while a machine is suspended.
 */
import type { DumpTally, GoroutineIds } from '../core/model.ts'
import { type IdsOfDump, LOOSE_IDS } from './past.ts'

/** Until it is noted, and for the first minute. */
const NOTED_SECONDS = 200
/** Of whole minutes, one may be lost at each end. */
const ROUNDING = 1
/** What ids can hold: 45 days. */
const MOST_MINUTES = 0xffff

export class Waits {
  readonly #now: GoroutineIds
  readonly #before: GoroutineIds
  readonly #anyMinutes: boolean
  readonly #oldestUnnoted: number
  /** By how much the longest wait grew, minutes; -1 when no header of both dumps has some. */
  readonly #elapsed: number
  /** Waits in this dump, minutes, ascending: so long ago the collector was there, and met all that waited then. */
  readonly #collections: readonly number[]
  readonly #seconds: number
  /** Minutes from which on a wait is proven: it is longer than those that the last collection noted. */
  readonly #proven: number

  constructor(tally: DumpTally, ids: IdsOfDump, now: GoroutineIds, before: GoroutineIds, seconds = 0) {
    this.#now = now
    this.#before = before
    this.#anyMinutes = tally.anyMinutes === true
    // The collector has met all that came before the newest one whom it found waiting.
    this.#oldestUnnoted = ids.maxIdWithMinutes - LOOSE_IDS
    const { elapsed, waits } = this.#anyMinutes ? waitsOf(now, before) : { elapsed: -1, waits: [] }
    this.#elapsed = elapsed
    this.#collections = waits
    this.#proven = provenFrom(now, waits)
    this.#seconds = this.#elapsed < 0 ? seconds : Math.min(seconds, (this.#elapsed + ROUNDING) * 60)
  }

  /** For one that was there before, in the same place; once. */
  hasRun(id: number, minutes: number): boolean {
    const before = this.#before.minutes(id)
    const watched = Math.max(before * 60, this.#before.watched(id)) + this.#seconds
    const ran = this.#isEarly(id, minutes, before, watched)
    this.#now.watch(id, ran ? minutes * 60 : Math.max(minutes * 60, watched))
    return ran
  }

  /** Does its header prove that it has waited since an earlier collection than the last? */
  hasSlept(minutes: number): boolean {
    return this.#anyMinutes && minutes >= this.#proven
  }

  /** The longest wait of a goroutine that is no longer than `most` minutes; 0 for none. */
  #metBy(most: number): number {
    let low = 0
    let high = this.#collections.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#collections[middle] as number) <= most) low = middle + 1
      else high = middle
    }
    return this.#collections[low - 1] ?? 0
  }

  /** Is its wait shorter than it was seen to be there? */
  #isEarly(id: number, minutes: number, before: number, watched: number): boolean {
    if (!this.#anyMinutes || minutes === MOST_MINUTES) return false
    if (before > 0 && minutes - before < this.#elapsed - ROUNDING) return true
    if (minutes === 0 && (before > 0 || id <= this.#oldestUnnoted)) return true
    // It is the wait that the dump before has seen, however late the lines of the log were.
    if (before > 0 && this.#elapsed > ROUNDING && minutes * 60 >= this.#seconds) return false
    const oldest = this.#collections[this.#collections.length - 1] ?? 0
    if (minutes > 0 && minutes < oldest && (minutes + ROUNDING) * 60 < watched) return true
    // Since the first collection there was one every two minutes.
    const collected = (oldest + ROUNDING) * 60
    return (
      minutes < this.#metBy(watched / 60 - ROUNDING) || minutes * 60 + NOTED_SECONDS <= Math.min(watched, collected)
    )
  }
}

/** Share of the goroutines of a dump that have run since the last collection, from which on that was not a moment ago. */
const HAVE_RUN = 0.25

/**
 * Right after a collection whoever waited for a moment seems to have waited since the one before: the least minutes of a dump prove
 * nothing, but where many have none.
 */
function provenFrom(now: GoroutineIds, [least = Number.POSITIVE_INFINITY, next]: readonly number[]): number {
  if (next !== undefined) return next
  let none = 0
  now.forEach((_id, _slot, minutes) => {
    if (minutes === 0) none++
  })
  return none >= now.size * HAVE_RUN ? least : Number.POSITIVE_INFINITY
}

/** Waits are whole minutes, and begin when the collector notes them, which takes two. */
const TOLERANCE = 3

/**
 * Signatures of which an older goroutine waits for less than a younger one: it has run after the other had begun to wait. What is left
 * behind by requests waits since shortly after its birth, and those that were born first wait for the longest.
 */
export function findReordered(out: Uint8Array, sleepers: readonly boolean[], ids: GoroutineIds): void {
  const rows: [id: number, slot: number, minutes: number][] = []
  ids.forEach((id, slot, minutes) => {
    if (sleepers[slot] === true) rows.push([id, slot, minutes])
  })
  rows.sort(([a], [b]) => a - b)
  // The order of ids that are close to each other tells nothing.
  const least = new Map<number, number>()
  let settled = 0
  for (const [id, slot, minutes] of rows) {
    for (; (rows[settled]?.[0] ?? id) + LOOSE_IDS <= id; settled++) {
      const [, older, waits] = rows[settled] as [number, number, number]
      least.set(older, Math.min(waits, least.get(older) ?? waits))
    }
    if (minutes > (least.get(slot) ?? minutes) + TOLERANCE) out[slot] = 1
  }
}

interface WaitsOfDump {
  readonly elapsed: number
  readonly waits: readonly number[]
}

function waitsOf(now: GoroutineIds, before: GoroutineIds): WaitsOfDump {
  let elapsed = -1
  const waits = new Set<number>()
  now.forEach((id, _, minutes) => {
    if (minutes === 0) return
    waits.add(minutes)
    const was = before.minutes(id)
    if (was > 0) elapsed = Math.max(elapsed, minutes - was)
  })
  return { elapsed, waits: [...waits].sort((a, b) => a - b) }
}
