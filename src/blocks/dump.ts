/** A dump that is streaming in, and what it is when it is complete. */
import type { Tally } from '../counts/tally.ts'
import type { DumpFormat, DumpKind, GoroutineIds, RaceAccess, SignatureTally, TimeFrom } from '../model.ts'

/** What is known from the outside of where a dump begins. */
export interface Opening {
  /** Milliseconds since the epoch. */
  readonly time: number | undefined
  readonly timeFrom: TimeFrom | undefined
  /** Puts the JSON text of a record where the dump's first line stood, when its carrier is JSON. */
  readonly frame: ((json: string) => string) | undefined
}

export interface FinishedDump {
  readonly kind: DumpKind
  readonly format: DumpFormat
  readonly goroutines: number
  readonly signatures: readonly SignatureTally[]
  readonly other: number
  readonly bytes: readonly [number, number]
  readonly foreignLines: number
  readonly damaged: number
  readonly truncated: boolean
  readonly limits: readonly string[]
  readonly reason: string | undefined
  readonly ids: GoroutineIds | undefined
  readonly opening: Opening
  readonly race: readonly RaceAccess[] | undefined
}

export class OpenDump {
  readonly format: DumpFormat
  tally: Tally
  /** Absolute offsets: first byte; first byte behind the last line that was dump. */
  readonly start: number
  end: number
  readonly opening: Opening
  /** What the preamble said; undefined when there was none. */
  kind: DumpKind | undefined
  reason: string | undefined
  foreignLines = 0
  foreignBytes = 0
  damaged = 0
  truncated = false
  /** The first goroutine was `[running]`: the one that made the dump. */
  firstRunning = false
  /** Its lines came inside a carrier: its length is not what Go wrote. */
  carried = false
  race: RaceAccess[] | undefined
  readonly limits: Set<string> = new Set()

  constructor(format: DumpFormat, tally: Tally, start: number, opening: Opening) {
    this.opening = opening
    this.format = format
    this.tally = tally
    this.start = start
    this.end = start
  }

  /** Dies or died: then the runtime goes on after the goroutines, with registers and further threads. */
  get crash(): boolean {
    return this.kind === 'signal' || this.kind === 'fatal' || this.kind === 'panic'
  }

  finish(): FinishedDump {
    const { tally } = this
    const signatures = tally.finish()
    if (tally.idsOverflow) this.limits.add('goroutineIds')
    if (tally.signaturesOverflow) this.limits.add('signatures')
    return {
      kind: this.kind ?? this.#kindByContent(signatures),
      format: this.format,
      goroutines: tally.goroutines,
      signatures,
      other: tally.other,
      bytes: [this.start, this.end],
      foreignLines: this.foreignLines,
      damaged: this.damaged,
      truncated: this.truncated || this.#fillsBuffer(),
      limits: [...this.limits],
      reason: this.reason,
      ids: this.format === 'profile' || tally.idsOverflow ? undefined : tally.ids,
      opening: this.opening,
      race: this.race,
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
    const own = this.end - this.start - this.foreignBytes
    return this.format === 'stack' && !this.carried && own >= 1024 && Number.isInteger(Math.log2(own))
  }
}

/**
 * Until Go 1.22 the lines of a panic value stand in column 0 and may look like a goroutine. The one that panics comes first and is
 * the only one that runs and has a stack: if there is another, the first was part of the value.
 */
export function isValue(dump: OpenDump): boolean {
  return dump.kind === 'panic' && dump.tally.goroutines === 1
}
