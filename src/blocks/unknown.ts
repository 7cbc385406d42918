/**
 * Lines that are not of a stack already seen: what begins a dump, the frames of a new stack, pieces of a line that was cut, empty lines,
 * and what is foreign. See the state table in assembler.ts.
 */
import { isBlank, LF, trimLineEnd } from '../bytes/ascii.ts'
import { Tally } from '../counts/tally.ts'
import type { HeaderInfo, HeaderReader } from '../goroutines/header.ts'
import { TEXT_BYTES } from '../goroutines/line.ts'
import type { Fragment } from './fragment.ts'
import { mayBegin } from './fragments.ts'
import type { Openings } from './openings.ts'
import { continuesPreamble, isRegister, startsPreamble } from './preamble.ts'
import { type PcLists, Profile, readProfileTitle } from './profile.ts'
import { RACE_RULE, RACE_WARNING, RaceReport } from './race.ts'
import { mayBeWrappedFile } from './wraps.ts'

/** Lines without a dump behind which a `panic serving` line is forgotten. */
const ANNOUNCED_LINES = 64
const BLANKS = 16
const HEADER_HEAD = /^goroutine \d+ (?:\[|gp=0x)/
const END_MARK =
  /^(?:\*\*\* END \*\*\*|=== END .*===)$|=== END goroutine stack dump ===|\*\*\* goroutine dump end\.* \*\*\*/
const RUNTIME_STACK: HeaderInfo = {
  state: 'runtime stack',
  minutes: undefined,
  leaked: false,
  locked: false,
  labels: undefined,
}

/** Takes the header of a goroutine at [pos, next) of `buf`; `joined`: its line was put together of pieces. */
export type TakeHeader = (buf: Buffer, pos: number, next: number, base: number, joined?: boolean) => void

export class UnknownLines {
  readonly #open: Openings
  readonly #headers: HeaderReader
  readonly #onHeader: TakeHeader
  readonly #pcLists: PcLists = new Map()
  /** The line taken last went to a dump in a carrier: from here on lines are offered there first. */
  elsewhere = false

  constructor(open: Openings, headers: HeaderReader, onHeader: TakeHeader) {
    this.#open = open
    this.#headers = headers
    this.#onHeader = onHeader
  }

  /** Takes the line at `pos`, whatever it is; returns where the next one begins. */
  take(buf: Buffer, pos: number, base: number): number {
    const after = this.#quick(buf, pos, base)
    if (after >= 0) return after
    const next = buf.indexOf(LF, pos) + 1
    const stop = trimLineEnd(buf, pos, next)
    const { fragments, walker } = this.#open
    if (isBlank(buf, pos, stop)) {
      this.#blank(buf, pos, next, base)
      fragments.wraps.interrupt()
      walker.length = 0
      return next
    }
    const text = stop - pos <= TEXT_BYTES ? buf.toString('latin1', pos, stop) : ''
    if (text !== '' && this.#dumpLine(text, buf, pos, next, base)) {
      this.#open.progress++
      fragments.wraps.interrupt()
      walker.length = text.length
      return next
    }
    this.#foreign(text, buf, pos, next, base)
    walker.length = 0
    return next
  }

  /** Takes a line of a new stack without a look at its text, where nothing but the goroutine can have a claim to it; else returns -1. */
  #quick(buf: Buffer, pos: number, base: number): number {
    const { fragments, walker, candidate } = this.#open
    if (fragments.pending.length > 0 || this.#open.profile !== undefined || this.#open.race !== undefined) return -1
    if (candidate?.profile !== undefined || candidate?.race !== undefined) return -1
    const next = walker.quick(buf, pos)
    if (next < 0) return -1
    this.#open.claimed(base + pos, base + next)
    this.#open.progress++
    fragments.wraps.interrupt()
    return next
  }

  /** Takes the line if it is dump, or may become one. */
  #dumpLine(text: string, buf: Buffer, pos: number, next: number, base: number): boolean {
    const dump = this.#open.dump
    if (this.#profileLine(text, base + pos, base + next)) return true
    if (this.#raceLine(text, base + pos, base + next)) return true
    const walker = this.#open.walker
    if (this.#open.fragments.pending.length > 0 && this.#join(text, base + pos, base + next)) return true
    if (walker.goroutine !== undefined && walker.line(text, buf, pos)) {
      // What is lost does not make a dump of what may be prose.
      if (dump === undefined && walker.damaged) {
        this.#open.dropCandidate()
        return false
      }
      this.#open.claimed(base + pos, base + next)
      return true
    }
    if (text === 'runtime stack:' && (dump !== undefined || this.#open.candidate !== undefined)) {
      this.#open.finishGoroutine(false)
      walker.begin({ id: 0, place: -1, info: RUNTIME_STACK, start: base + pos, counted: false })
      if (this.#open.candidate !== undefined) this.#open.candidate.held.push(this.#open.tape.hold(buf, pos, next))
      else this.#open.claimed(base + pos, base + next)
      return true
    }
    if (dump?.crash === true && this.#crashLine(text)) {
      this.#open.claimed(base + pos, base + next)
      return true
    }
    return this.#opening(text, buf, pos, next, base)
  }

  /** Registers, and the next thread of GOTRACEBACK=crash. */
  #crashLine(text: string): boolean {
    if (isRegister(text)) return true
    if (text === '-----') {
      this.#open.furtherThread = true
      return true
    }
    return this.#open.furtherThread && continuesPreamble(text, 'signal')
  }

  /** Lines that begin a dump, or belong to what may become one. */
  #opening(text: string, buf: Buffer, pos: number, next: number, base: number): boolean {
    const candidate = this.#open.candidate
    const title = text.charCodeAt(0) === 0x67 ? readProfileTitle(text) : undefined
    if (title !== undefined || text === RACE_WARNING) {
      this.#open.close()
      // The rule above a race report is held by now, if there was one.
      const start = candidate?.race === undefined ? undefined : candidate
      if (candidate !== undefined && start === undefined) this.#open.dropCandidate()
      const opened = start ?? this.#open.newCandidate(base + pos)
      opened.held.push(this.#open.tape.hold(buf, pos, next))
      if (title === undefined) opened.race = new RaceReport()
      else {
        opened.tally = new Tally(this.#open.signatures, this.#open.limits)
        opened.profile = new Profile(title, opened.tally, this.#pcLists, this.#open.fragments)
        if (title.total === 0) this.#open.settle(base + next)
      }
      return true
    }
    if (text === RACE_RULE) {
      if (candidate !== undefined) return false
      this.#open.close()
      const opened = this.#open.newCandidate(base + pos)
      opened.race = new RaceReport()
      opened.held.push(this.#open.tape.hold(buf, pos, next))
      return true
    }
    const preamble = startsPreamble(text)
    if (preamble !== undefined) {
      const before = this.#open.next ?? candidate
      // `runtime: goroutine stack exceeds …` comes first, what it was fatal for second. Any other start is a new one.
      const goesOn =
        before?.preamble?.kind === 'fatal' && preamble.kind === 'fatal' && this.#open.walker.goroutine === undefined
      if (!goesOn || before === undefined) this.#open.startCandidate(base + pos)
      const opened = this.#open.next ?? this.#open.candidate
      if (opened === undefined) return false
      opened.preamble = preamble
      opened.held.push(this.#open.tape.hold(buf, pos, next))
      return true
    }
    const open = this.#open.next ?? candidate
    if (
      open?.preamble !== undefined &&
      !open.closed &&
      (this.#open.walker.goroutine === undefined) === (this.#open.next === undefined) &&
      continuesPreamble(text, open.preamble.kind)
    ) {
      open.held.push(this.#open.tape.hold(buf, pos, next))
      return true
    }
    return false
  }

  /** Joins `text` to a pending head. */
  #join(text: string, start: number, end: number): boolean {
    const joined = this.#open.walker.join(text)
    if (joined !== undefined) {
      this.#claim(joined.fragment, joined.cut)
      this.#open.claimed(start, end)
      return true
    }
    for (const fragment of this.#open.fragments.pending) {
      const header = this.#open.fragments.joinHeader(fragment.text, text)
      if (header === undefined) continue
      const line = Buffer.from(`${header.text}\n`, 'latin1')
      if (this.#headers.read(line, 0, line.length) < 0) continue
      this.#claim(fragment, header.cut)
      this.#onHeader(line, 0, end - start, start, true)
      return true
    }
    return false
  }

  /** The first `cut` bytes of `fragment` are dump; lines of it that were all dump had been taken for foreign ones. */
  #claim(fragment: Fragment, cut: number): void {
    const counted = this.#open.candidate ?? this.#open
    for (const length of this.#open.fragments.claim(fragment, cut, this.#open.tape)) {
      counted.foreignLines--
      counted.foreignBytes -= length + 1
    }
  }

  #profileLine(text: string, start: number, end: number): boolean {
    const profile = this.#open.profile ?? this.#open.candidate?.profile
    if (profile === undefined) return false
    if (this.#open.fragments.pending.length > 0) {
      const joined = profile.join(text)
      if (joined !== undefined) {
        this.#claim(joined.fragment, joined.cut)
        this.#open.claimed(start, end)
        return true
      }
    }
    if (!profile.line(text)) return false
    this.#open.claimed(start, end)
    return true
  }

  #raceLine(text: string, start: number, end: number): boolean {
    const race = this.#open.race ?? this.#open.candidate?.race
    if (race === undefined) return false
    const what = race.line(text)
    if (what === undefined || (what === 'end' && !race.confirmed)) return false
    if (race.confirmed) {
      this.#open.claimed(start, end)
      if (what === 'end') this.#open.close()
    }
    return true
  }

  #blank(buf: Buffer, pos: number, next: number, base: number): void {
    const profile = this.#open.profile
    if (this.#open.fragments.pending.length > 0) {
      // Its line end may be all that is left of a cut line.
      if (
        profile === undefined ? this.#join('', base + pos, base + next) : this.#profileLine('', base + pos, base + next)
      )
        return
    }
    if (profile !== undefined) {
      profile.closeRecord()
      if (profile.complete) {
        this.#open.claimed(base + pos, base + next)
        this.#open.close()
        return
      }
    }
    const opening = this.#open.candidate ?? this.#open.next
    if (opening !== undefined) {
      opening.held.push(this.#open.tape.hold(buf, pos, next))
      // A tab alone is an empty line of a panic value.
      if (trimLineEnd(buf, pos, next) === pos) opening.closed = true
      return
    }
    if (this.#open.blanks.length >= BLANKS) {
      this.#foreign('', buf, pos, next, base)
      return
    }
    this.#open.blanks.push(this.#open.tape.hold(buf, pos, next))
    this.#open.unsettled = true
  }

  #foreign(text: string, buf: Buffer, pos: number, next: number, base: number): void {
    const candidate = this.#open.candidate
    if (candidate !== undefined) {
      if (this.#gluedHeader(text, buf, pos, next, base)) return
      candidate.lines++
      candidate.foreignLines++
      candidate.foreignBytes += next - pos
      this.#foreignText(text, buf, pos, next, base)
      const { candidateLines, preambleBytes } = this.#open.limits
      if (candidate.lines > candidateLines || candidate.foreignBytes > preambleBytes) this.#open.dropCandidate()
      return
    }
    if (this.#open.dump === undefined) {
      if (this.#gluedHeader(text, buf, pos, next, base)) return
      if (HEADER_HEAD.test(text)) {
        // The very first header, cut.
        this.#open.newCandidate(base + pos)
        this.#foreign(text, buf, pos, next, base)
      } else this.#open.tape.pass(buf, pos, next)
      return
    }
    if (this.#open.carried(buf, pos, next, base)) {
      this.elsewhere = true
      this.#countForeign(next - pos)
      return
    }
    if (this.#gluedHeader(text, buf, pos, next, base)) return
    if (text !== '' && END_MARK.test(text)) {
      this.#open.close()
      this.#open.tape.pass(buf, pos, next)
      return
    }
    this.#countForeign(next - pos)
    if (this.#open.next !== undefined && ++this.#open.next.lines > ANNOUNCED_LINES) this.#open.dropNext()
    this.#foreignText(text, buf, pos, next, base)
    if (
      this.#open.foreignLines > this.#open.limits.foreignLines ||
      this.#open.foreignBytes > this.#open.limits.foreignBytes
    )
      this.#open.close()
  }

  #countForeign(bytes: number): void {
    this.#open.foreignLines++
    this.#open.foreignBytes += bytes
    this.#open.unsettled = true
  }

  #foreignText(text: string, buf: Buffer, pos: number, next: number, base: number): void {
    const profile = this.#open.profile
    const glued = profile === undefined && text !== '' ? this.#open.walker.glued(text) : -1
    if (glued > 0) {
      this.#open.claimed(base + pos, base + pos + glued)
      this.#open.tape.pass(buf, pos + glued, next)
      this.#open.foreignLines = 1
      this.#open.foreignBytes = next - pos - glued
      this.#open.unsettled = true
      return
    }
    const head =
      text !== '' &&
      (this.#open.fragments.pending.length > 0 ||
        (profile === undefined ? mayBegin(text) || mayBeWrappedFile(text) : /^[#\d]/.test(text)))
    if (!head || (this.#open.fragments.logStartsAt(text, 0) && !this.#open.walker.beginsKnown(text))) {
      this.#open.fragments.learn(text, true)
      this.#open.fragments.wraps.interrupt()
      this.#open.tape.pass(buf, pos, next)
      return
    }
    if (profile !== undefined) {
      if (!text.startsWith('#')) this.#open.fragments.learn(text, true)
    } else if (
      !this.#open.walker.beginsKnown(text) &&
      text.charCodeAt(0) !== 0x09 &&
      !mayBeWrappedFile(text) &&
      !text.startsWith('gorout')
    )
      this.#open.fragments.learn(text, true)
    const old = this.#open.fragments.add(text, this.#open.tape.hold(buf, pos, next))
    if (old !== undefined) this.#open.tape.release(old)
  }

  /** A header behind a log line that lacks its line end. */
  #gluedHeader(text: string, buf: Buffer, pos: number, next: number, base: number): boolean {
    if (this.#open.profile !== undefined) return false
    const at = text.lastIndexOf('goroutine ')
    if (at <= 0 || this.#headers.read(buf, pos + at, next) < 0) return false
    this.#open.tape.pass(buf, pos, pos + at)
    this.#onHeader(buf, pos + at, next, base)
    return true
  }
}
