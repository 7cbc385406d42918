/** An element of a `RecentOrder`. */
export interface Ordered<T> {
  before: T | undefined
  after: T | undefined
}

/** Elements in the order in which they were last used: a linked list of the elements themselves. */
export class RecentOrder<T extends Ordered<T>> {
  oldest: T | undefined
  latest: T | undefined
  size = 0

  /** Adds an element, as the latest. */
  append(one: T): void {
    const before = this.latest
    one.before = before
    one.after = undefined
    if (before === undefined) this.oldest = one
    else before.after = one
    this.latest = one
    this.size++
  }

  /** Makes an element the latest. */
  renew(one: T): void {
    if (one === this.latest) return
    this.remove(one)
    this.append(one)
  }

  remove({ before, after }: T): void {
    if (before === undefined) this.oldest = after
    else before.after = after
    if (after === undefined) this.latest = before
    else after.before = before
    this.size--
  }

  clear(): void {
    this.oldest = undefined
    this.latest = undefined
    this.size = 0
  }

  /** The least recently used first. The order must not change meanwhile. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (let one = this.oldest; one !== undefined; one = one.after) yield one
  }
}

/** An entry of a map that keeps its keys in the order in which they were last set. */
interface Link<K, V> extends Ordered<Link<K, V>> {
  readonly key: K
  value: V
}

/**
 * A map that keeps its keys in the order in which they were last set. When it has more than `most`, the least recently set key is removed and passed
 * to `onGone`. The order is kept outside the Map: to find its oldest key, a Map walks over the deleted ones before it, on average half of its size.
 */
export class RecentMap<K, V> {
  readonly #links = new Map<K, Link<K, V>>()
  readonly #most: number
  readonly #onGone: ((key: K, value: V) => void) | undefined
  readonly #order = new RecentOrder<Link<K, V>>()

  constructor(most: number, onGone?: (key: K, value: V) => void) {
    this.#most = most
    this.#onGone = onGone
  }

  get size(): number {
    return this.#links.size
  }

  get(key: K): V | undefined {
    return this.#links.get(key)?.value
  }

  set(key: K, value: V): void {
    const known = this.#links.get(key)
    if (known !== undefined) {
      known.value = value
      this.#order.renew(known)
      return
    }
    const link: Link<K, V> = { key, value, before: undefined, after: undefined }
    this.#links.set(key, link)
    this.#order.append(link)
    for (
      let gone = this.#order.oldest;
      gone !== undefined && this.#links.size > this.#most;
      gone = this.#order.oldest
    ) {
      this.#remove(gone)
      this.#onGone?.(gone.key, gone.value)
    }
  }

  delete(key: K): void {
    const link = this.#links.get(key)
    if (link !== undefined) this.#remove(link)
  }

  clear(): void {
    this.#links.clear()
    this.#order.clear()
  }

  /** Least recently set first. The map must not be changed during the iteration. */
  *[Symbol.iterator](): IterableIterator<[K, V]> {
    for (const { key, value } of this.#order) yield [key, value]
  }

  /** In the same order as the iterator. */
  *values(): IterableIterator<V> {
    for (const { value } of this.#order) yield value
  }

  #remove(link: Link<K, V>): void {
    this.#links.delete(link.key)
    this.#order.remove(link)
  }
}
