/** What may turn out to be a dump: its lines are held until frames follow. */
import type { Tally } from '../counts/tally.ts'
import type { HeaderInfo } from '../goroutines/header.ts'
import type { Held } from '../lines/tape.ts'
import type { Opening } from './dump.ts'
import type { PreambleStart } from './preamble.ts'
import type { Profile } from './profile.ts'
import type { RaceReport } from './race.ts'

export interface Candidate {
  readonly start: number
  readonly opening: Opening
  readonly held: Held[]
  /** Lines since, for the limit. */
  lines: number
  preamble: PreambleStart | undefined
  /** The empty line behind the preamble has come. */
  closed: boolean
  /** Goroutines with a header and nothing else. */
  readonly bare: { id: number; info: HeaderInfo }[]
  profile: Profile | undefined
  race: RaceReport | undefined
  tally: Tally | undefined
  foreignLines: number
  foreignBytes: number
}

export function newCandidate(start: number, opening: Opening): Candidate {
  return {
    start,
    opening,
    held: [],
    lines: 0,
    preamble: undefined,
    closed: false,
    bare: [],
    profile: undefined,
    race: undefined,
    tally: undefined,
    foreignLines: 0,
    foreignBytes: 0,
  }
}
