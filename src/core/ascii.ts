/** Byte constants and byte classes. Guarded by `npm run bench` (dump-heavy). */

export const TAB = 0x09
export const LF = 0x0a
export const CR = 0x0d
export const ESC = 0x1b
export const SPACE = 0x20
export const QUOTE = 0x22
export const HASH = 0x23
export const PAREN_OPEN = 0x28
export const PAREN_CLOSE = 0x29
export const COMMA = 0x2c
export const DASH = 0x2d
export const DOT = 0x2e
export const SLASH = 0x2f
export const ZERO = 0x30
const NINE = 0x39
export const COLON = 0x3a
export const LESS = 0x3c
export const EQUALS = 0x3d
export const GREATER = 0x3e
export const BRACKET_OPEN = 0x5b
export const BACKSLASH = 0x5c
export const BRACKET_CLOSE = 0x5d
export const LOWER_G = 0x67
export const BRACE_OPEN = 0x7b
export const BRACE_CLOSE = 0x7d

export const NO_BYTES: Buffer = Buffer.alloc(0)
export const NEWLINE: Buffer = Buffer.from('\n')

export function byteClass(members: string): Uint8Array {
  const table = new Uint8Array(256)
  for (let i = 0; i < members.length; i++) table[members.charCodeAt(i)] = 1
  return table
}

/** The bytes between the parentheses of a frame: `{0x12, 0x0?}, ..., _` (formats.md § 2.1). */
export const ARGUMENT_BYTES = '0123456789abcdefx?,{}._ '
export const ARGUMENT: Uint8Array = byteClass(ARGUMENT_BYTES)

/** The bytes after ` fp=` on a system-mode file line: `0x… sp=0x… pc=0x…`. */
export const REGISTER: Uint8Array = byteClass('0123456789abcdefxsp= ')

export const DIGIT: Uint8Array = byteClass('0123456789')

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE
}

/** The runtime prints numbers in lower case. */
export function isHexDigit(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= ZERO && byte <= NINE) || (byte >= 0x61 && byte <= 0x66))
}

/** The end of [start, end) without its line end (LF or CR LF). */
export function trimLineEnd(buf: Uint8Array, start: number, end: number): number {
  let e = end
  if (e > start && buf[e - 1] === LF) e--
  if (e > start && buf[e - 1] === CR) e--
  return e
}

/** True if [start, end) holds nothing but blanks. */
export function isBlank(buf: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const c = buf[i]
    if (c !== SPACE && c !== TAB && c !== CR) return false
  }
  return true
}

/** Is `text` (ASCII) at `at`, before `end`? */
export function startsWith(buf: Uint8Array, at: number, end: number, text: string): boolean {
  if (at + text.length > end) return false
  for (let i = 0; i < text.length; i++) if (buf[at + i] !== text.charCodeAt(i)) return false
  return true
}

/** A view of `buf` that reads several bytes at once. */
export function wordsOf(buf: Uint8Array): DataView {
  return new DataView(buf.buffer, buf.byteOffset, buf.length)
}
