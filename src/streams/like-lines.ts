/**
 * Lines that are like the one before, of the same carrier and the same stream. The texts of many are taken at once; where lines of several streams
 * alternate, this is tried less and less often.
 */
import { BareLines } from '../carriers/bare-lines.ts'
import type { Carrier } from '../carriers/carrier.ts'
import type { Stream } from './stream.ts'

/** Most lines until the next attempt. */
const MOST_WAITED = 64

export class LikeLines {
  readonly #blockBytes: number
  /** Made on demand: most inputs have no dump in a carrier, and there may be thousands of files. */
  #made: BareLines | undefined
  /** The stream that the line before was given to, and its carrier; undefined if it was given to none. */
  stream: Stream | undefined
  carrier: Carrier | undefined
  /** Lines until the next attempt, and how many there were before the last one. */
  #wait = 0
  #waited = 0

  /** `blockBytes`: fewer bytes are not worth the effort. */
  constructor(blockBytes: number) {
    this.#blockBytes = blockBytes
  }

  get #lines(): BareLines {
    this.#made ??= new BareLines()
    return this.#made
  }

  /** The line before was read by `carrier` and given to `stream`. */
  follow(stream: Stream, carrier: Carrier): void {
    this.stream = stream
    this.carrier = carrier
  }

  /** The line before was given to no stream. */
  forget(): void {
    this.stream = undefined
  }

  /** The chunk is about to go. While no dump is open, little is kept. */
  leave(isOpen: boolean): void {
    if (isOpen) this.#made?.leave()
    else this.#made?.release()
  }

  /**
   * Gives the stream those lines of [pos, end) of `buf` that are like the one before, and whose texts are of known stacks. `base`: offset of the
   * first byte of `buf` in the input. Returns where the first line begins that was not taken.
   */
  giveKnown(buf: Buffer, pos: number, end: number, base: number): number {
    const { stream } = this
    if (stream?.canWalk !== true || !this.#find(buf, pos, end)) return pos
    stream.feedKnown(this.#lines, base)
    return this.#lines.pos
  }

  /** Like `giveKnown`, for lines whose texts are plain log after the dump. None of them holds a needle. */
  giveLog(buf: Buffer, pos: number, end: number): number {
    const { stream } = this
    if (stream === undefined || !this.#find(buf, pos, end)) return pos
    const lines = this.#lines
    stream.feedLog(lines, lines.textAt(end))
    return lines.pos
  }

  /** Is the line at `pos` like the one that the carrier read last? Then it becomes the current line. */
  #find(buf: Buffer, pos: number, end: number): boolean {
    const { carrier } = this
    if (carrier?.shape === undefined) return false
    const lines = this.#lines
    if (lines.isAt(pos)) return true
    if (end - pos < this.#blockBytes) return false
    if (this.#wait > 0) {
      this.#wait--
      return false
    }
    const shape = carrier.shape()
    const isTaken = shape !== undefined && lines.take(shape, buf, pos, end)
    this.#waited = isTaken ? 0 : Math.min(MOST_WAITED, this.#waited * 2 + 1)
    this.#wait = this.#waited
    return isTaken
  }
}
