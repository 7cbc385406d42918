/** A dump that is streaming in, and what it is when it is complete. */

import { utf8Of } from '../core/latin1.ts'
import type { Limits } from '../core/limits.ts'
import type {
  CallingGoroutines,
  DumpKind,
  DumpTally,
  GoroutineIds,
  RaceAccess,
  Signature,
  SignatureTally,
  Stack,
  TimeFrom,
} from '../core/model.ts'
import type { KnownLine } from '../stacks/rows.ts'
import { type StackEntry, stackOf } from '../stacks/stack.ts'
import type { StackTree } from '../stacks/stack-tree.ts'
import type { Tally } from '../stacks/tally.ts'
import type { HeaderInfo } from '../text/header.ts'
import type { PreambleStart } from '../text/preamble.ts'
import type { LoggedReason } from '../text/reason.ts'
import { Block } from './block.ts'
import type { Candidate } from './candidate.ts'
import type { GoroutineEnd, GoroutineHeader } from './goroutine.ts'

/** What is known from the outside of where a dump begins. */
export interface Opening {
  /** Milliseconds since the epoch. */
  readonly time: number | undefined
  readonly timeFrom: TimeFrom | undefined
  /** Present when the carrier is JSON: puts the JSON text of a record in the place of the text of the dump's first line. */
  readonly frame: ((json: string) => string) | undefined
}

/** What is kept of where a dump may begin. Most of it is found out once there is one: a log may quote a header in each line. */
export interface OpeningToBe {
  readonly frame: Opening['frame']
  /** The log lines close ahead of it that have come since the opening before: they show how log lines begin. */
  readonly logLines: readonly string[]
  /** May a log line before it give a reason for it? */
  readonly mayHaveReason: boolean
  /** The log lines close ahead of it, behind the dump before it. */
  ahead(): readonly string[]
  /** What stands ahead of it on the line in which it begins; empty when nothing does. */
  head(): string
  /** There is a dump. */
  confirm(): Opening
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
  readonly reasonByLog: boolean
  readonly died: Stack | undefined
  readonly ids: GoroutineIds | undefined
  readonly race: readonly RaceAccess[] | undefined
  readonly callers: CallingGoroutines | undefined
  readonly anyMinutes: boolean
  readonly opening: Opening
}

/** What an assembler tells, and asks, whoever has made it. */
export interface AssemblerSink {
  /** A dump may begin at `start` of the input. */
  opening(start: number): OpeningToBe
  /** When a log line was written, milliseconds since the epoch, if it says so. */
  timeOf(text: string): number | undefined
  dump(dump: FinishedDump): void
  goroutine(id: number, info: HeaderInfo, signature: Signature | undefined): void
}

const NO_LIMITS: readonly string[] = []
/** Of a goroutine with a header and nothing else. */
const NO_STACK: GoroutineEnd = { entry: undefined, damaged: true, at: undefined }

export class OpenDump extends Block {
  readonly opening: Opening
  readonly #sink: Pick<AssemblerSink, 'goroutine'>
  tally: Tally
  /** What the preamble said; undefined when there was none. */
  kind: DumpKind | undefined
  /** Latin-1, as lines are. */
  reason: string | undefined
  /** Where `kind` and `reason` are from. Where the log says why, the program has mostly recovered, and the process lives on. */
  announcedBy: 'preamble' | 'log' | 'nobody' = 'nobody'
  damaged = 0
  truncated = false
  /** Of its first goroutine: where that runs, it has made the dump. */
  first: HeaderInfo | undefined
  /** What a crash has come to: after `-----` the next preamble is that of a further thread, and belongs to this dump. */
  part: 'goroutines' | 'threads' = 'goroutines'
  /** Those that were hit. */
  #limits: readonly string[] = NO_LIMITS
  #died: Stack | undefined

  /** Registers behind the goroutines of a crash: more are `due` until the last has come; `cut`: what may be the head of one came instead. */
  registers: 'none' | 'due' | 'cut' = 'none'
  /** While the last header may be the first of the next dump: where this one ended before it, and whether in the middle of a goroutine. */
  #before = { end: 0, wasCut: false }

  /** `before`: the reason that the log before it gives, if it does. */
  constructor(
    candidate: Candidate,
    tally: Tally,
    before: LoggedReason | undefined,
    sink: Pick<AssemblerSink, 'goroutine'>,
  ) {
    const { start, end, opening, body, preamble } = candidate
    super(start, body)
    this.opening = opening.confirm()
    this.end = end
    this.carried = candidate.carried
    this.foreign.takeOver(candidate.foreign)
    this.tally = tally
    this.#sink = sink
    body.open(tally)
    if (body.goroutines === 'none') this.kind = body.kind
    else if (preamble !== undefined) this.#announce(preamble, 'preamble')
    else if (before !== undefined) this.#announce(before, 'log')
    else if (candidate.hasRuntimeStack) this.kind = 'fatal'
  }

