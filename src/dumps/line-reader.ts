/**
 * Reads the lines that are not in a stack already seen: the frames of a new stack, the lines of profiles and race reports, the tail of a line that
 * was cut, empty lines. openers.ts has the lines that begin a dump, foreign-lines.ts foreign lines, and plain-log.ts many of those at once.
 *
 * Hot where most stacks are new: `#takeFast`, guarded by `npm run bench` (dump-heavy, 2000 stacks).
 */
import { isBlank, LF, SPACE, TAB, trimLineEnd, wordsOf } from '../core/ascii.ts'
import type { Held, LineAt } from '../lines/tape.ts'
import type { HeaderReader } from '../text/header.ts'
import { type HeaderInfo, headerInfo } from '../text/info.ts'
import { GO_LINE_BYTES, readLine, readOddCall } from '../text/line.ts'
import { areRegistersDue, continuesPreamble, isRegister, withoutFill } from '../text/preamble.ts'
import { Remarks } from '../text/remarks.ts'
import { beginGoroutine } from './begin-goroutine.ts'
import type { Joined } from './body.ts'
import { ForeignLines } from './foreign-lines.ts'
import type { OpenBlocks } from './open-blocks.ts'
import { Openers } from './openers.ts'
import { PlainLog } from './plain-log.ts'

const RUNTIME_STACK: HeaderInfo = headerInfo('runtime stack', undefined, '', false, undefined)

export class LineReader {
  readonly #open: OpenBlocks
  readonly #headers: HeaderReader
  readonly #openers: Openers
  readonly #foreign: ForeignLines
  readonly #remarks = new Remarks()
  readonly plainLog: PlainLog

