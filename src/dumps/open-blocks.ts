/**
 * What is open in one stream of text: a dump, what may become one, and what comes between their lines. The files that read lines
 * (assembler.ts, line-reader.ts, openers.ts, foreign-lines.ts) decide what a line is; here is what follows from it for the dump and for the log.
 * The states, and what leads from one to the next, are a table: states.ts.
 */

import { trimLineEnd } from '../core/ascii.ts'
import type { Limits } from '../core/limits.ts'
import type { Held, LineAt, LogTape } from '../lines/tape.ts'
import type { Signatures } from '../stacks/signature.ts'
import { Tally } from '../stacks/tally.ts'
import type { StackTrees } from '../stacks/trees.ts'
import type { Block } from './block.ts'
import type { Body } from './body.ts'
import { Candidate } from './candidate.ts'
import { type AssemblerSink, OpenDump, type OpeningToBe } from './dump.ts'
import type { GoroutineHeader } from './goroutine.ts'
import { LogTimes } from './log-times.ts'
import { ReasonBefore } from './logged-reason.ts'
import { endsCut, endsCutIn, isAnotherDump } from './next-dump.ts'
import { OpenGoroutine } from './open-goroutine.ts'
import { Fragments } from './repair/fragments.ts'
import { SinceLastLine } from './since-last-line.ts'
import { StackBody } from './stack-body.ts'
import { after, type Event, STREAM, type State } from './states.ts'

export class OpenBlocks {
  readonly limits: Limits
  #tape: LogTape
  #sink: AssemblerSink
  readonly #trees: StackTrees
  readonly signatures: Signatures
  readonly fragments: Fragments
  readonly goroutine: OpenGoroutine
  /** Of a dump that is not made of anything else. */
  readonly #stacks: Body
  dump: OpenDump | undefined
  /** What may become a dump: `candidate` where none is open, `next` beside one. */
  #beginning: Candidate | undefined
  #state: State = 'quiet'
  readonly reasonBefore: ReasonBefore = new ReasonBefore()
  readonly sinceLastLine: SinceLastLine
  readonly logTimes: LogTimes
  /** A line of the goroutine that may be a log line, and the foreign lines since. */
  #doubtful: { readonly held: Held; start: number; end: number; lines: number } | undefined
  /** Goroutines of the last dump: the next one is likely to have as many. */
  #expected = 0
  /** Lines that were dump, ever: shells watch it for silence. */
  progress = 0

  constructor(limits: Limits, signatures: Signatures, trees: StackTrees, tape: LogTape, sink: AssemblerSink) {
    this.limits = limits
    this.#tape = tape
    this.sinceLastLine = new SinceLastLine(tape)
    this.logTimes = new LogTimes(sink)
    this.#sink = sink
    this.signatures = signatures
    this.#trees = trees
    const tree = trees.take()
    this.fragments = new Fragments(limits.fragments, tree, tape)
    this.goroutine = new OpenGoroutine(tree, limits.frames)
    this.#stacks = new StackBody(this.goroutine, this.fragments)
  }

  get tape(): LogTape {
    return this.#tape
  }

  /** Gives back what the next dump may use; only when nothing is open, and nothing will be, but for what `reuse` begins. */
  release(): void {
    this.#trees.give(this.goroutine.tree)
  }

  /** For another stream, as if it were new; it was released. */
  reuse(tape: LogTape, sink: AssemblerSink): void {
    this.#tape = tape
    this.#sink = sink
    this.sinceLastLine.reuse(tape)
    this.logTimes.reuse(sink)
    this.reasonBefore.forget()
    const tree = this.#trees.take()
    this.fragments.reuse(tree, tape)
    this.goroutine.reuse(tree)
    this.#expected = 0
    this.progress = 0
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
    this.#state = after(STREAM, this.#state, event)
  }

  /** What may become a dump, or the next one. */
  get beginning(): Candidate | undefined {
    return this.#beginning
  }

  /** What may become a dump, while none is open. */
  get candidate(): Candidate | undefined {
    return this.dump === undefined ? this.#beginning : undefined
  }

  /** A `panic: …` or `SIGQUIT: …` line inside the open dump: it starts the next dump if a header follows. */
  get next(): Candidate | undefined {
    return this.dump === undefined ? undefined : this.#beginning
  }