  /** A limit was hit. */
  hit(limit: keyof Limits): void {
    if (!this.#limits.includes(limit)) this.#limits = [...this.#limits, limit]
  }

  #announce({ kind, reason }: PreambleStart | LoggedReason, by: 'preamble' | 'log'): void {
    this.kind = kind
    this.reason = reason
    this.announcedBy = by
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
    return this.kind === 'panic' && this.announcedBy === 'preamble' && this.tally.goroutines === 1
  }

  /** Takes goroutines of which nothing but the headers has come. */
  addBare(headers: Candidate['bare'], tree: StackTree): void {
    for (const { id, info } of headers) this.add({ id, place: this.tally.addId(id), info }, NO_STACK, tree)
  }

  /** Takes a goroutine, whose id is in the tally, and which has come to an end. */
  add({ id, place, info }: Pick<GoroutineHeader, 'id' | 'place' | 'info'>, end: GoroutineEnd, tree: StackTree): void {
    const { entry, damaged, at } = end
    if (damaged) this.damaged++
    if (entry === undefined) this.#noteLost(tree, at)
    this.count(id, place, info, entry, tree)
    if (!damaged && at !== undefined && this.tally.has(entry)) tree.ended(at, this.tally.serial)
  }

  /** Counts a goroutine; `entry` is undefined where it cannot be said which stack it has. */
  count(id: number, place: number, info: HeaderInfo, entry: StackEntry | undefined, tree: StackTree): void {
    this.#sink.goroutine(id, info, this.tally.add(place, id, info, entry, tree))
  }

  /** As `count`, of what Tally.addKnown takes. */
  countKnown(id: number, place: number, info: HeaderInfo, entry: StackEntry, parent: number): void {
    this.#sink.goroutine(id, info, this.tally.addKnown(place, info, entry, parent))
  }

  /** The header that comes may be the first of the next dump. `wasCut`: the goroutine before it was open in the middle. */
  mayEnd(wasCut: boolean): void {
    this.#before = { end: this.end, wasCut }
  }

  /** It ended before `header`, which was taken for one of its own. */
  endBefore(header: GoroutineHeader): void {
    if (header.place >= 0) this.tally.ids.undo(header.place)
    this.end = this.#before.end
    this.truncated ||= this.#before.wasCut
  }

  /** What was counted so far was text: `header` is the first of its own, and `tally` is empty. */
  startOver(header: GoroutineHeader, tally: Tally): void {
    this.tally = tally
    this.damaged = 0
    header.place = tally.addId(header.id)
  }

  /** The goroutine that comes now stands in no signature: `at` is how far its stack is known. */
  #noteLost(tree: StackTree, at: KnownLine | undefined): void {
    if (this.tally.goroutines > 0 || (this.kind !== 'panic' && this.kind !== 'fatal')) return
    this.#died = at === undefined ? { frames: [] } : stackOf(tree, at)
  }

  finish(): FinishedDump {
    const { tally } = this
    const { format } = this.body
    const { damaged, truncated, race } = this.body.finish()
    const signatures = tally.finish()
    if (tally.idsOverflow) this.hit('goroutineIds')
    if (tally.callers?.overflow === true) this.hit('callers')
    if (tally.signaturesOverflow) this.hit('signatures')
    if (tally.memoryOverflow) this.hit('memoryBytes')
    return {
      kind: this.kind ?? this.#kindByContent(signatures),
      format,
      goroutines: tally.goroutines,
      signatures,
      other: tally.other,
      bytes: [this.start, this.end],
      foreignLines: this.foreign.lines,
      damaged: this.damaged + damaged,
      truncated: this.truncated || truncated || this.registers === 'cut' || this.#fillsBuffer(),
      limits: this.#limits,
      reason: this.reason === undefined ? undefined : utf8Of(this.reason),
      reasonByLog: this.announcedBy === 'log',
      died: this.#died,
      ids: format === 'profile' || tally.idsOverflow ? undefined : tally.ids,
      opening: this.opening,
      race,
      anyMinutes: tally.anyMinutes,
      callers: tally.callers?.anyWaits === true ? tally.callers : undefined,
    }
  }

  #kindByContent(signatures: readonly SignatureTally[]): DumpKind {
    if (signatures.some((each) => each.leaked > 0 && each.isUnexpected !== true)) return 'leak'
    return this.body.format === 'stack' && this.tally.goroutines === 1 ? 'single' : 'all'
  }

  /**
   * A traceback of exactly 2^n bytes, n >= 10, filled the buffer it was written to: runtime.Stack cuts without a sign, and pprof
   * does at 64 MiB (runtime/pprof/pprof.go writeGoroutineStacks).
   */
  #fillsBuffer(): boolean {
    const own = this.end - this.start - this.foreign.bytes
    return this.body.format === 'stack' && !this.carried && own >= 1024 && Number.isInteger(Math.log2(own))
  }
}
