/** Longer texts are not remembered. */
const LONGEST = 512

/**
 * When more keys are in use than fit, the remembered ones are kept as long as there is at least one hit per `WORTH` misses. Starting over whenever the
 * map is full would never hit if keys come in rotation; never starting over would keep keys that nobody asks about any more.
 */
const WORTH = 8

/** Memoizes `find` by text, as long as no more than `most` texts are in use. */
export function rememberedText<V extends object | string | number | boolean>(
  most: number,
  find: (text: string) => V,
): (text: string) => V {
  const known = remembered(most, find)
  return (text) => (text.length > LONGEST ? find(text) : known(text))
}

/**
 * Memoizes `find` by key, as long as no more than `most` keys are in use; past that, only time is lost. Keys are held strongly: with a WeakMap, the
 * garbage collector would spend most of its time on it.
 */
export function remembered<K extends object | string, V>(most: number, find: (key: K) => V): (key: K) => V {
  let known = new Map<K, V>()
  /** Hits since the map was full, or since it was last found worth keeping. */
  let answered = 0
  let missed = 0
  return (key) => {
    const value = known.get(key)
    if (value !== undefined) {
      answered++
      return value
    }
    const found = find(key)
    if (known.size >= most) {
      if (missed++ === 0) answered = 0
      if (missed < most) return found
      const isWorthIt = answered * WORTH >= missed
      missed = 0
      if (isWorthIt) return found
      known = new Map()
    }
    known.set(key, found)
    return found
  }
}
