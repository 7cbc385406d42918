/**
 * All streams: found by carrier and key, and bounded; the least recently used one goes.
 *
 * Hot while a dump is open: most lines are of the stream that was used last, which is found without a look-up.
 */
import type { Carrier } from '../carriers/carrier.ts'
import type { Budget, Keeper } from '../core/budget.ts'
import { RecentMap } from '../core/lru.ts'
import type { Stream } from './stream.ts'

/** Where a stream is; the budget of memory asks for what it keeps, and may have it ended. */
class Place implements Keeper {
  readonly carrier: Carrier
  readonly key: string
  readonly #stream: Stream
  readonly #open: Set<Stream>

  constructor(carrier: Carrier, key: string, stream: Stream, open: Set<Stream>) {
    this.carrier = carrier
    this.key = key
    this.#stream = stream
    this.#open = open
  }

  get bytes(): number {
    return this.#stream.bytes
  }

  giveBack(): void {
    this.#stream.end('memoryBytes')
    noteOpen(this.#open, this.#stream)
  }
}

function noteOpen(open: Set<Stream>, stream: Stream): void {
  if (stream.open) open.add(stream)
  else open.delete(stream)
}

export class StreamMap {
  readonly #budget: Budget
  readonly #byCarrier = new Map<Carrier, Map<string, Stream>>()
  /** Every stream with its place in `#byCarrier`, the least recently used first. */
  readonly #places: RecentMap<Stream, Place>
  #latest: Stream | undefined
  #latestPlace: Place | undefined
  readonly #open = new Set<Stream>()

  constructor(most: number, budget: Budget) {
    this.#places = new RecentMap(most, (gone, its) => this.#end(gone, its))
    this.#budget = budget
  }

  /** Some stream is open. */
  get open(): boolean {
    return this.#open.size > 0
  }

  /** Where the first of what is open begins; undefined when nothing is. */
  get start(): number | undefined {
    let first: number | undefined
    for (const { start } of this.#open) if (start !== undefined && (first === undefined || start < first)) first = start
    return first
  }

  get(carrier: Carrier, key: string): Stream | undefined {
    const place = this.#latestPlace
    if (place !== undefined && place.key === key && place.carrier === carrier) return this.#latest
    return this.#byCarrier.get(carrier)?.get(key)
  }

  add(carrier: Carrier, key: string, stream: Stream): void {
    const ofCarrier = this.#byCarrier.get(carrier) ?? new Map<string, Stream>()
    this.#byCarrier.set(carrier, ofCarrier.set(key, stream))
    this.#places.set(stream, new Place(carrier, key, stream, this.#open))
  }

  /** The stream has been fed: it is the one used latest, and it may be open now, or closed. */
  fed(stream: Stream): void {
    noteOpen(this.#open, stream)
    if (stream === this.#latest) return
    this.count()
    const place = this.#places.get(stream)
    this.#latest = stream
    this.#latestPlace = place
    if (place !== undefined) this.#places.set(stream, place)
  }

  /** Counts what the stream keeps that was used latest: others may have to give back. */
  count(): void {
    if (this.#latestPlace !== undefined) this.#budget.note(this.#latestPlace)
  }

  /** The stream is none: what is open in it is let go. */
  remove(stream: Stream): void {
    const place = this.#places.get(stream)
    if (place === undefined) return
    this.#places.delete(stream)
    this.#end(stream, place)
  }

  /** Has `carrier` any streams? */
  has(carrier: Carrier): boolean {
    return this.#byCarrier.has(carrier)
  }

  /** The carrier is in use no longer. */
  drop(carrier: Carrier): void {
    for (const stream of this.#byCarrier.get(carrier)?.values() ?? []) {
      const place = this.#places.get(stream)
      this.#places.delete(stream)
      if (place !== undefined) this.#end(stream, place)
    }
  }

  /** As Engine.tick: silence ends a dump. */
  tick(now: number, idle: number): void {
    for (const stream of [...this.#open]) {
      stream.tick(now, idle)
      noteOpen(this.#open, stream)
      if (!stream.open) this.#forget(stream)
    }
  }

  /** Completes what is open. */
  end(): void {
    for (const stream of [...this.#open]) {
      stream.end()
      this.#forget(stream)
    }
    this.#open.clear()
  }

  /** Nothing is kept for it. */
  #forget(stream: Stream): void {
    const place = this.#places.get(stream)
    if (place !== undefined) this.#budget.forget(place)
  }

  /** There are too many: what is open in it is all there will be. */
  #end(stream: Stream, place: Place): void {
    const { carrier, key } = place
    stream.end('sources')
    this.#budget.forget(place)
    this.#open.delete(stream)
    if (stream === this.#latest) {
      this.#latest = undefined
      this.#latestPlace = undefined
    }
    const ofCarrier = this.#byCarrier.get(carrier)
    ofCarrier?.delete(key)
    if (ofCarrier?.size === 0) this.#byCarrier.delete(carrier)
  }
}
