/**
 * How many goroutines of a signature have waited for minutes. A lock, a channel and a pool serve those that wait in turn: if some have waited for
 * minutes, whoever has come since will, too, so a finding needs that number and not all of them.
 */
import { SURE_MINUTES } from './active.ts'
import { ofScene, type Scene, type Seen } from './finding.ts'

/** By slot; empty if the dump has no ids. */
const lateIn = ofScene(({ dump }): Int32Array => {
  const { ids } = dump
  if (ids === undefined) return new Int32Array()
  const counts = new Int32Array(dump.signatures.length)
  for (let place = 0; place < ids.size; place++) {
    const slot = ids.signature(place)
    if (slot >= 0 && ids.minutes(place) >= SURE_MINUTES) counts[slot] = (counts[slot] ?? 0) + 1
  }
  return counts
})

/** Number of goroutines that have waited for `SURE_MINUTES` or more. */
export function countLate(scene: Scene, { tally, slot }: Seen): number {
  const { count, waitMin = 0, waitMax = 0 } = tally
  if (waitMax < SURE_MINUTES) return 0
  return waitMin >= SURE_MINUTES ? count : (lateIn(scene)[slot] ?? 1)
}
