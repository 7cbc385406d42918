/**
 * What a line changes once it is known what it is: in the dump, in what may become one (stream-state.ts), and in the log. The files that read lines
 * (assembler.ts, line-reader.ts, openers.ts, foreign-lines.ts) decide what a line is.
 */

import { trimLineEnd } from '../core/ascii.ts'
import type { Limits } from '../core/limits.ts'
import type { Held, LineAt } from '../lines/tape.ts'
import { Tally } from '../stacks/tally.ts'
import type { Body } from './body.ts'
import { Candidate } from './candidate.ts'
import { OpenDump, type OpeningToBe } from './dump.ts'
import type { GoroutineHeader } from './goroutine.ts'
import { endsCut, endsCutIn, isAnotherDump } from './next-dump.ts'
import { StreamState } from './stream-state.ts'

export class OpenBlocks extends StreamState {
  /** A line of the goroutine that may be a log line, and the number of foreign lines since. */
  #doubtful: { readonly held: Held; start: number; end: number; lines: number } | undefined

  /** Will the next line of a dump decide what came before it: foreign lines, empty ones, a candidate, a line in doubt? */
  get unsettled(): boolean {
    const isOpen = this.state === 'open' || this.state === 'quiet'
    return !isOpen || this.#doubtful !== undefined || !this.sinceLastLine.isNothing
  }

  /** Ends what is open; the dump was cut at this point. */
  endCut(): void {
    this.close(true)
    this.end()
  }

  /** Completes what is open, after silence or at the end of the input, whose last line may lack its line end. */
  end(lastLine = ''): void {
    if (this.candidate !== undefined) this.dropCandidate()
    if (this.dump !== undefined) {
      if (lastLine !== '' && endsCutIn(this, lastLine)) this.dump.truncated = true
      this.close()
    }
    this.fragments.clear()
  }

  /** A limit was hit: nothing is added to what is open. */
  cut(limit: keyof Limits | undefined): void {
    // A line in doubt may begin another dump: then that dump is the one that is cut.
    this.decide()
    if (this.dump === undefined) return
    this.dump.truncated = true
    if (limit !== undefined) this.dump.hit(limit)
  }

  /** See Block.reach; for everything that the line may belong to. */
  reach(start: number, end: number): void {
    this.dump?.reach(start, end)
    this.beginning?.reach(start, end)
    const { header } = this.goroutine
    if (header !== undefined && header.start > start) header.start = start
    if (this.#doubtful !== undefined && this.#doubtful.start >= start) {
      this.#doubtful.start = start
      this.#doubtful.end = end
    }
  }

  /** Holds the line, which may be dump. */
  hold(line: LineAt): Held {
    return line.held ?? this.tape.hold(line.buf, line.pos, line.next)
  }

  /** A dump may begin at `start`. While one is open, this is the next one. */
  newCandidate(start: number, body: Body = this.stacks): Candidate {
    const candidate = new Candidate(start, this.#opening(start), body)
    if (this.dump === undefined) this.logTimes.clear()
    this.begins(candidate)
    return candidate
  }

  /** The goroutine of the current header runs: if a frame follows, it may be the first of another dump. `wasCut`: see OpenDump.mayEnd. */
  mayPart(dump: OpenDump, wasCut: boolean): void {
    dump.mayEnd(wasCut)
    this.runs()
  }

  #opening(start: number): OpeningToBe {
    const opening = this.sink.opening(start)
    for (const text of opening.logLines) this.fragments.shapes.learn(text, false)
    if (opening.mayHaveReason || this.reasonBefore.latest !== undefined) this.reasonBefore.noteBefore(opening)
    return opening
  }

  /** Like `newCandidate`, but replaces an existing one. */
  startCandidate(start: number): Candidate {
    if (this.dump !== undefined) this.dropNext()
    else if (this.candidate !== undefined) this.dropCandidate()
    return this.newCandidate(start)
  }

