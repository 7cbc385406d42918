/**
 * Hashes for looking up a line among many (stack-tree.ts): of a literal part that is kept, and of the literal part of a line that is being
 * read. The kernel has both as well (walk.wat).
 */
import { BRACKET_OPEN, CR, DOT, EQUALS, LF, PAREN_CLOSE, PAREN_OPEN, SPACE, TAB } from '../core/ascii.ts'
import { WORD } from './same-bytes.ts'

/**
 * Odd, and different in each process, so that the writer of a log cannot produce lines, or ids, that all have the same hash. Its upper bits
 * spread runs of numbers evenly (Knuth, TAOCP 3, 6.4).
 */
export const MULTIPLIER: number = 0x9e3779b1 ^ (Math.floor(Math.random() * (1 << 20)) << 1)

const LOWER_C = 0x63
const LOWER_P = 0x70

/** Hash of a literal part. Lines with an `any` tail share one bucket, since there are only two kinds of them. */
export function hashLiteral(buf: Buffer, words: DataView, start: number, length: number): number {
  if (buf[start] === DOT || buf[start] === BRACKET_OPEN) return 0
  const end = start + length
  let hash = length
  let p = start
  if (length >= WORD) {
    for (; p < end - WORD; p += WORD) hash = mix(hash, words.getInt32(p, true))
    hash = mix(hash, words.getInt32(end - WORD, true))
  } else for (; p < end; p++) hash = mix(hash, buf[p] as number)
  return hash ^ (hash >>> 16)
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, MULTIPLIER)
  return mixed ^ (mixed >>> 15)
}

/** Length of the literal part of the line at `pos`, cut as line.ts does. */
export function literalLength(buf: Buffer, pos: number, end: number): number {
  const first = buf[pos]
  const isFile = first === TAB || first === SPACE
  if (first === LOWER_C && buf[pos + 7] === SPACE) return createdLength(buf, pos, end)
  let name = 0
  let p = pos
  for (; p < end; p++) {
    const c = buf[p]
    if (c === LF || c === CR) break
    if (c === PAREN_OPEN) name = p + 1 - pos
    // In a line that does not look like a file line, because it has lost its TAB.
    else if (c === EQUALS && p >= pos + 3 && isRegisterName(buf, p)) return p + 1 - pos
  }
  return !isFile && name > 0 && buf[p - 1] === PAREN_CLOSE ? name : p - pos
}

/** Is ` fp` or ` pc` right before `at`? */
function isRegisterName(buf: Buffer, at: number): boolean {
  return buf[at - 3] === SPACE && (buf[at - 1] === LOWER_P || buf[at - 1] === LOWER_C)
}

/** `created by NAME in goroutine ` has five spaces, none of them in the name. */
function createdLength(buf: Buffer, pos: number, end: number): number {
  let spaces = 0
  let p = pos
  for (; p < end; p++) {
    const c = buf[p]
    if (c === LF || c === CR) break
    if (c === SPACE && ++spaces === 5) return p + 1 - pos
  }
  return p - pos
}
