/**
 * The goroutine at hand: a walk down the tree of known stacks, one line a step. follows.ts says which line may come behind which.
 *
 *   state   | line                                               | to
 *   --------|----------------------------------------------------|-----------------------------------------------
 *   walking | may come next                                      | walking, at that line
 *   walking | goes on with the line before it, which was wrapped | walking, at the longer line
 *   walking | stands two lines down in exactly one known stack   | walking, at that line: the one between is missing
 *   walking | any other line of a stack                          | damaged, if more than a log line speaks for it
 *   damaged | a line of a stack                                  | damaged: noted, to tell the stack by in the end
 *   any     | any other                                          | the same: the line is foreign
 *
 * Where a file line is due, it may have lost its TAB. A damaged goroutine is counted, and never in a new signature (missing.ts).
 *
 * Hot: `at`, which the assembler moves, and `quick`; guarded by `npm run bench` (dump-heavy).
 */

import { SPACE, TAB } from '../core/ascii.ts'
import type { Limits } from '../core/limits.ts'
import { type KnownLine, type KnownStacks, ROOT, TAILS } from '../stacks/known.ts'
import { newEntry, type StackEntry, stackOf } from '../stacks/stack.ts'
import type { HeaderInfo } from '../text/header.ts'
import {
  hasOffset,
  isStackWords,
  type LineKind,
  type LineText,
  readBareFunction,
  readLine,
  readNamedFile,
  readStripped,
} from '../text/line.ts'
import { QuickLine } from '../text/quick.ts'
import { isFileOfCreator, kindsAfter } from './follows.ts'
import type { Fragments } from './repair/fragments.ts'
import { isLine, lineAfterNext, stackWith } from './repair/missing.ts'
import type { Fragment } from './repair/wraps.ts'

/** Lines of a damaged goroutine that are noted. */
const LOST_LINES = 256
/** First letters of a line that are compared with those of known lines. */
const START = 4
/** Of a header it only matters that it was the line before. */
const HEADER_LENGTH = 1
/** Length of a foreign line that is the name of a function alone: a file line belongs to it, as in the stacks of zap and pkg/errors. */
const NAME_ALONE = -1

/** What became of a line. `doubtful`: it is one of the goroutine for now, and what comes next decides (`decide`). */
export type Taken = 'dump' | 'doubtful' | 'foreign'

export interface OpenGoroutine {
  readonly id: number
  /** Where its id is in the tally; -1 for nowhere. */
  place: number
  readonly info: HeaderInfo
  /** Absolute offset of its header. */
  readonly start: number
  /** `runtime stack:` is no goroutine. */
  readonly counted: boolean
}

/** The line at `at` may be a log line: then the goroutine goes on from `from`. */
type Doubt =
  | {
      /** A function or a creator without its file line. */
      readonly about: 'frame'
      readonly from: KnownLine
      /**
       * What proves it: a file line with an offset; one that may have none, of what is inlined; one that is the very next line, of gccgo, which
       * prints neither offsets nor parentheses.
       */
      readonly proof: 'offset' | 'file' | 'next'
      /** What it is if nothing of the kind comes. Behind other log lines it is one; directly behind lines of the stack, the stack was cut. */
      readonly otherwise: 'log' | 'dump'
    }
  | {
      /** A file line without an offset, of a function with arguments: if one with an offset is next, that is the function's. */
      readonly about: 'file'
      readonly from: KnownLine
      readonly otherwise: 'dump'
    }

export class Walker {
  readonly known: KnownStacks
  readonly #limits: Limits
  readonly #fragments: Fragments
  goroutine: OpenGoroutine | undefined
  /** Where the walk is. Undefined when no goroutine is open, or it is damaged. */
  at: KnownLine | undefined
  /** Of a damaged goroutine: the last place before the damage, and the lines that came since. */
  #lostAt: KnownLine | undefined
  #lost: string[] = []
  /** Bytes of the line before the one at hand, without its line end; 0 or less when it was none of the goroutine's. */
  length = 0
  #doubt: Doubt | undefined
  /** The limit of frames was hit. */
  framesOverflow = false
  readonly #quick = new QuickLine()

  constructor(known: KnownStacks, fragments: Fragments, limits: Limits) {
    this.known = known
    this.#fragments = fragments
    this.#limits = limits
  }

  get damaged(): boolean {
    return this.#lostAt !== undefined
  }

  begin(goroutine: OpenGoroutine): void {
    if (this.known.full) this.known.restart()
    this.goroutine = goroutine
    this.known.calls.begin()
    this.length = HEADER_LENGTH
    this.at = ROOT
    this.#lostAt = undefined
    this.#lost = []
    this.#doubt = undefined
  }

  /** Forgets the goroutine. */
  leave(): void {
    this.goroutine = undefined
    this.at = undefined
    this.#doubt = undefined
  }

