/**
 * All streams: found by carrier and key, and bounded; the least recently used one goes.
 *
 * Hot while a dump is open: most lines are of the stream that was used last, which is found without a look-up.
 */
import type { Carrier } from '../carriers/carrier.ts'
import { setRecent } from '../core/lru.ts'
import type { Stream } from './stream.ts'

interface Place {
  readonly carrier: Carrier
  readonly key: string
}

export class StreamMap {
  readonly #most: number
  readonly #byCarrier = new Map<Carrier, Map<string, Stream>>()
  /** Every stream with its place in `#byCarrier`, the least recently used first. */
  readonly #places = new Map<Stream, Place>()
  #latest: Stream | undefined
  #latestPlace: Place | undefined
  readonly #open = new Set<Stream>()

  constructor(most: number) {
    this.#most = most
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
    setRecent(this.#places, stream, { carrier, key }, this.#most, (gone, place) => this.#end(gone, place))
  }

  /** The stream has been fed: it is the one used latest, and it may be open now, or closed. */
  fed(stream: Stream): void {
    this.#noteOpen(stream)
    if (stream === this.#latest) return
    const place = this.#places.get(stream)
    this.#latest = stream
    this.#latestPlace = place
    if (place !== undefined) setRecent(this.#places, stream, place, this.#most)
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
    for (const [key, stream] of this.#byCarrier.get(carrier) ?? []) {
      this.#places.delete(stream)
      this.#end(stream, { carrier, key })
    }
  }

  /** As Engine.tick: silence ends a dump. */
  tick(now: number, idle: number): void {
    for (const stream of [...this.#open]) {
      stream.tick(now, idle)
      this.#noteOpen(stream)
    }
  }

  /** Completes what is open. */
  end(): void {
    for (const stream of [...this.#open]) stream.end()
    this.#open.clear()
  }

  #noteOpen(stream: Stream): void {
    if (stream.open) this.#open.add(stream)
    else this.#open.delete(stream)
  }

  /** There are too many: what is open in it is all there will be. */
  #end(stream: Stream, { carrier, key }: Place): void {
    stream.end('sources')
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
