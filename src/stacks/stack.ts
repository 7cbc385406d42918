/**
 * A stack as one string of the numbers of its names, its paths and its lines, of which names and paths are shared (texts.ts): an eighth of its
 * text. Its frames are made when they are asked for.
 *
 * Hot where most stacks are new: guarded by `npm run bench` (dump-heavy, 2000 stacks).
 */
import { COLON, DIGIT, EQUALS, isHexDigit, SPACE, TAB, wordsOf, ZERO } from '../core/ascii.ts'
import { type Facts, newFacts } from '../core/facts.ts'
import type { Frame, Signature, Stack } from '../core/model.ts'
import type { Name } from '../core/names.ts'
import { type KnownLine, ROOT, TAILS } from './line-table.ts'
import type { StackTree } from './stack-tree.ts'
import { Texts } from './texts.ts'

const CREATED_BY = 'created by '.length
const IN_GOROUTINE = ' in goroutine '.length

/** A function, its file (0 where none was printed) and the line there, in two units of 16 bits. */
const UNITS = 4
/** What a stack takes beside its code and its texts: the object, and the head of a string. */
const STACK_BYTES = 80
/** In the place of a line's upper 16 bits: the lower ones are the number of its text. */
const LINE_IS_TEXT = 0xffff

/**
 * Its frames are made anew when another stack was asked for in between: whoever wants several things of a stack wants them in a
 * row, and the frames of all signatures at once are several times what they are made of.
 */
export class PrintedStack implements Stack {
  /** Of the frames, innermost first, and then of the creator. */
  readonly #code: string
  readonly #texts: Texts
  readonly #hasCreator: boolean
  readonly elidedAt: number | undefined
  /** About what it takes: itself, its code, and those of its texts that no stack had before. */
  readonly bytes: number
  #facts: Facts | undefined

  constructor(code: string, texts: Texts, hasCreator: boolean, elidedAt: number | undefined, newTexts: number) {
    this.#code = code
    this.#texts = texts
    this.#hasCreator = hasCreator
    this.elidedAt = elidedAt
    this.bytes = STACK_BYTES + code.length * 2 + newTexts
  }

  get frames(): readonly Frame[] {
    if (latest !== this) {
      const frames: Frame[] = []
      for (let at = 0; at < this.#end; at += UNITS) frames.push(this.#frameAt(at))
      latestFrames = frames
      latest = this
    }
    return latestFrames
  }

  get names(): readonly Name[] {
    if (latestNamed !== this) {
      const code = this.#code
      const texts = this.#texts
      const names: Name[] = []
      for (let at = 0; at < this.#end; at += UNITS) names.push(texts.at(code.charCodeAt(at)))
      latestNames = names
      latestNamed = this
    }
    return latestNames
  }

  fileAt(place: number): Name | undefined {
    const file = this.#code.charCodeAt(place * UNITS + 1)
    return file === 0 ? undefined : this.#texts.at(file)
  }

  isGeneratedAt(place: number): boolean {
    return this.#code.charCodeAt(place * UNITS + 1) === this.#texts.generated
  }

  /** Where the frames end in the code. */
  get #end(): number {
    return this.#code.length - (this.#hasCreator ? UNITS : 0)
  }

  get facts(): Facts {
    this.#facts ??= newFacts()
    return this.#facts
  }

  get createdBy(): Frame | undefined {
    return this.#hasCreator ? this.#frameAt(this.#code.length - UNITS) : undefined
  }

  /** One of `frames`, without the others. */
  frameAt(place: number): Frame {
    return this.#frameAt(place * UNITS)
  }

  #frameAt(at: number): Frame {
    const code = this.#code
    const texts = this.#texts
    const name = texts.at(code.charCodeAt(at)).text
    const file = code.charCodeAt(at + 1)
    if (file === 0) return { function: name }
    const low = code.charCodeAt(at + 2)
    const high = code.charCodeAt(at + 3)
    const line = high === LINE_IS_TEXT ? numberIn(texts.at(low).text) : high * 0x10000 + low
    return { function: name, file: texts.at(file).text, line }
  }
}

let latest: PrintedStack | undefined
let latestFrames: readonly Frame[] = []
let latestNamed: PrintedStack | undefined
let latestNames: readonly Name[] = []

/** A stack as the parser knows it, with the place of its signature in the dump at hand. */
export interface StackEntry {
  stack: PrintedStack
  /** Serial of the tally for which `slot` holds. */
  serial: number
  slot: number
  /** Goroutines of that tally whose calls are kept. */
  callers: number
  /** Where its stack is among theirs. */
  callersStack: number
  /** What it was found to be last, and for which state where that counts. */
  signature: Signature | undefined
  state: string
}

export function newEntry(stack: PrintedStack): StackEntry {
  return { stack, serial: 0, slot: 0, callers: 0, callersStack: 0, signature: undefined, state: '' }
}

/** Of the process, since services in one log have the same. */
let texts: Texts | undefined

function textsWithRoom(): Texts {
  if (texts?.hasRoom === false) {
    texts.close()
    texts = undefined
  }
  texts ??= new Texts()
  return texts
}

