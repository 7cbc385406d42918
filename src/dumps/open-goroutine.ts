/**
 * The goroutine that is open: a walk down the tree of stacks, one line a step. follows.ts says which line may come behind which.
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
 * Hot: `at`, which the assembler moves, and `lineFast`; guarded by `npm run bench` (dump-heavy).
 */
import type { Limits } from '../core/limits.ts'
import { type KnownLine, ROOT } from '../stacks/line-table.ts'
import type { StackTree } from '../stacks/stack-tree.ts'
import { isStandard } from '../stacks/title.ts'
import { type CutLine, cutLine, isCutName } from '../text/cut.ts'
import {
  hasOffset,
  isOffset,
  isStackWords,
  type LineKind,
  type LineText,
  readBareFunction,
  readCutCall,
  readGluedPlace,
  readLine,
  readStripped,
} from '../text/line.ts'
import { FastLine } from '../text/line-fast.ts'
import { linesOnOne } from '../text/lines-on-one.ts'
import { plainText, withoutEscapedTab } from '../text/plain.ts'
import type { Joined, Part } from './body.ts'
import { type Doubt, decideDoubt, doubtOf, isIndent } from './doubt.ts'
import { readDue } from './due.ts'
import { isFileOfCreator, kindsAfter, kindsAfterKind } from './follows.ts'
import {
  damagedEntry,
  entryAt,
  type GoroutineEnd,
  type GoroutineHeader,
  hasFrame,
  isEnd,
  isWhole,
  showsSystem,
} from './goroutine.ts'
import type { Fragments } from './repair/fragments.ts'
import { goOn, joinTail } from './repair/join.ts'
import { hasLineLike, lineAfterNext, stackWith } from './repair/missing.ts'

/** By how much a call is indented; '' for no call, and none with what is odd in it. */
function indentOfCall(text: string): string {
  const call = text.trimStart()
  return text !== call && readLine(call)?.kind === 'func' ? text.slice(0, text.length - call.length) : ''
}

function flush(text: string, indent: string): string {
  return text.startsWith(indent) ? text.slice(indent.length) : text
}

/** Packages that may have a function in any stack. */
const ANY_PACKAGE =
  /^(?:main\.|(?:github\.com|gitlab\.com|golang\.org|google\.golang\.org|go\.uber\.org|gopkg\.in|k8s\.io)\/)/

function isPackageKnown(tree: StackTree, name: string): boolean {
  return ANY_PACKAGE.test(name) || isStandard(name) || tree.knowsRoot(name)
}

/** Lines of a damaged goroutine that are noted. */
const LOST_LINES = 256
/** Of a header it only matters that it was the line before. */
const HEADER_LENGTH = 1
/** Length of a foreign line that is the name of a function alone: a file line belongs to it, as in the stacks of zap and pkg/errors. */
const NAME_ALONE = -1

/** A line past the limit, behind the line `at`, which is the last one that is kept. */
interface PastLine {
  readonly at: KnownLine
  readonly kind: LineKind
}

export class OpenGoroutine {
  #tree: StackTree
  readonly #limits: Limits
  readonly #fragments: Fragments
  /** Undefined when no goroutine is open. */
  header: GoroutineHeader | undefined
  /** Where the walk is. Undefined when no goroutine is open, or it is damaged. */
  at: KnownLine | undefined
  /** Of a damaged goroutine: the last place before the damage, and the lines that came since. */
  #lostAt: KnownLine | undefined
  #lost: string[] = []
  /** Length of the previous line without its line end; 0 or less if it was not part of this goroutine. */
  length = 0
  #doubt: Doubt | undefined
  /** What all its lines have ahead of them, and its header has not. */
  indent = ''
  /** What stood ahead of its header leaves it open whether its lines are indented. */
  mayBeIndented = false
  /** Lines of its stack past the limit that were not kept. */
  tooDeep = 0
  /** The last of them, and the one before it. */
  #past: PastLine | undefined
  #pastBefore: PastLine | undefined
  /** Where it was when the head of a line came that has no rest. */
  #head: { readonly at: KnownLine | undefined; readonly cut: CutLine } | undefined
  readonly #fast = new FastLine()

  constructor(tree: StackTree, fragments: Fragments, limits: Limits) {
    this.#tree = tree
    this.#fragments = fragments
    this.#limits = limits
  }

  get tree(): StackTree {
    return this.#tree
  }

