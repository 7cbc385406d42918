/**
 * The goroutine at hand: a walk down the tree of known stacks, one line a step.
 *
 *   at              | line                                   | to
 *   ----------------|----------------------------------------|---------------------------
 *   header          | func, created, unavailable, note       | that line
 *   func, created   | file                                   | file
 *   file            | func, created, ancestor, elided, note  | that line
 *   file of created | ancestor                               | ancestor
 *   ancestor        | func                                   | func
 *   elided, note    | func, created, file, note              | that line
 *   unavailable     | created                                | created
 *
 * Where a file line is due, it may have lost its TAB. A line that may not stand where it does says that one before it is missing. It is found
 * again where exactly one known stack allows it; else the goroutine is damaged: counted, and in no new signature.
 */
import type { HeaderInfo } from '../goroutines/header.ts'
import { type KnownLine, type KnownStacks, ROOT, TAILS } from '../goroutines/known.ts'
import { type LineKind, type LineText, readLine, readStripped } from '../goroutines/line.ts'
import { QuickLine } from '../goroutines/quick.ts'
import { newEntry, type StackEntry, stackOf } from '../goroutines/stack.ts'
import type { Limits } from '../limits.ts'
import type { Fragment } from './fragment.ts'
import type { Fragments } from './fragments.ts'

const AFTER_FRAME: readonly LineKind[] = ['func', 'created', 'ancestor', 'elided', 'note']
const FOLLOWS: Readonly<Record<LineKind, readonly LineKind[]>> = {
  func: ['file'],
  created: ['file'],
  file: AFTER_FRAME,
  ancestor: ['func'],
  elided: ['func', 'created', 'file', 'note'],
  note: ['func', 'created', 'file', 'note', 'elided'],
  unavailable: ['created'],
}
const AFTER_HEADER: readonly LineKind[] = ['func', 'created', 'unavailable', 'note']
const ONLY_ANCESTOR: readonly LineKind[] = ['ancestor']
/** Known lines looked at when a damaged goroutine is compared with known stacks. */
const SEARCH = 512
const LOST_LINES = 256

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

