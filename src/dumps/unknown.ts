/**
 * Lines that are not of a stack already seen: the frames of a new stack, the lines of profiles and race reports, the tail of a line that
 * was cut, empty lines. What begins a dump is told in beginnings.ts, what is foreign in foreign.ts.
 *
 * Hot where most stacks are new: `#quick`, guarded by `npm run bench` (dump-heavy, 2000 stacks).
 */
import { isBlank, LF, SPACE, TAB, trimLineEnd, wordsOf } from '../core/ascii.ts'
import type { Held } from '../lines/tape.ts'
import type { HeaderReader } from '../text/header.ts'
import { type HeaderInfo, headerInfo } from '../text/info.ts'
import { TEXT_BYTES } from '../text/line.ts'
import { continuesPreamble, isRegister } from '../text/preamble.ts'
import { Beginnings } from './beginnings.ts'
import { ForeignLines, type TakeHeader } from './foreign.ts'
import type { LineAt } from './line-at.ts'
import type { OpenBlocks } from './open-blocks.ts'
import type { Fragment } from './repair/wraps.ts'

const RUNTIME_STACK: HeaderInfo = headerInfo('runtime stack', undefined, false, false, undefined)

export class UnknownLines {
  readonly #open: OpenBlocks
  readonly #headers: HeaderReader
  readonly #onHeader: TakeHeader
  readonly #beginnings: Beginnings
  readonly #foreign: ForeignLines

  constructor(open: OpenBlocks, headers: HeaderReader, onHeader: TakeHeader) {
    this.#open = open
    this.#headers = headers
    this.#onHeader = onHeader
    this.#beginnings = new Beginnings(open)
    this.#foreign = new ForeignLines(open, headers, this.#beginnings, onHeader)
  }

  /** Takes the line at `pos`, unless it is foreign to an open dump; returns where the next one begins, or `pos`. */
  take(buf: Buffer, pos: number, end: number, base: number): number {
    if (this.#open.walker.isProvedBy(buf[pos])) this.#open.decide('dump')
    const after = this.#quick(buf, pos, end, base)
    if (after >= 0) return after
    const next = buf.indexOf(LF, pos) + 1
    const stop = textEnd(buf, pos, next)
    const { fragments, walker } = this.#open
    const text = stop - pos <= TEXT_BYTES ? buf.toString('latin1', pos, stop) : ''
    const line = { text, buf, pos, next, base }
    const decided = walker.decide(text)
    if (decided !== undefined) this.#open.decide(decided)
    if (isBlank(buf, pos, stop)) {
      this.#blank(line)
      fragments.wraps.interrupt()
      walker.interrupt('')
    } else if (text !== '' && this.#dumpLine(line)) {
      this.#open.progress++
      fragments.wraps.interrupt()
      walker.length = text.length
    } else if (this.#open.dump !== undefined && this.#open.candidate === undefined) return pos
    else this.#takeForeign(line)
    return next
  }

  /** Takes the line at `pos`, which is foreign to the open dump; returns where the next one begins. */
  takeForeign(buf: Buffer, pos: number, base: number): number {
    const next = buf.indexOf(LF, pos) + 1
    const stop = trimLineEnd(buf, pos, next)
    const text = stop - pos <= TEXT_BYTES ? buf.toString('latin1', pos, stop) : ''
    this.#takeForeign({ text, buf, pos, next, base })
    return next
  }

  /** Takes the line at `pos`, which is held already, if a dump begins with it. */
  takeBeginning(buf: Buffer, pos: number, base: number, held: Held): void {
    const next = buf.indexOf(LF, pos) + 1
    const text = buf.toString('latin1', pos, trimLineEnd(buf, pos, next))
    if (!this.#beginnings.take({ text, buf, pos, next, base, held })) this.#open.tape.release(held)
  }

  /** As ForeignLines.takenElsewhere. */
  takenElsewhere(bytes: number): void {
    this.#foreign.takenElsewhere(bytes)
    this.#open.walker.interrupt('')
  }

  #takeForeign(line: LineAt): void {
    this.#foreign.take(line)
    this.#open.walker.interrupt(line.text)
  }

  /**
   * Takes a line of a new stack by its bytes alone, where nothing but the goroutine at hand can have a claim to it; else returns -1. With a
   * profile, a race report or pieces of cut lines about, its text must be looked at.
   */
  #quick(buf: Buffer, pos: number, end: number, base: number): number {
    const { fragments, walker, dump, candidate } = this.#open
    const block = dump ?? candidate
    if (fragments.pending.length > 0 || block?.profile !== undefined || block?.race !== undefined) return -1
    const next = walker.quick(buf, pos, end)
    if (next < 0) return -1
    if (walker.doubts) this.#open.doubt(this.#open.tape.hold(buf, pos, next), base + pos, base + next)
    else this.#open.claimed(base + pos, base + next)
    this.#open.progress++
    fragments.wraps.interrupt()
    return next
  }

  /** Takes the line if it is dump, or may become one. */
  #dumpLine(line: LineAt): boolean {
    return (
      this.#profileLine(line) ||
      this.#raceLine(line) ||
      (this.#open.fragments.pending.length > 0 && this.#join(line)) ||
      this.#frameLine(line) ||
      this.#runtimeStack(line) ||
      this.#crashLine(line) ||
      this.#beginnings.take(line)
    )
  }

  #profileLine(line: LineAt): boolean {
    const open = this.#open
    const profile = (open.dump ?? open.candidate)?.profile
    if (profile === undefined) return false
    if (open.fragments.pending.length > 0) {
      const joined = profile.join(line.text)
      if (joined !== undefined) {
        this.#claimHead(joined.fragment, joined.cut)
        this.#claimed(line)
        return true
      }
    }
    if (!profile.line(line.text)) return false
    this.#claimed(line)
    return true
  }