  /** Whether the last line is one of the goroutine is not decided. */
  get doubts(): boolean {
    return this.#doubt !== undefined
  }

  /** What the last line is, now that `text` has come. Undefined: it is not decided yet. */
  decide(text: string): 'log' | 'dump' | undefined {
    const doubt = this.#doubt
    if (doubt === undefined) return undefined
    if (this.isProvedBy(text.charCodeAt(0))) return 'dump'
    const line = this.read(text)
    if (doubt.about === 'file') return readLine(text)?.kind === 'file' && hasOffset(text) ? 'log' : 'dump'
    switch (line?.kind) {
      case 'file':
        return doubt.proof !== 'offset' || hasOffset(text) ? 'dump' : undefined
      case 'func':
      case 'created':
        return this.#hasPieces ? 'dump' : 'log'
      default:
        return doubt.proof === 'next' ? 'log' : undefined
    }
  }

  /**
   * Does the first byte of the next line prove that the last one is a frame? What is indented is mostly its file line, and is taken for that
   * where it is at hand, too (`quick`).
   */
  isProvedBy(byte: number | undefined): boolean {
    return this.#doubt?.about === 'frame' && this.#doubt.otherwise === 'dump' && this.length > 0 && isIndent(byte)
  }

  /** Decides what the last line is; where `as` does not say it, as if nothing more came. */
  settle(as: 'log' | 'dump' | undefined): 'log' | 'dump' | undefined {
    const doubt = this.#doubt
    if (doubt === undefined) return undefined
    this.#doubt = undefined
    const what = as ?? doubt.otherwise
    if (what === 'dump') return what
    const { at } = this
    this.at = doubt.from
    this.length = 0
    if (at !== undefined && at !== doubt.from) this.known.takeBack(at)
    return what
  }

  /** A foreign line has come. */
  interrupt(text: string): void {
    this.length = text.includes('.') && readBareFunction(text) !== undefined ? NAME_ALONE : 0
  }

