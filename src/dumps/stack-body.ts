/**
 * The stacks of goroutines, one after the other: what a line is to the open goroutine (open-goroutine.ts), which a header begins. follows.ts says
 * which line may follow which.
 *
 *   state   | line                                               | to
 *   --------|----------------------------------------------------|-----------------------------------------------
 *   walking | may come next                                      | walking, at that line
 *   walking | continues the line before it, which was wrapped    | walking, at the longer line
 *   walking | is two lines down in exactly one known stack       | walking, at that line: the one between is missing
 *   walking | any other line of a stack                          | damaged, if it is more than a possible log line
 *   damaged | a line of a stack                                  | damaged: noted, to identify the stack in the end
 *   any     | any other                                          | the same: the line is foreign
 *
 * Where a file line is due, it may have lost its TAB. A damaged goroutine is counted, but never as a new signature (missing.ts).
 *
 * Hot: `lineFast`; guarded by `npm run bench` (dump-heavy, 2000 stacks).
 */
import { type KnownLine, ROOT } from '../stacks/rows.ts'
import { know } from '../stacks/stack.ts'
import { isStandard } from '../stacks/title.ts'
import { type GluedPlace, isCutPath, mayBegin, mayBeWrappedFile, readGluedPlace } from '../text/cut.ts'
import {
  hasOffset,
  isOffset,
  isStackWords,
  type LineKind,
  type LineText,
  readCutCall,
  readLine,
  readStripped,
} from '../text/line.ts'
import { FastLine } from '../text/line-fast.ts'
import { type LinesOnOne, linesOnOne } from '../text/lines-on-one.ts'
import { hasFramePointer, withoutEscapedTab } from '../text/plain.ts'
import { SOFT_BREAK } from '../text/wrapped.ts'
import type { Body, BodyEnd, Joined, Part } from './body.ts'
import { type Doubt, decideDoubt, doubtOf, isIndent } from './doubt.ts'
import { readDue } from './due.ts'
import { isFileOfCreator } from './follows.ts'
import type { OpenGoroutine } from './open-goroutine.ts'
import type { Fragments } from './repair/fragments.ts'
import { callOfName, goOn, joinTail } from './repair/join.ts'
import { hasLineLike, lineAfterNext } from './repair/missing.ts'

const END: BodyEnd = { damaged: 0, truncated: false, race: undefined }

/** Packages that can have a function in any stack. */
const ANY_PACKAGE =
  /^(?:main\.|(?:github\.com|gitlab\.com|golang\.org|google\.golang\.org|go\.uber\.org|gopkg\.in|k8s\.io)\/)/

export class StackBody implements Body {
  readonly format = 'stack'
  readonly kind = undefined
  readonly goroutines = 'headers'
  readonly #goroutine: OpenGoroutine
  readonly #fragments: Fragments
  readonly #fast = new FastLine()

  constructor(goroutine: OpenGoroutine, fragments: Fragments) {
    this.#goroutine = goroutine
    this.#fragments = fragments
  }

  /** Goroutines are counted with their headers. */
  open(): void {}

