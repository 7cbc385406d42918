/**
 * The lanes of all streams: found by carrier and key, and bounded; the least recently used one goes.
 *
 * Hot while a dump is open: most lines are of the lane that was used last, which is found without a look-up.
 */
import type { Carrier } from '../carriers/carrier.ts'
import { setRecent } from '../core/lru.ts'
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

  /** Where the first of what is open begins; undefined when nothing is. */
  get start(): number | undefined {
    let first: number | undefined
    for (const { start } of this.#open) if (start !== undefined && (first === undefined || start < first)) first = start
    return first
  }

  get(carrier: Carrier, key: string): Lane | undefined {
    const place = this.#latestPlace
    if (place !== undefined && place.key === key && place.carrier === carrier) return this.#latest
    return this.#byCarrier.get(carrier)?.get(key)
  }

  add(carrier: Carrier, key: string, lane: Lane): void {
    const ofCarrier = this.#byCarrier.get(carrier) ?? new Map<string, Lane>()
    this.#byCarrier.set(carrier, ofCarrier.set(key, lane))
    setRecent(this.#places, lane, { carrier, key }, this.#most, (gone, place) => this.#end(gone, place))
  }

  /** The lane has been fed: it is the one used latest, and it may be open now, or closed. */
  fed(lane: Lane): void {
    this.#noteOpen(lane)
    if (lane === this.#latest) return
    const place = this.#places.get(lane)
    this.#latest = lane
    this.#latestPlace = place
    if (place !== undefined) setRecent(this.#places, lane, place, this.#most)
  }

  /** The lane is none: what is open in it is let go. */
  remove(lane: Lane): void {
    const place = this.#places.get(lane)
    if (place === undefined) return
    this.#places.delete(lane)
    this.#end(lane, place)
  }

  /** Has `carrier` any lanes? */
  has(carrier: Carrier): boolean {
    return this.#byCarrier.has(carrier)
  }

  /** The carrier is in use no longer. */
  drop(carrier: Carrier): void {
    for (const [key, lane] of this.#byCarrier.get(carrier) ?? []) {
      this.#places.delete(lane)
      this.#end(lane, { carrier, key })
    }
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

  /** There are too many: what is open in it is all there will be. */
  #end(lane: Lane, { carrier, key }: Place): void {
    lane.end('sources')
    this.#open.delete(lane)
    if (lane === this.#latest) {
      this.#latest = undefined
      this.#latestPlace = undefined
    }
    const ofCarrier = this.#byCarrier.get(carrier)
    ofCarrier?.delete(key)
    if (ofCarrier?.size === 0) this.#byCarrier.delete(carrier)
  }
}
