/**
 * All streams, by carrier and key. Their number is bounded: the least recently used one is dropped.
 *
 * Hot while a dump is open: most lines are of the stream that was used last, which is found without a look-up.
 */
import type { Carrier } from '../carriers/carrier.ts'
import type { Budget, Keeper } from '../core/budget.ts'
import { type Ordered, RecentOrder } from '../core/lru.ts'
import { lesser } from '../core/number.ts'
import type { Stream } from './stream.ts'

/** How many streams are open, and how often one was opened. */
interface Count {
  open: number
  openings: number
}

/** The place of a stream in the map; the memory budget asks it how much the stream keeps, and may have the stream ended. */
class Place implements Keeper, Ordered<Place> {
  readonly stream: Stream
  readonly #count: Count
  isOpen = false
  /** The number of its last opening. */
  opened = 0
  before: Place | undefined
  after: Place | undefined

  constructor(stream: Stream, count: Count) {
    this.stream = stream
    this.#count = count
  }

  get bytes(): number {
    return this.stream.bytes
  }

  giveBack(): void {
    this.stream.end('memoryBytes')
    this.noteOpen()
  }

  /** The stream may have been opened or closed. */
  noteOpen(): void {
    const isOpen = this.stream.open
    if (isOpen === this.isOpen) return
    this.isOpen = isOpen
    this.#count.open += isOpen ? 1 : -1
    if (isOpen) this.opened = ++this.#count.openings
  }
}

export class StreamMap {
  readonly #most: number
  readonly #budget: Budget
  readonly #byCarrier = new Map<Carrier | undefined, Map<string, Place>>()
  readonly #places = new RecentOrder<Place>()
  readonly #count: Count = { open: 0, openings: 0 }
  #latest: Place | undefined

  constructor(most: number, budget: Budget) {
    this.#most = most
    this.#budget = budget
  }

  /** Is a stream open? */
  get open(): boolean {
    return this.#count.open > 0
  }

  /** Where the first of what is open begins; undefined if nothing is open. */
  get start(): number | undefined {
    let first: number | undefined
    if (!this.open) return first
    for (const { stream } of this.#places) first = lesser(first, stream.start)
    return first
  }

  get(carrier: Carrier, key: string): Stream | undefined {
    const stream = this.#latest?.stream
    if (stream !== undefined && stream.key === key && stream.carrier === carrier) return stream
    return this.#byCarrier.get(carrier)?.get(key)?.stream
  }

  add(stream: Stream): void {
    const { carrier, key } = stream
    const ofCarrier = this.#byCarrier.get(carrier) ?? new Map<string, Place>()
    const known = ofCarrier.get(key)
    if (known?.stream === stream) return
    if (known !== undefined) this.#remove(known)
    const place = new Place(stream, this.#count)
    this.#byCarrier.set(carrier, ofCarrier.set(key, place))
    this.#places.append(place)
    const { oldest } = this.#places
    // There are too many: what is open in the oldest will not be continued.
    if (this.#places.size > this.#most && oldest !== undefined) this.#remove(oldest)
  }

  /** The stream was fed: it is now the most recently used, and may have been opened or closed. */
  fed(stream: Stream): void {
    if (stream === this.#latest?.stream) {
      this.#latest.noteOpen()
      return
    }
    this.count()
    const place = this.#placeOf(stream)
    this.#latest = place
    if (place === undefined) return
    place.noteOpen()
    this.#places.renew(place)
  }

  /** Counts what the most recently used stream keeps: others may have to give back memory. */
  count(): void {
    if (this.#latest !== undefined) this.#budget.note(this.#latest)
  }

  /** Removes a stream that turned out not to be one: what is open in it is released. */
  remove(stream: Stream): void {
    const place = this.#placeOf(stream)
    if (place !== undefined) this.#remove(place)
  }

  /** Does `carrier` have any streams? */
  has(carrier: Carrier): boolean {
    return this.#byCarrier.has(carrier)
  }

  /** The carrier is no longer in use. */
  drop(carrier: Carrier): void {
    for (const place of [...(this.#byCarrier.get(carrier)?.values() ?? [])]) this.#remove(place)
  }

  /** See Engine.tick: silence ends a dump. */
  tick(now: number, idle: number): void {
    for (const place of this.#opened()) {
      place.stream.tick(now, idle)
      place.noteOpen()
      if (!place.isOpen) this.#budget.forget(place)
    }
  }

  /** Completes what is open. */
  end(): void {
    for (const place of this.#opened()) {
      place.stream.end()
      place.noteOpen()
      this.#budget.forget(place)
    }
  }

  /** The open streams, in the order in which they were opened. */
  #opened(): Place[] {
    const opened: Place[] = []
    if (!this.open) return opened
    for (const place of this.#places) if (place.isOpen) opened.push(place)
    return opened.sort((a, b) => a.opened - b.opened)
  }

  #placeOf(stream: Stream): Place | undefined {
    const place = this.#byCarrier.get(stream.carrier)?.get(stream.key)
    return place?.stream === stream ? place : undefined
  }

  /** Ends a stream and drops it: what is open in it will not be continued. */
  #remove(place: Place): void {
    const { stream } = place
    this.#places.remove(place)
    stream.end('sources')
    place.noteOpen()
    this.#budget.forget(place)
    if (place === this.#latest) this.#latest = undefined
    const ofCarrier = this.#byCarrier.get(stream.carrier)
    ofCarrier?.delete(stream.key)
    if (ofCarrier?.size === 0) this.#byCarrier.delete(stream.carrier)
  }
}
