/** Lines of a stream that two dumps share: how well a line fits a dump, and how it is held until it is known which dump it belongs to. */
import { trimLineEnd, wordsOf } from '../core/ascii.ts'
import type { Held } from '../lines/tape.ts'
import type { HeaderReader } from '../text/header.ts'
import { beginGoroutine } from './begin-goroutine.ts'
import type { Body } from './body.ts'
import type { GoroutineHeader } from './goroutine.ts'
import type { OpenBlocks } from './open-blocks.ts'

/**
 * How well a line fits what is due in a dump. 3: a known stack continues with it. 2: it may come next. 1: it is a header, but the open goroutine
 * has not ended. 0: it does not belong to this dump.
 */
export type Fit = 0 | 1 | 2 | 3

/** A line that is held until it is known which dump it belongs to. */
export interface HeldLine {
  readonly held: Held
  /** With its line end. */
  readonly bytes: Buffer
  /** Its place in the input. */
  readonly start: number
  end: number
  /** The part of the dump that it fits. */
  readonly fits: GoroutineHeader | Body
}

/** Holds the line [pos, next) of `buf`, for `adopt`. */
export function holdLine(open: OpenBlocks, buf: Buffer, pos: number, next: number, base: number): HeldLine {
  const held = open.tape.hold(buf, pos, next)
  const bytes = Buffer.from(buf.subarray(pos, next))
  return { held, bytes, start: base + pos, end: base + next, fits: openPart(open) }
}

/** Is what the line fits still open? */
export function fitsStill(open: OpenBlocks, line: HeldLine): boolean {
  return line.fits === openPart(open)
}

/** What the next line of the dump would continue: its open goroutine, or its body if there is none. */
function openPart({ goroutine, body }: OpenBlocks): GoroutineHeader | Body {
  return goroutine.header ?? body
}

/** How well the line [pos, next) of `buf` fits the dump that is open. */
export function fitOf(
  open: OpenBlocks,
  headers: HeaderReader,
  buf: Buffer,
  words: DataView,
  pos: number,
  next: number,
): Fit {
  const { goroutine, dump } = open
  const { tree, at } = goroutine
  const { count, parent } = tree.calls
  const isKnown = at !== undefined && tree.step(at, buf, words, pos, next) !== undefined
  tree.calls.takeBack(count, parent)
  if (isKnown) return 3
  if (headers.read(buf, words, pos, next) > 0) {
    const { id } = headers
    if (goroutine.header?.id === id || dump?.tally.ids.has(id) === true) return 0
    return goroutine.ended ? 2 : 1
  }
  return open.body.fits(buf.toString('latin1', pos, trimLineEnd(buf, pos, next))) ? 2 : 0
}

/** Takes a held line, which fits. */
export function adopt(open: OpenBlocks, headers: HeaderReader, { held, bytes, start, end }: HeldLine): void {
  const { goroutine, tape } = open
  const next = headers.read(bytes, wordsOf(bytes), 0, bytes.length)
  if (next > 0) {
    beginGoroutine(open, headers, bytes, 0, next, start, held)
    if (open.dump !== undefined) open.dump.end = Math.max(open.dump.end, end)
    return
  }
  const { at, tree } = goroutine
  const text = bytes.toString('latin1', 0, trimLineEnd(bytes, 0, bytes.length))
  const line = at === undefined ? undefined : tree.step(at, bytes, wordsOf(bytes), 0, bytes.length)
  const part = line === undefined ? open.body.line(text, bytes, 0) : 'part'
  if (line !== undefined) goroutine.at = line
  if (part === 'foreign') {
    tape.release(held)
    return
  }
  goroutine.length = text.length
  if (part === 'doubtful') {
    open.doubt(held, start, end)
    return
  }
  open.progress++
  tape.claim(held)
  open.claimed(start, end)
}
