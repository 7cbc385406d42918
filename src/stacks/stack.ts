/**
 * A stack as one compact string, parsed when it is asked for.
 *
 * Hot where most stacks are new: guarded by `npm run bench` (dump-heavy, 2000 stacks).
 */
import { COLON, EQUALS, isHexDigit, LF, SPACE, TAB, ZERO } from '../core/ascii.ts'
import { utf8Of } from '../core/latin1.ts'
import type { Frame, Signature, Stack } from '../core/model.ts'
import { type KnownLine, ROOT, TAILS } from './line-table.ts'
import type { StackTree } from './stack-tree.ts'

/** One line each: a letter for what it is, then its text. */
const FUNCTION = 'F'
const FILE = 'f'
const CREATED = 'C'
const ELIDED = 'E'
const CREATED_BY = 'created by '.length
const IN_GOROUTINE = ' in goroutine '.length

/**
 * Its frames are parsed anew when another stack was asked for in between: whoever wants several things of a stack wants them in a
 * row, and the frames of all signatures at once are several times their text.
 */
export class PrintedStack implements Stack {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** Characters of its text. */
  get length(): number {
    return this.#text.length
  }

  get frames(): readonly Frame[] {
    return this.#parse().frames
  }

  get createdBy(): Frame | undefined {
    if (latest === this) return latestParsed.createdBy
    const at = this.#text.startsWith(CREATED) ? 0 : this.#text.lastIndexOf(`\n${CREATED}`) + 1
    return at === 0 && !this.#text.startsWith(CREATED) ? undefined : frameAt(this.#text, at)
  }

  get elidedAt(): number | undefined {
    return this.#parse().elidedAt
  }

  /** Where `frame`, one of `frames` as they are now, stands: for `frameAt`. -1 when it is none of them. */
  placeOf(frame: Frame): number {
    const { frames, places } = this.#parse()
    return places[frames.indexOf(frame)] ?? -1
  }

