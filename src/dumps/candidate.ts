/**
 * What may turn out to be a dump. Its lines are held until a frame, a profile record or an access of a race report follows: then they are
 * part of the dump. If nothing of the kind comes, they were log.
 */

import type { Held, LogTape } from '../lines/tape.ts'
import type { HeaderInfo } from '../text/header.ts'
import type { PreambleStart } from '../text/preamble.ts'
import type { Opening } from './dump.ts'
import { ForeignCount } from './foreign-count.ts'
import type { Profile } from './profile.ts'
import type { RaceReport } from './race.ts'

export class Candidate {
  /** Absolute offset of its first line. */
  start: number
  /** Of a line inside a carrier: behind its last byte. */
  end = 0
  /** Its lines came inside a carrier. */
  carried = false
  readonly opening: Opening
  readonly held: Held[] = []
  /** Foreign lines since it began, for the limits. */
  lines = 0
  readonly foreign: ForeignCount = new ForeignCount()
  preamble: PreambleStart | undefined
  /** The empty line behind the preamble has come. */
  closed = false
  /** A header of it was cut: a whole one is of another dump. */
  isCut = false
  /** Goroutines with a header and nothing else. */
  readonly bare: { readonly id: number; readonly info: HeaderInfo }[] = []
  profile: Profile | undefined
  race: RaceReport | undefined

  constructor(start: number, opening: Opening) {
    this.start = start
    this.opening = opening
  }

  /** Its lines are dump. Returns where the last of them ends. */
  claim(tape: LogTape): number {
    let end = this.start
    for (const held of this.held) {
      tape.claim(held)
      end = Math.max(end, held.at + held.bytes.length)
    }
    return end
  }

  /** Its lines are log. */
  release(tape: LogTape): void {
    for (const held of this.held) tape.release(held)
  }
}
