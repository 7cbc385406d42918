/** One line of the chunk at hand. The parts of an assembler that read lines by their text hand it to one another. */
import type { Held } from '../lines/tape.ts'

export interface LineAt {
  /** Without its line end, Latin-1. Empty when the line is too long to be part of a dump. */
  readonly text: string
  readonly buf: Buffer
  /** The line is [pos, next) of `buf`, its line end included. */
  readonly pos: number
  readonly next: number
  /** Absolute offset of `buf[0]` in the input. */
  readonly base: number
  /** The line, when it is held already. */
  readonly held?: Held
}
