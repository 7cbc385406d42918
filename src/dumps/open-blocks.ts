/**
 * What is open in one stream of text: a dump, what may become one, and what stands between their lines. The files that read lines
 * (assembler.ts, unknown.ts, beginnings.ts, foreign.ts) decide what a line is; here is what follows from it for the dump and for the log.
 * The states, and what leads from one to the next, are a table: states.ts.
 */

import type { Limits } from '../core/limits.ts'
import type { Held, LogTape } from '../lines/tape.ts'
import { KnownStacks, ROOT } from '../stacks/known.ts'
import type { Signatures } from '../stacks/signature.ts'
import type { StackEntry } from '../stacks/stack.ts'
import { Tally } from '../stacks/tally.ts'
import { isCutHeader } from '../text/cut.ts'
import type { HeaderInfo } from '../text/header.ts'
import type { AssemblerSink } from './assembler-sink.ts'
import { Candidate } from './candidate.ts'
import { type DumpContent, OpenDump, type Opening } from './dump.ts'
import { Gap } from './gap.ts'
import type { LineAt } from './line-at.ts'
import { ReasonBefore } from './logged-reason.ts'
import { Fragments } from './repair/fragments.ts'
import { after, type Event, type State } from './states.ts'
import { type OpenGoroutine, Walker } from './walker.ts'

/**
 * A goroutine on its way out of a system call may run although the world is stopped: from Go 1.26 it is printed as running, with its
 * stack (runtime/traceback.go, tracebackothers). These are the callers of runtime.entersyscall.
 */
