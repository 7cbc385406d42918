/**
 * The goroutine that is open, and where it is in its stack: a walk down the tree of stacks. stack-body.ts says which line takes which step.
 *
 * Hot: `at`, which the assembler moves, and `add`; guarded by `npm run bench` (dump-heavy).
 */
import { type KnownLine, ROOT } from '../stacks/rows.ts'
import type { StackTree } from '../stacks/stack-tree.ts'
import { type CutLine, cutLine, isCutName } from '../text/cut.ts'
import { type LineKind, type LineText, readBareFunction, readLine } from '../text/line.ts'
import { plainText } from '../text/plain.ts'
import { type Doubt, isIndent } from './doubt.ts'
import { isFileOfCreator, kindsAfter, kindsAfterKind } from './follows.ts'
import {
  damagedEntry,
  entryAt,
  type GoroutineEnd,
  type GoroutineHeader,
  isEnd,
  isWhole,
  showsSystem,
} from './goroutine.ts'

/** By how much a call is indented; '' for no call, and none with what is odd in it. */
function indentOfCall(text: string): string {
  const call = text.trimStart()
  return text !== call && readLine(call)?.kind === 'func' ? text.slice(0, text.length - call.length) : ''
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

/** The last place before the damage, and the lines that came since. */
interface Damage {
  readonly at: KnownLine
  readonly lines: string[]
}

export class OpenGoroutine {
  #tree: StackTree
  /** Lines of a stack that are kept. */
  readonly mostLines: number
  /** Undefined when no goroutine is open. */
  header: GoroutineHeader | undefined
  /** Where the walk is. Undefined when no goroutine is open, or it is damaged. */
  at: KnownLine | undefined
  #damage: Damage | undefined
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

  /** `mostFrames`: of a stack, as `Limits.frames`. */
  constructor(tree: StackTree, mostFrames: number) {
    this.#tree = tree
    this.mostLines = mostFrames * 2
  }

  get tree(): StackTree {
    return this.#tree
  }

  /** For another stream; no goroutine is open. */
  reuse(tree: StackTree): void {
    this.#tree = tree
    this.leave()
    this.length = 0
    this.indent = ''
    this.mayBeIndented = false
    this.tooDeep = 0
  }

  begin(header: GoroutineHeader): void {
    if (this.tree.full) this.tree.restart()
    this.leave()
    this.header = header
    this.tree.calls.begin()
    this.length = HEADER_LENGTH
    this.indent = ''
    this.mayBeIndented = true
    this.at = ROOT
  }

  /** Forgets the goroutine. */
  leave(): void {
    this.header = undefined
    this.at = undefined
    this.#damage = undefined
    this.#doubt = undefined
    this.#past = undefined
    this.#head = undefined
  }

  /** The line `raw` as Go has printed it, if it is one of the goroutine. */
  plain(raw: string): string {
    const text = plainText(raw)
    if (!isIndent(text.charCodeAt(0))) return text
    this.indent = this.#indentBy(text)
    return this.unindented(text)
  }

  /** `text` without what all lines of the goroutine have ahead of them. */
  unindented(text: string): string {
    const indent = this.#indentBy(text)
    return text.startsWith(indent) ? text.slice(indent.length) : text
  }

  /** By how much its lines are indented: the first call shows it. */
  #indentBy(text: string): string {
    if (this.at !== ROOT) return this.indent
    return this.mayBeIndented ? indentOfCall(text) : ''
  }

  /** A foreign line has come. */
  interrupt(text: string): void {
    this.length = text.includes('.') && readBareFunction(text) !== undefined ? NAME_ALONE : 0
  }

  /** May a file line that comes be that of a foreign function? */
  get isBehindName(): boolean {
    return this.length === NAME_ALONE
  }

  /** Is it at a line below which none is known? */
  get isAtLeaf(): boolean {
    return this.at !== undefined && this.tree.firstChild(this.at) === ROOT
  }

  /** The kinds of line that may come next. */
  get expected(): readonly LineKind[] {
    const past = this.#pastKind
    return past === undefined ? kindsAfter(this.tree, this.at) : kindsAfterKind(past)
  }

  /** May a file line come next? */
  get expectsFile(): boolean {
    return this.expected.includes('file')
  }

  /** What the last line was, if it was not kept. */
  get #pastKind(): LineKind | undefined {
    return this.#past !== undefined && this.#past.at === this.at ? this.#past.kind : undefined
  }

  /** Is what comes next more likely a log line than one of this stack, which may end here, or may be a header that is quoted? */
  get isApart(): boolean {
    const { at } = this
    if (at === undefined || at === ROOT) return this.length <= 0
    const kind = this.tree.kind(at)
    if (kind === 'elided') return this.length <= 0 || this.header?.id === 1
    return kind === 'file' && (this.length <= 0 || this.#isEndOfMain(at))
  }

  /** Is this the file line of `main.main` of the first goroutine? */
  #isEndOfMain(at: KnownLine): boolean {
    return this.header?.id === 1 && this.tree.literal(this.tree.parent(at)).startsWith('main.main(')
  }

  /** Goes on to a line that was not known where it is. Past the limit no more are kept, but for the creator. `doubt`: about that line. */
  add(buf: Buffer, pos: number, line: LineText, doubt: Doubt | undefined = this.#doubt): void {
    const { at, tree } = this
    if (at === undefined) return
    this.#doubt = doubt
    const isTooDeep = tree.depth(at) >= this.mostLines
    if (isTooDeep && line.kind !== 'created' && tree.kind(at) !== 'created' && !isFileOfCreator(tree, at)) {
      this.tooDeep++
      this.#pastBefore = this.#past
      this.#past = { at, kind: line.kind }
    } else this.at = tree.add(at, buf, pos, line)
  }

  /** As `add`, of a line that is not in the buffer, and may be known. */
  addText(text: string, line: LineText): void {
    const { at, tree } = this
    if (at === undefined) return
    const literal = text.slice(0, line.literal)
    for (let child = tree.firstChild(at); child !== ROOT; child = tree.nextChild(child)) {
      if (tree.literal(child) !== literal || tree.kind(child) !== line.kind) continue
      this.at = child
      return
    }
    this.add(Buffer.from(text, 'latin1'), 0, line)
  }

  /** Goes on to a line that has been put together: nothing is in doubt. */
  goTo(line: KnownLine): void {
    this.at = line
    this.#doubt = undefined
  }

  /** `text` is a line of it, and lines before it are missing: it is damaged from here on. */
  lose(text: string): void {
    if (this.at !== undefined) this.#damage = { at: this.at, lines: [] }
    this.at = undefined
    const lines = this.#damage?.lines
    if (lines !== undefined && lines.length < LOST_LINES) lines.push(text)
  }

  /** What is in doubt about the last line; undefined: nothing. */
  get doubt(): Doubt | undefined {
    return this.#doubt
  }

  /** The last line is none that may be log: it is one of the goroutine, and the previous line. */
  get isCertain(): boolean {
    return this.length > 0 && this.#doubt?.otherwise !== 'log'
  }

  /**
   * Does the first byte of the next line prove that the last one is a frame? What is indented is mostly its file line, and is taken for that
   * where it is at hand, too (StackBody.lineFast).
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
    const plain = this.unindented(text)
    const cut = cutLine(plain) ?? (isCutName(plain) && this.tree.names.knowsRoot(plain) ? 'line' : undefined)
    if (cut === undefined || (cut === 'line' && at !== undefined && at !== ROOT && this.#isEndOfMain(at))) return
    // Behind the creator only the stack of an ancestor may come.
    if (cut === 'line' && at !== undefined && isFileOfCreator(this.tree, at) && !text.startsWith('[')) return
    this.#head = { at, cut }
  }

  /** What was cut behind its last line, if nothing has gone on from there. */
  get cut(): CutLine | undefined {
    return this.#head !== undefined && this.#head.at === this.at ? this.#head.cut : undefined
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

  /** Ends the goroutine. `isCut`: the dump ends with it, in the middle; but for a stack that is known, and goes no further. */
  finish(isCut: boolean): GoroutineEnd {
    const { at, tree } = this
    const hasAll = this.whole && this.cut !== 'line' && (!isCut || (this.ended && this.isAtLeaf))
    const damage = this.#damage
    this.leave()
    if (at !== undefined && hasAll) return { entry: entryAt(tree, at), damaged: false, at }
    const knownTo = at ?? damage?.at
    return { entry: damagedEntry(tree, knownTo, damage?.lines ?? []), damaged: true, at: knownTo }
  }
}