/** The stack of a goroutine that ends at `line` of the tree. Ancestors (`[originating from …]`) are history, not stack. */
export function stackOf(tree: StackTree, line: KnownLine): PrintedStack {
  let lines: KnownLine[] = []
  for (let at = line; at !== ROOT; at = tree.parent(at)) {
    if (tree.kind(at) === 'ancestor') lines = []
    else lines.push(at)
  }
  const known = textsWithRoom()
  const units: number[] = []
  let creator: number[] = []
  let elidedAt: number | undefined
  const before = known.bytes
  const { bytes, bytesAsWords: words } = tree
  for (let i = lines.length - 1; i >= 0; i--) {
    const at = lines[i] as KnownLine
    const kind = tree.kind(at)
    if (kind !== 'func' && kind !== 'created') {
      if (kind === 'elided') elidedAt = units.length / UNITS
      continue
    }
    let start = tree.start(at)
    let end = start + tree.length(at)
    const tail = tree.tail(at)
    if (kind === 'created') {
      start += CREATED_BY
      if (tail === TAILS.parent) end -= IN_GOROUTINE
      creator = []
    }
    // Without the `(`; gccgo prints none.
    else if (tail !== TAILS.none) end--
    const into = kind === 'created' ? creator : units
    into.push(known.numberOf(bytes, words, start, end))
    const next = lines[i - 1]
    if (next === undefined || tree.kind(next) !== 'file') into.push(0, 0, 0)
    else pushPlace(into, known, bytes, words, tree.start(next), tree.start(next) + tree.length(next))
  }
  units.push(...creator)
  return new PrintedStack(codeOf(units), known, creator.length > 0, elidedAt, known.bytes - before)
}

/** Path and line of the literal part of a file line, [from, upTo), which may end in the beginning of the registers. */
function pushPlace(into: number[], known: Texts, bytes: Buffer, words: DataView, from: number, upTo: number): void {
  let start = from
  let end = upTo
  for (let blank = blankAt(bytes, start); blank > 0; blank = blankAt(bytes, start)) start += blank
  // ` fp=`
  if (bytes[end - 1] === EQUALS) end -= 4
  let hex = end
  while (isHexDigit(bytes[hex - 1])) hex--
  // ` +0x`
  if (bytes[hex - 1] === 0x78) end = hex - 4
  let colon = end - 1
  while (colon > start && bytes[colon] !== COLON) colon--
  into.push(known.numberOf(bytes, words, start, colon))
  let line = 0
  for (let i = colon + 1; i < end && DIGIT[bytes[i] as number] === 1; i++)
    line = line * 10 + (bytes[i] as number) - ZERO
  if (line < LINE_IS_TEXT * 0x10000) into.push(line & 0xffff, Math.floor(line / 0x10000))
  else into.push(known.numberOf(bytes, words, colon + 1, end), LINE_IS_TEXT)
}

/** Units that are passed to a function at once. */
const PIECE = 4096

function codeOf(units: readonly number[]): string {
  let code = ''
  for (let at = 0; at < units.length; at += PIECE)
    code += String.fromCharCode(...(units.length <= PIECE ? units : units.slice(at, at + PIECE)))
  return code
}

/** As Number() of the digits there, within what a number holds exactly. */
function numberIn(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER)
}

/** Bytes of the blank at `at`; 0 for none. A page may have put spaces of its own there: U+00A0, U+2000 to U+200A. */
function blankAt(bytes: Buffer, at: number): number {
  const c = bytes[at]
  if (c === TAB || c === SPACE) return 1
  if (c === 0xc2) return bytes[at + 1] === 0xa0 ? 2 : 0
  return c === 0xe2 && bytes[at + 1] === 0x80 && ((bytes[at + 2] as number) & 0xf0) === 0x80 ? 3 : 0
}

/** The frames that another grammar (debug=1) reads, one after the other, of which a stack is made. */
export class FrameList {
  #bytes: Buffer = Buffer.allocUnsafe(1 << 12)
  #words: DataView = wordsOf(this.#bytes)
  #used = 0
  /** Of each frame: its name, [from, to), and its place, [file, end). */
  #marks: number[] = []
  #isOfLines = true

  get isEmpty(): boolean {
    return this.#marks.length === 0
  }

  /** The lines that were added, while there are no others. */
  get lines(): Buffer | undefined {
    return this.#isOfLines ? this.#bytes.subarray(0, this.#used) : undefined
  }

  clear(): void {
    this.#used = 0
    this.#marks = []
    this.#isOfLines = true
  }

  /** The line [pos, next) of `buf`, with a name at [from, to), and its place at [file, end). */
  addLine(buf: Buffer, pos: number, next: number, from: number, to: number, file: number, end: number): void {
    const at = this.#room(next - pos)
    buf.copy(this.#bytes, at, pos, next)
    this.#marks.push(at + from - pos, at + to - pos, at + file - pos, at + end - pos)
  }

  /** Latin-1, as lines are. */
  addText(name: string, file: string): void {
    const at = this.#room(name.length + file.length)
    this.#bytes.write(name + file, at, 'latin1')
    this.#marks.push(at, at + name.length, at + name.length, this.#used)
    this.#isOfLines = false
  }

  stack(): PrintedStack {
    const known = textsWithRoom()
    const units: number[] = []
    const before = known.bytes
    const marks = this.#marks
    for (let i = 0; i < marks.length; i += 4) {
      units.push(known.numberOf(this.#bytes, this.#words, marks[i] as number, marks[i + 1] as number))
      pushPlace(units, known, this.#bytes, this.#words, marks[i + 2] as number, marks[i + 3] as number)
    }
    return new PrintedStack(codeOf(units), known, false, undefined, known.bytes - before)
  }

  /** Where `length` bytes have room. */
  #room(length: number): number {
    const at = this.#used
    this.#used += length
    if (this.#used > this.#bytes.length) {
      const bytes = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#used))
      this.#bytes.copy(bytes, 0, 0, at)
      this.#bytes = bytes
      this.#words = wordsOf(bytes)
    }
    return at
  }
}
