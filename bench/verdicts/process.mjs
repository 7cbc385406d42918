// A Go process in simulated time: goroutines are started and end, ids are assigned as by the runtime, and a dump shows the goroutines that are
// alive. The unit of time is the usual interval between dumps.

/** mulberry32, seeded; uniform in [0, 1). */
export function random(seed) {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

export const uniform = (next, low, high) => low + next() * (high - low)
/** Log-uniform: equally likely between 1 and 2 as between 10 and 20. */
export const spread = (next, low, high) => low * (high / low) ** next()
export const exponential = (next, mean) => -mean * Math.log(1 - next())

/** Ids are assigned in batches of 16 to each P (runtime/proc.go newproc1, `_GoidCacheBatch`). */
const BATCH = 16

export class Ids {
  #next
  #given = 18
  #caches

  constructor(next, processors) {
    this.#next = next
    this.#caches = Array.from({ length: processors }, () => ({ at: 0, end: 0 }))
  }

  one() {
    const cache = this.#caches[Math.floor(this.#next() * this.#caches.length)]
    if (cache.at === cache.end) {
      cache.at = this.#given
      this.#given += BATCH
      cache.end = this.#given
    }
    return cache.at++
  }

  /** Starts `count` goroutines that are not of interest. */
  skip(count) {
    const exact = this.#caches.length * BATCH * 4
    if (count > exact) this.#given += Math.floor((count - exact) / BATCH) * BATCH
    for (let i = Math.min(count, exact); i > 0; i--) this.one()
  }
}

/** Times of a Poisson process of varying rate between `from` and `to`, by thinning from its peak. */
export function arrivals(next, rate, peak, from, to) {
  const times = []
  for (let at = from; ; ) {
    at += exponential(next, 1 / peak)
    if (!(at < to)) return times
    if (next() * peak < rate(at)) times.push(at)
  }
}

/**
 * Runs from `start` to `end`. Each of `groups` has `births(start, end)` → times, `life(at)` → how long, and `stack(goroutine, at)` → what a dump
 * shows. Returns the goroutines with ids, oldest first.
 */
export function live({ next, groups, start, end, traffic, processors }) {
  const ids = new Ids(next, processors)
  const born = []
  for (const group of groups)
    for (const at of group.births(start, end)) born.push({ at, group, end: at + group.life(at), id: 0 })
  born.sort((a, b) => a.at - b.at)
  let now = start
  for (const each of born) {
    ids.skip(Math.round(traffic(now) * (each.at - now)))
    now = each.at
    each.id = ids.one()
  }
  return born
}
