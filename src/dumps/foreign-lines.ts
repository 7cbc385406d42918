/**
 * Lines that nothing open can claim. They are log, except for what is hidden in them: the header of a goroutine after a log line that lacks its
 * line end, a dump line with foreign text glued to it, the head of a dump line that was cut (fragments.ts).
 *
 *   open             | line                                    | what happens
 *   -----------------|-----------------------------------------|--------------------------------------------------
 *   anything         | ends in a header                        | what comes before the header is log
 *   a dump           | marks the end of the dump               | log; the dump is complete
 *   a dump, or a     | begins with a whole known line          | that is dump, the rest is log
 *   candidate        | may begin with the head of a dump line  | held until its tail comes, or too much else
 *                    | any other                               | log; too many of them end the dump or candidate
 *   nothing          | the head of a header                    | held in a candidate
 *   nothing          | any other                               | log
 */
import { trimLineEnd, wordsOf } from '../core/ascii.ts'
import type { LineAt } from '../lines/tape.ts'
import { cutBeginning, isCutHeader } from '../text/cut.ts'
import type { HeaderReader } from '../text/header.ts'
import { isCutRegister, startsPreamble } from '../text/preamble.ts'
import type { Remarks } from '../text/remarks.ts'
import { endsDump, isFence, startsHeader } from '../text/titles.ts'
import { beginGoroutine } from './begin-goroutine.ts'
import type { OpenBlocks } from './open-blocks.ts'
import type { Openers } from './openers.ts'

/** Foreign lines after which a preamble inside an open dump is taken for log. */
const PREAMBLE_LINES = 64

export class ForeignLines {
  readonly #open: OpenBlocks
  readonly #headers: HeaderReader
  readonly #openers: Openers
  readonly #remarks: Remarks

  constructor(open: OpenBlocks, headers: HeaderReader, openers: Openers, remarks: Remarks) {
    this.#open = open
    this.#remarks = remarks
    this.#openers = openers
    this.#headers = headers
  }

