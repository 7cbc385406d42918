/**
 * What is open in one stream of text: a dump, what may become one, and what stands between their lines. Here is decided what becomes
 * of it; assembler.ts and unknown.ts say which line decides. See the state table in assembler.ts.
 */
import { Tally } from '../counts/tally.ts'
import type { HeaderInfo } from '../goroutines/header.ts'
import { KnownStacks } from '../goroutines/known.ts'
import type { StackEntry } from '../goroutines/stack.ts'
import type { Limits } from '../limits.ts'
import type { Held, LogTape } from '../lines/tape.ts'
import type { Signature } from '../model.ts'
import type { Signatures } from '../signatures/signature.ts'
import { type Candidate, newCandidate } from './candidate.ts'
import { type FinishedDump, isValue, OpenDump, type Opening } from './dump.ts'
import { Fragments } from './fragments.ts'
import type { Profile } from './profile.ts'
import type { RaceReport } from './race.ts'
import { type OpenGoroutine, Walker } from './walker.ts'

/**
 * On its way out of a system call a goroutine may be running although the world stands still: from Go 1.26 it is printed so, with its
 * stack (runtime/traceback.go, tracebackothers). These are the callers of runtime.entersyscall.
 */
const IN_SYSCALL =
  /^(?:syscall\.|internal\/runtime\/syscall|runtime\.(?:cgocall|notetsleepg)\b|os\/signal\.signal_recv\b|[^(]*\._Cfunc_)/

export interface AssemblerSink {
  /** A dump may begin at `start` of the input. */
  opening(start: number): Opening
  dump(dump: FinishedDump): void
  goroutine(id: number, info: HeaderInfo, signature: Signature | undefined): void
  /** A line that is foreign to the open dump: does a dump in a carrier begin in it? Then it was taken. Absent inside carriers. */
  carried?(buf: Buffer, pos: number, next: number, base: number): boolean
}

export class Openings {
  readonly limits: Limits
  readonly tape: LogTape
  readonly #sink: AssemblerSink
  readonly signatures: Signatures
  readonly fragments: Fragments
  readonly walker: Walker
  dump: OpenDump | undefined
  candidate: Candidate | undefined
  profile: Profile | undefined
  race: RaceReport | undefined
  /** A header that starts a new dump if frames follow it. */
  split = false
  /** A panic, SIGQUIT … line inside an open dump: it starts the next one if a header follows. */
  next: Candidate | undefined
  /** `-----` was seen: the next preamble belongs to this dump. */
  furtherThread = false
  announced: { reason: string; lines: number } | undefined
  blanks: Held[] = []
  /** Goroutines of the last dump: the next one is likely to have as many. */
  #expected = 0
  foreignLines = 0
  foreignBytes = 0
  /** Foreign lines, blanks or a candidate wait for the next dump line to tell what they were. */
  unsettled = false
  /** Lines that were dump, ever: shells watch it for silence. */
  progress = 0

  constructor(limits: Limits, signatures: Signatures, tape: LogTape, sink: AssemblerSink) {
    this.limits = limits
    this.tape = tape
    this.#sink = sink
    this.signatures = signatures
    const known = new KnownStacks(limits.knownStackBytes)
    this.fragments = new Fragments(limits.fragments, known)
    this.walker = new Walker(known, this.fragments, limits)
  }

  /** As AssemblerSink.carried. */
  carried(buf: Buffer, pos: number, next: number, base: number): boolean {
    return this.#sink.carried?.(buf, pos, next, base) === true
  }

  /** Nothing is open: the next line of interest is one that holds a mark. */
  get quiet(): boolean {
    return this.dump === undefined && this.candidate === undefined
  }

  /** Completes what is open: silence, or the end of the input, whose last line may lack its end. */
  end(lastLine = ''): void {
    if (this.candidate !== undefined) this.dropCandidate()
    if (this.dump !== undefined) {
      // Go ends a dump with a line end; without one it was cut, but for text that a person has pasted whole.
      if (lastLine !== '' && !(this.walker.ended && /\+0x[0-9a-f]+$/.test(lastLine))) this.dump.truncated = true
      this.close()
    }
    this.releaseFragments()
  }

  /** A limit was hit: what is open is all there will be. */
  cut(limit: keyof Limits | undefined): void {
    if (this.dump === undefined) return
    this.dump.truncated = true
    if (limit !== undefined) this.dump.limits.add(limit)
  }

  /** The line that was taken last stands at [start, end) of the input, inside a carrier. */
  reach(start: number, end: number): void {
    const dump = this.dump
    if (dump === undefined) return
    dump.carried = true
    if (dump.end > start) dump.end = end
  }

  newCandidate(start: number): Candidate {
    const candidate = newCandidate(start, this.#sink.opening(start))
    this.candidate = candidate
    this.unsettled = true
    return candidate
  }

  /** A candidate in the place of the one there is; beside the open dump, if there is one. */
  startCandidate(start: number): void {
    if (this.dump === undefined) {
      if (this.candidate !== undefined) this.dropCandidate()
      this.newCandidate(start)
      return
    }
    if (this.next !== undefined) this.dropNext()
    this.next = this.newCandidate(start)
    this.candidate = undefined
  }

  /** The line at `offset` is dump: so is what led to it, and what stood between was foreign. */
  settle(offset: number): void {
    this.unsettled = false
    if (this.candidate !== undefined) this.#confirm(this.candidate)
    const walker = this.walker
    const dump = this.dump
    if (dump === undefined) return
    if (this.split && walker.goroutine !== undefined) {
      this.split = false
      if (
        walker.at === undefined ||
        walker.known.kind(walker.at) !== 'func' ||
        IN_SYSCALL.test(walker.known.literal(walker.at))
      ) {
        // Running on another thread, stack unavailable, or just out of a system call: one of the others.
      } else if (isValue(dump)) this.#retract(dump, walker.goroutine)
      else this.#splitAt(walker.goroutine.start)
    }
    this.claimBlanks()
    const open = this.dump as OpenDump
    open.foreignLines += this.foreignLines
    open.foreignBytes += this.foreignBytes
    this.foreignLines = 0
    this.foreignBytes = 0
    if (this.next !== undefined) this.dropNext()
    this.releaseFragments()
    if (offset > open.end) open.end = offset
  }

  claimed(start: number, end: number): void {
    if (this.unsettled || this.candidate !== undefined) this.settle(start)
    if (this.dump !== undefined && end > this.dump.end) this.dump.end = end
  }

  claimBlanks(): void {
    if (this.blanks.length === 0) return
    for (const blank of this.blanks) this.tape.claim(blank)
    this.blanks = []
  }

  /** A second running goroutine with frames is one that makes a dump: runtime.Stack and pprof print it first. */
  #splitAt(start: number): void {
    const { goroutine, at } = this.walker
    if (goroutine !== undefined && goroutine.place >= 0) this.dump?.tally.ids.undo(goroutine.place)
    this.walker.goroutine = undefined
    this.walker.at = undefined
    this.complete()
    this.walker.goroutine = goroutine
    this.walker.at = at
    this.dump = this.#newDump(start, this.#sink.opening(start))
    this.dump.firstRunning = true
    if (goroutine !== undefined) goroutine.place = this.dump.tally.meet(goroutine.id)
  }

  /** What looked like the goroutine that panicked was text in the value of the panic. */
  #retract(dump: OpenDump, goroutine: OpenGoroutine): void {
    dump.tally = new Tally(this.signatures, this.limits)
    dump.damaged = 0
    goroutine.place = dump.tally.meet(goroutine.id)
  }

  #newDump(start: number, opening: Opening): OpenDump {
    const tally = new Tally(this.signatures, this.limits, this.#expected)
    return new OpenDump('stack', tally, start, opening)
  }

  #confirm(candidate: Candidate): void {
    this.candidate = undefined
    for (const held of candidate.held) this.tape.claim(held)
    const { profile, race } = candidate
    const dump =
      profile === undefined
        ? this.#newDump(candidate.start, candidate.opening)
        : new OpenDump(
            'profile',
            candidate.tally ?? new Tally(this.signatures, this.limits),
            candidate.start,
            candidate.opening,
          )
    dump.foreignLines = candidate.foreignLines
    dump.foreignBytes = candidate.foreignBytes
    if (profile !== undefined) {
      dump.kind = profile.title.leak ? 'leak' : undefined
      this.profile = profile
    } else if (race !== undefined) {
      dump.kind = 'race'
      dump.race = []
      this.race = race
    } else if (candidate.preamble !== undefined) {
      dump.kind = candidate.preamble.kind
      dump.reason = candidate.preamble.reason
    } else if (this.announced !== undefined) {
      dump.kind = 'panic'
      dump.reason = this.announced.reason
    }
    this.announced = undefined
    this.dump = dump
    for (const { id, info } of candidate.bare)
      this.#count(dump, { id, info, place: dump.tally.meet(id) }, undefined, true)
    const { goroutine } = this.walker
    if (goroutine !== undefined) goroutine.place = dump.tally.meet(goroutine.id)
    dump.firstRunning = (candidate.bare[0]?.info ?? this.walker.goroutine?.info)?.state === 'running'
  }

  dropCandidate(): void {
    const candidate = this.candidate
    this.candidate = undefined
    this.walker.goroutine = undefined
    this.walker.at = undefined
    this.profile = undefined
    for (const held of candidate?.held ?? []) this.tape.release(held)
    this.foreignLines = 0
    this.foreignBytes = 0
    this.unsettled = false
    this.releaseFragments()
  }

  dropNext(): void {
    for (const held of this.next?.held ?? []) this.tape.release(held)
    this.next = undefined
  }

  releaseFragments(): void {
    this.fragments.clear(this.tape)
  }

  finishGoroutine(cut: boolean): void {
    const walker = this.walker
    const goroutine = walker.goroutine
    if (goroutine === undefined) return
    const { entry, damaged } = cut ? walker.finishCut() : walker.finish()
    if (!goroutine.counted) return
    if (this.dump === undefined) this.candidate?.bare.push(goroutine)
    else this.#count(this.dump, goroutine, entry, damaged)
  }

  #count(
    dump: OpenDump,
    goroutine: { readonly id: number; readonly info: HeaderInfo; readonly place: number },
    entry: StackEntry | undefined,
    damaged: boolean,
  ): void {
    const signature = dump.tally.add(goroutine.place, goroutine.info, entry)
    if (damaged) dump.damaged++
    this.#sink.goroutine(goroutine.id, goroutine.info, signature)
  }

  /** The dump is complete: nothing of it can follow. */
  close(): void {
    const dump = this.dump
    if (dump === undefined) return
    const walker = this.walker
    if (walker.goroutine !== undefined) {
      const cutLine = this.fragments.pending.some(
        (each) => walker.beginsKnown(each.text) || each.text.startsWith('goroutine '),
      )
      const cut = cutLine || !walker.ended
      if (cut && walker.goroutine.counted) dump.truncated = true
      this.finishGoroutine(cut)
    }
    this.complete()
    if (this.next !== undefined) this.dropNext()
  }

  complete(): void {
    const dump = this.dump
    if (dump === undefined) return
    if (this.profile !== undefined) {
      this.profile.closeRecord()
      dump.damaged += this.profile.damaged
      if (dump.tally.goroutines < this.profile.title.total) dump.truncated = true
    }
    if (this.race !== undefined) dump.race = this.race.accesses
    if (this.walker.framesOverflow) dump.limits.add('frames')
    this.walker.framesOverflow = false
    this.dump = undefined
    this.profile = undefined
    this.race = undefined
    this.split = false
    this.furtherThread = false
    this.foreignLines = 0
    this.foreignBytes = 0
    for (const blank of this.blanks) this.tape.release(blank)
    this.blanks = []
    this.unsettled = this.candidate !== undefined
    this.releaseFragments()
    this.#expected = dump.tally.ids.size
    this.#sink.dump(dump.finish())
  }
}
