/** What `find` says of a key, asked once as long as no more than `most` keys are in use: past that it starts over, and nothing but time is lost. */
export function remembered<K extends object, V>(most: number, find: (key: K) => V): (key: K) => V {
  let known = new WeakMap<K, V>()
  let size = 0
  return (key) => {
    const value = known.get(key)
    if (value !== undefined) return value
    if (++size > most) {
      known = new WeakMap()
      size = 1
    }
    const found = find(key)
    known.set(key, found)
    return found
  }
}