  take(line: LineAt): void {
    const open = this.#open
    if (open.candidate !== undefined) this.#besideCandidate(line)
    else if (open.dump !== undefined) this.#inDump(line)
    else if (this.#gluedHeader(line)) return
    else if (startsHeader(line.text)) {
      open.newCandidate(line.base + line.pos)
      this.#besideCandidate(line)
    } else {
      open.reasonBefore.note(line.text)
      open.tape.pass(line.buf, line.pos, line.next)
    }
  }

  #besideCandidate(line: LineAt): void {
    if (this.#gluedHeader(line) || this.#gluedLine(line) || this.#gluedBeginning(line)) return
    const open = this.#open
    const { candidate } = open
    if (candidate === undefined) return
    candidate.noteValue(line.text)
    if (candidate.foreign.lines === 0) open.goroutine.noteHead(line.text)
    candidate.lines++
    open.logTimes.note(line.text)
    open.noteForeign()
    candidate.foreign.add(line.next - line.pos)
    this.#holdOrPass(line)
    const { candidateLines, preambleBytes } = open.limits
    if (candidate.lines > candidateLines || candidate.foreign.bytes > preambleBytes) open.dropCandidate()
  }

  #inDump(line: LineAt): void {
    const open = this.#open
    const { text, buf, pos, next } = line
    const isRemark = this.#remarks.mayBeIn(buf, pos, next, line.base)
    if (isRemark && (this.#gluedHeader(line) || this.#gluedBeginning(line))) return
    if (isFence(text) || (isRemark && endsDump(text))) {
      open.close()
      open.tape.pass(buf, pos, next)
      return
    }
    if (this.#gluedLine(line)) return
    if (open.sinceLastLine.lines === 0) {
      open.goroutine.noteHead(text)
      if (open.dump?.registers === 'due' && isCutRegister(text)) open.dump.registers = 'cut'
    }
    this.#count(next - pos)
    open.logTimes.note(text)
    if (isRemark) open.reasonBefore.note(text)
    else open.reasonBefore.noteOther(text)
    open.next?.noteValue(text)
    if (open.next !== undefined && ++open.next.lines > PREAMBLE_LINES) open.dropNext()
    this.#holdOrPass(line)
    const { foreignLines, foreignBytes } = open.limits
    if (open.sinceLastLine.lines > foreignLines || open.sinceLastLine.bytes > foreignBytes) open.close()
  }

  /** Another stage has taken a foreign line of `bytes` inside the open dump. */
  takenElsewhere(bytes: number): void {
    this.#count(bytes)
  }

  #count(bytes: number): void {
    this.#open.foreign(bytes)
  }

  /** Takes a header after a log line that lacks its line end. */
  #gluedHeader({ text, buf, pos, next, base }: LineAt): boolean {
    const open = this.#open
    if (open.dump?.body.mayQuote(text) === true) return false
    const at = text.lastIndexOf('goroutine ')
    if (at <= 0 || !text.endsWith(':') || this.#headers.read(buf, wordsOf(buf), pos + at, next) < 0) return false
    const head = text.slice(0, at)
    open.decide()
    if (open.candidate !== undefined && isCutHeader(head)) open.dropCandidate()
    // A line of the dump was cut, and is followed by the first goroutine of the next one.
    else if (
      open.dump !== undefined &&
      this.#headers.info.state === 'running' &&
      !open.goroutine.ended &&
      this.#mayBePiece(head)
    )
      open.close(true)
    if (open.dump !== undefined && head === open.goroutine.indent) {
      open.claimed(base + pos, base + pos + at)
      beginGoroutine(open, this.#headers, buf, pos + at, next, base)
      return true
    }
    const isIndented = open.goroutine.indent !== ''
    open.tape.pass(buf, pos, pos + at)
    beginGoroutine(open, this.#headers, buf, pos + at, next, base, 'glued')
    // The value of a panic continues with a TAB on each line, whatever it quotes. Headers may be indented by more than their lines.
    open.goroutine.mayBeIndented = head.trim() === '' ? isIndented : startsPreamble(head) === undefined
    open.tape.pass(buf, trimLineEnd(buf, pos, next), next)
    return true
  }

  /** Takes what begins another dump, after a line of this one that was cut. */
  #gluedBeginning(line: LineAt): boolean {
    const { text, buf, pos } = line
    const at = cutBeginning(text)
    if (at <= 0) return false
    this.#open.decide()
    if (this.#open.candidate !== undefined) this.#open.dropCandidate()
    this.#open.tape.pass(buf, pos, pos + at)
    return this.#openers.take({ ...line, text: text.slice(at), pos: pos + at })
  }

  /** Takes a whole known line with foreign text after it. */
  #gluedLine({ text, buf, pos, next, base }: LineAt): boolean {
    const open = this.#open
    const length = text === '' ? -1 : open.body.glued(text)
    if (length <= 0) return false
    open.claimed(base + pos, base + pos + length)
    open.tape.pass(buf, pos + length, next)
    this.#count(next - pos - length)
    return true
  }

  /** Holds the line if it may begin with the head of a dump line, or continue one; otherwise it is log. */
  #holdOrPass({ text, buf, pos, next }: LineAt): void {
    const { fragments, tape } = this.#open
    if (!this.#mayBePiece(text)) {
      fragments.shapes.learn(text, true)
      fragments.wraps.interrupt()
      tape.pass(buf, pos, next)
      return
    }
    if (!this.#open.body.resembles(text)) fragments.shapes.learn(text, true)
    fragments.add(text, tape.hold(buf, pos, next))
  }

  #mayBePiece(text: string): boolean {
    const { fragments, body } = this.#open
    if (text === '') return false
    return (
      (fragments.pending.length > 0 || body.mayBegin(text)) &&
      (!fragments.shapes.isStart(text) || body.beginsKnown(text))
    )
  }
}
