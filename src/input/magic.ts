/** Recognizes inputs by their first bytes. */

import { LF } from '../core/ascii.ts'

/** How an input can be packed. */
export type Packing = 'gzip' | 'zstd' | 'bzip2' | 'xz' | 'zip' | 'tar'

interface Head {
  readonly packing: Packing
  readonly at: number
  readonly bytes: readonly number[]
}

const USTAR_AT = 257
const NAME_BYTES = 100
const BZ_BLOCK = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59] as const

/** RFC 1952, RFC 8878, the magic bytes of bzip2's first block, xz's file-format.txt, PKWARE's APPNOTE, ustar of POSIX and GNU. */
const HEADS: readonly Head[] = [
  { packing: 'gzip', at: 0, bytes: [0x1f, 0x8b, 0x08] },
  { packing: 'zstd', at: 0, bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  // A skippable frame, in which pzstd writes the size of the next one.
  { packing: 'zstd', at: 0, bytes: [0x50, 0x2a, 0x4d, 0x18] },
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map(
    (level): Head => ({
      packing: 'bzip2',
      at: 0,
      bytes: [0x42, 0x5a, 0x68, 0x30 + level, ...BZ_BLOCK],
    }),
  ),
  { packing: 'xz', at: 0, bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { packing: 'zip', at: 0, bytes: [0x50, 0x4b, 0x03, 0x04] },
  // An empty archive.
  { packing: 'zip', at: 0, bytes: [0x50, 0x4b, 0x05, 0x06] },
  { packing: 'tar', at: USTAR_AT, bytes: [0x75, 0x73, 0x74, 0x61, 0x72] },
]

/** How the input that begins with these bytes is packed; `none`, or undefined if there are too few bytes to decide. */
export function packingOf(head: Uint8Array): Packing | 'none' | undefined {
  let undecided = head.length === 0
  for (const { packing, at, bytes } of HEADS) {
    // A tar begins with a name that is padded with zeros and has no line end.
    if (at > 0 && !head.includes(0) && (head.length >= NAME_BYTES || head.includes(LF))) continue
    const there = head.subarray(at, at + bytes.length)
    if (!there.every((byte, i) => byte === bytes[i])) continue
    if (there.length === bytes.length) return packing
    undecided = true
  }
  return undecided ? undefined : 'none'
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

/** `an ELF binary`, or undefined if it may be text. UTF-16 and Docker's frames contain NUL bytes as well, but are recognized by their first bytes. */
export function describeNonText(head: Uint8Array): string | undefined {
  const known = KNOWN.find(([, bytes]) => bytes.every((byte, at) => head[at] === byte))
  if (known !== undefined) return known[0]
  const isMarked = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)
  if (isMarked || (head[0] ?? 0) < 3) return undefined
  return head.includes(0) ? 'binary data' : undefined
}
