/**
 * Hashes by which a line finds its like among many (stack-tree.ts): of the literal part as it is kept, and of what is the literal part of a
 * line as it is read.
 *
 * Hot: guarded by `npm run bench` (dump-heavy, 2000 stacks).
 */
import { BRACKET_OPEN, CR, DOT, EQUALS, LF, PAREN_CLOSE, PAREN_OPEN, SPACE, TAB } from '../core/ascii.ts'

/**
 * Odd, and another one in each process: whoever writes a log cannot make lines, or ids, that all have one hash. What its upper bits are made of
 * spreads runs of numbers evenly (Knuth, TAOCP 3, 6.4).
 */
export const MULTIPLIER: number = 0x9e3779b1 ^ (Math.floor(Math.random() * (1 << 20)) << 1)

/** Hash of a literal part as `add` stores it. Lines with an `any` tail share one bucket: there are two kinds of them. */
export function hashLiteral(buf: Buffer, start: number, end: number): number {
  if (buf[start] === DOT || buf[start] === BRACKET_OPEN) return 0
  let hash = 7
  for (let p = start; p < end; p++) hash = (Math.imul(hash, MULTIPLIER) + (buf[p] as number)) | 0
  return hash
}

/** Hash of what is the literal part of the line at `pos`, by the same cuts that line.ts makes. */
export function hashLine(buf: Buffer, pos: number, end: number): number {
  const first = buf[pos]
  if (first === DOT || first === BRACKET_OPEN) return 0
  if (first === TAB || first === SPACE) return hashFileLine(buf, pos, end)
  if (first === 0x63 && buf[pos + 7] === SPACE) return hashCreatedLine(buf, pos, end)
  let hash = 7
  let name = 7
  let p = pos
  for (; p < end; p++) {
    const c = buf[p] as number
    if (c === LF || c === CR) break
    hash = (Math.imul(hash, MULTIPLIER) + c) | 0
    if (c === PAREN_OPEN) name = hash
    // A file line without its TAB.
    else if (c === EQUALS && isRegisterName(buf, p)) return hash
  }
  return buf[p - 1] === PAREN_CLOSE ? name : hash
}

/** Up to the `=` of ` fp=` (or ` pc=`), else the whole line. */
function hashFileLine(buf: Buffer, pos: number, end: number): number {
  let hash = 7
  for (let p = pos; p < end; p++) {
    const c = buf[p] as number
    if (c === LF || c === CR) break
    hash = (Math.imul(hash, MULTIPLIER) + c) | 0
    if (c === EQUALS && isRegisterName(buf, p)) break
  }
  return hash
}

/** Does ` fp` or ` pc` stand ahead of `at`? */
function isRegisterName(buf: Buffer, at: number): boolean {
  return buf[at - 3] === SPACE && (buf[at - 1] === 0x70 || buf[at - 1] === 0x63)
}

/** `created by NAME in goroutine ` holds five spaces, and a name none. */
function hashCreatedLine(buf: Buffer, pos: number, end: number): number {
  let hash = 7
  let spaces = 0
  for (let p = pos; p < end; p++) {
    const c = buf[p] as number
    if (c === LF || c === CR) break
    hash = (Math.imul(hash, MULTIPLIER) + c) | 0
    if (c === SPACE && ++spaces === 5) break
  }
  return hash
}