  /** The line at `offset` is dump. So is what led to it, and what came in between was foreign. */
  settle(offset: number): void {
    if (this.candidate !== undefined) this.#confirm(this.candidate)
    if (this.dump === undefined) return
    const { header } = this.goroutine
    if (this.state === 'parting' && header !== undefined && isAnotherDump(this.goroutine)) this.#partAt(header)
    this.reasonBefore.forget()
    this.logTimes.settle()
    this.sinceLastLine.claimBlanks()
    const dump = this.dump
    dump.foreign.takeOver(this.sinceLastLine)
    this.dropNext()
    this.proved()
    this.fragments.clear()
    if (offset > dump.end) dump.end = offset
  }

  /** The line at [start, end) of the input may belong to the goroutine, or be log: what comes next decides. */
  doubt(held: Held, start: number, end: number): void {
    this.#doubtful = { held, start, end, lines: 0 }
  }

  /** Is a line in doubt? */
  get hasDoubt(): boolean {
    return this.#doubtful !== undefined
  }

  /** Decides that the line in doubt is log, or dump; without `as`, what it is if nothing more comes. */
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
    if (doubtful.lines === 0 || this.candidate !== undefined || this.state === 'parting') this.settle(start)
    if (this.dump !== undefined && end > this.dump.end) this.dump.end = end
  }

  /** A foreign line has come. */
  foreign(bytes: number): void {
    if (this.sinceLastLine.lines === 0) this.tape.markDump()
    this.sinceLastLine.add(bytes)
    this.noteForeign()
  }

  /** A line has come between a line in doubt and what will decide it. */
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
      // The other dump is the one that is open already.
      dump.startOver(header, this.#newTally())
      return
    }
    const { end } = dump
    dump.endBefore(header)
    this.complete()
    this.#confirm(this.newCandidate(header.start))
    // Its header has already come, and was taken for one of the previous dump.
    if (this.dump !== undefined) this.dump.end = Math.max(this.dump.end, end)
  }

  #newTally(): Tally {
    return new Tally(this.signatures, this.limits, this.expected)
  }

  /** What may become a dump is one. */
  #confirm(candidate: Candidate): void {
    candidate.claim(this.tape)
    const dump = new OpenDump(candidate, this.#newTally(), this.reasonBefore.latest, this.sink)
    this.proved(dump)
    dump.addBare(candidate.bare, this.goroutine.tree)
    const { header } = this.goroutine
    if (header !== undefined) header.place = dump.tally.addId(header.id)
    dump.first = candidate.bare[0]?.info ?? header?.info
  }

  /** What might have become a dump is not one. */
  dropCandidate(): void {
    this.decide()
    // A line that was in doubt has turned it into a dump.
    if (this.candidate === undefined) return
    if (this.candidate.isCrash || this.goroutine.cut === 'line') {
      // What was foreign came after it.
      this.candidate.foreign.clear()
      this.#confirm(this.candidate)
      this.close(true)
      return
    }
    this.#refute(this.candidate)
    this.goroutine.leave()
    this.fragments.clear()
  }

  /** Like `dropCandidate`, for the one beside the open dump. */
  dropNext(): void {
    if (this.next !== undefined) this.#refute(this.next)
  }

  #refute(candidate: Candidate): void {
    candidate.release(this.tape)
    this.refuted()
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

  /** The dump is complete: nothing more of it can follow. `isCut`: it ends in the middle of a goroutine. */
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
    const next = this.takeNext()
    if (this.sinceLastLine.lines === 0) this.sinceLastLine.claimBlanks()
    this.close()
    if (next !== undefined) this.begins(next)
  }

  /** Like `close`, if the open goroutine does not belong to the dump. */
  complete(): void {
    const dump = this.dump
    if (dump === undefined) return
    if (this.sinceLastLine.lines === 0) this.tape.markDump()
    this.reasonBefore.forget()
    if (this.goroutine.tooDeep > 0) dump.hit('frames')
    this.goroutine.tooDeep = 0
    // Its body needs the fragments, which are cleared below.
    const finished = dump.finish()
    this.over()
    this.sinceLastLine.end()
    this.fragments.clear()
    this.expected = dump.tally.ids.size
    this.sink.dump(finished)
  }
}