export class Walker {
  readonly known: KnownStacks
  readonly #limits: Limits
  readonly #fragments: Fragments
  goroutine: OpenGoroutine | undefined
  /** Where the walk is; the hot loop of the assembler moves it. Undefined when no goroutine is open, or it is damaged. */
  at: KnownLine | undefined
  /** The last place in the tree before the damage. */
  #lostAt: KnownLine | undefined
  #lost: string[] = []
  /** Of the line that was taken last, if it is the one before: bytes without its line end. */
  length = 0
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
    this.length = 0
    this.at = ROOT
    this.#lostAt = undefined
    this.#lost = []
  }

  /** Forgets the goroutine. */
  leave(): void {
    this.goroutine = undefined
    this.at = undefined
  }

  /** The kinds of line that may come next. */
  expected(): readonly LineKind[] {
    const at = this.at
    if (at === undefined) return AFTER_FRAME
    if (at === ROOT) return AFTER_HEADER
    if (this.known.kind(at) === 'file' && this.#isUnderCreated(at)) return ONLY_ANCESTOR
    return FOLLOWS[this.known.kind(at)]
  }

  /** What `text` is, if it can stand inside a goroutine. Where what Go indents is due, it may have lost its TAB. */
  read(text: string): LineText | undefined {
    const line = readLine(text)
    if (line !== undefined || (this.at !== undefined && this.known.kind(this.at) === 'file')) return line
    const stripped = readStripped(text)
    if (stripped === undefined) return undefined
    return this.damaged || this.expected().includes(stripped.kind) ? stripped : undefined
  }

  /** Takes the line at `pos` where it is one that is read by its bytes, and may come next: as `line` would. Returns where the next one begins, or -1. */
  quick(buf: Buffer, pos: number): number {
    const { at } = this
    const line = this.#quick
    if (at === undefined || !line.read(buf, pos) || !this.expected().includes(line.kind)) return -1
    if (this.#isTooDeep(at, line.kind)) this.framesOverflow = true
    else this.at = this.known.add(at, buf, pos, line)
    this.length = line.length
    return line.after
  }

  /** Takes a line that is not a known child of `at`. False: it is foreign. */
  line(text: string, buf: Buffer, pos: number): boolean {
    const line = this.read(text)
    if (this.goroutine === undefined) return false
    if (line === undefined) return this.#goesOn(text)
    const at = this.at
    if (at === undefined) return this.#lose(text, line.kind)
    const expected = this.expected()
    if (expected.includes(line.kind)) {
      if (this.#isTooDeep(at, line.kind)) this.framesOverflow = true
      else this.at = this.known.add(at, buf, pos, line)
      return true
    }
    return this.#resync(text, line.kind)
  }

  /** The line before this one is missing. */
  #resync(text: string, kind: LineKind): boolean {
    const at = this.at as KnownLine
    if (this.known.kind(at) === 'file' && this.#isUnderCreated(at)) return false
    const found = this.#skip(at, text)
    if (found !== undefined) {
      this.at = found
      return true
    }
    const cut = this.#fragments.pending.length > 0
    // A file line out of nowhere is more likely a log line than all that is left of a frame.
    if (kind === 'file' && !cut) return false
    if (kind !== 'func' && kind !== 'file' && kind !== 'created' && kind !== 'ancestor') return false
    if (this.known.kind(at) === 'func' && !cut && !this.known.literal(at).includes('.')) {
      // `done(1)`: a log line had passed for a frame.
      this.at = this.known.parent(at)
      return this.line(text, Buffer.from(text, 'latin1'), 0)
    }
    this.#lostAt = at
    this.at = undefined
    return this.#lose(text, kind)
  }

  #isUnderCreated(at: KnownLine): boolean {
    return this.known.kind(this.known.parent(at)) === 'created'
  }

  /** No more frames are kept, but for the creator. */
  #isTooDeep(at: KnownLine, kind: LineKind): boolean {
    return this.known.depth(at) >= this.#limits.frames * 2 && kind !== 'created' && !this.#isUnderCreated(at)
  }

  #entryOf(at: KnownLine): StackEntry {
    const known = this.known.entry(at)
    if (known !== undefined) return known
    const entry = newEntry(stackOf(this.known, at))
    this.known.setEntry(at, entry)
    return entry
  }

  /** The one known line below `at`, one line further down, that `text` is. */
  #skip(at: KnownLine, text: string): KnownLine | undefined {
    let found: KnownLine | undefined
    let looked = 0
    const { known } = this
    for (let missing = known.firstChild(at); missing !== ROOT; missing = known.nextChild(missing)) {
      for (let line = known.firstChild(missing); line !== ROOT; line = known.nextChild(line)) {
        if (++looked > SEARCH) return undefined
        if (!this.#is(line, text)) continue
        if (found !== undefined) return undefined
        found = line
      }
    }
    return found
  }

  #is(line: KnownLine, text: string): boolean {
    const literal = this.known.literal(line)
    return text.startsWith(literal) && (this.known.tail(line) !== TAILS.none || text.length === literal.length)
  }

  #lose(text: string, kind: LineKind): boolean {
    if (kind === 'note' || kind === 'unavailable') return false
    if (this.#lost.length < LOST_LINES) this.#lost.push(text)
    return true
  }

  /** Joins `tail` to a cut line that is pending. Returns the fragment and where its head ends. */
  join(tail: string): { fragment: Fragment; cut: number } | undefined {
    const at = this.at
    if (at === undefined) return undefined
    const expected = this.expected()
    for (const fragment of this.#fragments.pending) {
      const known = this.#fragments.joinKnown(at, fragment.text, tail)
      if (known !== undefined) {
        this.at = known.line
        return { fragment, cut: known.cut }
      }
      const made = this.#fragments.joinNew(fragment, tail, expected)
      const line = made === undefined ? undefined : readLine(made.text)
      if (made === undefined || line === undefined) continue
      this.at = this.known.add(at, Buffer.from(made.text, 'latin1'), 0, line)
      return { fragment, cut: made.cut }
    }
    const wrapped = this.#fragments.wraps.join(tail, expected)
    if (wrapped === undefined) return undefined
    this.at = this.known.add(at, Buffer.from(wrapped.text, 'latin1'), 0, wrapped.line)
    return { fragment: wrapped.fragment, cut: wrapped.fragment.text.length }
  }

  /** Does the line before this one, although it can stand by itself, go on with `text`: its number, its registers, its goroutine? */
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
      if (known.tail(child) !== TAILS[line.tail] || !this.#is(child, whole)) continue
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
    if (this.at === undefined || text.length < 4) return false
    const start = text.slice(0, 4)
    const { known } = this
    for (let child = known.firstChild(this.at); child !== ROOT; child = known.nextChild(child))
      if (known.literal(child, 4) === start) return true
    return false
  }

  /** Is the goroutine whole as far as it goes: not in the middle of a frame? */
  get whole(): boolean {
    const at = this.at
    if (at === undefined || at === ROOT) return false
    const kind = this.known.kind(at)
    return kind !== 'func' && kind !== 'created' && kind !== 'ancestor'
  }

  /** Has the stack an end of its own: created by, main.main, or the runtime? If not, the dump may have been cut here. */
  get ended(): boolean {
    const at = this.at
    if (at === undefined || !this.whole) return false
    const { known } = this
    const kind = known.kind(at)
    if (known.entry(at) !== undefined || kind === 'unavailable') return true
    if (kind !== 'file') return false
    if (this.#isUnderCreated(at)) return true
    const name = known.literal(known.parent(at))
    return (
      this.goroutine?.id === 1 ||
      name.startsWith('main.main') ||
      name.startsWith('runtime.') ||
      name.startsWith('main._cgoexp')
    )
  }

  /** Ends the goroutine. `entry` is undefined when it cannot be said which stack it is. */
  finish(): { entry: StackEntry | undefined; damaged: boolean } {
    const { at, whole } = this
    this.at = undefined
    this.goroutine = undefined
    if (whole && at !== undefined) return { entry: this.#entryOf(at), damaged: false }
    const from = at ?? this.#lostAt
    return { entry: from === undefined || from === ROOT ? undefined : this.#recover(from), damaged: true }
  }

  /** The dump ends in the middle of the stack: the one known stack that goes on from here. */
  finishCut(): { entry: StackEntry | undefined; damaged: boolean } {
    const at = this.at
    if (at === undefined || this.known.firstChild(at) === ROOT) return this.finish()
    this.at = undefined
    this.goroutine = undefined
    return { entry: this.#recover(at), damaged: true }
  }

  /** The one known stack below `from` in which the lines that are left stand in order. */
  #recover(from: KnownLine): StackEntry | undefined {
    let found: StackEntry | undefined
    let looked = 0
    const visit = (at: KnownLine, next: number): boolean => {
      if (++looked > SEARCH) return false
      const entry = this.known.entry(at)
      if (entry !== undefined && next === this.#lost.length) {
        if (found !== undefined && found !== entry) return false
        found = entry
      }
      for (let child = this.known.firstChild(at); child !== ROOT; child = this.known.nextChild(child)) {
        const lost = this.#lost[next]
        if (!visit(child, lost !== undefined && this.#is(child, lost) ? next + 1 : next)) return false
      }
      return true
    }
    return visit(from, 0) ? found : undefined
  }
}
