/**
 * Has a goroutine run since the previous dump? The header gives the wait in minutes, from one minute on. The garbage collector notes who waits,
 * and a goroutine that runs loses its note. The runtime forces a collection every two minutes (runtime/proc.go forcegcperiod). The time noted
 * is that of the previous collection (runtime/mgcmark.go sets waitsince to work.tstart, which mgc.go gcMark sets at its end). So a goroutine
 * with a wait of N minutes was not yet noted at the collection N minutes ago, and has not run since the one after it. The first collection
 * notes nobody; it comes when the heap has grown to its least size, however late. The growth of the longest waits is the process's own clock:
 * the clock of the log goes on while a machine is suspended.
 */
import type { DumpTally, GoroutineIds } from '../core/model.ts'
import { type IdsOfDump, LOOSE_IDS } from './past.ts'

/** Longest time until a wait is noted, plus the first minute. */
const NOTED_SECONDS = 200
/** A difference of whole minutes may be off by one. */
const ROUNDING = 1
/** The most minutes that the id table can hold: 45 days. */
const MOST_MINUTES = 0xffff

export class Waits {
  readonly #now: GoroutineIds
  readonly #before: GoroutineIds
  readonly #anyMinutes: boolean
  readonly #oldestUnnoted: number
  /** Growth of the longest wait, in minutes; -1 if no goroutine has minutes in both dumps. */
  readonly #elapsed: number
  /** Waits in this dump, in minutes, ascending: at each of these times a collection noted all that waited then. */
  readonly #collections: readonly number[]
  readonly #seconds: number
  /** Minutes from which a wait is proven: longer than the waits that the last collection noted. */
  readonly #proven: number

  constructor(tally: DumpTally, ids: IdsOfDump, now: GoroutineIds, before: GoroutineIds, seconds = 0) {
    this.#now = now
    this.#before = before
    this.#anyMinutes = tally.anyMinutes === true
    // The collector has seen every goroutine older than the newest one that it found waiting.
    this.#oldestUnnoted = ids.maxIdWithMinutes - LOOSE_IDS
    const { elapsed, waits } = this.#anyMinutes ? waitsOf(now, before) : { elapsed: -1, waits: [] }
    this.#elapsed = elapsed
    this.#collections = waits
    this.#proven = provenFrom(now, waits)
    this.#seconds = this.#elapsed < 0 ? seconds : Math.min(seconds, (this.#elapsed + ROUNDING) * 60)
  }

  /**
   * For a goroutine that was in the same signature before, at `placeBefore`. Call it once: it also records how long the goroutine has been
   * watched.
   */
  hasRun(place: number, placeBefore: number): boolean {
    const minutes = this.#now.minutes(place)
    const before = this.#before.minutes(placeBefore)
    const watched = Math.max(before * 60, this.#before.watched(placeBefore)) + this.#seconds
    const ran = this.#isEarly(this.#now.id(place), minutes, before, watched)
    this.#now.watch(place, ran ? minutes * 60 : Math.max(minutes * 60, watched))
    return ran
  }

  /** Does its header prove that it has waited since before the last collection? */
  hasSlept(minutes: number): boolean {
    return this.#anyMinutes && minutes >= this.#proven
  }

  /** The longest wait in this dump of at most `most` minutes; 0 for none. */
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

  /** Is its wait shorter than the time for which it was seen in this place? */
  #isEarly(id: number, minutes: number, before: number, watched: number): boolean {
    if (!this.#anyMinutes || minutes === MOST_MINUTES) return false
    if (before > 0 && minutes - before < this.#elapsed - ROUNDING) return true
    if (minutes === 0 && (before > 0 || id <= this.#oldestUnnoted)) return true
    // It is the wait that the previous dump showed, however late the lines of the log were.
    if (before > 0 && this.#elapsed > ROUNDING && minutes * 60 >= this.#seconds) return false
    const oldest = this.#collections[this.#collections.length - 1] ?? 0
    if (minutes > 0 && minutes < oldest && (minutes + ROUNDING) * 60 < watched) return true
    // After the first collection there is one every two minutes.
    const collected = (oldest + ROUNDING) * 60
    return (
      minutes < this.#metBy(watched / 60 - ROUNDING) || minutes * 60 + NOTED_SECONDS <= Math.min(watched, collected)
    )
  }
}

/** Share of the goroutines of a dump without minutes, from which the last collection cannot have been a moment ago. */
const HAVE_RUN = 0.25

/**
 * Right after a collection even a goroutine that has waited for a moment seems to have waited since the previous one. So the shortest minutes
 * of a dump prove nothing, unless many goroutines have none.
 */
function provenFrom(now: GoroutineIds, [least = Number.POSITIVE_INFINITY, next]: readonly number[]): number {
  if (next !== undefined) return next
  let none = 0
  for (let place = 0; place < now.size; place++) if (now.minutes(place) === 0) none++
  return none >= now.size * HAVE_RUN ? least : Number.POSITIVE_INFINITY
}

/** Waits are whole minutes, and begin when a collection notes them, which takes up to two minutes. */
const TOLERANCE = 3

/**
 * Marks signatures in which an older goroutine has a shorter wait than a younger one: it has run after the younger one had begun to wait.
 * Goroutines leaked by requests wait from shortly after their creation, so the oldest wait the longest.
 */
export function findReordered(out: Uint8Array, sleepers: readonly boolean[], ids: GoroutineIds): void {
  const rows: [id: number, slot: number, minutes: number][] = []
  for (let place = 0; place < ids.size; place++) {
    const slot = ids.signature(place)
    if (sleepers[slot] === true) rows.push([ids.id(place), slot, ids.minutes(place)])
  }
  rows.sort(([a], [b]) => a - b)
  // Ids that are close to each other are not ordered by time.
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
  for (let place = 0; place < now.size; place++) {
    const minutes = now.minutes(place)
    if (minutes === 0) continue
    waits.add(minutes)
    const was = before.minutes(before.place(now.id(place)))
    if (was > 0) elapsed = Math.max(elapsed, minutes - was)
  }
  return { elapsed, waits: [...waits].sort((a, b) => a - b) }
}
