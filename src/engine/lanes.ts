/**
 * The lanes of all streams: found by carrier and key, and bounded; the least recently used one goes.
 *
 * Hot while a dump is open: most lines are of the lane that was used last, which is found without a look-up.
 */
import type { Carrier } from '../carriers/carrier.ts'
import type { Lane } from './lane.ts'

interface Place {
  readonly carrier: Carrier
  readonly key: string
}

export class Lanes {
  readonly #most: number
  readonly #byCarrier = new Map<Carrier, Map<string, Lane>>()
  /** Every lane with its place in `#byCarrier`, the least recently used first. */
  readonly #places = new Map<Lane, Place>()
  #latest: Lane | undefined
  #latestPlace: Place | undefined
  readonly #open = new Set<Lane>()

  constructor(most: number) {
    this.#most = most
  }

  /** Some lane is open. */
  get open(): boolean {
    return this.#open.size > 0
  }

  get(carrier: Carrier, key: string): Lane | undefined {
    const place = this.#latestPlace
    if (place !== undefined && place.key === key && place.carrier === carrier) return this.#latest
    return this.#byCarrier.get(carrier)?.get(key)
  }

  add(carrier: Carrier, key: string, lane: Lane): void {
    for (const oldest of this.#places.keys()) {
      if (this.#places.size < this.#most) break
      this.#evict(oldest)
    }
    const ofCarrier = this.#byCarrier.get(carrier) ?? new Map<string, Lane>()
    this.#byCarrier.set(carrier, ofCarrier.set(key, lane))
    this.#places.set(lane, { carrier, key })
  }

  /** The lane has been fed: it is the one used latest, and it may be open now, or closed. */
  fed(lane: Lane): void {
    this.#noteOpen(lane)
    if (lane === this.#latest) return
    const place = this.#places.get(lane)
    this.#latest = lane
    this.#latestPlace = place
    if (place === undefined) return
    this.#places.delete(lane)
    this.#places.set(lane, place)
  }

  /** The carrier is in use no longer. */
  drop(carrier: Carrier): void {
    for (const lane of this.#byCarrier.get(carrier)?.values() ?? []) this.#evict(lane)
  }

  /** As Engine.tick: silence ends a dump. */
  tick(now: number, idle: number): void {
    for (const lane of [...this.#open]) {
      lane.tick(now, idle)
      this.#noteOpen(lane)
    }
  }

  /** Completes what is open. */
  end(): void {
    for (const lane of [...this.#open]) lane.end()
    this.#open.clear()
  }

  #noteOpen(lane: Lane): void {
    if (lane.open) this.#open.add(lane)
    else this.#open.delete(lane)
  }

  #evict(lane: Lane): void {
    lane.end('sources')
    this.#open.delete(lane)
    const place = this.#places.get(lane)
    this.#places.delete(lane)
    if (lane === this.#latest) {
      this.#latest = undefined
      this.#latestPlace = undefined
    }
    if (place === undefined) return
    const ofCarrier = this.#byCarrier.get(place.carrier)
    ofCarrier?.delete(place.key)
    if (ofCarrier?.size === 0) this.#byCarrier.delete(place.carrier)
  }
}
