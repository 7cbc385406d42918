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

const KNOWN: readonly (readonly [name: string, head: readonly number[]])[] = [
  ['an ELF binary', [0x7f, 0x45, 0x4c, 0x46]],
  ['a PNG image', [0x89, 0x50, 0x4e, 0x47]],
  ['a JPEG image', [0xff, 0xd8, 0xff]],
  ['a GIF image', [0x47, 0x49, 0x46, 0x38]],
  ['a PDF document', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['a Mach-O binary', [0xcf, 0xfa, 0xed, 0xfe]],
  ['a Mach-O binary', [0xca, 0xfe, 0xba, 0xbe]],
  ['a Windows binary', [0x4d, 0x5a, 0x90, 0x00]],
  ['a SQLite database', [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66]],
  ['a 7-Zip archive', [0x37, 0x7a, 0xbc, 0xaf]],
]

/** `an ELF binary`, or undefined for what may be text. UTF-16 and the frames of Docker have NUL bytes, too, and heads that say so. */
export function describeNonText(head: Uint8Array): string | undefined {
  const known = KNOWN.find(([, bytes]) => bytes.every((byte, at) => head[at] === byte))
  if (known !== undefined) return known[0]
  const isMarked = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)
  if (isMarked || (head[0] ?? 0) < 3) return undefined
  return head.includes(0) ? 'binary data' : undefined
}
