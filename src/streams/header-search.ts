/**
 * Searches lines that belong to no dump for the next header, and decides who reads it: a carrier, or the plain dump. The lines before it are log,
 * except for those that announce it. Where the lines after it decide, or an announcement may be followed by more, lines wait.
 */

import { LF } from '../core/ascii.ts'
import type { Limits } from '../core/limits.ts'
import { announcementBefore, findAnnouncement } from '../text/announcement.ts'
import { firstLine, isTitle, lineStart } from '../text/needle.ts'
import { isHeadIndented, withPrefixAfter } from './bare-head.ts'
import type { Needles } from './needles.ts'
import type { Recognition } from './recognition.ts'
import { wrappedHeader } from './wrapped-lines.ts'

/**
 * What comes next. `at`: where the lines begin that are not log.
 *
 *   plain   | a header without a carrier, or the end of the lines
 *   bare    | a header that lacks what carries its frames: `like` is the line [near, next) with it
 *   carried | a header in a carrier, in the line [near, next); what announces it may be in that carrier, too
 *   waits   | the lines from `at` on wait for more
 */
export type Found =
  | { readonly is: 'plain' | 'waits'; readonly at: number }
  | { readonly is: 'bare'; readonly at: number; readonly next: number; readonly like: Buffer }
  | { readonly is: 'carried'; readonly near: number; readonly next: number }

/** Asked whether a carrier has a header. */
type Carriers = Pick<Recognition, 'quotes' | 'recognise'>

export class HeaderSearch {
  readonly #limits: Limits
  readonly #needles: Needles
  readonly #recognition: () => Carriers
  /** Offset in the input of the line from which on lines wait; -1 for none. */
  waitsFrom = -1

  constructor(limits: Limits, needles: Needles, recognition: () => Carriers) {
    this.#limits = limits
    this.#needles = needles
    this.#recognition = recognition
  }

  /** Searches the lines [pos, end) of `buf`, whose first byte is at `base` of the input. `isFinal`: nothing can wait. */
  next(buf: Buffer, pos: number, end: number, base: number, isFinal: boolean): Found {
    const needle = this.#nextNeedle(buf, pos, end)
    if (needle < 0) return isFinal ? this.#plain(buf, pos, end) : this.#announcement(buf, pos, end, base)
    const near = lineStart(buf, pos, needle)
    const next = buf.indexOf(LF, needle) + 1
    if (needle === near && isTitle(buf, near, next)) {
      const like = withPrefixAfter(buf, near, next, end)
      if (like === 'unknown' && !isFinal) return this.#waits(this.#start(buf, pos, near), base)
      if (like !== undefined && like !== 'unknown' && this.#isCarriedAs(like, buf, pos, near))
        return { is: 'bare', at: this.#start(buf, pos, near), next, like }
    }
    const isIndented = isHeadIndented(buf, pos, near, needle, next, end)
    if (isIndented === 'unknown' && !isFinal)
      return this.#waits(findAnnouncement(buf, pos, near, this.#limits.preambleBytes), base)
    if (isIndented === true) return this.#plain(buf, pos, near)
    if (mayBeCarried(buf, near, next, needle) && this.#recognition().recognise(buf, near, next, pos))
      return { is: 'carried', near, next }
    const whole = needle > near ? wrappedHeader(buf, near, next, end) : undefined
    if (whole === 'unknown' && !isFinal)
      return this.#waits(findAnnouncement(buf, pos, near, this.#limits.preambleBytes), base)
    if (whole !== undefined && whole !== 'unknown' && this.#isCarriedAs(whole, buf, pos, near))
      return { is: 'carried', near, next }
    return this.#plain(buf, pos, near)
  }

  #plain(buf: Buffer, pos: number, near: number): Found {
    return { is: 'plain', at: this.#start(buf, pos, near) }
  }

  #waits(at: number, base: number): Found {
    this.waitsFrom = base + at
    return { is: 'waits', at }
  }

  /** Lines at the end of [pos, end) wait for what comes next if they may announce a dump. */
  #announcement(buf: Buffer, pos: number, end: number, base: number): Found {
    const window = this.#limits.preambleBytes
    if (base + pos === this.waitsFrom && end - pos <= window) return { is: 'waits', at: pos }
    const at = findAnnouncement(buf, pos, end, window)
    this.waitsFrom = at < end ? base + at : -1
    return { is: 'waits', at }
  }

  /** Offset of the next needle that may belong to a header; -1 if there is none. Lines of carriers that only quote one are skipped. */
  #nextNeedle(buf: Buffer, pos: number, end: number): number {
    for (let at = this.#needles.from(buf, pos); at < end; ) {
      const line = lineStart(buf, pos, at)
      const next = buf.indexOf(LF, at) + 1
      if (at === line || wrappedHeader(buf, line, next, end) !== undefined) return at
      if (!this.#recognition().quotes(buf, line, next, pos)) return at
      at = this.#needles.from(buf, next)
    }
    return -1
  }

  /** Start of what announces the dump whose header may be in the line at `near`. */
  #start(buf: Buffer, pos: number, near: number): number {
    return announcementBefore(buf, pos, near, this.#limits.preambleBytes)
  }

  /** Does a carrier know the header of the line at `near` as it is in `like`, after the log from `pos` on? */
  #isCarriedAs(like: Buffer, buf: Buffer, pos: number, near: number): boolean {
    const before = buf.subarray(firstLine(buf, pos, near - this.#limits.preambleBytes), near)
    const all = Buffer.concat([before, like])
    return this.#recognition().recognise(all, before.length, all.length, 0)
  }
}

/**
 * May a carrier know the header in the line [line, next), whose needle is at `needle`? A line that begins with one and ends like a title is a header
 * without a carrier.
 */
export function mayBeCarried(buf: Buffer, line: number, next: number, needle: number): boolean {
  return needle >= 0 && (needle > line || !isTitle(buf, line, next))
}
