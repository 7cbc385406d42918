/**
 * Lines → dumps. One assembler for one stream of text; foreign lines may stand between any two lines of a dump.
 *
 * The states of a stream, and what leads from one to the next, are a table: states.ts.
 *
 * Hot: `run`, guarded by `npm run bench` (dump-heavy).
 */
import { LF, LOWER_G, trimLineEnd, wordsOf } from '../core/ascii.ts'
import type { Limits } from '../core/limits.ts'
import type { Held, LogTape } from '../lines/tape.ts'
import { ROOT } from '../stacks/known.ts'
import type { Signatures } from '../stacks/signature.ts'
import { type HeaderInfo, HeaderReader } from '../text/header.ts'
import { readLine, readStripped } from '../text/line.ts'
import type { AssemblerSink } from './assembler-sink.ts'
import type { OpenDump } from './dump.ts'
import type { HeaderPlace } from './foreign.ts'
import { OpenBlocks } from './open-blocks.ts'
import type { State } from './states.ts'
import { UnknownLines } from './unknown.ts'

/**
 * Why `Assembler.run` stopped:
 *
 *   end     | all lines were taken
 *   closed  | the dump is complete, or what might have become one is none: the lines that follow may belong to anybody
 *   foreign | the next line is foreign to the open dump, and was not taken: `takeForeign` or `takenElsewhere` goes on
 *   rival   | the next line is a header in the middle of a goroutine, with an id that the dump has already, and was not taken: another
 *           | process may dump to the same stream. `takeHeader` goes on
 */
export type Stop = 'end' | 'closed' | 'foreign' | 'rival'

/** A line that is held until it is known whose it is. */
export interface HeldLine {
  readonly held: Held
  /** With its line end. */
  readonly bytes: Buffer
  /** Where it stands in the input. */
  readonly start: number
  readonly end: number
}

export class Assembler {
  readonly #headers = new HeaderReader()
  readonly #open: OpenBlocks
  readonly #unknown: UnknownLines
  /** Why the last `run` stopped. */
  stopped: Stop = 'end'

