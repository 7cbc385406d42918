/**
 * Sets `key` in a map that keeps its keys in the order in which they were last set. When there are more than `most`, the one that was set
 * longest ago goes, and `onGone` is told.
 */
export function setRecent<K, V>(
  map: Map<K, V>,
  key: K,
  value: V,
  most: number,
  onGone?: (key: K, value: V) => void,
): void {
  map.delete(key)
  map.set(key, value)
  // Asked first: to find the oldest, a map goes over all that went before it.
  if (map.size <= most) return
  for (const [oldest, gone] of map) {
    if (map.size <= most) return
    map.delete(oldest)
    onGone?.(oldest, gone)
  }
}
