/** Longer texts are asked of anew each time. */
const LONGEST = 512

/** What `find` says of a text, asked once as long as no more than `most` texts are in use: past that it starts over. */
export function rememberedText<V extends object | string | number | boolean>(
  most: number,
  find: (text: string) => V,
): (text: string) => V {
  let known = new Map<string, V>()
  return (text) => {
    const value = known.get(text)
    if (value !== undefined) return value
    const found = find(text)
    if (text.length > LONGEST) return found
    if (known.size >= most) known = new Map()
    known.set(text, found)
    return found
  }
}

/**
 * What `find` says of a key, asked once as long as no more than `most` keys are in use: past that it starts over, and nothing but time is lost. The
 * keys live on until then: a WeakMap would be found by the garbage collector to be most of its work.
 */
export function remembered<K extends object, V>(most: number, find: (key: K) => V): (key: K) => V {
  let known = new Map<K, V>()
  return (key) => {
    const value = known.get(key)
    if (value !== undefined) return value
    const found = find(key)
    if (known.size >= most) known = new Map()
    known.set(key, found)
    return found
  }
}
