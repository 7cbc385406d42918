/** What the first bytes of an input say about it. */

/** RFC 1952: two magic bytes, then the only method there is. */
const GZIP_HEAD = [0x1f, 0x8b, 0x08] as const

/** Whether these first bytes are gzip's; undefined when there are too few to tell. */
export function looksCompressed(head: Uint8Array): boolean | undefined {
  for (const [at, byte] of GZIP_HEAD.entries()) {
    if (at >= head.length) return undefined
    if (head[at] !== byte) return false
  }
  return true
}
