/** Two dumps share a stream, or may: which of them a line continues. */
import { LF, trimLineEnd } from '../core/ascii.ts'
import { readLine, readStripped } from '../text/line.ts'
import type { Assembler } from './assembler.ts'
import type { HeldLine } from './held-line.ts'

/**
 * What a line shows while it is not known whether the first dump goes on. `first`: it does. `second`: only the second one does. `either`: the
 * line fits both.
 */
export type Shown = 'first' | 'second' | 'either' | 'nothing'

/** `held`: a line before the line [pos, next) of `buf` that fits either. */
export function shownBy(
  first: Assembler,
  second: Assembler,
  held: HeldLine | undefined,
  buf: Buffer,
  words: DataView,
  pos: number,
  next: number,
): Shown {
  if (held !== undefined && completes(held, buf, pos, next)) return 'second'
  const ofSecond = second.fit(buf, words, pos, next) > 0
  // If the held line were part of the second dump, this one would not fit there.
  if (held !== undefined) return ofSecond ? 'first' : 'nothing'
  if (first.fit(buf, words, pos, next) > 0) return ofSecond ? 'either' : 'first'
  return ofSecond ? 'second' : 'nothing'
}

/** Is `held` a function or a creator, and the line [pos, next) of `buf` its file line? Two consecutive lines of one frame come from one writer. */
function completes(held: HeldLine, buf: Buffer, pos: number, next: number): boolean {
  const kind = readLine(held.bytes.toString('latin1', 0, trimLineEnd(held.bytes, 0, held.bytes.length)))?.kind
  if (kind !== 'func' && kind !== 'created') return false
  const text = buf.toString('latin1', pos, trimLineEnd(buf, pos, next))
  return (readLine(text) ?? readStripped(text))?.kind === 'file'
}

/** Which of the two dumps takes the line at `pos`. `last`: the one that took the line before. If it fits both, the other one has waited. */
export function takerOf(
  one: Assembler,
  two: Assembler,
  last: Assembler,
  buf: Buffer,
  words: DataView,
  pos: number,
): Assembler {
  if (buf[pos] === LF) return last
  const next = buf.indexOf(LF, pos) + 1
  const a = one.fit(buf, words, pos, next)
  const b = two.fit(buf, words, pos, next)
  if (a === 0 && b === 0) return last
  if (a !== b) return a > b ? one : two
  return last === one ? two : one
}