  #raceLine(line: LineAt): boolean {
    const open = this.#open
    const race = (open.dump ?? open.candidate)?.race
    if (race === undefined) return false
    const what = race.line(line.text)
    if (what === undefined || (what === 'end' && !race.confirmed)) return false
    if (race.confirmed) {
      this.#claimed(line)
      if (what === 'end') open.close()
    }
    return true
  }

  /** Takes the tail of a line whose head is pending. */
  #join(line: LineAt): boolean {
    const { walker, fragments } = this.#open
    const { text, pos, next, base } = line
    const joined = walker.join(text)
    if (joined !== undefined) {
      this.#claimHead(joined.fragment, joined.cut)
      // Its file line has been put together.
      this.#open.decide('dump')
      this.#claimed(line)
      return true
    }
    for (const fragment of fragments.pending) {
      const header = fragments.joinHeader(fragment.text, text)
      if (header === undefined) continue
      const whole = Buffer.from(`${header.text}\n`, 'latin1')
      if (this.#headers.read(whole, wordsOf(whole), 0, whole.length) < 0) continue
      this.#claimHead(fragment, header.cut)
      this.#onHeader(whole, 0, next - pos, base + pos, 'joined')
      return true
    }
    return false
  }

  /** The first `cut` bytes of `fragment` are dump. Lines of it that are dump as a whole had been counted as foreign. */
  #claimHead(fragment: Fragment, cut: number): void {
    const { candidate, fragments, tape, gap } = this.#open
    const counted = candidate?.foreign ?? gap
    for (const length of fragments.claim(fragment, cut, tape)) counted.remove(length + 1)
  }

  /** A line of the goroutine at hand. */
  #frameLine(line: LineAt): boolean {
    const open = this.#open
    const { walker } = open
    if (walker.goroutine === undefined) return false
    const taken = walker.line(line.text, line.buf, line.pos)
    if (taken === 'foreign') return false
    if (taken === 'doubtful') {
      open.doubt(open.tape.hold(line.buf, line.pos, line.next), line.base + line.pos, line.base + line.next)
      return true
    }
    // A goroutine of which a line is missing does not make a dump of what may be prose.
    if (open.dump === undefined && walker.damaged) {
      open.dropCandidate()
      return false
    }
    this.#claimed(line)
    return true
  }

  /** `runtime stack:` stands in the place of a header, but is no goroutine. */
  #runtimeStack(line: LineAt): boolean {
    const open = this.#open
    if (line.text !== 'runtime stack:' || open.quiet) return false
    if (open.dump !== undefined && open.next !== undefined && open.next.lines <= 1) open.closeForNext()
    open.finishGoroutine(false)
    open.walker.begin({ id: 0, place: -1, info: RUNTIME_STACK, start: line.base + line.pos, counted: false })
    if (open.candidate !== undefined) open.candidate.held.push(open.tape.hold(line.buf, line.pos, line.next))
    else this.#claimed(line)
    return true
  }

  /** What stands behind the goroutines of a crash: registers, and with GOTRACEBACK=crash the next thread. */
  #crashLine(line: LineAt): boolean {
    const { dump } = this.#open
    if (dump === undefined || !dump.isCrash) return false
    // A log line behind a crash: what it says of threads to come is over.
    if (this.#open.gap.isApart) dump.furtherThread = false
    if (line.text === '-----') dump.furtherThread = true
    else if (!isRegister(line.text) && !(dump.furtherThread && continuesPreamble(line.text, 'signal'))) return false
    this.#claimed(line)
    return true
  }

  #blank(line: LineAt): void {
    const open = this.#open
    const { buf, pos, next } = line
    const profile = open.dump?.profile
    // Its line end may be all that is left of a cut line.
    const tail = { ...line, text: '' }
    const preamble = open.next ?? (open.dump === undefined ? open.candidate : undefined)
    const isOfPreamble = preamble?.preamble !== undefined && !preamble.closed
    if (
      !isOfPreamble &&
      open.fragments.pending.length > 0 &&
      (profile === undefined ? this.#join(tail) : this.#profileLine(tail))
    )
      return
    if (profile !== undefined) {
      profile.closeRecord()
      // The empty line behind a preamble is no end of the profile's last record.
      if (profile.complete && open.next === undefined) {
        this.#claimed(line)
        open.close()
        return
      }
    }
    const beginning = open.candidate ?? open.next
    if (beginning !== undefined) {
      beginning.held.push(open.tape.hold(buf, pos, next))
      // A tab alone is an empty line of a panic value.
      if (trimLineEnd(buf, pos, next) === pos) beginning.closed = true
      return
    }
    if (open.quiet) open.tape.pass(buf, pos, next)
    else if (open.gap.holdBlank(buf, pos, next)) open.unsettled = true
    else this.#foreign.take(tail)
  }

  #claimed({ base, pos, next }: LineAt): void {
    this.#open.claimed(base + pos, base + next)
  }
}

/** Where the text of the line ends. logrus fills a message up with blanks; the last line of a dump in one is a file line. */
function textEnd(buf: Buffer, pos: number, next: number): number {
  let stop = trimLineEnd(buf, pos, next)
  if (buf[pos] === TAB) while (stop > pos + 1 && buf[stop - 1] === SPACE) stop--
  return stop
}