  get #block(): Block | undefined {
    return this.dump ?? this.#beginning
  }

  /** What the dump is made of, or what may become one. */
  get body(): Body {
    return this.#block?.body ?? this.#stacks
  }

  /** Is it for the next line of a dump to say what came before it: foreign lines, empty ones, a candidate, a line in doubt? */
  get unsettled(): boolean {
    const isOpen = this.#state === 'open' || this.#state === 'quiet'
    return !isOpen || this.#doubtful !== undefined || !this.sinceLastLine.isNothing
  }

  /** Completes what is open: silence, or the end of the input, whose last line may lack its end. */
  end(lastLine = ''): void {
    if (this.candidate !== undefined) this.dropCandidate()
    if (this.dump !== undefined) {
      if (lastLine !== '' && endsCutIn(this, lastLine)) this.dump.truncated = true
      this.close()
    }
    this.fragments.clear()
  }

  /** A limit was hit: what is open is all there will be. */
  cut(limit: keyof Limits | undefined): void {
    // A line in doubt may begin another dump: that is the one which is cut.
    this.decide()
    if (this.dump === undefined) return
    this.dump.truncated = true
    if (limit !== undefined) this.dump.hit(limit)
  }

  /** As Block.reach, of all that the line may be of. */
  reach(start: number, end: number): void {
    this.dump?.reach(start, end)
    this.#beginning?.reach(start, end)
    const { header } = this.goroutine
    if (header !== undefined && header.start > start) header.start = start
    if (this.#doubtful !== undefined && this.#doubtful.start >= start) {
      this.#doubtful.start = start
      this.#doubtful.end = end
    }
  }

  /** Where what is open begins; undefined when nothing is. */
  get start(): number | undefined {
    return this.#block?.start
  }

  /** About what is kept for it, bytes; 0 when nothing is. */
  get bytes(): number {
    if (this.#state === 'quiet') return 0
    return this.goroutine.tree.memory + (this.dump?.tally.bytes ?? 0) + (this.#beginning?.bytes ?? 0)
  }

  /** Holds the line: it may be dump. */
  hold(line: LineAt): Held {
    return line.held ?? this.tape.hold(line.buf, line.pos, line.next)
  }

  /** A dump may begin at `start`. While one is open, this is the next one. */
  newCandidate(start: number, body: Body = this.#stacks): Candidate {
    const candidate = new Candidate(start, this.#opening(start), body)
    if (this.dump === undefined) this.logTimes.clear()
    this.#beginning = candidate
    this.#on('begins')
    return candidate
  }

  /** The goroutine whose header comes runs: if a frame follows, it may be the first of another dump. `wasCut`: as OpenDump.mayEnd. */
  mayPart(dump: OpenDump, wasCut: boolean): void {
    dump.mayEnd(wasCut)
    this.#on('runs')
  }

  #opening(start: number): OpeningToBe {
    const opening = this.#sink.opening(start)
    for (const text of opening.logLines) this.fragments.shapes.learn(text, false)
    if (opening.mayHaveReason || this.reasonBefore.latest !== undefined) this.reasonBefore.noteBefore(opening)
    return opening
  }

  /** As `newCandidate`, in the place of the one that there is. */
  startCandidate(start: number): Candidate {
    if (this.dump !== undefined) this.dropNext()
    else if (this.candidate !== undefined) this.dropCandidate()
    return this.newCandidate(start)
  }

  /** The line at `offset` is dump. Then what led to it is dump, too, and what stood between was foreign. */
  settle(offset: number): void {
    if (this.candidate !== undefined) this.#confirm(this.candidate)
    if (this.dump === undefined) return
    const { header } = this.goroutine
    if (this.#state === 'parting' && header !== undefined && isAnotherDump(this.goroutine)) this.#partAt(header)
    this.reasonBefore.forget()
    this.logTimes.settle()
    this.sinceLastLine.claimBlanks()
    const dump = this.dump
    dump.foreign.takeOver(this.sinceLastLine)
    this.dropNext()
    this.#on('proved')
    this.fragments.clear()
    if (offset > dump.end) dump.end = offset
  }

  /** The line at [start, end) of the input may be one of the goroutine, or log: what comes next decides. */
  doubt(held: Held, start: number, end: number): void {
    this.#doubtful = { held, start, end, lines: 0 }
  }

  /** Is a line in doubt? */
  get doubts(): boolean {
    return this.#doubtful !== undefined
  }

  /** The line that was in doubt is log, or dump; where `as` does not say it, what it is if nothing more comes. */
  decide(as?: 'log' | 'dump'): void {
    const settled = this.goroutine.settle(as) ?? as
    const doubtful = this.#doubtful
    if (doubtful === undefined) return
    const what = settled ?? (this.body.goroutines === 'none' ? 'log' : 'dump')
    this.#doubtful = undefined
    const { held, start, end } = doubtful
    if (what === 'log') {
      if (this.sinceLastLine.lines === 0)
        this.goroutine.noteHead(held.bytes.toString('latin1', 0, trimLineEnd(held.bytes, 0, held.bytes.length)))
      this.tape.release(held)
      if (this.dump !== undefined) this.sinceLastLine.add(held.bytes.length)
      return
    }
    this.tape.claim(held)
    if (doubtful.lines === 0 || this.candidate !== undefined || this.#state === 'parting') this.settle(start)
    if (this.dump !== undefined && end > this.dump.end) this.dump.end = end
  }

  /** A foreign line has come. */
  foreign(bytes: number): void {
    if (this.sinceLastLine.lines === 0) this.tape.markDump()
    this.sinceLastLine.add(bytes)
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

  /** The dump ends before `header`, which begins another one. */
  #partAt(header: GoroutineHeader): void {
    const { dump } = this
    if (dump === undefined) return
    if (dump.mayBePanicValue && !this.sinceLastLine.isApart && this.reasonBefore.latest === undefined) {
      // It is the dump that there is.
      dump.startOver(header, this.#newTally())
      return
    }
    const { end } = dump
    dump.endBefore(header)
    this.complete()
    this.#confirm(this.newCandidate(header.start))
    // Its header has come, and was taken for one of the dump that there was.
    if (this.dump !== undefined) this.dump.end = Math.max(this.dump.end, end)
  }

  #newTally(): Tally {
    return new Tally(this.signatures, this.limits, this.#expected)
  }

  /** What may become a dump is one. */
  #confirm(candidate: Candidate): void {
    this.#beginning = undefined
    this.#on('proved')
    candidate.claim(this.tape)
    const dump = new OpenDump(candidate, this.#newTally(), this.reasonBefore.latest, this.#sink)
    this.dump = dump
    dump.addBare(candidate.bare, this.goroutine.tree)
    const { header } = this.goroutine
    if (header !== undefined) header.place = dump.tally.addId(header.id)
    dump.first = candidate.bare[0]?.info ?? header?.info
  }

  /** What might have become a dump is none. */
  dropCandidate(): void {
    this.decide()
    // A line that was in doubt has made a dump of it.
    if (this.candidate === undefined) return
    if (this.candidate.isCrash || this.goroutine.cut === 'line') {
      // What was foreign stood after it.
      this.candidate.foreign.clear()
      this.#confirm(this.candidate)
      this.close(true)
      return
    }
    this.#refute(this.candidate)
    this.goroutine.leave()
    this.fragments.clear()
  }

  /** As `dropCandidate`, of the one beside the open dump. */
  dropNext(): void {
    if (this.next !== undefined) this.#refute(this.next)
  }

  #refute(candidate: Candidate): void {
    candidate.release(this.tape)
    this.#beginning = undefined
    this.#on('refuted')
  }

  /** Counts the open goroutine. `cut`: the dump ends in the middle of it. */
  finishGoroutine(cut: boolean): void {
    const { header, tree } = this.goroutine
    if (header === undefined) return
    this.decide()
    const end = this.goroutine.finish(cut)
    if (!header.counted) return
    if (this.dump === undefined) this.candidate?.bare.push(header)
    else this.dump.add(header, end, tree)
  }

  /** The dump is complete: nothing of it can follow. `isCut`: it ends in the middle of a goroutine. */
  close(isCut = false): void {
    const dump = this.dump
    if (dump === undefined) return
    this.decide()
    const { header } = this.goroutine
    if (header !== undefined) {
      const cut = isCut || endsCut(this, dump)
      if (cut && header.counted) dump.truncated = true
      this.finishGoroutine(cut)
    }
    this.dropNext()
    this.complete()
  }

  /** The dump is complete, and the preamble beside it, if there is one, begins the next. */
  closeForNext(): void {
    const { next } = this
    if (next !== undefined) this.#beginning = undefined
    if (this.sinceLastLine.lines === 0) this.sinceLastLine.claimBlanks()
    this.close()
    if (next === undefined) return
    this.#beginning = next
    this.#on('begins')
  }

  /** As `close`, when the open goroutine is none of it. */
  complete(): void {
    const dump = this.dump
    if (dump === undefined) return
    if (this.sinceLastLine.lines === 0) this.tape.markDump()
    this.reasonBefore.forget()
    if (this.goroutine.tooDeep > 0) dump.hit('frames')
    this.goroutine.tooDeep = 0
    // Its body asks for the fragments, which go below.
    const finished = dump.finish()
    this.dump = undefined
    this.#on('over')
    this.sinceLastLine.end()
    this.fragments.clear()
    this.#expected = dump.tally.ids.size
    this.#sink.dump(finished)
  }
}
