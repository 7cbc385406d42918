/**
 * A stack as one list of names, paths and line numbers, of which names and paths are shared (texts.ts); its frames are made when they are
 * asked for.
 *
 * Hot where most stacks are new: guarded by `npm run bench` (dump-heavy, 2000 stacks).
 */
import { COLON, DIGIT, EQUALS, isHexDigit, SPACE, TAB, wordsOf, ZERO } from '../core/ascii.ts'
import type { Frame, Signature, Stack } from '../core/model.ts'
import { type KnownLine, ROOT, TAILS } from './line-table.ts'
import type { StackTree } from './stack-tree.ts'
import { Texts } from './texts.ts'

const CREATED_BY = 'created by '.length
const IN_GOROUTINE = ' in goroutine '.length

/** A function, its file and the line there, one after the other; the file is empty where none was printed. */
type Parts = readonly (string | number)[]
const PARTS = 3

/**
 * Its frames are made anew when another stack was asked for in between: whoever wants several things of a stack wants them in a
 * row, and the frames of all signatures at once are several times what they are made of.
 */
export class PrintedStack implements Stack {
  /** Of the frames, innermost first, and then of the creator. */
  readonly #parts: Parts
  readonly #hasCreator: boolean
  readonly elidedAt: number | undefined
  /** Bytes of its text, which is what it takes at most: where nothing of it is shared. */
  readonly length: number

  constructor(parts: Parts, hasCreator: boolean, elidedAt: number | undefined, length: number) {
    this.#parts = parts
    this.#hasCreator = hasCreator
    this.elidedAt = elidedAt
    this.length = length
  }

  get frames(): readonly Frame[] {
    if (latest !== this) {
      const parts = this.#parts
      const end = parts.length - (this.#hasCreator ? PARTS : 0)
      const frames: Frame[] = []
      for (let at = 0; at < end; at += PARTS) frames.push(frameAt(parts, at))
      latestFrames = frames
      latest = this
    }
    return latestFrames
  }

  get createdBy(): Frame | undefined {
    return this.#hasCreator ? frameAt(this.#parts, this.#parts.length - PARTS) : undefined
  }

  /** Where `frame`, one of `frames` as they are now, stands: for `frameAt`. -1 when it is none of them. */
  placeOf(frame: Frame): number {
    return this.frames.indexOf(frame)
  }

  /** The frame at a place that `placeOf` gave: without the others. */
  frameAt(place: number): Frame {
    return frameAt(this.#parts, place * PARTS)
  }
}

let latest: PrintedStack | undefined
let latestFrames: readonly Frame[] = []

function frameAt(parts: Parts, at: number): Frame {
  const name = parts[at] as string
  const file = parts[at + 1] as string
  return file === '' ? { function: name } : { function: name, file, line: parts[at + 2] as number }
}

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

/** Any number of so many digits is exact. */
const EXACT_DIGITS = 15

/** Of the process, since services in one log have the same. */
const texts = new Texts()

/** The stack of a goroutine that ends at `line` of the tree. Ancestors (`[originating from …]`) are history, not stack. */
export function stackOf(tree: StackTree, line: KnownLine): PrintedStack {
  let lines: KnownLine[] = []
  for (let at = line; at !== ROOT; at = tree.parent(at)) {
    if (tree.kind(at) === 'ancestor') lines = []
    else lines.push(at)
  }
  const parts: (string | number)[] = []
  let creator: (string | number)[] = []
  let elidedAt: number | undefined
  let length = 0
  const { bytes, bytesAsWords: words } = tree
  for (let i = lines.length - 1; i >= 0; i--) {
    const at = lines[i] as KnownLine
    const kind = tree.kind(at)
    length += tree.length(at)
    if (kind !== 'func' && kind !== 'created') {
      if (kind === 'elided') elidedAt = parts.length / PARTS
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
    const into = kind === 'created' ? creator : parts
    into.push(texts.of(bytes, words, start, end))
    const next = lines[i - 1]
    if (next === undefined || tree.kind(next) !== 'file') into.push('', 0)
    else pushPlace(into, bytes, words, tree.start(next), tree.start(next) + tree.length(next))
  }
  return new PrintedStack(parts.concat(creator), creator.length > 0, elidedAt, length)
}

/** Path and line of the literal part of a file line, [from, upTo), which may end in the beginning of the registers. */
function pushPlace(into: (string | number)[], bytes: Buffer, words: DataView, from: number, upTo: number): void {
  let start = from
  let end = upTo
  while (bytes[start] === TAB || bytes[start] === SPACE) start++
  // ` fp=`
  if (bytes[end - 1] === EQUALS) end -= 4
  let hex = end
  while (isHexDigit(bytes[hex - 1])) hex--
  // ` +0x`
  if (bytes[hex - 1] === 0x78) end = hex - 4
  let colon = end - 1
  while (colon > start && bytes[colon] !== COLON) colon--
  into.push(texts.of(bytes, words, start, colon), numberAt(bytes, colon + 1, end))
}

/** As Number() of the digits there, within what a number holds exactly. */
function numberAt(bytes: Buffer, start: number, end: number): number {
  if (end - start > EXACT_DIGITS) return Math.min(Number(bytes.toString('latin1', start, end)), Number.MAX_SAFE_INTEGER)
  let number = 0
  for (let i = start; i < end && DIGIT[bytes[i] as number] === 1; i++)
    number = number * 10 + (bytes[i] as number) - ZERO
  return number
}

/** The stack of frames that another grammar (debug=1) has read; Latin-1, as lines are. */
export function stackFrom(frames: readonly { name: string; file: string }[]): PrintedStack {
  const parts: (string | number)[] = []
  let length = 0
  for (const { name, file } of frames) {
    const bytes = Buffer.from(name + file, 'latin1')
    length += bytes.length
    const words = wordsOf(bytes)
    parts.push(texts.of(bytes, words, 0, name.length))
    pushPlace(parts, bytes, words, name.length, bytes.length)
  }
  return new PrintedStack(parts, false, undefined, length)
}
