/**
 * Fast path for the lines that most of a text profile consists of, read by their bytes. The result is the one that `readProfileLine` (profile.ts)
 * gives for the same text; anything less plain is left to `readProfileLine`.
 *
 *     40 @ 0x487c0a 0x4176ce 0x526bb9
 *     #\t0x526bb8\tmain.leak+0x18\t/app/main.go:124
 *
 * Hot: guarded by `npm run bench` (debug=1).
 */
import { COLON, DIGIT, isHexDigit, LF, SPACE, TAB, ZERO } from '../core/ascii.ts'
import { GO_LINE_BYTES } from './line.ts'

const HASH = 0x23
const PLUS = 0x2b
const LOWER_X = 0x78
const DELETE = 0x7f
/** Any number with at most this many digits is a valid count of goroutines. */
const COUNT_DIGITS = 9

export class FastProfileLine {
  kind: 'record' | 'frame' = 'record'
  /** Of a record. */
  count = 0
  /** [from, to): the addresses of a record, or the name of a frame. */
  from = 0
  to = 0
  /** Of a frame: its place, [file, end). */
  file = 0
  /** Where the line ends, before its line end. */
  end = 0

  /** Reads the line at `pos`, which ends with a line end. False: it is not one of these, or not for certain. */
  read(buf: Buffer, pos: number): boolean {
    const isRead = buf[pos] === HASH ? this.#frame(buf, pos) : this.#record(buf, pos)
    return isRead && this.end - pos <= GO_LINE_BYTES
  }

  /** Reads only the count of the record at `pos`, and where its addresses begin. */
  readCount(buf: Buffer, pos: number): boolean {
    let p = pos
    let count = 0
    for (; DIGIT[buf[p] as number] === 1; p++) count = count * 10 + (buf[p] as number) - ZERO
    if (p === pos || p - pos > COUNT_DIGITS || buf[p] !== SPACE || buf[p + 1] !== 0x40) return false
    this.count = count
    this.from = p + 2
    return true
  }

  #record(buf: Buffer, pos: number): boolean {
    if (!this.readCount(buf, pos)) return false
    let p = this.from
    while (buf[p] === SPACE) {
      const after = addressEnd(buf, p + 1)
      if (after < 0) return false
      p = after
    }
    if (buf[p] !== LF) return false
    this.kind = 'record'
    this.to = p
    this.end = p
    return true
  }

  #frame(buf: Buffer, pos: number): boolean {
    let p = buf[pos + 1] === TAB ? addressEnd(buf, pos + 2) : -1
    if (p < 0 || buf[p] !== TAB) return false
    p++
    this.from = p
    for (let c = buf[p] as number; c > SPACE && c < DELETE && c !== PLUS && c !== COLON; c = buf[++p] as number);
    if (p === this.from || buf[p] !== PLUS) return false
    this.to = p
    p = addressEnd(buf, p + 1)
    if (p < 0) return false
    const blanks = p
    while (buf[p] === SPACE || buf[p] === TAB) p++
    if (p === blanks) return false
    this.file = p
    for (let c = buf[p] as number; c >= SPACE && c < DELETE && c !== COLON; c = buf[++p] as number);
    if (p === this.file || buf[p] !== COLON) return false
    const colon = p++
    while (DIGIT[buf[p] as number] === 1) p++
    if (p === colon + 1 || buf[p] !== LF) return false
    this.kind = 'frame'
    this.end = p
    return true
  }
}

/** Where the `0x526bb8` at `pos` ends; -1 if there is none. */
function addressEnd(buf: Buffer, pos: number): number {
  if (buf[pos] !== ZERO || buf[pos + 1] !== LOWER_X) return -1
  let p = pos + 2
  while (isHexDigit(buf[p])) p++
  return p === pos + 2 ? -1 : p
}
