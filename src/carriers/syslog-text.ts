/**
 * Text as syslog daemons write it: control characters as `#` and three octal digits (rsyslog `$EscapeControlCharactersOnReceive`), so that TAB
 * is `#011` and a message of several lines has `#012` in it.
 */
import { HASH } from '../core/ascii.ts'
import type { CarriedText } from './carrier.ts'

/** Reads text in which control characters may be written as `#011`. */
export function fillEscaped(buf: Buffer, start: number, next: number, text: CarriedText): void {
  let p = start
  while (p < next && !isEscape(buf, p, next)) p++
  if (p >= next) {
    text.inPlace(buf, start, next)
    return
  }
  const end = next - 1
  const room = text.room(end)
  let length = buf.copy(room, 0, start, p)
  for (; p < end; p++) {
    if (isEscape(buf, p, next)) {
      room[length++] = octal(buf[p + 1]) * 64 + octal(buf[p + 2]) * 8 + octal(buf[p + 3])
      p += 3
    } else room[length++] = buf[p] as number
  }
  text.filled(length)
}

/** Control characters only: `#000` to `#037`, `#177`. */
function isEscape(buf: Buffer, p: number, next: number): boolean {
  if (buf[p] !== HASH || p + 4 > next) return false
  const a = octal(buf[p + 1])
  const b = octal(buf[p + 2])
  const c = octal(buf[p + 3])
  return c >= 0 && ((a === 0 && b >= 0 && b < 4) || (a === 1 && b === 7 && c === 7))
}

function octal(c: number | undefined): number {
  return c !== undefined && c >= 0x30 && c < 0x38 ? c - 0x30 : -1
}