  /** For another stream; no goroutine is open. */
  reuse(tree: StackTree): void {
    this.#tree = tree
    this.leave()
    this.#lostAt = undefined
    if (this.#lost.length > 0) this.#lost = []
    this.length = 0
    this.indent = ''
    this.mayBeIndented = false
    this.tooDeep = 0
    this.#past = undefined
    this.#head = undefined
  }

  begin(header: GoroutineHeader): void {
    if (this.tree.full) this.tree.restart()
    this.header = header
    this.tree.calls.begin()
    this.length = HEADER_LENGTH
    this.indent = ''
    this.mayBeIndented = true
    this.at = ROOT
    this.#lostAt = undefined
    if (this.#lost.length > 0) this.#lost = []
    this.#doubt = undefined
    this.#past = undefined
    this.#head = undefined
  }

  /** Forgets the goroutine. */
  leave(): void {
    this.header = undefined
    this.at = undefined
    this.#doubt = undefined
  }

  /** The line `raw` as Go has printed it, if it is one of the goroutine. */
  plain(raw: string): string {
    const text = plainText(raw)
    if (!isIndent(text.charCodeAt(0))) return text
    this.indent = this.#indentBy(text)
    return flush(text, this.indent)
  }

  /** By how much its lines are indented: the first call shows it. */
  #indentBy(text: string): string {
    if (this.at !== ROOT) return this.indent
    return this.mayBeIndented ? indentOfCall(text) : ''
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
    const line = doubt.about === 'file' ? readLine(text) : (this.#read(text) ?? this.#placeOnLine(text))
    return decideDoubt(doubt, text, line, this.#hasPieces)
  }

  /**
   * Does the first byte of the next line prove that the last one is a frame? What is indented is mostly its file line, and is taken for that
   * where it is at hand, too (`lineFast`).
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
    if (at === doubt.from) this.#past = this.#pastBefore
    else if (at !== undefined) this.tree.takeBack(at)
    return what
  }

  /** Directly behind its last line comes `text`, which is none of its lines: is it the head of one? */
  noteHead(text: string): void {
    if (this.header === undefined) return
    const { at } = this
    const plain = flush(text, this.indent)
    const cut = cutLine(plain) ?? (isCutName(plain) && this.tree.knowsRoot(plain) ? 'line' : undefined)
    if (cut === undefined || (cut === 'line' && at !== undefined && at !== ROOT && this.#isEndOfMain(at))) return
    // Behind the creator only the stack of an ancestor may come.
    if (cut === 'line' && at !== undefined && isFileOfCreator(this.tree, at) && !text.startsWith('[')) return
    this.#head = { at, cut }
  }

  /** What was cut behind its last line, if nothing has gone on from there. */
  get cut(): CutLine | undefined {
    return this.#head !== undefined && this.#head.at === this.at ? this.#head.cut : undefined
  }

  /** A foreign line has come. */
  interrupt(text: string): void {
    this.length = text.includes('.') && readBareFunction(text) !== undefined ? NAME_ALONE : 0
  }

  /** Are there pieces of what may be cut lines? */
  get #hasPieces(): boolean {
    return this.#fragments.pending.some((each) => each.cuts.length > 0)
  }

  /** Is it at a line below which none is known? */
  get isAtLeaf(): boolean {
    return this.at !== undefined && this.tree.firstChild(this.at) === ROOT
  }

  /** The kinds of line that may come next. */
  get #expected(): readonly LineKind[] {
    const past = this.#pastKind
    return past === undefined ? kindsAfter(this.tree, this.at) : kindsAfterKind(past)
  }

  /** May a file line come next? */
  get expectsFile(): boolean {
    return this.#expected.includes('file')
  }

  /** What the last line was, if it was not kept. */
  get #pastKind(): LineKind | undefined {
    return this.#past !== undefined && this.#past.at === this.at ? this.#past.kind : undefined
  }

  /** Is `text` a line that may come next? */
  fits(text: string): boolean {
    const line = this.#read(flush(text, this.#indentBy(text)))
    return line !== undefined && this.header !== undefined && this.#expected.includes(line.kind)
  }

  /** As readDue. */
  #read(text: string): LineText | undefined {
    const { tree, at } = this
    const isCertain = this.length > 0 && this.#doubt?.otherwise !== 'log'
    const isDamaged = this.#lostAt !== undefined
    return readDue(text, { tree, at, expected: this.#expected, length: this.length, isCertain, isDamaged })
  }

  /**
   * As `line`, of a line that can be read by its bytes, may come next, and leaves no doubt: what follows it in [pos, end) shows it, or it is
   * the last one there. Returns where the line after it begins, or -1.
   */
  lineFast(buf: Buffer, pos: number, end: number): number {
    const { at } = this
    const line = this.#fast
    if (at === undefined || this.#doubt !== undefined || !line.read(buf, pos) || !this.#expected.includes(line.kind))
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

  /** Is what comes next more likely a log line than one of this stack, which may end at `at`, or may be a header that is quoted? */
  #isApart(at: KnownLine): boolean {
    if (at === ROOT) return this.length <= 0
    const kind = this.tree.kind(at)
    if (kind === 'elided') return this.length <= 0 || this.header?.id === 1
    return kind === 'file' && (this.length <= 0 || this.#isEndOfMain(at))
  }

  /** Is this the file line of `main.main` of the first goroutine? */
  #isEndOfMain(at: KnownLine): boolean {
    return this.header?.id === 1 && this.tree.literal(this.tree.parent(at)).startsWith('main.main(')
  }

  /** Takes a line that is not a known child of `at`. What is in doubt is decided by now, as far as this line decides it. */
  line(text: string, buf: Buffer, pos: number): Part {
    if (this.header === undefined) return 'foreign'
    const line = this.#read(text)
    if (this.#doubt !== undefined) return 'foreign'
    const part = line === undefined || line.isOdd === true ? this.#linesOnOne(text) : undefined
    if (part !== undefined) return part
    if (line === undefined) return this.#goesOn(text) || this.#isWords(text) ? 'part' : 'foreign'
    if (line.kind === 'file' && this.length === NAME_ALONE && !hasOffset(text)) return 'foreign'
    const at = this.at
    if (at === undefined) return this.#lose(text, line.kind)
    if (!this.#expected.includes(line.kind)) return this.#resync(at, text, line.kind)
    this.#doubt = doubtOf(this.tree, at, text, line, this.#isApart(at))
    this.#add(at, buf, pos, line)
    return this.#doubt === undefined ? 'part' : 'doubtful'
  }

  /** The place that stands ahead of the next call on its line. */
  #placeOnLine(text: string): LineText | undefined {
    const first = linesOnOne(text, (name) => isPackageKnown(this.tree, name))?.[0]
    const line = first === undefined ? undefined : readLine(first)
    return line?.kind === 'file' ? line : undefined
  }

  /** Takes lines that stand on one, if they may come next. */
  #linesOnOne(text: string): Part | undefined {
    const { at, tree } = this
    if (at === undefined || this.length <= 0) return undefined
    const expected = this.#expected
    const texts = linesOnOne(text, (name) => isPackageKnown(tree, name))
    const [first = '', second] = texts ?? []
    const line = readLine(first)
    if (line === undefined || !expected.includes(line.kind) || (line.kind === 'file' && tree.kind(at) !== 'func'))
      return undefined
    const next = second === undefined ? undefined : readLine(second)
    if (line.kind !== 'file' && (next?.kind !== 'file' || (!hasOffset(text) && this.#isApart(at)))) return undefined
    this.#addText(at, first, line)
    if (second !== undefined && next !== undefined && this.at !== undefined) {
      this.#addText(this.at, second, next)
      return 'part'
    }
    this.#lostAt = this.at
    this.at = undefined
    return this.#lose(text, line.kind)
  }

  /** As `#add`, of a line that is not in the buffer, and may be known. */
  #addText(at: KnownLine, text: string, line: LineText): void {
    const literal = text.slice(0, line.literal)
    const { tree } = this
    for (let child = tree.firstChild(at); child !== ROOT; child = tree.nextChild(child)) {
      if (tree.literal(child) !== literal || tree.kind(child) !== line.kind) continue
      this.at = child
      return
    }
    this.#add(at, Buffer.from(text, 'latin1'), 0, line)
  }

  /** Words of the stack come directly behind what the runtime has to say of it. They are no part of the stack's text. */
  #isWords(text: string): boolean {
    const { at, tree } = this
    return at !== undefined && at !== ROOT && this.length > 0 && tree.kind(at) === 'note' && isStackWords(text)
  }

  /** A line that was not known below `at`. Past the limit no more are kept, but for the creator. */
  #add(at: KnownLine, buf: Buffer, pos: number, line: LineText): void {
    const { tree } = this
    const isTooDeep = tree.depth(at) >= this.#limits.frames * 2
    if (isTooDeep && line.kind !== 'created' && tree.kind(at) !== 'created' && !isFileOfCreator(tree, at)) {
      this.tooDeep++
      this.#pastBefore = this.#past
      this.#past = { at, kind: line.kind }
    } else this.at = tree.add(at, buf, pos, line)
  }

  /** `text` may not come behind `at`: a line before it is missing, or it is a log line. */
  #resync(at: KnownLine, text: string, kind: LineKind): Part {
    const { tree } = this
    if (isFileOfCreator(tree, at)) return 'foreign'
    const found = lineAfterNext(tree, at, text)
    if (found !== undefined) {
      this.at = found
      return 'part'
    }
    if (kind !== 'func' && kind !== 'file' && kind !== 'created' && kind !== 'ancestor') return 'foreign'
    const cut = this.#hasPieces
    // A file line out of nowhere is more likely a log line than all that is left of a frame. A complete stack needs none.
    if (kind === 'file' && (!cut || this.ended || !hasOffset(text))) return 'foreign'
    if (tree.kind(at) === 'func' && !cut && !tree.literal(at).includes('.')) {
      // `done(1)`: a log line had passed for a frame.
      this.at = tree.parent(at)
      return this.line(text, Buffer.from(text, 'latin1'), 0)
    }
    this.#lostAt = at
    this.at = undefined
    return this.#lose(text, kind)
  }

  /** A line of a damaged goroutine. */
  #lose(text: string, kind: LineKind): Part {
    if (kind === 'note' || kind === 'unavailable') return 'foreign'
    if (this.#lost.length < LOST_LINES) this.#lost.push(text)
    return 'damaged'
  }

  /** Joins `tail` to a cut line that is pending. */
  join(tail: string): Joined | undefined {
    const { at } = this
    const joined = at === undefined ? undefined : joinTail(this.tree, this.#fragments, at, this.#expected, tail)
    if (joined === undefined) return undefined
    this.at = joined.line
    this.#doubt = undefined
    return joined
  }

  /** Takes the call before `text`, its place, if a pager has cut it. */
  takeCutCall(text: string): Joined | undefined {
    const { at } = this
    const fragment = this.#fragments.wraps.head
    if (at === undefined || fragment === undefined || fragment.parts.length > 1 || !this.#expected.includes('func'))
      return undefined
    if (!hasOffset(text) || (readLine(text) ?? readStripped(text))?.kind !== 'file') return undefined
    const call = readCutCall(fragment.text)
    if (call === undefined) return undefined
    this.#addText(at, fragment.text, call)
    return { fragment, cut: fragment.text.length }
  }

  /** Does the line before this one, which can stand by itself, go on with `text`? An offset is no part of the stack's text. */
  #goesOn(text: string): boolean {
    const { at } = this
    if (this.length > 0 && at !== undefined && at !== ROOT && isOffset(text))
      return this.tree.kind(at) === 'file' && !hasOffset(this.tree.literal(at))
    const longer = at === undefined ? undefined : goOn(this.tree, this.#fragments, at, this.length, text)
    if (longer === undefined) return false
    this.at = longer
    return true
  }

  /** A whole line with foreign text glued behind it, known, or a file line where one is due: returns where the foreign text begins, or -1. */
  glued(text: string): number {
    const { at } = this
    if (at === undefined) return -1
    const joined = this.#fragments.joinKnown(at, text, '')
    if (joined !== undefined && joined.cut < text.length) {
      this.at = joined.line
      return joined.cut
    }
    if (this.length <= 0 || !this.expectsFile) return -1
    const shown = withoutEscapedTab(flush(text, this.indent))
    const place = readGluedPlace(shown)
    if (place === undefined) return -1
    this.#add(at, Buffer.from(shown, 'latin1'), 0, place.line)
    return text.length - shown.length + place.end
  }

  /** Does `text` begin as a line that is known to come next? */
  beginsKnown(text: string): boolean {
    return this.at !== undefined && hasLineLike(this.tree, this.at, text)
  }

  /** The last line that is one for certain. */
  get #last(): KnownLine | undefined {
    return this.#doubt?.otherwise === 'log' ? this.#doubt.from : this.at
  }

  /** As isWhole. */
  get whole(): boolean {
    const past = this.#doubt?.otherwise === 'log' ? undefined : this.#pastKind
    return past === undefined ? isWhole(this.tree, this.#last) : past !== 'func' && past !== 'ancestor'
  }

  /** As isEnd. */
  get ended(): boolean {
    return isEnd(this.tree, this.#last, this.header?.id)
  }

  /** As showsSystem, of one that is no thread's own. */
  get showsSystem(): boolean {
    const at = this.#last
    return at !== undefined && this.header?.id !== 0 && showsSystem(this.tree, at)
  }

  /** Where it is known to have come: up to what is damaged. */
  get knownTo(): KnownLine | undefined {
    return this.at ?? this.#lostAt
  }

  /** Ends the goroutine. */
  finish(): GoroutineEnd {
    const { at, whole } = this
    if (whole && this.cut === 'line') return this.finishCut()
    this.leave()
    if (whole && at !== undefined) return { entry: entryAt(this.tree, at), damaged: false }
    return { entry: damagedEntry(this.tree, at ?? this.#lostAt, this.#lost), damaged: true }
  }

  /** As `finish`, when the dump ends in the middle of the stack: it is the one known stack that goes on from here, or nobody knows which. */
  finishCut(): GoroutineEnd {
    const { at, tree } = this
    const isOver = this.ended && this.cut !== 'line' && at !== undefined && tree.firstChild(at) === ROOT
    this.#head = undefined
    if (at === undefined || isOver) return this.finish()
    this.leave()
    return { entry: hasFrame(tree, at) ? stackWith(tree, at, this.#lost) : undefined, damaged: true }
  }
}
