/** Of a map that keeps its keys in the order in which they were last set. */
interface Link<K, V> {
  readonly key: K
  value: V
  before: Link<K, V> | undefined
  after: Link<K, V> | undefined
}

/**
 * A map that keeps its keys in the order in which they were last set. When there are more than `most`, the one that was set longest ago goes, and
 * `onGone` is told. The order stands beside the map: to find its oldest key, a Map goes over all that have gone before it, half as many as it has.
 */
export class RecentMap<K, V> {
  readonly #links = new Map<K, Link<K, V>>()
  readonly #most: number
  readonly #onGone: ((key: K, value: V) => void) | undefined
  #oldest: Link<K, V> | undefined
  #latest: Link<K, V> | undefined

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
      if (known === this.#latest) return
      this.#unlink(known)
      this.#append(known)
      return
    }
    const link: Link<K, V> = { key, value, before: undefined, after: undefined }
    this.#links.set(key, link)
    this.#append(link)
    for (let gone = this.#oldest; gone !== undefined && this.#links.size > this.#most; gone = this.#oldest) {
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
    this.#oldest = undefined
    this.#latest = undefined
  }

  /** The one that was set longest ago is the first. None may be set meanwhile. */
  *[Symbol.iterator](): IterableIterator<[K, V]> {
    for (let link = this.#oldest; link !== undefined; link = link.after) yield [link.key, link.value]
  }

  /** As the iterator. */
  *values(): IterableIterator<V> {
    for (let link = this.#oldest; link !== undefined; link = link.after) yield link.value
  }

  #remove(link: Link<K, V>): void {
    this.#links.delete(link.key)
    this.#unlink(link)
  }

  #unlink({ before, after }: Link<K, V>): void {
    if (before === undefined) this.#oldest = after
    else before.after = after
    if (after === undefined) this.#latest = before
    else after.before = before
  }

  #append(link: Link<K, V>): void {
    const before = this.#latest
    link.before = before
    link.after = undefined
    if (before === undefined) this.#oldest = link
    else before.after = link
    this.#latest = link
  }
}
