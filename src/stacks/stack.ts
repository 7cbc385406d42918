/**
 * A stack as one string of numbers: those of its names, its paths and its line numbers. Names and paths are shared (texts.ts), so it takes an
 * eighth of its text. Its frames are made on demand.
 *
 * Hot where most stacks are new: guarded by `npm run bench` (dump-heavy, 2000 stacks).
 */
import { type Facts, newFacts } from '../core/facts.ts'
import type { Frame, Signature, Stack } from '../core/model.ts'
import type { Name } from '../core/names.ts'
import { TAILS } from './line-table.ts'
import { afterBlanks, colonBefore, endOfPlace, LINE_IS_TEXT, pushLine } from './place.ts'
import { type KnownLine, ROOT } from './rows.ts'
import type { StackTree } from './stack-tree.ts'
import { Texts } from './texts.ts'

const CREATED_BY = 'created by '.length
const IN_GOROUTINE = ' in goroutine '.length

/** Units per frame: the function, its file (0 if none was printed), and the line number in two units of 16 bits. */
const UNITS = 4
/** Bytes of a stack without its code and texts: the object, and the head of a string. */
const STACK_BYTES = 80

/**
 * Only the frames of the last stack that was asked are cached: callers ask several things of one stack in a row, and the frames of all
 * signatures together would take several times as much as their codes.
 */
export class PrintedStack implements Stack {
  /** The units of the frames, innermost first, and then of the creator. */
  readonly #code: string
  readonly #texts: Texts
  readonly #hasCreator: boolean
  readonly elidedAt: number | undefined
  /** Approximate bytes that it takes: itself, its code, and those of its texts that no stack had before. */
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

  /** End of the frames in the code. */
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

/** A stack as the parser knows it, with the place of its signature in the current dump. */
export interface StackEntry {
  stack: PrintedStack
  /** Serial of the tally to which `slot` belongs. */
  serial: number
  slot: number
  /** Number of goroutines in that tally whose calls are kept. */
  callers: number
  /** Index of its stack among those of the kept calls. */
  callersStack: number
  /** The signature found last, and the state that it was found for, if states matter. */
  signature: Signature | undefined
  state: string
}

export function newEntry(stack: PrintedStack): StackEntry {
  return { stack, serial: 0, slot: 0, callers: 0, callersStack: 0, signature: undefined, state: '' }
}

/** Shared by the whole process, since services in one log use the same texts. */
let texts: Texts | undefined

export function textsWithRoom(): Texts {
  if (texts?.hasRoom === false) {
    texts.close()
    texts = undefined
  }
  texts ??= new Texts()
  return texts
}

/** The texts of the process; the tree's numbers refer to them from now on. */
function textsOf(tree: StackTree): Texts {
  const known = textsWithRoom()
  tree.numberBy(known)
  return known
}

/**
 * Tells the kernel about `line`, a plain one (line-fast.ts) that stays. The kernel may add similar lines with the same text, so the text gets
 * its number now.
 */
export function know(tree: StackTree, line: KnownLine): void {
  if (!tree.hasKernel) return
  const known = textsOf(tree)
  const before = known.bytes
  numberOf(tree, known, line)
  tree.newTexts += known.bytes - before
  tree.know(line)
}

/** The number of the name in a function or creator line, or of the path in a file line. */
function numberOf(tree: StackTree, known: Texts, line: KnownLine): number {
  const numbered = tree.number(line)
  if (numbered !== 0) return numbered
  const { bytes, bytesAsWords: words } = tree
  let start = tree.start(line)
  let end = start + tree.length(line)
  const kind = tree.kind(line)
  const tail = tree.tail(line)
  if (kind === 'file') {
    start = afterBlanks(bytes, start)
    end = colonBefore(bytes, start, endOfPlace(bytes, end))
  } else if (kind === 'created') {
    start += CREATED_BY
    if (tail === TAILS.parent) end -= IN_GOROUTINE
  }
  // Without the `(`; gccgo prints none.
  else if (tail !== TAILS.none) end--
  const number = known.numberOf(bytes, words, start, end)
  tree.setNumber(line, number)
  return number
}

/** The stack of a goroutine that ends at `line` of the tree. Ancestors (`[originating from …]`) are history, not part of the stack. */
export function stackOf(tree: StackTree, line: KnownLine): PrintedStack {
  let lines: KnownLine[] = []
  for (let at = line; at !== ROOT; at = tree.parent(at)) {
    if (tree.kind(at) === 'ancestor') lines = []
    else lines.push(at)
  }
  const known = textsOf(tree)
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
    if (kind === 'created') creator = []
    const into = kind === 'created' ? creator : units
    into.push(numberOf(tree, known, at))
    const next = lines[i - 1]
    if (next === undefined || tree.kind(next) !== 'file') into.push(0, 0, 0)
    else {
      into.push(numberOf(tree, known, next))
      const start = tree.start(next)
      const end = endOfPlace(bytes, start + tree.length(next))
      pushLine(into, known, bytes, words, colonBefore(bytes, start, end) + 1, end)
    }
  }
  units.push(...creator)
  const newTexts = known.bytes - before + tree.newTexts
  tree.newTexts = 0
  return new PrintedStack(codeOf(units), known, creator.length > 0, elidedAt, newTexts)
}

/** Most units that are passed to a function at once. */
const PIECE = 4096

export function codeOf(units: readonly number[]): string {
  let code = ''
  for (let at = 0; at < units.length; at += PIECE)
    code += String.fromCharCode(...(units.length <= PIECE ? units : units.slice(at, at + PIECE)))
  return code
}

/** The number that the digits give, limited to what a number holds exactly. */
function numberIn(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER)
}
