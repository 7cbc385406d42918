/**
 * Escapes of JSON strings (RFC 8259 § 7) and of Go's quoted strings (strconv.Quote: `\a`, `\v`, `\x07`, `\U0001f600`), which do not
 * contradict each other. Bytes in, bytes out.
 */
import { BACKSLASH, QUOTE } from '../core/ascii.ts'

/** The byte that a letter after a backslash encodes; 0 if it encodes none. */
export const SIMPLE_ESCAPES: Uint8Array = new Uint8Array(256)
for (const [letter, byte] of [
  ['n', 10],
  ['t', 9],
  ['r', 13],
  ['b', 8],
  ['f', 12],
  ['v', 11],
  ['a', 7],
] as const)
  SIMPLE_ESCAPES[letter.charCodeAt(0)] = byte

/** Decodes [start, end) of `src` into `dst` at `at`; the result is never longer than the source. Returns the offset after it. */
export function decodeEscapes(src: Uint8Array, start: number, end: number, dst: Uint8Array, at: number): number {
  let q = at
  for (let p = start; p < end; p++) {
    const c = src[p] as number
    if (c !== BACKSLASH || p + 1 >= end) {
      dst[q++] = c
      continue
    }
    const kind = src[++p] as number
    const simple = SIMPLE_ESCAPES[kind] as number
    if (simple !== 0) {
      dst[q++] = simple
      continue
    }
    const digits = kind === 0x75 ? 4 : kind === 0x55 ? 8 : kind === 0x78 ? 2 : 0
    const value = digits === 0 ? -1 : hex(src, p + 1, p + 1 + digits, end)
    if (value < 0) {
      // `\"`, `\\`, `\/`, or an unknown escape: the character itself.
      dst[q++] = kind
      continue
    }
    p += digits
    if (digits === 2) {
      dst[q++] = value
      continue
    }
    let point = value
    if (point >= 0xd800 && point < 0xdc00 && src[p + 1] === BACKSLASH && src[p + 2] === 0x75) {
      const low = hex(src, p + 3, p + 7, end)
      if (low >= 0xdc00 && low < 0xe000) {
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00)
        p += 6
      }
    }
    q = putUtf8(dst, q, point)
  }
  return q
}

function hex(src: Uint8Array, start: number, stop: number, end: number): number {
  if (stop > end) return -1
  let value = 0
  for (let p = start; p < stop; p++) {
    const c = src[p] as number
    const digit =
      c >= 0x30 && c <= 0x39 ? c - 0x30 : (c | 0x20) >= 0x61 && (c | 0x20) <= 0x66 ? (c | 0x20) - 0x61 + 10 : -1
    if (digit < 0) return -1
    value = value * 16 + digit
  }
  return value
}

function putUtf8(dst: Uint8Array, at: number, value: number): number {
  const point = value > 0x10ffff || (value >= 0xd800 && value < 0xe000) ? 0xfffd : value
  let q = at
  if (point < 0x80) dst[q++] = point
  else if (point < 0x800) {
    dst[q++] = 0xc0 | (point >> 6)
    dst[q++] = 0x80 | (point & 63)
  } else if (point < 0x10000) {
    dst[q++] = 0xe0 | (point >> 12)
    dst[q++] = 0x80 | ((point >> 6) & 63)
    dst[q++] = 0x80 | (point & 63)
  } else {
    dst[q++] = 0xf0 | (point >> 18)
    dst[q++] = 0x80 | ((point >> 12) & 63)
    dst[q++] = 0x80 | ((point >> 6) & 63)
    dst[q++] = 0x80 | (point & 63)
  }
  return q
}

export interface QuotedSpan {
  /** Without the quotes. */
  readonly start: number
  readonly end: number
  /** The line ends before the string does. */
  readonly cut: boolean
}

/** The quoted string of [pos, end) that contains the byte at `at`; undefined if no string does. */
export function stringAround(buf: Uint8Array, pos: number, end: number, at: number): QuotedSpan | undefined {
  let p = pos
  while (p < at) {
    if (buf[p] !== QUOTE) {
      // An escaped quote belongs to text that its writer has put between other quotes, or between none.
      p += buf[p] === BACKSLASH ? 2 : 1
      continue
    }
    const start = p + 1
    let q = start
    while (q < end && buf[q] !== QUOTE) q += buf[q] === BACKSLASH ? 2 : 1
    if (at < q) return { start, end: Math.min(q, end), cut: q >= end }
    p = q + 1
  }
  return undefined
}
