/**
 * Lines that are like the one before: of its carrier and of its stream. The texts of many are taken at once, and where lines of several streams come
 * in turn, that is tried ever less often.
 */
import { BareLines } from '../carriers/bare-lines.ts'
import type { Carrier } from '../carriers/carrier.ts'

/** Lines until their like is looked for again, at most. */
const MOST_WAITED = 64

export class LikeLines {
  /** Those that were taken. */
  readonly lines: BareLines = new BareLines()
  readonly #blockBytes: number
  /** Lines to go until their like is looked for, and how many these were the last time. */
  #wait = 0
  #waited = 0

  /** `blockBytes`: fewer are not worth the trouble. */
  constructor(blockBytes: number) {
    this.#blockBytes = blockBytes
  }

  /** The chunk goes. While no dump is open, little is kept. */
  leave(isOpen: boolean): void {
    if (isOpen) this.lines.leave()
    else this.lines.release()
  }

  /** Is the line at `pos` like the one that `carrier` has read last? Then it is the line at hand. */
  find(carrier: Carrier, buf: Buffer, pos: number, end: number): boolean {
    if (this.lines.isAt(pos)) return true
    if (end - pos < this.#blockBytes) return false
    if (this.#wait > 0) {
      this.#wait--
      return false
    }
    const shape = carrier.shape?.()
    const isTaken = shape !== undefined && this.lines.take(shape, buf, pos, end)
    this.#waited = isTaken ? 0 : Math.min(MOST_WAITED, this.#waited * 2 + 1)
    this.#wait = this.#waited
    return isTaken
  }
}
