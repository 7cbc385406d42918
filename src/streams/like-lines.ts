/**
 * Lines that are like the one before: of its carrier and of its stream. The texts of many are taken at once, and where lines of several streams come
 * in turn, that is tried ever less often.
 */
import { BareLines } from '../carriers/bare-lines.ts'
import type { Carrier } from '../carriers/carrier.ts'
import type { Stream } from './stream.ts'

/** Lines until their like is looked for again, at most. */
const MOST_WAITED = 64

export class LikeLines {
  readonly #blockBytes: number
  /** Made when it is asked for: most inputs have no dump in a carrier, and there may be thousands of files. */
  #made: BareLines | undefined
  /** The stream that the line before was given to, and its carrier; undefined when it was given to none. */
  stream: Stream | undefined
  carrier: Carrier | undefined
  /** Lines to go until their like is looked for, and how many these were the last time. */
  #wait = 0
  #waited = 0

  /** `blockBytes`: fewer are not worth the trouble. */
  constructor(blockBytes: number) {
    this.#blockBytes = blockBytes
  }

  get #lines(): BareLines {
    this.#made ??= new BareLines()
    return this.#made
  }

  /** The line before was given to `stream`, and `carrier` has read it. */
  follow(stream: Stream, carrier: Carrier): void {
    this.stream = stream
    this.carrier = carrier
  }

  /** The line before was given to no stream. */
  forget(): void {
    this.stream = undefined
  }

  /** The chunk goes. While no dump is open, little is kept. */
  leave(isOpen: boolean): void {
    if (isOpen) this.#made?.leave()
    else this.#made?.release()
  }

  /**
   * Gives the stream those lines of [pos, end) of `buf` that are like the one before, and whose texts are of known stacks. `base`: where the first
   * byte of `buf` stands in the input. Returns where the line begins that is left.
   */
  giveKnown(buf: Buffer, pos: number, end: number, base: number): number {
    const { stream } = this
    if (stream?.walks !== true || !this.#find(buf, pos, end)) return pos
    stream.feedKnown(this.#lines, base)
    return this.#lines.pos
  }

  /** As `giveKnown`, of lines whose texts are plain log behind the dump. None of them holds a needle. */
  giveLog(buf: Buffer, pos: number, end: number): number {
    const { stream } = this
    if (stream === undefined || !this.#find(buf, pos, end)) return pos
    const lines = this.#lines
    stream.feedLog(lines, lines.textAt(end))
    return lines.pos
  }

  /** Is the line at `pos` like the one that the carrier has read last? Then it is the line at hand. */
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
