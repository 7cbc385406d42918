/** Lines that may be part of a stack, in any carrier: a guess, which an engine confirms or not. */
import { LF } from '../core/ascii.ts'
import { Words } from './search/words.ts'

/** How much of the end of a chunk is looked at for a stack, bytes. */
const TRAILING_BYTES = 4 << 20
/** From the beginning of a place to that of the next one, or to the end, bytes: anything longer is not a stack. */
const GAP_BYTES = 4096
/** Lines of other writers between a header and a line of its stack. */
const OTHERS = 3
const FUNCTION = /[\w\])]\.[\w.*()[\]{}-]*\(.*\)|created by \w|goroutine running on other thread/
const PLACE = / \+0x[0-9a-f]|\.(?:go|s):\d+(?:["\\\s]|$)|\d @ 0x[0-9a-f]|#(?:\t|\\t)0x[0-9a-f]/
/** A place without an offset may be the caller of a log line. In a stack, no two of them follow each other: the function of the next is between. */
const OFFSET = /\+0x[0-9a-f]|\d @ 0x[0-9a-f]/
/** More lines in a row without an offset are a log. gccgo prints no offsets. */
const LINES_WITHOUT_OFFSET = 64
/** Each place has one of these. */
const PLACES = new Words([' +0x', '.go:', '.s:', ' @ 0x', '#\t0x', '#\\t0x'])
const OTHER = /created by |\([^)]*\)|^\W*$|""|# labels: |frames elided|goroutine running on other/

export function isStackLine(line: string): boolean {
  return PLACE.test(line) || OTHER.test(line)
}

/** How many headers speak for either order of a log. */
export interface Votes {
  readonly forward: number
  readonly newestFirst: number
}

/**
 * What the neighbours of each header in [start, end) suggest. Oldest line first, the function of a goroutine comes after its header; newest first,
 * it comes before it, and its place before that.
 */
export function votesIn(buf: Buffer, start: number, end: number): Votes {
  const lines = buf.toString('latin1', start, end).split('\n')
  const kinds = lines.map(kindOf)
  let forward = 0
  let newestFirst = 0
  for (const [i, kind] of kinds.entries()) {
    if (kind !== 'header' && kind !== 'title') continue
    const before = nearest(kinds, i, -1)
    const after = nearest(kinds, i, 1)
    if (kind === 'title') {
      if (after === 'stack') forward++
      else if (before === 'stack') newestFirst++
    } else if (after === 'function') forward++
    else if (before === 'function') newestFirst++
  }
  return { forward, newestFirst }
}

type Kind = 'header' | 'title' | 'preamble' | 'function' | 'place' | 'stack' | 'blank' | 'other'

function kindOf(line: string): Kind {
  if (/[Gg]oroutine \d+ (?:\[|gp=|in state \S)/.test(line)) return 'header'
  if (/goroutine(?:leak)? profile: total/.test(line)) return 'title'
  if (/\d+ @(?: 0x[0-9a-f]+)+/.test(line)) return 'stack'
  // A colour may come before it.
  if (/(?:^|[^A-Za-z]|\[[\d;]*m)(?:panic|fatal error): /.test(line)) return 'preamble'
  if (PLACE.test(line)) return 'place'
  if (FUNCTION.test(line)) return 'function'
  return line.trim() === '' ? 'blank' : 'other'
}

/** The nearest line of a stack from `index` on; other writers' lines may be between. */
function nearest(kinds: readonly Kind[], index: number, step: 1 | -1): Kind | undefined {
  for (let i = index + step, others = 0; i >= 0 && i < kinds.length && others < OTHERS; i += step) {
    const kind = kinds[i]
    if (kind === 'other') others++
    else if (kind !== 'blank') return kind
  }
  return undefined
}

/** Can a line of `lines` be the place of a frame in the code? */
export function holdsPlace(lines: Buffer): boolean {
  return PLACES.first(lines, 0, lines.length) >= 0
}

/** The stack that a buffer ends with. */
export interface TrailingStack {
  /**
   * Where it begins: with the place of its outermost frame. If there is no stack, where a last line without its line end begins. A few lines of
   * other writers may be among its own, or after it.
   */
  readonly from: number
  /** It may have begun before the buffer. */
  readonly isOpen: boolean
}

export function trailingStack(buf: Buffer): TrailingStack {
  const whole = buf.lastIndexOf(LF) + 1
  const partial = buf.length - whole < TRAILING_BYTES ? whole : buf.length
  if (partial === buf.length && whole !== buf.length) return { from: partial, isOpen: whole === 0 }
  if (!holdsPlace(buf.subarray(Math.max(0, whole - GAP_BYTES), whole)))
    return { from: partial, isOpen: whole < GAP_BYTES }
  let from = partial
  let after = whole
  let others = 0
  let withoutOffset = 0
  let isCaller = false
  for (let end = whole; whole - end < TRAILING_BYTES; ) {
    if (end === 0) return { from, isOpen: true }
    const start = end < 2 ? 0 : buf.lastIndexOf(LF, end - 2) + 1
    if (after - start > GAP_BYTES) break
    const line = buf.toString('latin1', start, end)
    const isPlace = PLACE.test(line)
    const hasOffset = isPlace && OFFSET.test(line)
    const mayBeCaller = isPlace && !hasOffset
    withoutOffset = hasOffset ? 0 : withoutOffset + 1
    if ((mayBeCaller && isCaller) || withoutOffset > LINES_WITHOUT_OFFSET) break
    isCaller = mayBeCaller
    if (isPlace) {
      from = start
      after = start
      others = 0
    } else if (!OTHER.test(line) && ++others >= OTHERS) break
    end = start
  }
  return { from, isOpen: false }
}