  constructor(open: OpenBlocks, headers: HeaderReader) {
    this.#open = open
    this.#headers = headers
    this.#openers = new Openers(open)
    this.#foreign = new ForeignLines(open, headers, this.#openers, this.#remarks)
    this.plainLog = new PlainLog(open, this.#remarks)
  }

  /** Prepares for another stream. */
  reuse(): void {
    this.#remarks.reuse()
    this.#openers.reuse()
  }

  /** Takes the line at `pos`, unless it is foreign to an open dump; returns where the next one begins, or `pos` if it was not taken. */
  take(buf: Buffer, pos: number, end: number, base: number): number {
    if (this.#open.goroutine.isProvedBy(buf[pos])) this.#open.decide('dump')
    const after = this.#takeFast(buf, pos, end, base)
    if (after >= 0) return after
    const next = buf.indexOf(LF, pos) + 1
    const stop = textEnd(buf, pos, next)
    const { fragments, goroutine } = this.#open
    const raw = stop - pos <= GO_LINE_BYTES ? buf.toString('latin1', pos, stop) : ''
    const text = goroutine.header === undefined ? withoutFill(raw) : goroutine.plain(raw)
    const plain = text === raw ? undefined : Buffer.from(text, 'latin1')
    const line = { text, buf, pos, next, base, plain }
    const decided = this.#open.body.decide(text)
    if (decided !== undefined) this.#open.decide(decided)
    if (isBlank(buf, pos, stop)) {
      this.#blank(line)
      fragments.wraps.interrupt()
      goroutine.interrupt('')
    } else if (text !== '' && this.#dumpLine(line)) {
      this.#open.progress++
      fragments.wraps.interrupt()
      goroutine.length = text.length
    } else if (this.#open.dump !== undefined && this.#open.candidate === undefined) return pos
    else this.#takeForeign({ ...line, text: raw })
    return next
  }

  /** Takes the line at `pos`, which is foreign to the open dump; returns where the next one begins. */
  takeForeign(buf: Buffer, pos: number, base: number): number {
    const next = buf.indexOf(LF, pos) + 1
    const stop = trimLineEnd(buf, pos, next)
    const text = stop - pos <= GO_LINE_BYTES ? buf.toString('latin1', pos, stop) : ''
    this.#takeForeign({ text, buf, pos, next, base })
    return next
  }

  /** Takes the line at `pos`, which is already held, if a dump begins with it. */
  takeBeginning(buf: Buffer, pos: number, base: number, held: Held): void {
    const next = buf.indexOf(LF, pos) + 1
    const text = buf.toString('latin1', pos, trimLineEnd(buf, pos, next))
    if (!this.#openers.take({ text, buf, pos, next, base, held })) this.#open.tape.release(held)
  }

  /** See ForeignLines.takenElsewhere. */
  takenElsewhere(bytes: number): void {
    this.#foreign.takenElsewhere(bytes)
    this.#open.goroutine.interrupt('')
  }

  #takeForeign(line: LineAt): void {
    this.#foreign.take(line)
    this.#open.goroutine.interrupt(line.text)
  }

  /**
   * Takes lines of a new stack, or one of a profile, by their bytes alone, if nothing else can claim them; otherwise returns -1. If pieces of cut
   * lines are pending, the text of a line must be examined.
   */
  #takeFast(buf: Buffer, pos: number, end: number, base: number): number {
    const open = this.#open
    const { body, fragments, goroutine } = open
    if (fragments.pending.length > 0 || (buf[pos] === LF && open.unsettled)) return -1
    let next = body.lineFast(buf, pos, end)
    if (next < 0) return -1
    for (let from = pos; ; ) {
      if (goroutine.doubt !== undefined) open.doubt(open.tape.hold(buf, from, next), base + from, base + next)
      else open.claimed(base + from, base + next)
      // Nothing is known below a line that has just been learnt: the next line is new, too, or a kernel knows it from elsewhere.
      const { isAtLeaf, tree } = goroutine
      if (!isAtLeaf || tree.hasKernel || open.dump === undefined || open.unsettled || next >= end) break
      const after = body.lineFast(buf, next, end)
      if (after < 0) break
      from = next
      next = after
    }
    open.progress++
    fragments.wraps.interrupt()
    return next
  }

  /** Takes the line if it is dump, or may become one. */
  #dumpLine(line: LineAt): boolean {
    return (
      (this.#open.fragments.pending.length > 0 && this.#join(line)) ||
      this.#bodyLine(line) ||
      (this.#isTrapped(line) && this.#bodyLine(line)) ||
      this.#runtimeStack(line) ||
      this.#crashLine(line) ||
      this.#openers.take(line)
    )
  }

  /** Takes the tail of a line whose head is pending. */
  #join(line: LineAt): boolean {
    const { body, fragments } = this.#open
    const { text, pos, next, base } = line
    const cut = body.takeCut(text)
    if (cut !== undefined) {
      this.#claimHead(cut)
      return this.#bodyLine(line)
    }
    const joined = body.join(text)
    if (joined !== undefined) {
      this.#claimHead(joined)
      // Its file line was put together.
      this.#open.decide('dump')
      this.#claimed(line)
      return true
    }
    for (const fragment of fragments.pending) {
      const header = fragments.joinHeader(fragment.text, text)
      if (header === undefined) continue
      const whole = Buffer.from(`${header.text}\n`, 'latin1')
      if (this.#headers.read(whole, wordsOf(whole), 0, whole.length) < 0) continue
      this.#claimHead({ fragment, cut: header.cut })
      beginGoroutine(this.#open, this.#headers, whole, 0, next - pos, base + pos, 'joined')
      return true
    }
    return false
  }

  /** The head of a line is dump. Lines of its fragment that belong to the dump completely had been counted as foreign. */
  #claimHead({ fragment, cut }: Joined): void {
    const { candidate, fragments, sinceLastLine } = this.#open
    const counted = candidate?.foreign ?? sinceLastLine
    for (const length of fragments.claim(fragment, cut)) counted.remove(length + 1)
  }

  /** Takes a line of the body. */
  #bodyLine(line: LineAt): boolean {
    const open = this.#open
    const part = open.body.line(line.text, line.plain ?? line.buf, line.plain === undefined ? line.pos : 0)
    switch (part) {
      case 'foreign':
        return false
      case 'doubtful':
        open.doubt(open.tape.hold(line.buf, line.pos, line.next), line.base + line.pos, line.base + line.next)
        return true
      case 'damaged':
        if (open.dump !== undefined) break
        // A goroutine with a missing line does not make a dump of what may be prose.
        open.dropCandidate()
        return false
    }
    this.#claimed(line)
    if (part === 'last') open.close()
    return true
  }

  /** Is this the first line of a stack that follows, without a header, the place where a signal came? */
  #isTrapped({ text, base, pos }: LineAt): boolean {
    const open = this.#open
    const { candidate, goroutine, next } = open
    if (!beginsStack(text)) return false
    if (next?.hasTrap === true && next.lines === 0) open.closeForNext()
    else if (candidate?.hasTrap !== true || candidate.lines > 0 || goroutine.header !== undefined) return false
    goroutine.begin({ id: 0, place: -1, info: RUNTIME_STACK, start: base + pos, counted: false })
    return true
  }

  /** `runtime stack:` takes the place of a header, but is not a goroutine. */
  #runtimeStack(line: LineAt): boolean {
    const open = this.#open
    if (line.text !== 'runtime stack:') return false
    if (open.quiet) open.newCandidate(line.base + line.pos)
    if (open.dump !== undefined && open.next !== undefined && open.next.lines <= 1) open.closeForNext()
    // A profile or a race report has no such stack.
    if (open.body.goroutines === 'none') return false
    open.finishGoroutine(false)
    open.goroutine.begin({ id: 0, place: -1, info: RUNTIME_STACK, start: line.base + line.pos, counted: false })
    if (open.candidate === undefined) this.#claimed(line)
    else {
      open.candidate.hold(open.hold(line))
      open.candidate.hasRuntimeStack = true
    }
    return true
  }