  /** Takes a line that is not a known child of where the goroutine is. Doubts that this line can decide are already decided. */
  line(text: string, buf: Buffer, pos: number): Part {
    const goroutine = this.#goroutine
    if (goroutine.header === undefined) return 'foreign'
    if (this.#isRestOfName(text) && this.#continuesLine(text)) return 'part'
    const line = readDue(text, goroutine)
    if (goroutine.doubt !== undefined) return 'foreign'
    const part = line === undefined || line.isOdd === true ? this.#linesOnOne(text) : undefined
    if (part !== undefined) return part
    if (line === undefined) return this.#continuesLine(text) || this.#isWords(text) ? 'part' : 'foreign'
    if (line.kind === 'file' && goroutine.isAfterName && !hasOffset(text)) return 'foreign'
    const { at, expected, tree } = goroutine
    if (at === undefined) return this.#lose(text, line.kind)
    if (!expected.includes(line.kind)) return this.#resync(at, text, line.kind)
    const doubt = doubtOf(tree, at, text, line, goroutine.isApart)
    goroutine.add(buf, pos, line, doubt)
    return doubt === undefined ? 'part' : 'doubtful'
  }

  lineFast(buf: Buffer, pos: number, end: number): number {
    const goroutine = this.#goroutine
    const { at } = goroutine
    const line = this.#fast
    if (at === undefined || goroutine.doubt !== undefined || !line.read(buf, pos)) return -1
    if (!goroutine.expected.includes(line.kind)) return -1
    let doubt: Doubt | undefined
    const isIndentedNext = line.after >= end || isIndent(buf[line.after])
    if (line.kind === 'file') {
      if (goroutine.isAfterName || (isIndentedNext && !line.hasOffset)) return -1
    } else if (!isIndentedNext || goroutine.isApart) return -1
    // If the next line has not come yet, it decides when it comes.
    else if (line.after >= end) doubt = { about: 'frame', from: at, proof: 'file', otherwise: 'dump' }
    goroutine.add(buf, pos, line, doubt)
    const added = goroutine.at
    if (doubt === undefined && added !== undefined && added !== at) know(goroutine.tree, added)
    goroutine.length = line.length
    return line.after
  }

  decide(text: string): 'log' | 'dump' | undefined {
    const goroutine = this.#goroutine
    const { doubt } = goroutine
    if (doubt === undefined) return undefined
    if (goroutine.isProvedBy(text.charCodeAt(0))) return 'dump'
    if (this.#isRestOfName(text)) return 'dump'
    const line =
      doubt.about === 'file'
        ? readLine(text)
        : (readDue(text, goroutine) ?? this.#placeOnLine(text) ?? gluedPlace(text)?.line)
    // A line that continues the last one does not decide what that is.
    if (line === undefined && doubt.otherwise === 'dump' && this.#fragments.wraps.mayWrap(goroutine.length))
      return 'dump'
    return decideDoubt(doubt, text, line, this.#hasPieces)
  }

  blank(): 'foreign' {
    return 'foreign'
  }

  join(tail: string): Joined | undefined {
    const { at, expected, tree } = this.#goroutine
    const joined = at === undefined ? undefined : joinTail(tree, this.#fragments, at, expected, tail)
    if (joined !== undefined) this.#goroutine.goTo(joined.line)
    return joined
  }

  /** Takes the call before `text`, which is its place, if a pager has cut it. */
  takeCut(text: string): Joined | undefined {
    const { at, expected } = this.#goroutine
    const fragment = this.#fragments.wraps.head
    if (at === undefined || fragment === undefined || fragment.parts.length > 1 || !expected.includes('func'))
      return undefined
    if (!hasOffset(text) || (readLine(text) ?? readStripped(text))?.kind !== 'file') return undefined
    const call = readCutCall(fragment.text)
    if (call === undefined) return undefined
    this.#goroutine.addText(fragment.text, call)
    return { fragment, cut: fragment.text.length }
  }

  /** Takes a known line, or a file line where one is due, that is followed by foreign text. */
  glued(text: string): number {
    const goroutine = this.#goroutine
    const { at } = goroutine
    if (at === undefined) return -1
    const joined = this.#fragments.joinKnown(at, text, '')
    if (joined !== undefined && joined.cut < text.length) {
      goroutine.at = joined.line
      return joined.cut
    }
    if (goroutine.length <= 0 || !goroutine.expectsFile) return -1
    const shown = withoutEscapedTab(goroutine.unindented(text))
    const place = gluedPlace(shown)
    if (place === undefined) return -1
    goroutine.add(Buffer.from(shown, 'latin1'), 0, place.line)
    return text.length - shown.length + place.end
  }

  fits(text: string): boolean {
    const goroutine = this.#goroutine
    const line = readDue(goroutine.unindented(text), goroutine)
    return line !== undefined && goroutine.header !== undefined && goroutine.expected.includes(line.kind)
  }

  mayBegin(text: string): boolean {
    return mayBegin(text) || mayBeWrappedFile(text) || isCutPath(text)
  }

  beginsKnown(text: string): boolean {
    const { at, tree } = this.#goroutine
    return at !== undefined && hasLineLike(tree, at, text)
  }

  resembles(text: string): boolean {
    return (
      this.beginsKnown(text) ||
      text.startsWith('\t') ||
      mayBeWrappedFile(text) ||
      text.startsWith('gorout') ||
      hasFramePointer(text)
    )
  }

  mayQuote(): boolean {
    return false
  }

  finish(): BodyEnd {
    return END
  }

  /** Are there pieces of possible cut lines? */
  get #hasPieces(): boolean {
    return this.#fragments.pending.some((each) => each.cuts.length > 0)
  }

  #split(text: string): LinesOnOne | undefined {
    const { tree } = this.#goroutine
    return linesOnOne(text, (name) => ANY_PACKAGE.test(name) || isStandard(name) || tree.names.knowsRoot(name))
  }

  /** The place that comes before the next call on its line. */
  #placeOnLine(text: string): LineText | undefined {
    const first = this.#split(text)?.[0]
    const line = first === undefined ? undefined : readLine(first)
    return line?.kind === 'file' ? line : undefined
  }

  /** Takes two lines that are joined on one, if they may come next. */
  #linesOnOne(text: string): Part | undefined {
    const goroutine = this.#goroutine
    const { at, expected, tree } = goroutine
    if (at === undefined || goroutine.length <= 0) return undefined
    const [first = '', second] = this.#split(text) ?? []
    const line = readLine(first)
    if (line === undefined || !expected.includes(line.kind) || (line.kind === 'file' && tree.kind(at) !== 'func'))
      return undefined
    const next = second === undefined ? undefined : readLine(second)
    if (line.kind !== 'file' && (next?.kind !== 'file' || (!hasOffset(text) && goroutine.isApart))) return undefined
    goroutine.addText(first, line)
    if (second !== undefined && next !== undefined) {
      goroutine.addText(second, next)
      return 'part'
    }
    // What comes after the place is lost.
    return this.#lose(text, line.kind)
  }

  /** Words of the stack directly follow a note of the runtime. They are not part of the stack's text. */
  #isWords(text: string): boolean {
    const { at, length, tree } = this.#goroutine
    return at !== undefined && at !== ROOT && length > 0 && tree.kind(at) === 'note' && isStackWords(text)
  }

  /** `text` cannot follow `at`: either a line before it is missing, or it is a log line. */
  #resync(at: KnownLine, text: string, kind: LineKind): Part {
    const goroutine = this.#goroutine
    const { tree } = goroutine
    if (isFileOfCreator(tree, at)) return 'foreign'
    const found = lineAfterNext(tree, at, text)
    if (found !== undefined) {
      goroutine.at = found
      return 'part'
    }
    if (kind !== 'func' && kind !== 'file' && kind !== 'created' && kind !== 'ancestor') return 'foreign'
    const cut = this.#hasPieces
    // An isolated file line is more likely a log line than the rest of a frame. A complete stack needs none.
    if (kind === 'file' && (!cut || goroutine.ended || !hasOffset(text))) return 'foreign'
    if (tree.kind(at) === 'func' && !cut && !tree.literal(at).includes('.')) {
      // `done(1)`: a log line was taken for a frame.
      goroutine.at = tree.parent(at)
      return this.line(text, Buffer.from(text, 'latin1'), 0)
    }
    return this.#lose(text, kind)
  }

