/** A dump that is streaming in, and its result when it is complete. */

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

/** What is known about the place where a dump begins. */
export interface Opening {
  /** Milliseconds since the epoch. */
  readonly time: number | undefined
  readonly timeFrom: TimeFrom | undefined
  /** Present if the carrier is JSON: puts the JSON text of a record in place of the text of the dump's first line. */
  readonly frame: ((json: string) => string) | undefined
}

/** What is kept about a place where a dump may begin. Most of it is computed only once there is a dump: a log may quote a header in each line. */
export interface OpeningToBe {
  readonly frame: Opening['frame']
  /** Log lines shortly before it that have come since the opening before: they show how log lines begin. */
  readonly logLines: readonly string[]
  /** Can a log line before it give a reason for it? */
  readonly mayHaveReason: boolean
  /** Is the dump inside what the program's own logger has put around its lines? */
  readonly isLogged: boolean
  /** The log lines shortly before it, and after the previous dump. */
  linesBefore(): readonly string[]
  /** What comes before it on the line in which it begins; empty if nothing does. */
  head(): string
  /** To be called once there is a dump. */
  confirm(): Opening
}

/** A dump that is complete. Its source, number and time are not known here. */
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

/** What an assembler reports to its owner, and asks it. */
export interface AssemblerSink {
  /** A dump may begin at `start` of the input. */
  opening(start: number): OpeningToBe
  /** When a log line was written, milliseconds since the epoch, if it says so. */
  timeOf(text: string): number | undefined
  dump(dump: FinishedDump): void
  goroutine(id: number, info: HeaderInfo, signature: Signature | undefined): void
}

const NO_LIMITS: readonly string[] = []
/** The end of a goroutine of which only the header has come. */
const NO_STACK: GoroutineEnd = { entry: undefined, damaged: true, at: undefined }

export class OpenDump extends Block {
  readonly opening: Opening
  readonly #sink: Pick<AssemblerSink, 'goroutine'>
  tally: Tally
  /** From the preamble; undefined if there was none. */
  kind: DumpKind | undefined
  /** Latin-1, like lines. */
  reason: string | undefined
  /** The source of `kind` and `reason`. If it is the log, the program has usually recovered, and the process lives on. */
  announcedBy: 'preamble' | 'log' | 'nobody' = 'nobody'
  damaged = 0
  truncated = false
  /** Of its first goroutine: if that runs, it has made the dump. */
  first: HeaderInfo | undefined
  /**
   * The part of a crash that has been reached: after `-----` the next preamble is that of a further thread, and belongs to this dump. `interrupted`:
   * a log line has come since.
   */
  part: 'goroutines' | 'threads' | 'interrupted' = 'goroutines'
  /** The limits that were hit. */
  #limits: readonly string[] = NO_LIMITS
  #died: Stack | undefined

  /** Registers after the goroutines of a crash: more are `due` until the last has come; `cut`: what may be the head of one came instead. */
  registers: 'none' | 'due' | 'cut' = 'none'
  /** While the last header may be the first of the next dump: where this one ended before it, and whether in the middle of a goroutine. */
  #before = { end: 0, wasCut: false }

  /** `before`: the reason that the log before the dump gives, if any. */
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

  /** The process died, or was made to dump by a signal: after the goroutines the runtime goes on with registers and further threads. */
  get isCrash(): boolean {
    return this.kind === 'signal' || this.kind === 'fatal' || this.kind === 'panic'
  }

  /**
   * May its only goroutine be text in the value of the panic? Until Go 1.22 the lines of the value are in column 0 and may look like a
   * goroutine. The goroutine that panics comes first and is the only one that runs and has a stack. If a second one runs, the first was
   * part of the value.
   */
  get mayBePanicValue(): boolean {
    return this.kind === 'panic' && this.announcedBy === 'preamble' && this.tally.goroutines === 1
  }

  /** Takes goroutines of which only the headers have come. */
  addBare(headers: Candidate['bare'], tree: StackTree): void {
    for (const { id, info } of headers) this.add({ id, place: this.tally.addId(id), info }, NO_STACK, tree)
  }

  /** Takes a goroutine that has come to an end, and whose id is in the tally. */
  add({ id, place, info }: Pick<GoroutineHeader, 'id' | 'place' | 'info'>, end: GoroutineEnd, tree: StackTree): void {
    const { entry, damaged, at } = end
    if (damaged) this.damaged++
    if (entry === undefined) this.#noteLost(tree, at)
    this.count(id, place, info, entry, tree)
    if (!damaged && at !== undefined && this.tally.has(entry)) tree.ended(at, this.tally.serial)
  }

  /** Counts a goroutine; `entry` is undefined if its stack cannot be determined. */
  count(id: number, place: number, info: HeaderInfo, entry: StackEntry | undefined, tree: StackTree): void {
    this.#sink.goroutine(id, info, this.tally.add(place, id, info, entry, tree))
  }

  /** Like `count`, for what Tally.addKnown takes. */
  countKnown(id: number, place: number, info: HeaderInfo, entry: StackEntry, parent: number): void {
    this.#sink.goroutine(id, info, this.tally.addKnown(place, info, entry, parent))
  }

  /** The next header may be the first of the next dump. `wasCut`: the goroutine before it had not come to an end. */
  mayEnd(wasCut: boolean): void {
    this.#before = { end: this.end, wasCut }
  }

  /** The dump ended before `header`, which was taken for one of its own. */
  endBefore(header: GoroutineHeader): void {
    if (header.place >= 0) this.tally.ids.undo(header.place)
    this.end = this.#before.end
    this.truncated ||= this.#before.wasCut
  }

  /** What was counted so far was text: `header` is the first of the dump, and `tally` is empty. */
  startOver(header: GoroutineHeader, tally: Tally): void {
    this.tally = tally
    this.damaged = 0
    header.place = tally.addId(header.id)
  }

  /** The current goroutine is in no signature: `at` is how far its stack is known. */
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
   * A traceback of exactly 2^n bytes, n >= 10, filled the buffer it was written to: runtime.Stack truncates silently, and so does
   * pprof at 64 MiB (runtime/pprof/pprof.go writeGoroutineStacks).
   */
  #fillsBuffer(): boolean {
    const own = this.end - this.start - this.foreign.bytes
    return this.body.format === 'stack' && !this.carried && own >= 1024 && Number.isInteger(Math.log2(own))
  }
}