const IN_SYSCALL =
  /^(?:syscall\.|internal\/runtime\/syscall|runtime\.(?:cgocall|notetsleepg)\b|os\/signal\.signal_recv\b|[^(]*\._Cfunc_)/

export class OpenBlocks {
  readonly limits: Limits
  readonly tape: LogTape
  readonly #sink: AssemblerSink
  readonly signatures: Signatures
  readonly fragments: Fragments
  readonly walker: Walker
  dump: OpenDump | undefined
  candidate: Candidate | undefined
  #state: State = 'quiet'
  /** A `panic: …` or `SIGQUIT: …` line inside the open dump: it starts the next dump if a header follows. */
  next: Candidate | undefined
  readonly reasonBefore: ReasonBefore = new ReasonBefore()
  /** What stands behind the last line of the open dump. */
  readonly gap: Gap
  /** The next line of a dump tells what foreign lines, empty lines or a candidate were. */
  unsettled = false
  /** A line of the goroutine that may be a log line, and the foreign lines since. */
  #doubtful: { readonly held: Held; readonly start: number; readonly end: number; lines: number } | undefined
  /** Goroutines of the last dump: the next one is likely to have as many. */
  #expected = 0
  /** Lines that were dump, ever: shells watch it for silence. */
  progress = 0

  constructor(limits: Limits, signatures: Signatures, tape: LogTape, sink: AssemblerSink) {
    this.limits = limits
    this.tape = tape
    this.gap = new Gap(tape)
    this.#sink = sink
    this.signatures = signatures
    const known = new KnownStacks(limits.knownStackBytes)
    this.fragments = new Fragments(limits.fragments, known)
    this.walker = new Walker(known, this.fragments, limits)
  }

  /** Nothing is open: the next line of interest is one that holds a mark. */
  get quiet(): boolean {
    return this.#state === 'quiet'
  }

  /** As the table in states.ts has it. */
  get state(): State {
    return this.#state
  }

  #on(event: Event): void {
    this.#state = after(this.#state, event)
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
    const open = this.dump ?? this.candidate
    if (open === undefined) return
    open.carried = true
    // Offsets within a text say nothing of the input.
    if (open.start > start && open.start < end) open.start = start
    if (open.end > start || open.start === start) open.end = end
  }

  /** Where what is open begins; undefined when nothing is. */
  get start(): number | undefined {
    return this.dump?.start ?? this.candidate?.start
  }

  /** Holds the line: it may be dump. */
  hold(line: LineAt): Held {
    return line.held ?? this.tape.hold(line.buf, line.pos, line.next)
  }

  newCandidate(start: number): Candidate {
    const candidate = new Candidate(start, this.#opening(start))
    this.candidate = candidate
    this.unsettled = true
    this.#on('begins')
    return candidate
  }

  /** The goroutine whose header has come runs: if a frame follows, it may be the first of another dump. */
  mayPart(): void {
    this.unsettled = true
    this.#on('runs')
  }

  #opening(start: number): Opening {
    const opening = this.#sink.opening(start)
    for (const text of opening.ahead) this.reasonBefore.note(text)
    return opening
  }

  /** A candidate in the place of the one that there is. While a dump is open, it stands beside it. */
  startCandidate(start: number): Candidate {
    if (this.dump === undefined) {
      if (this.candidate !== undefined) this.dropCandidate()
      return this.newCandidate(start)
    }
    if (this.next !== undefined) this.dropNext()
    this.next = new Candidate(start, this.#opening(start))
    this.unsettled = true
    this.#on('begins')
    return this.next
  }

  /** The line at `offset` is dump. Then what led to it is dump, too, and what stood between was foreign. */
  settle(offset: number): void {
    this.unsettled = false
    if (this.candidate !== undefined) this.#confirm(this.candidate)
    if (this.dump === undefined) return
    const { goroutine } = this.walker
    if (this.#state === 'parting' && goroutine !== undefined && this.#isAnotherDump()) this.#partAt(goroutine)
    this.reasonBefore.forget()
    this.gap.claimBlanks()
    const dump = this.dump
    dump.foreign.takeOver(this.gap)
    if (this.next !== undefined) this.dropNext()
    this.#on('proved')
    this.releaseFragments()
    if (offset > dump.end) dump.end = offset
  }

  /** The line at [start, end) of the input may be one of the goroutine, or log: what comes next decides. */
  doubt(held: Held, start: number, end: number): void {
    this.#doubtful = { held, start, end, lines: 0 }
    this.unsettled = true
  }

  /** The line that was in doubt is log, or dump; where `as` does not say it, what it is if nothing more comes. */
  decide(as?: 'log' | 'dump'): void {
    const what = this.walker.settle(as)
    const doubtful = this.#doubtful
    if (doubtful === undefined) return
    this.#doubtful = undefined
    const { held, start, end } = doubtful
    if (what === 'log') {
      this.tape.release(held)
      if (this.dump !== undefined) this.gap.add(held.bytes.length)
      return
    }
    this.tape.claim(held)
    if (doubtful.lines === 0 || this.candidate !== undefined || this.#state === 'parting') this.settle(start)
    if (this.dump !== undefined && end > this.dump.end) this.dump.end = end
  }

  /** A foreign line has come. */
  foreign(bytes: number): void {
    if (this.gap.lines === 0) this.tape.markDump()
    this.gap.add(bytes)
    this.unsettled = true
    this.noteForeign()
  }

  /** A line has come between a line in doubt and what decides it. */
  noteForeign(): void {
    if (this.#doubtful !== undefined && ++this.#doubtful.lines > this.limits.candidateLines) this.decide()
  }

  /** The line at [start, end) of the input is dump. */
  claimed(start: number, end: number): void {
    this.decide()
    if (this.unsettled || this.candidate !== undefined) this.settle(start)
    if (this.dump !== undefined && end > this.dump.end) this.dump.end = end
  }

  /**
   * A second running goroutine with frames has made a dump of its own: runtime.Stack and pprof print theirs first. One that runs on another
   * thread, whose stack is unavailable, or that is just out of a system call is one of the others.
   */
  #isAnotherDump(): boolean {
    const { known } = this.walker
    let first = this.walker.at
    if (first === undefined || first === ROOT) return false
    // gccgo's function was not believed without its file line.
    if (known.kind(first) === 'file') first = known.parent(first)
    return known.kind(first) === 'func' && !IN_SYSCALL.test(known.literal(first))
  }

  /** The dump ends ahead of `goroutine`, which begins another one. */
  #partAt(goroutine: OpenGoroutine): void {
    const { dump } = this
    if (dump === undefined) return
    if (dump.mayBePanicValue && !this.gap.isApart) {
      // It is the dump that there is: what was counted so far was text.
      dump.tally = this.#newTally()
      dump.damaged = 0
      goroutine.place = dump.tally.meet(goroutine.id)
      return
    }
    if (goroutine.place >= 0) dump.tally.ids.undo(goroutine.place)
    this.complete()
    this.#confirm(this.newCandidate(goroutine.start))
    // Its header has come, and was taken for one of the dump that there was.
    if (this.dump !== undefined) this.dump.end = Math.max(this.dump.end, dump.end)
    this.unsettled = false
  }

  #newTally(): Tally {
    return new Tally(this.signatures, this.limits, this.#expected)
  }

  #newDump(start: number, opening: Opening, content: DumpContent): OpenDump {
    const dump = new OpenDump(start, opening, content)
    this.dump = dump
    return dump
  }

  /** What may become a dump is one. */
  #confirm(candidate: Candidate): void {
    this.candidate = undefined
    this.#on('proved')
    const end = Math.max(candidate.end, candidate.claim(this.tape))
    const { profile, race, preamble } = candidate
    const dump = this.#newDump(candidate.start, candidate.opening, {
      tally: profile?.tally ?? this.#newTally(),
      profile,
      race,
    })
    dump.end = end
    dump.carried = candidate.carried
    dump.foreign.takeOver(candidate.foreign)
    if (profile !== undefined) dump.kind = profile.title.leak ? 'leak' : undefined
    else if (race !== undefined) dump.kind = 'race'
    else if (preamble !== undefined) {
      dump.kind = preamble.kind
      dump.reason = preamble.reason
    } else this.#announce(dump)
    for (const { id, info } of candidate.bare)
      this.#count(dump, { id, info, place: dump.tally.meet(id) }, undefined, true)
    const { goroutine } = this.walker
    if (goroutine !== undefined) goroutine.place = dump.tally.meet(goroutine.id)
    dump.firstRunning = (candidate.bare[0]?.info ?? goroutine?.info)?.state === 'running'
  }

  /** The dump has the reason that the log in front of it gave, if it did. */
  #announce(dump: OpenDump): void {
    const reason = this.reasonBefore.latest
    if (reason === undefined) return
    dump.kind = reason.kind
    dump.reason = reason.reason
    // Where the log goes on to say why, the process mostly lives on.
    dump.served = reason.kind === 'panic'
  }

  /** What might have become a dump is none. */
  dropCandidate(): void {
    this.decide()
    // A line that was in doubt has made a dump of it.
    if (this.candidate === undefined) return
    this.candidate.release(this.tape)
    this.candidate = undefined
    this.#on('refuted')
    this.walker.leave()
    this.unsettled = false
    this.releaseFragments()
  }

  /** As `dropCandidate`, of the one beside the open dump. */
  dropNext(): void {
    this.next?.release(this.tape)
    this.next = undefined
    this.#on('refuted')
  }

  /** Pieces of cut lines that wait for the rest are log. */
  releaseFragments(): void {
    this.fragments.clear(this.tape)
  }

  /** Counts the goroutine at hand. `cut`: the dump ends in the middle of it. */
  finishGoroutine(cut: boolean): void {
    const walker = this.walker
    const goroutine = walker.goroutine
    if (goroutine === undefined) return
    this.decide()
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
    const signature = dump.tally.add(goroutine.place, goroutine.id, goroutine.info, entry, this.walker.known)
    if (damaged) dump.damaged++
    this.#sink.goroutine(goroutine.id, goroutine.info, signature)
  }

  /** The dump is complete: nothing of it can follow. `isCut`: it ends in the middle of a goroutine. */
  close(isCut = false): void {
    const dump = this.dump
    if (dump === undefined) return
    const walker = this.walker
    this.decide()
    if (walker.goroutine !== undefined) {
      const cutLine = this.fragments.pending.some((each) => walker.beginsKnown(each.text) || isCutHeader(each.text))
      // A stack may end in any function, but for those that have said who created them.
      const cut = isCut || cutLine || !walker.whole || (!walker.ended && dump.tally.hasCreators)
      if (cut && walker.goroutine.counted) dump.truncated = true
      this.finishGoroutine(cut)
    }
    if (this.next !== undefined) this.dropNext()
    this.complete()
  }

  /** The dump is complete, and the preamble beside it, if there is one, begins the next. */
  closeForNext(): void {
    const { next } = this
    this.next = undefined
    if (this.gap.lines === 0) this.gap.claimBlanks()
    this.close()
    if (next === undefined) return
    this.candidate = next
    this.unsettled = true
    this.#on('begins')
  }

  /** As `close`, when the goroutine at hand is none of it. */
  complete(): void {
    const dump = this.dump
    if (dump === undefined) return
    if (this.gap.lines === 0) this.tape.markDump()
    this.reasonBefore.forget()
    if (this.walker.framesOverflow) dump.limits.add('frames')
    this.walker.framesOverflow = false
    // The reader of a profile asks for the fragments, which go below.
    const finished = dump.finish()
    this.dump = undefined
    this.#on('over')
    this.gap.end()
    this.unsettled = this.candidate !== undefined
    this.releaseFragments()
    this.#expected = dump.tally.ids.size
    this.#sink.dump(finished)
  }
}