  /** Are there pieces of what may be cut lines? */
  get #hasPieces(): boolean {
    return this.#fragments.pending.some((each) => each.cuts.length > 0)
  }

  /** The kinds of line that may come next. */
  expected(): readonly LineKind[] {
    return kindsAfter(this.known, this.at)
  }

  /** What `text` is, if it can stand inside a goroutine. Where what Go indents is due, it may have lost its TAB. */
  read(text: string): LineText | undefined {
    const line = readLine(text)
    if (line !== undefined) return line
    const expected = this.expected()
    if (expected.includes('file')) {
      const isNext = this.length > 0 && this.#doubt?.otherwise !== 'log'
      const file = (isNext ? readNamedFile(text) : undefined) ?? readStripped(text)
      if (file !== undefined) return file
    } else if (this.at === ROOT || this.damaged) {
      const stripped = readStripped(text)
      if (stripped !== undefined && (this.damaged || expected.includes(stripped.kind))) return stripped
    }
    return this.#mayBeBare ? readBareFunction(text) : undefined
  }

  /** gccgo's functions have no parentheses: one comes directly behind the header, or behind the file line of another. */
  get #mayBeBare(): boolean {
    const { at, known } = this
    if (at === ROOT) return this.length > 0
    if (at === undefined || this.length === 0 || known.kind(at) !== 'file') return false
    const above = known.parent(at)
    return known.kind(above) === 'func' && known.tail(above) === TAILS.none
  }

  /**
   * As `line`, of a line that can be read by its bytes, may come next, and leaves no doubt: what follows it in [pos, end) shows it, or it is
   * the last one there. Returns where the line after it begins, or -1.
   */
  quick(buf: Buffer, pos: number, end: number): number {
    const { at } = this
    const line = this.#quick
    if (at === undefined || this.#doubt !== undefined || !line.read(buf, pos) || !this.expected().includes(line.kind))
      return -1
    const isIndentedNext = line.after >= end || isIndent(buf[line.after])
    if (line.kind === 'file') {
      if (this.length === NAME_ALONE || (isIndentedNext && !line.hasOffset)) return -1
    } else if (!isIndentedNext || this.#isApart(at)) return -1
    // Where the next line is not at hand, it decides when it comes.
    else if (line.after >= end) this.#doubt = { about: 'frame', from: at, proof: 'file', otherwise: 'dump' }
    this.#add(at, buf, pos, line)
    this.length = line.length
    return line.after
  }

  /** Is what comes next more likely a log line than one of this stack, which may end at `at`? */
  #isApart(at: KnownLine): boolean {
    return at !== ROOT && this.known.kind(at) === 'file' && (this.length <= 0 || this.#isEndOfMain(at))
  }

  #doubtOf(at: KnownLine, text: string, line: LineText): Doubt | undefined {
    if (line.kind === 'file') {
      const isCertain = hasOffset(text) || this.known.kind(at) !== 'func' || this.known.tail(at) === TAILS.none
      return isCertain ? undefined : { about: 'file', from: at, otherwise: 'dump' }
    }
    if (line.kind !== 'func' && line.kind !== 'created') return undefined
    if (line.kind === 'func' && line.tail === 'none')
      return { about: 'frame', from: at, proof: 'next', otherwise: 'log' }
    if (!this.#isApart(at)) return { about: 'frame', from: at, proof: 'file', otherwise: 'dump' }
    return { about: 'frame', from: at, proof: text.endsWith('(...)') ? 'file' : 'offset', otherwise: 'log' }
  }

  /** Is this the file line of `main.main` of the first goroutine? */
  #isEndOfMain(at: KnownLine): boolean {
    return this.goroutine?.id === 1 && this.known.literal(this.known.parent(at)).startsWith('main.main(')
  }

  /** Takes a line that is not a known child of `at`. What is in doubt is decided by now, as far as this line decides it. */
  line(text: string, buf: Buffer, pos: number): Taken {
    const line = this.read(text)
    if (this.goroutine === undefined || this.#doubt !== undefined) return 'foreign'
    if (line === undefined) return this.#goesOn(text) || this.#isWords(text) ? 'dump' : 'foreign'
    if (line.kind === 'file' && this.length === NAME_ALONE && !hasOffset(text)) return 'foreign'
    const at = this.at
    if (at === undefined) return this.#lose(text, line.kind)
    if (!this.expected().includes(line.kind)) return this.#resync(at, text, line.kind)
    this.#doubt = this.#doubtOf(at, text, line)
    this.#add(at, buf, pos, line)
    return this.#doubt === undefined ? 'dump' : 'doubtful'
  }

  /** Words of the stack come directly behind what the runtime has to say of it. They are no part of the stack's text. */
  #isWords(text: string): boolean {
    const { at, known } = this
    return at !== undefined && at !== ROOT && this.length > 0 && known.kind(at) === 'note' && isStackWords(text)
  }

  /** A line that was not known below `at`. Past the limit no more are kept, but for the creator. */
  #add(at: KnownLine, buf: Buffer, pos: number, line: LineText): void {
    const { known } = this
    const isTooDeep = known.depth(at) >= this.#limits.frames * 2
    if (isTooDeep && line.kind !== 'created' && !isFileOfCreator(known, at)) this.framesOverflow = true
    else this.at = known.add(at, buf, pos, line)
  }

  /** `text` may not come behind `at`: a line before it is missing, or it is a log line. */
  #resync(at: KnownLine, text: string, kind: LineKind): Taken {
    const { known } = this
    if (isFileOfCreator(known, at)) return 'foreign'
    const found = lineAfterNext(known, at, text)
    if (found !== undefined) {
      this.at = found
      return 'dump'
    }
    if (kind !== 'func' && kind !== 'file' && kind !== 'created' && kind !== 'ancestor') return 'foreign'
    const cut = this.#hasPieces
    // A file line out of nowhere is more likely a log line than all that is left of a frame. A complete stack needs none.
    if (kind === 'file' && (!cut || this.ended || !hasOffset(text))) return 'foreign'
    if (known.kind(at) === 'func' && !cut && !known.literal(at).includes('.')) {
      // `done(1)`: a log line had passed for a frame.
      this.at = known.parent(at)
      return this.line(text, Buffer.from(text, 'latin1'), 0)
    }
    this.#lostAt = at
    this.at = undefined
    return this.#lose(text, kind)
  }

  #entryOf(at: KnownLine): StackEntry {
    const known = this.known.entry(at)
    if (known !== undefined) return known
    const entry = newEntry(stackOf(this.known, at))
    this.known.setEntry(at, entry)
    return entry
  }

  /** A line of a damaged goroutine. */
  #lose(text: string, kind: LineKind): Taken {
    if (kind === 'note' || kind === 'unavailable') return 'foreign'
    if (this.#lost.length < LOST_LINES) this.#lost.push(text)
    return 'dump'
  }

  /** Joins `tail` to a cut line that is pending. Returns the fragment and where its head ends. */
  join(tail: string): { fragment: Fragment; cut: number } | undefined {
    const at = this.at
    if (at === undefined) return undefined
    const expected = this.expected()
    for (const fragment of this.#fragments.pending) {
      const known = this.#fragments.joinKnown(at, fragment.text, tail)
      if (known !== undefined) {
        this.#goTo(known.line)
        return { fragment, cut: known.cut }
      }
      const made = this.#fragments.joinNew(fragment, tail, expected)
      const line = made === undefined ? undefined : readLine(made.text)
      if (made === undefined || line === undefined) continue
      this.#goTo(this.known.add(at, Buffer.from(made.text, 'latin1'), 0, line))
      return { fragment, cut: made.cut }
    }
    const wrapped = this.#fragments.wraps.join(tail, expected)
    if (wrapped === undefined) return undefined
    this.#goTo(this.known.add(at, Buffer.from(wrapped.text, 'latin1'), 0, wrapped.line))
    return { fragment: wrapped.fragment, cut: wrapped.fragment.text.length }
  }

  #goTo(line: KnownLine): void {
    this.at = line
    this.#doubt = undefined
  }

  /** Does the line before this one, which can stand by itself, go on with `text`: more of its number, its registers, its creator? */
  #goesOn(text: string): boolean {
    const at = this.at
    if (at === undefined) return false
    const { known } = this
    const kind = known.kind(at)
    if (kind !== 'file' && kind !== 'created') return false
    if (known.tail(at) !== TAILS.none) return this.#fragments.goesOn(at, text, this.length)
    if (!this.#fragments.wraps.goesOn(this.length)) return false
    const whole = known.literal(at) + text
    const line = readLine(whole) ?? readStripped(whole)
    if (line?.kind !== kind) return false
    const parent = known.parent(at)
    for (let child = known.firstChild(parent); child !== ROOT; child = known.nextChild(child)) {
      if (known.tail(child) !== TAILS[line.tail] || !isLine(known, child, whole)) continue
      this.at = child
      return true
    }
    this.at = known.add(parent, Buffer.from(whole, 'latin1'), 0, line)
    return true
  }

  /** A whole known line with foreign text glued behind it: returns where the foreign text begins, or -1. */
  glued(text: string): number {
    const at = this.at
    if (at === undefined) return -1
    const joined = this.#fragments.joinKnown(at, text, '')
    if (joined === undefined || joined.cut >= text.length) return -1
    this.at = joined.line
    return joined.cut
  }

  /** Does `text` begin as a line that is known to come next? */
  beginsKnown(text: string): boolean {
    if (this.at === undefined || text.length < START) return false
    const start = text.slice(0, START)
    const { known } = this
    for (let child = known.firstChild(this.at); child !== ROOT; child = known.nextChild(child))
      if (known.literal(child, START) === start) return true
    return false
  }

  /** The last line that is one for certain. */
  get #last(): KnownLine | undefined {
    return this.#doubt?.otherwise === 'log' ? this.#doubt.from : this.at
  }

  /** Is the goroutine whole as far as it goes: not in the middle of a frame? */
  get whole(): boolean {
    const at = this.#last
    if (at === undefined || at === ROOT) return false
    const kind = this.known.kind(at)
    return kind !== 'func' && kind !== 'created' && kind !== 'ancestor'
  }

  /** Has the stack an end of its own: created by, main.main, or the runtime? If not, the dump may have been cut here. */
  get ended(): boolean {
    const at = this.#last
    if (at === undefined || !this.whole) return false
    const { known } = this
    const kind = known.kind(at)
    if (known.entry(at) !== undefined || kind === 'unavailable') return true
    if (kind !== 'file') return false
    if (isFileOfCreator(known, at)) return true
    const name = known.literal(known.parent(at))
    return (
      this.goroutine?.id === 1 ||
      name.startsWith('main.main(') ||
      name.startsWith('runtime.') ||
      name.startsWith('main._cgoexp')
    )
  }

  /** Ends the goroutine. `entry` is undefined when it cannot be said which stack it is. */
  finish(): { entry: StackEntry | undefined; damaged: boolean } {
    const { at, whole } = this
    this.leave()
    if (whole && at !== undefined) return { entry: this.#entryOf(at), damaged: false }
    return { entry: this.#find(at ?? this.#lostAt), damaged: true }
  }

  /** As `finish`, when the dump ends in the middle of the stack: it is the one known stack that goes on from here. */
  finishCut(): { entry: StackEntry | undefined; damaged: boolean } {
    const { at } = this
    if (at === undefined || this.known.firstChild(at) === ROOT || !this.#hasFrame(at)) return this.finish()
    this.leave()
    return { entry: stackWith(this.known, at, this.#lost), damaged: true }
  }

  /** Is a frame whole, its file line included? One that is not may be of any stack. */
  #hasFrame(from: KnownLine): boolean {
    for (let at = from; at !== ROOT; at = this.known.parent(at)) if (this.known.kind(at) === 'file') return true
    return false
  }

  /** The stack of a damaged goroutine. Nothing is known of one without a line. */
  #find(from: KnownLine | undefined): StackEntry | undefined {
    const isUnknown = from === undefined || from === ROOT || (this.#lost.length === 0 && !this.#hasFrame(from))
    return isUnknown ? undefined : stackWith(this.known, from, this.#lost)
  }
}

function isIndent(byte: number | undefined): boolean {
  return byte === TAB || byte === SPACE
}