  /** Takes what follows the goroutines of a crash: registers, and with GOTRACEBACK=crash the next thread. */
  #crashLine(line: LineAt): boolean {
    const { dump } = this.#open
    if (dump === undefined || !dump.isCrash) return false
    // After a log line, no further threads are expected.
    if (this.#open.sinceLastLine.isApart && dump.part === 'threads') dump.part = 'interrupted'
    if (line.text === '-----') dump.part = 'threads'
    else if (isRegister(line.text))
      dump.registers = areRegistersDue(line.text, dump.registers !== 'none') ? 'due' : 'none'
    else if (!(dump.part === 'threads' && continuesPreamble(line.text, 'signal'))) return false
    this.#claimed(line)
    return true
  }

  #blank(line: LineAt): void {
    const open = this.#open
    const { buf, pos, next } = line
    // The line may be the tail of a cut line that lacks only its line end.
    const tail = { ...line, text: '' }
    const { beginning } = open
    if (beginning?.hasOpenPreamble !== true && open.fragments.pending.length > 0 && this.#join(tail)) return
    // The empty line after a preamble does not end a profile.
    if (open.dump?.body.blank() === 'last' && open.next === undefined) {
      this.#claimed(line)
      open.close()
      return
    }
    if (beginning !== undefined) {
      beginning.hold(open.tape.hold(buf, pos, next))
      // A TAB alone is an empty line of a panic's value.
      if (trimLineEnd(buf, pos, next) === pos) beginning.isPastEmptyLine = true
      return
    }
    if (open.quiet) open.tape.pass(buf, pos, next)
    else if (!open.sinceLastLine.holdBlank(buf, pos, next)) this.#foreign.take(tail)
  }

  #claimed({ base, pos, next }: LineAt): void {
    this.#open.claimed(base + pos, base + next)
  }
}

/** Where the text of the line ends. logrus pads a message with blanks; the last line of a dump in one is a file line. */
function textEnd(buf: Buffer, pos: number, next: number): number {
  let stop = trimLineEnd(buf, pos, next)
  if (buf[pos] === TAB) while (stop > pos + 1 && buf[stop - 1] === SPACE) stop--
  return stop
}

/** Can the stack of a thread begin with this line? Its first function may be in C, or it may have none. */
function beginsStack(text: string): boolean {
  const kind = (readLine(text) ?? readOddCall(text))?.kind
  return kind === 'func' || kind === 'created'
}