  /** The frame at a place that `placeOf` gave: without the others. */
  frameAt(place: number): Frame {
    return frameAt(this.#text, place)
  }

  #parse(): Parsed {
    if (latest !== this) {
      latestParsed = parseStack(this.#text)
      latest = this
    }
    return latestParsed
  }
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

interface Parsed {
  readonly frames: Frame[]
  /** Where each of them stands in the text. */
  readonly places: number[]
  createdBy: Frame | undefined
  elidedAt: number | undefined
}

/** Any number of so many digits is exact. */
const EXACT_DIGITS = 15

/** Most stacks fit; a longer one has a buffer of its own. */
const SCRATCH = Buffer.alloc(64 << 10)

/** The stack of a goroutine that ends at `line` of the tree. Ancestors (`[originating from …]`) are history, not stack. */
export function stackOf(tree: StackTree, line: KnownLine): PrintedStack {
  let lines: KnownLine[] = []
  let length = 0
  for (let at = line; at !== ROOT; at = tree.parent(at)) {
    if (tree.kind(at) === 'ancestor') {
      lines = []
      length = 0
    } else {
      lines.push(at)
      // A letter and a line end, and no more of the literal part than there is.
      length += tree.length(at) + 2
    }
  }
  const out = length <= SCRATCH.length ? SCRATCH : Buffer.alloc(length)
  let end = 0
  for (let i = lines.length - 1; i >= 0; i--) end = writeLine(tree, lines[i] as KnownLine, out, end)
  return new PrintedStack(unescaped(out.toString('utf8', 0, Math.max(0, end - 1))))
}

/** Writes what a stack keeps of `line` at `at` of `out`; returns where it ends. */
function writeLine(tree: StackTree, line: KnownLine, out: Buffer, at: number): number {
  const { bytes } = tree
  const start = tree.start(line)
  const end = start + tree.length(line)
  switch (tree.kind(line)) {
    case 'func':
      // All but the `(`; gccgo prints none.
      return write(out, at, FUNCTION, bytes, start, tree.tail(line) === TAILS.none ? end : end - 1)
    case 'file':
      return writePlace(bytes, start, end, out, at)
    case 'created': {
      const stop = tree.tail(line) === TAILS.parent ? end - IN_GOROUTINE : end
      return write(out, at, CREATED, bytes, start + CREATED_BY, stop)
    }
    case 'elided':
      return write(out, at, ELIDED, bytes, end, end)
    default:
      return at
  }
}

/** `path:line` of the literal part of a file line, [from, upTo), which may end in the beginning of the registers. */
function writePlace(bytes: Buffer, from: number, upTo: number, out: Buffer, at: number): number {
  let start = from
  let end = upTo
  while (bytes[start] === TAB || bytes[start] === SPACE) start++
  // ` fp=`
  if (bytes[end - 1] === EQUALS) end -= 4
  let hex = end
  while (isHexDigit(bytes[hex - 1])) hex--
  // ` +0x`
  if (bytes[hex - 1] === 0x78) end = hex - 4
  return write(out, at, FILE, bytes, start, end)
}

/** A line of a stack: the letter, [start, end) of `bytes`, and a line end. */
function write(out: Buffer, at: number, letter: string, bytes: Buffer, start: number, end: number): number {
  out[at++] = letter.charCodeAt(0)
  for (let i = start; i < end; i++) out[at++] = bytes[i] as number
  out[at++] = LF
  return at
}

/** The stack of frames that another grammar (debug=1) has read; Latin-1, as lines are. */
export function stackFrom(frames: readonly { name: string; file: string }[]): PrintedStack {
  const text = frames.map((frame) => `${FUNCTION}${frame.name}\n${FILE}${frame.file}`).join('\n')
  return new PrintedStack(unescaped(utf8Of(text)))
}

/** `main.(*T).Gr<C3><B6><C3><9F>e`: a pager has written the bytes of what is not ASCII so. */
function unescaped(text: string): string {
  if (!text.includes('<')) return text
  return text.replace(/(?:<[89A-F][0-9A-F]>)+/g, (bytes) => Buffer.from(bytes.replace(/[<>]/g, ''), 'hex').toString())
}

function parseStack(text: string): Parsed {
  const parsed: Parsed = { frames: [], places: [], createdBy: undefined, elidedAt: undefined }
  let pos = 0
  while (pos < text.length) {
    const kind = text[pos]
    if (kind === FUNCTION) {
      parsed.places.push(pos)
      parsed.frames.push(frameAt(text, pos))
      pos = behindFrame
    } else if (kind === CREATED) {
      parsed.createdBy = frameAt(text, pos)
      pos = behindFrame
    } else {
      if (kind === ELIDED) parsed.elidedAt = parsed.frames.length
      pos = lineEnd(text, pos) + 1
    }
  }
  return parsed
}

/** Where the line after the frame begins that `frameAt` gave last. */
let behindFrame = 0

/** The function at `pos`, and where it stands if the next line says so. */
function frameAt(text: string, pos: number): Frame {
  const end = lineEnd(text, pos)
  behindFrame = end + 1
  const name = text.slice(pos + 1, end)
  if (text[end + 1] !== FILE) return { function: name }
  const stop = lineEnd(text, end + 1)
  behindFrame = stop + 1
  // The line number is short, and a native search costs more than looking at it.
  let colon = stop - 1
  while (colon > end && text.charCodeAt(colon) !== COLON) colon--
  return { function: name, file: text.slice(end + 2, colon), line: numberAt(text, colon + 1, stop) }
}

/** As Number() of the digits there, within what a number holds exactly. */
function numberAt(text: string, start: number, end: number): number {
  if (end - start > EXACT_DIGITS) return Math.min(Number(text.slice(start, end)), Number.MAX_SAFE_INTEGER)
  let number = 0
  for (let i = start; i < end; i++) number = number * 10 + text.charCodeAt(i) - ZERO
  return number
}

function lineEnd(text: string, pos: number): number {
  const end = text.indexOf('\n', pos)
  return end < 0 ? text.length : end
}

let latest: PrintedStack | undefined
let latestParsed: Parsed = parseStack('')
