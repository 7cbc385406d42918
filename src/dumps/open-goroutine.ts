/**
 * The open goroutine, and where it is in its stack: a walk down the tree of stacks. stack-body.ts decides which line takes which step.
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

/** The indentation of a call; '' if `text` is not a plain call. */
function indentOfCall(text: string): string {
  const call = text.trimStart()
  return text !== call && readLine(call)?.kind === 'func' ? text.slice(0, text.length - call.length) : ''
}

/** Most lines of a damaged goroutine that are noted. */
const LOST_LINES = 256
/** Length of a header: it only matters that it was the line before. */
const HEADER_LENGTH = 1
/** Length of a foreign line that is only the name of a function: a file line belongs to it, as in the stacks of zap and pkg/errors. */
const NAME_ALONE = -1

/** A line past the limit, after the line `at`, which is the last one that is kept. */
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
  /** Most lines of a stack that are kept. */
  readonly mostLines: number
  /** Undefined if no goroutine is open. */
  header: GoroutineHeader | undefined
  /** Where the walk is. Undefined if no goroutine is open, or it is damaged. */
  at: KnownLine | undefined
  #damage: Damage | undefined
  /** Length of the previous line without its line end; 0 or less if it was not part of this goroutine. */
  length = 0
  #doubt: Doubt | undefined
  /** What all its lines begin with, but not its header. */
  indent = ''
  /** Judging by what came before its header, its lines may be indented. */
  mayBeIndented = false
  /** Lines of its stack past the limit, which were not kept. */
  tooDeep = 0
  /** The last of them, and the one before it. */
  #past: PastLine | undefined
  #pastBefore: PastLine | undefined
  /** Where it was when the head of a line came without its rest. */
  #head: { readonly at: KnownLine | undefined; readonly cut: CutLine } | undefined

  /** `mostFrames`: of a stack, see `Limits.frames`. */
  constructor(tree: StackTree, mostFrames: number) {
    this.#tree = tree
    this.mostLines = mostFrames * 2
  }

  get tree(): StackTree {
    return this.#tree
  }

  /** Prepares for another stream; no goroutine is open. */
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

  /** The line `raw` as Go printed it, if it belongs to the goroutine. */
  plain(raw: string): string {
    const text = plainText(raw)
    if (!isIndent(text.charCodeAt(0))) return text
    this.indent = this.#indentBy(text)
    return this.unindented(text)
  }

  /** `text` without what all lines of the goroutine begin with. */
  unindented(text: string): string {
    const indent = this.#indentBy(text)
    return text.startsWith(indent) ? text.slice(indent.length) : text
  }

  /** The indentation of its lines: the first call shows it. */
  #indentBy(text: string): string {
    if (this.at !== ROOT) return this.indent
    return this.mayBeIndented ? indentOfCall(text) : ''
  }

  /** A foreign line has come. */
  interrupt(text: string): void {
    this.length = text.includes('.') && readBareFunction(text) !== undefined ? NAME_ALONE : 0
  }

  /** Can the next file line belong to a foreign function? */
  get isAfterName(): boolean {
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

  /** Is the next line more likely a log line than one of this stack, because the stack may end here, or its header may be a quotation? */
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

  /** Moves to a line that was not known at this point. Past the limit none is kept, except the creator. `doubt`: about that line. */
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

  /** Like `add`, for a line that is not in the buffer, and may be known. */
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

  /** Moves to a line that was put together: nothing about it is in doubt. */
  goTo(line: KnownLine): void {
    this.at = line
    this.#doubt = undefined
  }

  /** `text` belongs to it, but lines before it are missing: it is damaged from here on. */
  lose(text: string): void {
    if (this.at !== undefined) this.#damage = { at: this.at, lines: [] }
    this.at = undefined
    const lines = this.#damage?.lines
    if (lines !== undefined && lines.length < LOST_LINES) lines.push(text)
  }

  /** What is in doubt about the last line; undefined if nothing is. */
  get doubt(): Doubt | undefined {
    return this.#doubt
  }

  /** The last line cannot be log: it belongs to the goroutine, and is the line before the current one. */
  get isCertain(): boolean {
    return this.length > 0 && this.#doubt?.otherwise !== 'log'
  }

  /**
   * Does the first byte of the next line prove that the last one is a frame? An indented line is usually its file line, and StackBody.lineFast
   * assumes that, too, when it sees the next line.
   */
  isProvedBy(byte: number | undefined): boolean {
    return this.#doubt?.about === 'frame' && this.#doubt.otherwise === 'dump' && this.length > 0 && isIndent(byte)
  }

  /** Decides what the last line is; without `as`, as if nothing more came. */
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

  /** Notes `text`, which directly follows its last line but is not one of its lines, if it is the head of one. */
  noteHead(text: string): void {
    if (this.header === undefined) return
    const { at } = this
    const plain = this.unindented(text)
    const cut = cutLine(plain) ?? (isCutName(plain) && this.tree.names.knowsRoot(plain) ? 'line' : undefined)
    if (cut === undefined || (cut === 'line' && at !== undefined && at !== ROOT && this.#isEndOfMain(at))) return
    // After the creator, only the stack of an ancestor can come.
    if (cut === 'line' && at !== undefined && isFileOfCreator(this.tree, at) && !text.startsWith('[')) return
    this.#head = { at, cut }
  }

  /** What was cut after its last line, unless the goroutine has continued from there. */
  get cut(): CutLine | undefined {
    return this.#head !== undefined && this.#head.at === this.at ? this.#head.cut : undefined
  }

  /** The last line that certainly belongs to it. */
  get #last(): KnownLine | undefined {
    return this.#doubt?.otherwise === 'log' ? this.#doubt.from : this.at
  }

  /** See isWhole. */
  get whole(): boolean {
    const past = this.#doubt?.otherwise === 'log' ? undefined : this.#pastKind
    return past === undefined ? isWhole(this.tree, this.#last) : past !== 'func' && past !== 'ancestor'
  }

  /** See isEnd. */
  get ended(): boolean {
    return isEnd(this.tree, this.#last, this.header?.id)
  }

  /** See showsSystem; false for a thread's own goroutine. */
  get showsSystem(): boolean {
    const at = this.#last
    return at !== undefined && this.header?.id !== 0 && showsSystem(this.tree, at)
  }

  /** Ends the goroutine. `isCut`: the dump ends in the middle of it, unless its stack is known and goes no further. */
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
