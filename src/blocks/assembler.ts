/**
 * Lines → dumps. One assembler for one stream of text; foreign lines may stand between any two lines of a dump.
 *
 *   state      | line                                  | what happens
 *   -----------|---------------------------------------|------------------------------------------------------------
 *   quiet      | preamble, header, profile, race title | held; → candidate
 *   candidate  | frame, record, access                 | what was held is dump; → open
 *   candidate  | too many other lines                  | what was held is log; → quiet
 *   open       | its own lines                         | counted
 *   open       | foreign                               | passed on as log; too many in a row: dump complete → quiet
 *   open       | header with an id it has, a running   | dump complete; → candidate
 *              | goroutine, preamble, title            |
 *
 * Hot: `run`, guarded by `npm run bench` (dump-heavy).
 */
import { isBlank, LF, trimLineEnd } from '../bytes/ascii.ts'
import { Tally } from '../counts/tally.ts'
import { type HeaderInfo, HeaderReader } from '../goroutines/header.ts'
import { KnownStacks } from '../goroutines/known.ts'
import { readLine } from '../goroutines/line.ts'
import type { StackEntry } from '../goroutines/stack.ts'
import type { Limits } from '../limits.ts'
import type { Held, LogTape } from '../lines/tape.ts'
import type { Signature } from '../model.ts'
import type { Signatures } from '../signatures/signature.ts'
import { type FinishedDump, OpenDump, type Opening } from './dump.ts'
import { Fragments, mayBegin } from './fragments.ts'
import { announcesPanic, continuesPreamble, isRegister, type PreambleStart, startsPreamble } from './preamble.ts'
import { type PcLists, Profile, readProfileTitle } from './profile.ts'
import { RACE_RULE, RACE_WARNING, RaceReport } from './race.ts'
import { type OpenGoroutine, Walker } from './walker.ts'

