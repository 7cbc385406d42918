/** Longer texts are asked of anew each time. */
const LONGEST = 512

/**
 * Where more are in use than are remembered, those that are stay, as long as one question in so many is about one of them. Starting over each time
 * that it is full would find none of them where they come in turns; never to start over would remember what nobody asks about any more.
 */
const WORTH = 8

/** What `find` says of a text, asked once as long as no more than `most` texts are in use. */
export function rememberedText<V extends object | string | number | boolean>(
  most: number,
  find: (text: string) => V,
): (text: string) => V {
  const known = remembered(most, find)
  return (text) => (text.length > LONGEST ? find(text) : known(text))
}

/**
 * What `find` says of a key, asked once as long as no more than `most` keys are in use: past that nothing but time is lost. The keys live on: a WeakMap
 * would be found by the garbage collector to be most of its work.
 */
export function remembered<K extends object | string, V>(most: number, find: (key: K) => V): (key: K) => V {
  let known = new Map<K, V>()
  /** Since it was full, or last found to be worth its while. */
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
