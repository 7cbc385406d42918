/**
 * Comparison of a line during a walk: its literal part, and the end of its arguments.
 *
 * Hot: guarded by `npm run bench` (dump-heavy).
 */
import { ARGUMENT, ARGUMENT_BYTES, PAREN_CLOSE } from '../core/ascii.ts'

/** Indexed by two bytes at once, which halves the steps through the longest part of a line that varies. */
const ARGUMENT_PAIR = new Uint8Array(1 << 16)
for (const a of ARGUMENT_BYTES)
  for (const b of ARGUMENT_BYTES) ARGUMENT_PAIR[a.charCodeAt(0) | (b.charCodeAt(0) << 8)] = 1

/** Bytes that are read at once. */
export const WORD = 4

/** Is [pos, stop) equal to the known bytes at `a`? The last four were compared before. */
export function isSame(known: DataView, at: number, words: DataView, pos: number, stop: number): boolean {
  let a = at
  let p = pos
  const whole = stop - 8
  while (p < whole) {
    if (
      ((known.getInt32(a, true) ^ words.getInt32(p, true)) |
        (known.getInt32(a + 4, true) ^ words.getInt32(p + 4, true))) !==
      0
    )
      return false
    a += 8
    p += 8
  }
  return p >= stop - 4 || known.getInt32(a, true) === words.getInt32(p, true)
}

export function isSameShort(known: Buffer, at: number, buf: Buffer, pos: number, stop: number): boolean {
  for (let p = pos, a = at; p < stop; p++, a++) if (known[a] !== buf[p]) return false
  return true
}

/** Offset after the bytes that may be arguments. */
export function endOfArguments(buf: Buffer, words: DataView, pos: number, end: number): number {
  let p = pos
  if (buf[p] === PAREN_CLOSE) return p
  while (p + 4 <= end) {
    const four = words.getInt32(p, true)
    if (((ARGUMENT_PAIR[four & 0xffff] as number) & (ARGUMENT_PAIR[four >>> 16] as number)) === 0) break
    p += 4
  }
  if (p + 2 <= end && ARGUMENT_PAIR[words.getUint16(p, true)] === 1) p += 2
  return ARGUMENT[buf[p] as number] === 1 ? p + 1 : p
}