  constructor(limits: Limits, signatures: Signatures, tape: LogTape, sink: AssemblerSink) {
    this.#open = new OpenBlocks(limits, signatures, tape, sink)
    this.#unknown = new UnknownLines(this.#open, this.#headers, (buf, pos, next, base, how) =>
      this.#header(buf, pos, next, base, how),
    )
  }

  /** Neither a dump nor what may become one is open. Then lines that cannot begin one need not be shown. */
  get quiet(): boolean {
    return this.#open.quiet
  }

  get open(): boolean {
    return this.#open.dump !== undefined
  }

  /** As the table in states.ts has it. */
  get state(): State {
    return this.#open.state
  }

  /** Where what is open begins, a dump or what may become one; undefined when nothing is. */
  get start(): number | undefined {
    return this.#open.start
  }

  /** How many lines were dump so far. While it stands still, the dump is silent. */
  get progress(): number {
    return this.#open.progress
  }

  /** As OpenBlocks.reach. */
  reach(start: number, end: number): void {
    this.#open.reach(start, end)
  }

  /** As OpenBlocks.cut. */
  cut(limit: keyof Limits | undefined): void {
    this.#open.cut(limit)
  }

  /** As OpenBlocks.end. */
  end(lastLine = ''): void {
    this.#open.end(lastLine)
  }

  /**
   * Takes the lines in [start, end), of which the last one has its line end. `words` is a view of `buf`; `base` is the absolute offset of
   * its first byte. Returns where it stopped; `stopped` says why.
   */
  run(buf: Buffer, words: DataView, start: number, end: number, base: number): number {
    const stop = this.#run(buf, words, start, end, base)
    // The chunk is the caller's.
    this.#open.walker.known.calls.leave()
    return stop
  }

  #run(buf: Buffer, words: DataView, start: number, end: number, base: number): number {
    const walker = this.#open.walker
    const known = walker.known
    this.stopped = 'closed'
    let wasOpen = this.open
    let pos = start
    while (pos < end) {
      if (wasOpen !== this.open) {
        if (wasOpen) return pos
        wasOpen = true
      }
      let at = walker.at
      if (at !== undefined) {
        // The first line settles what stood before it.
        const { unsettled } = this.#open
        const line = unsettled ? (known.step(at, buf, words, pos, end) ?? at) : known.walk(at, buf, words, pos, end)
        if (line !== at) {
          at = line
          walker.at = line
          if (unsettled) this.#open.settle(base + pos)
          pos = known.after
          walker.length = trimLineEnd(buf, known.from, pos) - known.from
          const dump = this.#open.dump
          if (dump !== undefined) dump.end = base + pos
          if (unsettled) continue
          if (pos >= end) break
        }
      }
      const c = buf[pos]
      if (c === LOWER_G) {
        const next = this.#headers.read(buf, words, pos, end)
        if (next > 0) {
          if (at !== undefined && this.#breaksIn(this.#headers.id, this.#headers.info)) {
            this.stopped = 'rival'
            return pos
          }
          this.#header(buf, pos, next, base)
          pos = next
          continue
        }
      } else if (
        c === LF &&
        buf[pos + 1] === LOWER_G &&
        at !== undefined &&
        !this.#open.unsettled &&
        this.#open.fragments.pending.length === 0
      ) {
        // The empty line between two goroutines of one dump; one that runs may begin another.
        const next = this.#headers.read(buf, words, pos + 1, end)
        if (next > 0 && this.#headers.info.state !== 'running') {
          this.#header(buf, pos + 1, next, base)
          pos = next
          continue
        }
      }
      const next = this.#unknown.take(buf, pos, end, base)
      if (next === pos) {
        this.stopped = 'foreign'
        return pos
      }
      pos = next
      if (this.#open.quiet) return pos
    }
    this.stopped = 'end'
    return pos
  }

  /** Takes the foreign line at `pos`, which no other stage wants. Returns where the next one begins. */
  takeForeign(buf: Buffer, pos: number, base: number): number {
    return this.#unknown.takeForeign(buf, pos, base)
  }

  /** Another stage has taken the foreign line, which has `bytes`. */
  takenElsewhere(bytes: number): void {
    this.#unknown.takenElsewhere(bytes)
  }

  /** Takes the header at `pos`, or the title of a profile or a race report, which is that of no other process. `held`: it is held already. */
  takeHeader(buf: Buffer, words: DataView, pos: number, end: number, base: number, held?: Held): void {
    const next = this.#headers.read(buf, words, pos, end)
    if (next > 0) this.#header(buf, pos, next, base, held ?? 'line')
    else if (held !== undefined) this.#unknown.takeBeginning(buf, pos, base, held)
  }

  /**
   * Does the header of goroutine `id` come in the middle of a goroutine of a dump that has `id` already? Then it is the header of
   * another process's dump, written to the same stream at the same time, or of the next one, and the dump was cut.
   */
  #breaksIn(id: number, info: HeaderInfo): boolean {
    const { goroutine } = this.#open.walker
    if (this.#isAnnounced(info)) return false
    if (goroutine === undefined || id === 0 || this.#open.gap.hasBlanks || this.#open.walker.ended) return false
    return goroutine.id === id || this.#open.dump?.tally.ids.has(id) === true
  }

  /**
   * How well the line at `pos` fits what is due in this dump. 3: a known stack goes on with it. 2: it may come next. 1: it is a header, but
   * the goroutine at hand has not ended. 0: it is none of this dump's.
   */
  fit(buf: Buffer, words: DataView, pos: number, next: number): number {
    const walker = this.#open.walker
    const { calls } = walker.known
    const { count, parent } = calls
    const goesOn = walker.at !== undefined && walker.known.step(walker.at, buf, words, pos, next) !== undefined
    calls.takeBack(count, parent)
    if (goesOn) return 3
    if (this.#headers.read(buf, words, pos, next) > 0) {
      const { id } = this.#headers
      if (walker.goroutine?.id === id || this.#open.dump?.tally.ids.has(id) === true) return 0
      return walker.ended ? 2 : 1
    }
    const text = buf.toString('latin1', pos, trimLineEnd(buf, pos, next))
    const { profile } = this.#open.dump ?? this.#open.candidate ?? {}
    if (profile !== undefined) return profile.fits(text) ? 2 : 0
    const line = walker.read(text)
    return line !== undefined && walker.goroutine !== undefined && walker.expected().includes(line.kind) ? 2 : 0
  }

  /** Holds the line [pos, next) of `buf`, for `adopt`. */
  hold(buf: Buffer, pos: number, next: number, base: number): HeldLine {
    const held = this.#open.tape.hold(buf, pos, next)
    return { held, bytes: Buffer.from(buf.subarray(pos, next)), start: base + pos, end: base + next }
  }

  /** Takes a held line, which fits. */
  adopt({ held, bytes, start, end }: HeldLine): void {
    const { walker, tape } = this.#open
    const { at, known } = walker
    const text = bytes.toString('latin1', 0, trimLineEnd(bytes, 0, bytes.length))
    const line = at === undefined ? undefined : known.step(at, bytes, wordsOf(bytes), 0, bytes.length)
    if (line !== undefined) walker.at = line
    else {
      const taken = walker.line(text, bytes, 0)
      if (taken === 'doubtful') {
        this.#open.doubt(held, start, end)
        walker.length = text.length
        return
      }
    }
    walker.length = text.length
    this.#open.progress++
    tape.claim(held)
    this.#open.claimed(start, end)
  }

  /** Is `held`, which fits, a function or a creator, and the line [pos, next) of `buf` its file line? */
  completes(held: HeldLine, buf: Buffer, pos: number, next: number): boolean {
    const kind = readLine(held.bytes.toString('latin1', 0, trimLineEnd(held.bytes, 0, held.bytes.length)))?.kind
    if (kind !== 'func' && kind !== 'created') return false
    const text = buf.toString('latin1', pos, trimLineEnd(buf, pos, next))
    return (readLine(text) ?? readStripped(text))?.kind === 'file'
  }

  /** The open dump was cut where it is. */
  endCut(): void {
    this.#open.close(true)
    this.#open.end()
  }

  /** Learns from a log line close ahead of a dump how log lines begin. */
  observe(text: string): void {
    this.#open.fragments.shapes.learn(text, false)
  }

  #header(buf: Buffer, pos: number, next: number, base: number, how: HeaderPlace | Held = 'line'): void {
    const { id, info } = this.#headers
    const walker = this.#open.walker
    this.#open.progress++
    this.#open.fragments.wraps.interrupt()
    this.#open.decide()
    const place = this.#meet(id, info)
    const dump = this.#open.dump
    if (dump === undefined) {
      if (how !== 'joined' && this.#startsOver(info)) this.#open.dropCandidate()
      if ((this.#open.candidate?.bare.length ?? 0) >= this.#open.limits.candidateHeaders) this.#open.dropCandidate()
      const candidate = this.#open.candidate ?? this.#open.newCandidate(base + pos)
      candidate.start = Math.min(candidate.start, base + pos)
      if (walker.goroutine !== undefined) this.#open.finishGoroutine(false)
      if (how !== 'joined') candidate.held.push(this.#hold(buf, pos, next, how))
      this.#open.unsettled = true
    } else {
      if (info.state === 'running' && dump.tally.goroutines > 0 && this.#mayStartNext(dump)) this.#open.mayPart()
      else if (this.#open.unsettled) this.#open.settle(base + pos)
      // A header that was held elsewhere may stand before what came here.
      dump.start = Math.min(dump.start, base + pos)
      dump.end = Math.max(dump.end, base + next)
      if (typeof how !== 'string') this.#open.tape.claim(how)
    }
    walker.begin({ id, place, info, start: base + pos, counted: true })
    // A header that was put together of pieces is no prose: its dump need not wait for a frame.
    if (how === 'joined') this.#open.claimed(base + pos, base + next)
  }

  /** Of a header that is glued to a log line, the line end stays with the log line. */
  #hold(buf: Buffer, pos: number, next: number, how: 'line' | 'glued' | Held): Held {
    if (typeof how !== 'string') return how
    return this.#open.tape.hold(buf, pos, how === 'glued' ? trimLineEnd(buf, pos, next) : next)
  }

  /** Does the preamble of another dump belong to this header? */
  #isAnnounced(info: HeaderInfo): boolean {
    const preamble = this.#open.next
    return preamble !== undefined && (info.state === 'running' || preamble.lines <= 1)
  }

  /** Was what may become a dump cut in its first header, or behind it? A whole dump begins here then. */
  #startsOver(info: HeaderInfo): boolean {
    const { candidate, walker } = this.#open
    if (candidate === undefined) return false
    return (
      candidate.isCut || (info.state === 'running' && walker.at === ROOT && walker.goroutine?.info.state === 'running')
    )
  }

  /** May a second goroutine that runs, and has a stack, be the first of another dump? */
  #mayStartNext(dump: OpenDump): boolean {
    if (dump.served || this.#open.reasonBefore.latest !== undefined || (this.#open.gap.isApart && !dump.furtherThread))
      return true
    return dump.firstRunning && (dump.kind === undefined || dump.mayBePanicValue)
  }

  /** Ends the goroutine before this header, and the dump if the header starts another one. Returns the place of its id. */
  #meet(id: number, info: HeaderInfo): number {
    const dump = this.#open.dump
    if (dump === undefined) return -1
    const announced = this.#isAnnounced(info)
    if (dump.format === 'profile' || dump.race !== undefined) {
      if (!announced) this.#open.dropNext()
      this.#open.closeForNext()
      return -1
    }
    const { tally } = dump
    const { ended, whole, goroutine } = this.#open.walker
    // A stack without an end was cut if the next dump follows.
    const isCut = announced ? goroutine !== undefined && (!whole || tally.hasCreators) : tally.ids.has(id)
    const cut = !ended && isCut
    this.#open.finishGoroutine(cut)
    const place = tally.meet(id)
    const again = place < 0 && id !== 0 && !tally.idsOverflow
    if (!again && !announced) return place
    if (place >= 0) tally.ids.undo(place)
    if (cut) dump.truncated = true
    this.#open.closeForNext()
    return -1
  }
}