/** Longest line that is read as text; header labels are the longest there are. */
const TEXT_BYTES = 16 << 10
/** Lines without a dump behind which a `panic serving` line is forgotten. */
const ANNOUNCED_LINES = 64
const BLANKS = 16
const HEADER_HEAD = /^goroutine \d+ (?:\[|gp=0x)/
/**
 * On its way out of a system call a goroutine may be running although the world stands still: from Go 1.26 it is printed so, with its
 * stack (runtime/traceback.go, tracebackothers). These are the callers of runtime.entersyscall.
 */
const IN_SYSCALL =
  /^(?:syscall\.|internal\/runtime\/syscall|runtime\.(?:cgocall|notetsleepg)\b|os\/signal\.signal_recv\b|[^(]*\._Cfunc_)/
const END_MARK =
  /^(?:\*\*\* END \*\*\*|=== END .*===)$|=== END goroutine stack dump ===|\*\*\* goroutine dump end\.* \*\*\*/

export interface AssemblerSink {
  /** A dump may begin here. */
  opening(): Opening
  dump(dump: FinishedDump): void
  goroutine(id: number, info: HeaderInfo, signature: Signature | undefined): void
}

/** What may turn out to be a dump. */
interface Candidate {
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

export class Assembler {
  readonly #limits: Limits
  readonly #tape: LogTape
  readonly #sink: AssemblerSink
  readonly #signatures: Signatures
  readonly #headers = new HeaderReader()
  readonly #fragments: Fragments
  readonly #walker: Walker
  readonly #pcLists: PcLists = new Map()
  #dump: OpenDump | undefined
  #candidate: Candidate | undefined
  #profile: Profile | undefined
  #race: RaceReport | undefined
  /** A header that starts a new dump if frames follow it. */
  #split = false
  /** A panic, SIGQUIT … line inside an open dump: it starts the next one if a header follows. */
  #next: Candidate | undefined
  /** `-----` was seen: the next preamble belongs to this dump. */
  #furtherThread = false
  #announced: { reason: string; lines: number } | undefined
  #blanks: Held[] = []
  /** Goroutines of the last dump: the next one is likely to have as many. */
  #expected = 0
  #foreignLines = 0
  #foreignBytes = 0
  /** Foreign lines, blanks or a candidate wait for the next dump line to tell what they were. */
  #unsettled = false
  /** Lines that were dump, ever: shells watch it for silence. */
  progress = 0
  /** Stop before a header that breaks into a goroutine: see contest.ts. */
  watchful = true

  constructor(limits: Limits, signatures: Signatures, tape: LogTape, sink: AssemblerSink) {
    this.#limits = limits
    this.#tape = tape
    this.#sink = sink
    this.#signatures = signatures
    const known = new KnownStacks(limits.knownStackBytes)
    this.#fragments = new Fragments(limits.fragments, known)
    this.#walker = new Walker(known, this.#fragments, limits)
  }

  /** Nothing is open: the next line of interest is one that holds a mark. */
  get quiet(): boolean {
    return this.#dump === undefined && this.#candidate === undefined
  }

  get open(): boolean {
    return this.#dump !== undefined
  }

  /**
   * Takes the lines in [pos, end), which ends with a line end, until nothing is open any more. `base` is the absolute offset of
   * buf[0]. Returns where it stopped.
   */
  run(buf: Buffer, words: DataView, start: number, end: number, base: number): number {
    const walker = this.#walker
    const known = walker.known
    let pos = start
    while (pos < end) {
      let at = walker.at
      if (at !== undefined) {
        let line = known.step(at, buf, words, pos, end)
        if (line !== undefined) {
          walker.at = line
          if (this.#unsettled) this.#settle(base + pos)
          do {
            at = line
            pos = known.after
            if (pos >= end) break
            line = known.step(at, buf, words, pos, end)
          } while (line !== undefined)
          walker.at = at
          const dump = this.#dump
          if (dump !== undefined) dump.end = base + pos
          if (pos >= end) break
        }
      }
      const c = buf[pos]
      if (c === 0x67 && this.#profile === undefined) {
        const next = this.#headers.read(buf, pos, end)
        if (next > 0) {
          if (at !== undefined && this.watchful && this.#breaksIn(this.#headers.id)) return pos
          this.#header(buf, pos, next, base)
          pos = next
          continue
        }
      } else if (
        c === LF &&
        buf[pos + 1] === 0x67 &&
        at !== undefined &&
        !this.#unsettled &&
        this.#fragments.pending.length === 0
      ) {
        // The empty line between two goroutines.
        const next = this.#headers.read(buf, pos + 1, end)
        if (next > 0) {
          this.#header(buf, pos + 1, next, base)
          pos = next
          continue
        }
      }
      pos = this.#line(buf, pos, base)
      if (this.quiet) return pos
    }
    return pos
  }

  /**
   * Does the header of goroutine `id` come in the middle of a goroutine of a dump that has `id` already? Then it is the header of
   * another process's dump, written to the same stream at the same time.
   */
  #breaksIn(id: number): boolean {
    const { goroutine } = this.#walker
    if (goroutine === undefined || id === 0 || this.#blanks.length > 0 || this.#walker.ended) return false
    return goroutine.id === id || this.#dump?.tally.ids.has(id) === true
  }

  /** How well the line at `pos` fits what comes next here: 3 it is known to, 2 it may, 1 it is a header that must wait, 0 it does not. */
  fit(buf: Buffer, words: DataView, pos: number, next: number): number {
    const walker = this.#walker
    if (walker.at !== undefined && walker.known.step(walker.at, buf, words, pos, next) !== undefined) return 3
    if (this.#headers.read(buf, pos, next) > 0) {
      const { id } = this.#headers
      if (walker.goroutine?.id === id || this.#dump?.tally.ids.has(id) === true) return 0
      return walker.ended ? 2 : 1
    }
    const line = readLine(buf.toString('latin1', pos, trimLineEnd(buf, pos, next)))
    return line !== undefined && walker.goroutine !== undefined && walker.expected().includes(line.kind) ? 2 : 0
  }

  /** The line that was taken last stands at [start, end) of the input, inside a carrier. */
  reach(start: number, end: number): void {
    const dump = this.#dump
    if (dump === undefined) return
    dump.carried = true
    if (dump.end > start) dump.end = end
  }

  /** A limit was hit: what is open is all there will be. */
  cut(limit: keyof Limits | undefined): void {
    if (this.#dump === undefined) return
    this.#dump.truncated = true
    if (limit !== undefined) this.#dump.limits.add(limit)
  }

  /** A line outside any dump that stands close ahead of one: how the log looks, and what it announces. */
  observe(text: string): void {
    this.#fragments.learn(text, false)
    const reason = announcesPanic(text)
    if (reason !== undefined) this.#announced = { reason, lines: 0 }
  }

  /** Completes what is open: silence, or the end of the input, whose last line may lack its end. */
  end(lastLine = ''): void {
    if (this.#candidate !== undefined) this.#dropCandidate()
    if (this.#dump !== undefined) {
      // Go ends a dump with a line end; without one it was cut, but for text that a person has pasted whole.
      if (lastLine !== '' && !(this.#walker.ended && /\+0x[0-9a-f]+$/.test(lastLine))) this.#dump.truncated = true
      this.#close()
    }
    this.#releaseFragments()
  }

  // --- headers

  #header(buf: Buffer, pos: number, next: number, base: number, joined = false): void {
    const { id, info } = this.#headers
    const walker = this.#walker
    this.progress++
    const place = this.#meet(id, info)
    const dump = this.#dump
    if (dump === undefined) {
      const candidate = this.#candidate ?? this.#newCandidate(base + pos)
      if (walker.goroutine !== undefined) this.#finishGoroutine(false)
      if (!joined) candidate.held.push(this.#tape.hold(buf, pos, next))
      this.#unsettled = true
    } else {
      this.#split =
        info.state === 'running' &&
        dump.firstRunning &&
        (dump.kind === undefined || isValue(dump)) &&
        dump.tally.goroutines > 0
      if (this.#split) this.#unsettled = true
      else if (this.#unsettled) this.#settle(base + pos)
      dump.end = base + next
    }
    walker.begin({ id, place, info, start: base + pos, counted: true })
    // Prose is not cut and put together again.
    if (joined) this.#claimed(base + pos, base + next)
  }

  /** Ends the goroutine before this header, and the dump if the header starts another one. Returns the place of its id. */
  #meet(id: number, info: HeaderInfo): number {
    const dump = this.#dump
    if (dump === undefined) return -1
    if (dump.format === 'profile' || dump.race !== undefined) {
      this.#close()
      return -1
    }
    const { tally } = dump
    const ended = this.#walker.ended
    // A stack without an end of its own was cut if the next dump follows.
    const cut = !ended && tally.ids.has(id)
    this.#finishGoroutine(cut)
    const place = tally.meet(id)
    const again = place < 0 && id !== 0 && !tally.idsOverflow
    const preamble = this.#next
    const announced = preamble !== undefined && (info.state === 'running' || preamble.lines <= 1)
    if (!again && !announced) return place
    if (place >= 0) tally.ids.undo(place)
    if (cut) dump.truncated = true
    this.#next = undefined
    if (this.#foreignLines === 0) this.#claimBlanks()
    this.#close()
    if (preamble !== undefined) {
      this.#candidate = preamble
      this.#unsettled = true
    }
    return -1
  }

  #newCandidate(start: number): Candidate {
    const candidate: Candidate = {
      start,
      opening: this.#sink.opening(),
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
    this.#candidate = candidate
    this.#unsettled = true
    return candidate
  }

  // --- what a dump line decides

  /** The line at `offset` is dump: so is what led to it, and what stood between was foreign. */
  #settle(offset: number): void {
    this.#unsettled = false
    if (this.#candidate !== undefined) this.#confirm(this.#candidate)
    const walker = this.#walker
    const dump = this.#dump
    if (dump === undefined) return
    if (this.#split && walker.goroutine !== undefined) {
      this.#split = false
      if (walker.at?.kind !== 'func' || IN_SYSCALL.test(walker.known.literal(walker.at))) {
        // Running on another thread, stack unavailable, or just out of a system call: one of the others.
      } else if (isValue(dump)) this.#retract(dump, walker.goroutine)
      else this.#splitAt(walker.goroutine.start)
    }
    this.#claimBlanks()
    const open = this.#dump as OpenDump
    open.foreignLines += this.#foreignLines
    open.foreignBytes += this.#foreignBytes
    this.#foreignLines = 0
    this.#foreignBytes = 0
    if (this.#next !== undefined) this.#dropNext()
    this.#releaseFragments()
    if (offset > open.end) open.end = offset
  }

  #claimBlanks(): void {
    if (this.#blanks.length === 0) return
    for (const blank of this.#blanks) this.#tape.claim(blank)
    this.#blanks = []
  }

  /** A second running goroutine with frames is one that makes a dump: runtime.Stack and pprof print it first. */
  #splitAt(start: number): void {
    const { goroutine, at } = this.#walker
    if (goroutine !== undefined && goroutine.place >= 0) this.#dump?.tally.ids.undo(goroutine.place)
    this.#walker.goroutine = undefined
    this.#walker.at = undefined
    this.#complete()
    this.#walker.goroutine = goroutine
    this.#walker.at = at
    this.#dump = this.#newDump(start, this.#sink.opening())
    this.#dump.firstRunning = true
    if (goroutine !== undefined) goroutine.place = this.#dump.tally.meet(goroutine.id)
  }

  /** What looked like the goroutine that panicked was text in the value of the panic. */
  #retract(dump: OpenDump, goroutine: OpenGoroutine): void {
    dump.tally = new Tally(this.#signatures, this.#limits)
    dump.damaged = 0
    goroutine.place = dump.tally.meet(goroutine.id)
  }

  #newDump(start: number, opening: Opening): OpenDump {
    const tally = new Tally(this.#signatures, this.#limits, this.#expected)
    return new OpenDump('stack', tally, start, opening)
  }

  #confirm(candidate: Candidate): void {
    this.#candidate = undefined
    for (const held of candidate.held) this.#tape.claim(held)
    const { profile, race } = candidate
    const dump =
      profile === undefined
        ? this.#newDump(candidate.start, candidate.opening)
        : new OpenDump(
            'profile',
            candidate.tally ?? new Tally(this.#signatures, this.#limits),
            candidate.start,
            candidate.opening,
          )
    dump.foreignLines = candidate.foreignLines
    dump.foreignBytes = candidate.foreignBytes
    if (profile !== undefined) {
      dump.kind = profile.title.leak ? 'leak' : undefined
      this.#profile = profile
    } else if (race !== undefined) {
      dump.kind = 'race'
      dump.race = []
      this.#race = race
    } else if (candidate.preamble !== undefined) {
      dump.kind = candidate.preamble.kind
      dump.reason = candidate.preamble.reason
    } else if (this.#announced !== undefined) {
      dump.kind = 'panic'
      dump.reason = this.#announced.reason
    }
    this.#announced = undefined
    this.#dump = dump
    for (const { id, info } of candidate.bare)
      this.#count(dump, { id, info, place: dump.tally.meet(id) }, undefined, true)
    const { goroutine } = this.#walker
    if (goroutine !== undefined) goroutine.place = dump.tally.meet(goroutine.id)
    dump.firstRunning = (candidate.bare[0]?.info ?? this.#walker.goroutine?.info)?.state === 'running'
  }

  #dropCandidate(): void {
    const candidate = this.#candidate
    this.#candidate = undefined
    this.#walker.goroutine = undefined
    this.#walker.at = undefined
    this.#profile = undefined
    for (const held of candidate?.held ?? []) this.#tape.release(held)
    this.#foreignLines = 0
    this.#foreignBytes = 0
    this.#unsettled = false
    this.#releaseFragments()
  }

  #dropNext(): void {
    for (const held of this.#next?.held ?? []) this.#tape.release(held)
    this.#next = undefined
  }

  #releaseFragments(): void {
    this.#fragments.clear(this.#tape)
  }

  // --- goroutines and dumps

  #finishGoroutine(cut: boolean): void {
    const walker = this.#walker
    const goroutine = walker.goroutine
    if (goroutine === undefined) return
    const { entry, damaged } = cut ? walker.finishCut() : walker.finish()
    if (!goroutine.counted) return
    if (this.#dump === undefined) this.#candidate?.bare.push(goroutine)
    else this.#count(this.#dump, goroutine, entry, damaged)
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
  #close(): void {
    const dump = this.#dump
    if (dump === undefined) return
    const walker = this.#walker
    if (walker.goroutine !== undefined) {
      const cutLine = this.#fragments.pending.some(
        (each) => walker.beginsKnown(each.text) || each.text.startsWith('goroutine '),
      )
      const cut = cutLine || !walker.ended
      if (cut && walker.goroutine.counted) dump.truncated = true
      this.#finishGoroutine(cut)
    }
    this.#complete()
    if (this.#next !== undefined) this.#dropNext()
  }

  #complete(): void {
    const dump = this.#dump
    if (dump === undefined) return
    if (this.#profile !== undefined) {
      this.#profile.closeRecord()
      dump.damaged += this.#profile.damaged
      if (dump.tally.goroutines < this.#profile.title.total) dump.truncated = true
    }
    if (this.#race !== undefined) dump.race = this.#race.accesses
    if (this.#walker.framesOverflow) dump.limits.add('frames')
    this.#walker.framesOverflow = false
    this.#dump = undefined
    this.#profile = undefined
    this.#race = undefined
    this.#split = false
    this.#furtherThread = false
    this.#foreignLines = 0
    this.#foreignBytes = 0
    for (const blank of this.#blanks) this.#tape.release(blank)
    this.#blanks = []
    this.#unsettled = this.#candidate !== undefined
    this.#releaseFragments()
    this.#expected = dump.tally.ids.size
    this.#sink.dump(dump.finish())
  }

  // --- lines that are not known

  #line(buf: Buffer, pos: number, base: number): number {
    const next = buf.indexOf(LF, pos) + 1
    const stop = trimLineEnd(buf, pos, next)
    if (isBlank(buf, pos, stop)) {
      this.#blank(buf, pos, next, base)
      return next
    }
    const text = stop - pos <= TEXT_BYTES ? buf.toString('latin1', pos, stop) : ''
    if (text !== '' && this.#dumpLine(text, buf, pos, next, base)) {
      this.progress++
      return next
    }
    this.#foreign(text, buf, pos, next, base)
    return next
  }

  /** Takes the line if it is dump, or may become one. */
  #dumpLine(text: string, buf: Buffer, pos: number, next: number, base: number): boolean {
    const dump = this.#dump
    if (this.#profileLine(text, base + pos, base + next)) return true
    if (this.#raceLine(text, base + pos, base + next)) return true
    const walker = this.#walker
    if (this.#fragments.pending.length > 0 && this.#join(text, base + pos, base + next)) return true
    if (walker.goroutine !== undefined && walker.line(text, buf, pos)) {
      // What is lost does not make a dump of what may be prose.
      if (dump === undefined && walker.damaged) {
        this.#dropCandidate()
        return false
      }
      this.#claimed(base + pos, base + next)
      return true
    }
    if (text === 'runtime stack:' && (dump !== undefined || this.#candidate !== undefined)) {
      this.#finishGoroutine(false)
      walker.begin({ id: 0, place: -1, info: RUNTIME_STACK, start: base + pos, counted: false })
      if (this.#candidate !== undefined) this.#candidate.held.push(this.#tape.hold(buf, pos, next))
      else this.#claimed(base + pos, base + next)
      return true
    }
    if (dump?.crash === true && this.#crashLine(text)) {
      this.#claimed(base + pos, base + next)
      return true
    }
    return this.#opening(text, buf, pos, next, base)
  }

  #claimed(start: number, end: number): void {
    if (this.#unsettled || this.#candidate !== undefined) this.#settle(start)
    if (this.#dump !== undefined && end > this.#dump.end) this.#dump.end = end
  }

  /** Registers, and the next thread of GOTRACEBACK=crash. */
  #crashLine(text: string): boolean {
    if (isRegister(text)) return true
    if (text === '-----') {
      this.#furtherThread = true
      return true
    }
    return this.#furtherThread && continuesPreamble(text, 'signal')
  }

  /** Lines that begin a dump, or belong to what may become one. */
  #opening(text: string, buf: Buffer, pos: number, next: number, base: number): boolean {
    const candidate = this.#candidate
    const title = text.charCodeAt(0) === 0x67 ? readProfileTitle(text) : undefined
    if (title !== undefined || text === RACE_WARNING) {
      this.#close()
      // The rule above a race report is held by now, if there was one.
      const start = candidate?.race === undefined ? undefined : candidate
      if (candidate !== undefined && start === undefined) this.#dropCandidate()
      const opened = start ?? this.#newCandidate(base + pos)
      opened.held.push(this.#tape.hold(buf, pos, next))
      if (title === undefined) opened.race = new RaceReport()
      else {
        opened.tally = new Tally(this.#signatures, this.#limits)
        opened.profile = new Profile(title, opened.tally, this.#pcLists, this.#fragments)
        if (title.total === 0) this.#settle(base + next)
      }
      return true
    }
    if (text === RACE_RULE) {
      if (candidate !== undefined) return false
      this.#close()
      const opened = this.#newCandidate(base + pos)
      opened.race = new RaceReport()
      opened.held.push(this.#tape.hold(buf, pos, next))
      return true
    }
    const preamble = startsPreamble(text)
    if (preamble !== undefined) {
      const before = this.#next ?? candidate
      // `runtime: goroutine stack exceeds …` comes first, what it was fatal for second. Any other start is a new one.
      const goesOn =
        before?.preamble?.kind === 'fatal' && preamble.kind === 'fatal' && this.#walker.goroutine === undefined
      if (!goesOn || before === undefined) this.#startCandidate(base + pos)
      const opened = this.#next ?? this.#candidate
      if (opened === undefined) return false
      opened.preamble = preamble
      opened.held.push(this.#tape.hold(buf, pos, next))
      return true
    }
    const open = this.#next ?? candidate
    if (
      open?.preamble !== undefined &&
      !open.closed &&
      (this.#walker.goroutine === undefined) === (this.#next === undefined) &&
      continuesPreamble(text, open.preamble.kind)
    ) {
      open.held.push(this.#tape.hold(buf, pos, next))
      return true
    }
    return false
  }

  /** A candidate in the place of the one there is; beside the open dump, if there is one. */
  #startCandidate(start: number): void {
    if (this.#dump === undefined) {
      if (this.#candidate !== undefined) this.#dropCandidate()
      this.#newCandidate(start)
      return
    }
    if (this.#next !== undefined) this.#dropNext()
    this.#next = this.#newCandidate(start)
    this.#candidate = undefined
  }

  /** Joins `text` to a pending head. */
  #join(text: string, start: number, end: number): boolean {
    const joined = this.#walker.join(text)
    if (joined !== undefined) {
      this.#fragments.claim(joined.fragment, joined.cut, this.#tape)
      this.#claimed(start, end)
      return true
    }
    for (const fragment of this.#fragments.pending) {
      const header = this.#fragments.joinHeader(fragment.text, text)
      if (header === undefined) continue
      const line = Buffer.from(`${header.text}\n`, 'latin1')
      if (this.#headers.read(line, 0, line.length) < 0) continue
      this.#fragments.claim(fragment, header.cut, this.#tape)
      this.#header(line, 0, end - start, start, true)
      return true
    }
    return false
  }

  #profileLine(text: string, start: number, end: number): boolean {
    const profile = this.#profile ?? this.#candidate?.profile
    if (profile === undefined) return false
    if (this.#fragments.pending.length > 0) {
      const joined = profile.join(text)
      if (joined !== undefined) {
        this.#fragments.claim(joined.fragment, joined.cut, this.#tape)
        this.#claimed(start, end)
        return true
      }
    }
    if (!profile.line(text)) return false
    this.#claimed(start, end)
    return true
  }

  #raceLine(text: string, start: number, end: number): boolean {
    const race = this.#race ?? this.#candidate?.race
    if (race === undefined) return false
    const what = race.line(text)
    if (what === undefined || (what === 'end' && !race.confirmed)) return false
    if (race.confirmed) {
      this.#claimed(start, end)
      if (what === 'end') this.#close()
    }
    return true
  }

  #blank(buf: Buffer, pos: number, next: number, base: number): void {
    const profile = this.#profile
    if (this.#fragments.pending.length > 0) {
      // Its line end may be all that is left of a cut line.
      if (
        profile === undefined ? this.#join('', base + pos, base + next) : this.#profileLine('', base + pos, base + next)
      )
        return
    }
    if (profile !== undefined) {
      profile.closeRecord()
      if (profile.complete) {
        this.#claimed(base + pos, base + next)
        this.#close()
        return
      }
    }
    const opening = this.#candidate ?? this.#next
    if (opening !== undefined) {
      opening.held.push(this.#tape.hold(buf, pos, next))
      // A tab alone is an empty line of a panic value.
      if (trimLineEnd(buf, pos, next) === pos) opening.closed = true
      return
    }
    if (this.#blanks.length >= BLANKS) {
      this.#foreign('', buf, pos, next, base)
      return
    }
    this.#blanks.push(this.#tape.hold(buf, pos, next))
    this.#unsettled = true
  }

  #foreign(text: string, buf: Buffer, pos: number, next: number, base: number): void {
    const candidate = this.#candidate
    if (candidate !== undefined) {
      if (this.#gluedHeader(text, buf, pos, next, base)) return
      candidate.lines++
      candidate.foreignLines++
      candidate.foreignBytes += next - pos
      this.#foreignText(text, buf, pos, next, base)
      const { candidateLines, preambleBytes } = this.#limits
      if (candidate.lines > candidateLines || candidate.foreignBytes > preambleBytes) this.#dropCandidate()
      return
    }
    if (this.#dump === undefined) {
      if (this.#gluedHeader(text, buf, pos, next, base)) return
      if (HEADER_HEAD.test(text)) {
        // The very first header, cut.
        this.#newCandidate(base + pos)
        this.#foreign(text, buf, pos, next, base)
      } else this.#tape.pass(buf, pos, next)
      return
    }
    if (this.#gluedHeader(text, buf, pos, next, base)) return
    if (text !== '' && END_MARK.test(text)) {
      this.#close()
      this.#tape.pass(buf, pos, next)
      return
    }
    this.#foreignLines++
    this.#foreignBytes += next - pos
    this.#unsettled = true
    if (this.#next !== undefined && ++this.#next.lines > ANNOUNCED_LINES) this.#dropNext()
    this.#foreignText(text, buf, pos, next, base)
    if (this.#foreignLines > this.#limits.foreignLines || this.#foreignBytes > this.#limits.foreignBytes) this.#close()
  }

  #foreignText(text: string, buf: Buffer, pos: number, next: number, base: number): void {
    const profile = this.#profile
    const glued = profile === undefined && text !== '' ? this.#walker.glued(text) : -1
    if (glued > 0) {
      this.#claimed(base + pos, base + pos + glued)
      this.#tape.pass(buf, pos + glued, next)
      this.#foreignLines = 1
      this.#foreignBytes = next - pos - glued
      this.#unsettled = true
      return
    }
    const head =
      text !== '' &&
      (this.#fragments.pending.length > 0 || (profile === undefined ? mayBegin(text) : /^[#\d]/.test(text)))
    if (!head || (this.#fragments.logStartsAt(text, 0) && !this.#walker.beginsKnown(text))) {
      this.#fragments.learn(text, true)
      this.#tape.pass(buf, pos, next)
      return
    }
    if (profile !== undefined) {
      if (!text.startsWith('#')) this.#fragments.learn(text, true)
    } else if (!this.#walker.beginsKnown(text) && text.charCodeAt(0) !== 0x09 && !text.startsWith('gorout'))
      this.#fragments.learn(text, true)
    const old = this.#fragments.add(text, this.#tape.hold(buf, pos, next))
    if (old !== undefined) this.#tape.release(old)
  }

  /** A header behind a log line that lacks its line end. */
  #gluedHeader(text: string, buf: Buffer, pos: number, next: number, base: number): boolean {
    if (this.#profile !== undefined) return false
    const at = text.lastIndexOf('goroutine ')
    if (at <= 0 || this.#headers.read(buf, pos + at, next) < 0) return false
    this.#tape.pass(buf, pos, pos + at)
    this.#header(buf, pos + at, next, base)
    return true
  }
}

const RUNTIME_STACK: HeaderInfo = {
  state: 'runtime stack',
  minutes: undefined,
  leaked: false,
  locked: false,
  labels: undefined,
}

/**
 * Until Go 1.22 the lines of a panic value stand in column 0 and may look like a goroutine. The one that panics comes first and is
 * the only one that runs and has a stack: if there is another, the first was part of the value.
 */
function isValue(dump: OpenDump): boolean {
  return dump.kind === 'panic' && dump.tally.goroutines === 1
}
