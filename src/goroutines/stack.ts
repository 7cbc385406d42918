/** A stack as one compact string, parsed when it is asked for. */
import type { Frame, Stack } from '../model.ts'
import type { KnownLine, KnownStacks } from './known.ts'
import { readFileLine } from './line.ts'

/** One line each: a letter for what it is, then its text. */
const FUNCTION = 'F'
const FILE = 'f'
const CREATED = 'C'
const ELIDED = 'E'
const IN_GOROUTINE = ' in goroutine '

export class PrintedStack implements Stack {
  readonly #text: string
  #parsed: Parsed | undefined

  constructor(text: string) {
    this.#text = text
  }

  get frames(): readonly Frame[] {
    return this.#parse().frames
  }

  get createdBy(): Frame | undefined {
    return this.#parse().createdBy
  }

  get elidedAt(): number | undefined {
    return this.#parse().elidedAt
  }

  #parse(): Parsed {
    this.#parsed ??= parseStack(this.#text)
    return this.#parsed
  }

  /** Drops the parsed form; the text remains. */
  compact(): void {
    this.#parsed = undefined
  }
}

/** A stack as the parser knows it, with the place of its signature in the dump at hand. */
export interface StackEntry {
  readonly stack: PrintedStack
  /** Serial of the tally for which `slot` holds. */
  serial: number
  slot: number
}

interface Parsed {
  readonly frames: Frame[]
  createdBy: Frame | undefined
  elidedAt: number | undefined
}

/** The stack of a goroutine that ends at `line` of the tree. Ancestors (`[originating from …]`) are history, not stack. */
export function stackOf(known: KnownStacks, line: KnownLine): PrintedStack {
  const lines: KnownLine[] = []
  for (let at: KnownLine | undefined = line; at?.parent !== undefined; at = at.parent) lines.push(at)
  lines.reverse()
  const ancestor = lines.findIndex((each) => each.kind === 'ancestor')
  const own = ancestor < 0 ? lines : lines.slice(0, ancestor)
  const out: string[] = []
  for (const each of own) {
    const text = known.text(each)
    if (each.kind === 'func') out.push(FUNCTION + text.slice(0, -1))
    else if (each.kind === 'file') out.push(FILE + placeText(text))
    else if (each.kind === 'created') {
      const end = text.endsWith(IN_GOROUTINE) ? text.length - IN_GOROUTINE.length : text.length
      out.push(CREATED + text.slice('created by '.length, end))
    } else if (each.kind === 'elided') out.push(ELIDED)
  }
  return new PrintedStack(out.join('\n'))
}

/** `path:line` of the literal part of a file line, which may end in the beginning of the registers. */
function placeText(literal: string): string {
  const registers = literal.endsWith('=')
  const at = readFileLine(registers ? literal.slice(0, -4) : literal)
  return at === undefined ? literal : `${at.file}:${at.line}`
}

/** The stack of frames that another grammar (debug=1) has read; Latin-1, as lines are. */
export function stackFrom(frames: readonly { name: string; file: string }[]): PrintedStack {
  const text = frames.map((frame) => `${FUNCTION}${frame.name}\n${FILE}${frame.file}`).join('\n')
  return new PrintedStack(Buffer.from(text, 'latin1').toString('utf8'))
}

function parseStack(text: string): Parsed {
  const parsed: Parsed = { frames: [], createdBy: undefined, elidedAt: undefined }
  if (text === '') return parsed
  let name = ''
  let creator = false
  let open = false
  const close = (at: { file: string; line: number } | undefined): void => {
    if (!open) return
    const frame: Frame = at === undefined ? { function: name } : { function: name, file: at.file, line: at.line }
    if (creator) parsed.createdBy = frame
    else parsed.frames.push(frame)
    open = false
  }
  for (const line of text.split('\n')) {
    const kind = line[0]
    if (kind === FILE) {
      const colon = line.lastIndexOf(':')
      close({ file: line.slice(1, colon), line: Number(line.slice(colon + 1)) })
      continue
    }
    close(undefined)
    if (kind === ELIDED) {
      parsed.elidedAt = parsed.frames.length
    } else {
      name = line.slice(1)
      creator = kind === CREATED
      open = true
    }
  }
  close(undefined)
  return parsed
}
