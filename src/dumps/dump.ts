/** A dump that is streaming in, and what it is when it is complete. */

import type {
  CallingGoroutines,
  DumpFormat,
  DumpKind,
  DumpTally,
  GoroutineIds,
  RaceAccess,
  SignatureTally,
  TimeFrom,
} from '../core/model.ts'
import type { Tally } from '../stacks/tally.ts'
import { ForeignCount } from './foreign-count.ts'
import type { Profile } from './profile.ts'
import type { RaceReport } from './race.ts'

/** What is known from the outside of where a dump begins. */
export interface Opening {
  /** Milliseconds since the epoch. */
  readonly time: number | undefined
  readonly timeFrom: TimeFrom | undefined
  /** Present when the carrier is JSON: puts the JSON text of a record in the place of the text of the dump's first line. */
  readonly frame: ((json: string) => string) | undefined
  /** The log lines close ahead of it, behind the dump before it. */
  readonly ahead: readonly string[]
}

/** A dump that is complete. Whose it is, which number it has and when it was is not known here. */
export interface FinishedDump
  extends Pick<
    DumpTally,
    | 'kind'
    | 'format'
    | 'goroutines'
    | 'signatures'
    | 'other'
    | 'bytes'
    | 'foreignLines'
    | 'damaged'
    | 'truncated'
    | 'limits'
  > {
  readonly reason: string | undefined
  readonly ids: GoroutineIds | undefined
  readonly race: readonly RaceAccess[] | undefined
  readonly callers: CallingGoroutines | undefined
  readonly anyMinutes: boolean
  readonly opening: Opening
}

/** What a dump is made of. */
export interface DumpContent {
  readonly tally: Tally
  readonly profile?: Profile | undefined
  readonly race?: RaceReport | undefined
}

export class OpenDump {
  tally: Tally
  /** Absolute offsets: first byte; first byte behind the last line that was dump. */
  start: number
  end: number
  readonly opening: Opening
  /** Present when the dump is a text profile. */
  readonly profile: Profile | undefined
  /** Present when the dump is a report of the race detector. */
  readonly race: RaceReport | undefined
  /** What the preamble said; undefined when there was none. */
  kind: DumpKind | undefined
  reason: string | undefined
  /** net/http announced it: it is of one goroutine, and the process lives on. */
  served = false
  readonly foreign: ForeignCount = new ForeignCount()
  damaged = 0
  truncated = false
  /** The first goroutine was `[running]`: the one that made the dump. */
  firstRunning = false
  /** Its lines came inside a carrier: its length is not what Go wrote. */
  carried = false
  /** `-----` was seen: the next preamble is that of a further thread, and belongs to this dump. */
  furtherThread = false
  readonly limits: Set<string> = new Set()

  constructor(start: number, opening: Opening, content: DumpContent) {
    this.start = start
    this.end = start
    this.opening = opening
    this.tally = content.tally
    this.profile = content.profile
    this.race = content.race
  }

  get format(): DumpFormat {
    return this.profile === undefined ? 'stack' : 'profile'
  }

  /** The process died, or was told to: the runtime goes on after the goroutines, with registers and further threads. */
  get isCrash(): boolean {
    return this.kind === 'signal' || this.kind === 'fatal' || this.kind === 'panic'
  }

  /**
   * May its only goroutine be text in the value of the panic? Until Go 1.22 the lines of the value stand in column 0 and may look like a
   * goroutine. The goroutine that panics comes first and is the only one that runs and has a stack. If a second one runs, the first was
   * part of the value.
   */
  get mayBePanicValue(): boolean {
    return this.kind === 'panic' && !this.served && this.tally.goroutines === 1
  }

  finish(): FinishedDump {
    const { tally, profile } = this
    if (profile !== undefined) {
      profile.finish()
      this.damaged += profile.damaged
      if (tally.goroutines < profile.title.total) this.truncated = true
    }
    const signatures = tally.finish()
    if (tally.idsOverflow) this.limits.add('goroutineIds')
    if (tally.callers.overflow) this.limits.add('callers')
    if (tally.signaturesOverflow) this.limits.add('signatures')
    return {
      kind: this.kind ?? this.#kindByContent(signatures),
      format: this.format,
      goroutines: tally.goroutines,
      signatures,
      other: tally.other,
      bytes: [this.start, this.end],
      foreignLines: this.foreign.lines,
      damaged: this.damaged,
      truncated: this.truncated || this.#fillsBuffer(),
      limits: [...this.limits],
      reason: this.reason,
      ids: this.format === 'profile' || tally.idsOverflow ? undefined : tally.ids,
      opening: this.opening,
      race: this.race?.accesses,
      anyMinutes: tally.anyMinutes,
      callers: tally.callers.anyWaits ? tally.callers : undefined,
    }
  }

  #kindByContent(signatures: readonly SignatureTally[]): DumpKind {
    if (signatures.some((each) => each.leaked > 0)) return 'leak'
    return this.format === 'stack' && this.tally.goroutines === 1 ? 'single' : 'all'
  }

  /**
   * A traceback of exactly 2^n bytes, n >= 10, filled the buffer it was written to: runtime.Stack cuts without a sign, and pprof
   * does at 64 MiB (runtime/pprof/pprof.go writeGoroutineStacks).
   */
  #fillsBuffer(): boolean {
    const own = this.end - this.start - this.foreign.bytes
    return this.format === 'stack' && !this.carried && own >= 1024 && Number.isInteger(Math.log2(own))
  }
}
