/** Lines that may be of a stack, in whatever carrier: a guess, which an engine tells right from wrong. */
import { LF } from '../core/ascii.ts'

/** How much of the end of a chunk is looked at for a stack, bytes. */
const TRAILING_BYTES = 64 << 10
/** Lines before a header that are looked at. */
const LINES = 16
const PLACE = / \+0x[0-9a-f]|\.(?:go|s):\d+(?:["\\\s]|$)|\d @ 0x[0-9a-f]|#\\?t0x[0-9a-f]/
const PLACE_BYTES = [Buffer.from(' +0x'), Buffer.from('.go:'), Buffer.from(' @ 0x')]
const OTHER = /created by |\([^)]*\)|^\W*$|""/

export function isStackLine(line: string): boolean {
  return PLACE.test(line) || OTHER.test(line)
}

/** Is there a stack in the lines right before `line`, in [start, line)? */
export function stackBefore(buf: Buffer, start: number, line: number): boolean {
  let end = line
  for (let lines = 0; lines < LINES && end > start; lines++) {
    const from = end < start + 2 ? start : Math.max(start, buf.lastIndexOf(LF, end - 2) + 1)
    if (PLACE.test(buf.toString('latin1', from, end))) return true
    end = from
  }
  return false
}

/**
 * Where the stack begins that [0, buf.length) ends with; the beginning of a line that lacks its end, when there is no stack. It begins with the
 * place of its outermost frame.
 */
export function trailingStack(buf: Buffer): number {
  const whole = buf.lastIndexOf(LF) + 1
  const partial = buf.length - whole < TRAILING_BYTES ? whole : buf.length
  const tail = buf.subarray(Math.max(0, whole - 4096), whole)
  if (partial === buf.length && whole !== buf.length) return partial
  if (!PLACE_BYTES.some((bytes) => tail.includes(bytes))) return partial
  let found = partial
  for (let end = whole; end > 0 && whole - end < TRAILING_BYTES; ) {
    const start = end < 2 ? 0 : buf.lastIndexOf(LF, end - 2) + 1
    const line = buf.toString('latin1', start, Math.min(end, start + 4096))
    if (PLACE.test(line)) found = start
    else if (!OTHER.test(line)) break
    end = start
  }
  return found
}