  /** Takes a line of a goroutine that is damaged, from here on or already. */
  #lose(text: string, kind: LineKind): Part {
    if (kind === 'note' || kind === 'unavailable') return 'foreign'
    this.#goroutine.lose(text)
    return 'damaged'
  }

  /** Is the line before this one a name, and `text` the rest of the call? */
  #isRestOfName(text: string): boolean {
    const { at, length, tree } = this.#goroutine
    return at !== undefined && at !== ROOT && callOfName(tree, at, length, text) !== undefined
  }

  /** Does `text` continue the line before it, which may be complete without it? An offset is not part of the stack's text. */
  #continuesLine(text: string): boolean {
    const goroutine = this.#goroutine
    const { at, length, tree } = goroutine
    if (at === undefined) return false
    if (length > 0 && at !== ROOT && isOffset(text)) return tree.kind(at) === 'file' && !hasOffset(tree.literal(at))
    const longer = goOn(tree, this.#fragments, at, length, text)
    if (longer !== undefined) goroutine.at = longer
    return longer !== undefined
  }
}

/** A place with text glued to it; undefined if its offset continues on the next line. */
function gluedPlace(text: string): GluedPlace | undefined {
  const place = readGluedPlace(text)
  return place?.end === text.length - 1 && SOFT_BREAK.test(text) ? undefined : place
}
