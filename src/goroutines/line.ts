/**
 * The lines of one goroutine, told apart by their text (formats.md § 2). Text here is Latin-1: one character a byte, so that
 * lengths are byte lengths; names are decoded as UTF-8 only when a stack is read for people.
 *
 * A line is a literal part, which is the same in every goroutine with this stack, and a tail, which is not.
 */

import { ARGUMENT, isDigit } from '../bytes/ascii.ts'

export type LineKind =
  /** `main.(*T).f(0xc000012345, 0x0?)` */
  | 'func'
  /** `\t/app/main.go:12 +0x1d`, in system mode with ` fp=… sp=… pc=…` */
  | 'file'
  /** `created by main.f in goroutine 7` */
  | 'created'
  /** `[originating from goroutine 7]:` */
  | 'ancestor'
  /** `...51 frames elided...`, `...additional frames elided...` */
  | 'elided'
  /** `\tgoroutine running on other thread; stack unavailable` */
  | 'unavailable'
  /** What the runtime says between frames: `non-Go function at pc=0x…`, `runtime: unexpected return pc …` */
  | 'note'

export type Tail = 'none' | 'arguments' | 'registers' | 'parent' | 'any'

export interface LineText {
  readonly kind: LineKind
  readonly tail: Tail
  /** Length of the literal part. */
  readonly literal: number
}

const REGISTERS = / fp=0x[0-9a-f]+ sp=0x[0-9a-f]+(?: pc=0x[0-9a-f]+)?$| pc=0x[0-9a-f]+$/
const CREATED = /^created by (\S.*?)( in goroutine \d+)?$/
const ANCESTOR = /^\[originating from goroutine \d+\]:$/
const ELIDED = /^\.\.\.(?:\d+|additional) frames elided\.\.\.$/
const UNAVAILABLE = /^[ \t]+goroutine running on other thread; stack unavailable$/
const NOTE =
  /^(?:non-Go function(?: at pc=0x[0-9a-f]+)?|runtime: (?:g \d+|g\d+: frame\.sp=|unexpected return pc|confused by|traceback stuck).*|traceback: unexpected SPWRITE function .*|stack: frame=\{sp:0x.*|\tstack=\[0x.*|0x[0-9a-f]{16}: .*)$/
// Import paths, receivers, closures, `%2e`, raw UTF-8. Brackets may hold anything (type arguments that a debugger left whole).
const NAME = /^[A-Za-z0-9_\x80-\xff][\w.~%/@*()$+·\x80-\xff-]*$/

/** True for what can be a linker name: `main.(*List[...]).Each`. Names without a dot are hidden, but for `panic` (runtime/traceback.go showfuncinfo). */
function isName(text: string): boolean {
  if (!text.includes('.')) return text === 'panic'
  if (text.startsWith('[')) return false
  return NAME.test(text.includes('[') ? text.replace(/\[.*\]/, '') : text)
}

/** Do arguments, and nothing else, stand between `from` and the last character? */
function isArguments(text: string, from: number): boolean {
  for (let i = from; i < text.length - 1; i++) if (ARGUMENT[text.charCodeAt(i)] !== 1) return false
  return true
}

/** Is this the path of a file line? Prose with a colon and a number is not. */
function isPath(text: string): boolean {
  return /[./\\<?]/.test(text) && !/\.(?:go|s):\d/.test(text)
}

/** What `text` (one line, no line end) is, if it can stand inside a goroutine. */
export function readLine(text: string): LineText | undefined {
  const first = text.charCodeAt(0)
  if (first === 0x09 || first === 0x20) return readIndented(text)
  const last = text.charCodeAt(text.length - 1)
  if (last === 0x29) {
    const open = text.lastIndexOf('(')
    if (open > 0 && isArguments(text, open + 1) && isName(text.slice(0, open))) {
      // `(...)` and `()` are part of what is inlined or has no arguments: literal would split nothing, but a tail joins both.
      return { kind: 'func', tail: 'arguments', literal: open + 1 }
    }
  }
  if (first === 0x63) {
    const m = CREATED.exec(text)
    if (m !== null && isName(m[1] ?? '')) {
      const parent = m[2]
      return parent === undefined
        ? { kind: 'created', tail: 'none', literal: text.length }
        : { kind: 'created', tail: 'parent', literal: text.length - parent.length + ' in goroutine '.length }
    }
  }
  if (first === 0x5b && ANCESTOR.test(text))
    return { kind: 'ancestor', tail: 'any', literal: '[originating from goroutine '.length }
  if (first === 0x2e && ELIDED.test(text)) return { kind: 'elided', tail: 'any', literal: 3 }
  return NOTE.test(text) ? { kind: 'note', tail: 'none', literal: text.length } : undefined
}

function readIndented(text: string): LineText | undefined {
  const end = fileEnd(text)
  const at = splitFile(text, end)
  if (at !== undefined && isPath(at.file)) {
    return end === text.length
      ? { kind: 'file', tail: 'none', literal: text.length }
      : // Up to the `=` of ` fp=` or ` pc=`.
        { kind: 'file', tail: 'registers', literal: end + 4 }
  }
  if (UNAVAILABLE.test(text)) return { kind: 'unavailable', tail: 'none', literal: text.length }
  return NOTE.test(text) ? { kind: 'note', tail: 'none', literal: text.length } : undefined
}

/** Where `path:line +0x1d` ends: before the registers of system mode, if there are any. */
function fileEnd(text: string): number {
  return text.includes('=') ? (REGISTERS.exec(text)?.index ?? text.length) : text.length
}

export interface FilePlace {
  readonly file: string
  readonly line: number
}

/** Path and line number of a file line, as printed: read from the right, since a path may hold spaces and colons. */
export function readFileLine(text: string): FilePlace | undefined {
  return splitFile(text, fileEnd(text))
}

function splitFile(text: string, end: number): FilePlace | undefined {
  let at = end
  while (at > 0 && isHex(text.charCodeAt(at - 1))) at--
  // ` +0x1d` is not there for what is inlined, nor at the entry of a function.
  const offset = at < end && text.endsWith(' +0x', at)
  const numberEnd = offset ? at - 4 : end
  let digits = numberEnd
  while (digits > 0 && isDigit(text.charCodeAt(digits - 1))) digits--
  if (digits === numberEnd || text.charCodeAt(digits - 1) !== 0x3a) return undefined
  let start = 0
  while (text.charCodeAt(start) === 0x09 || text.charCodeAt(start) === 0x20) start++
  if (start >= digits - 1) return undefined
  return { file: text.slice(start, digits - 1), line: Number(text.slice(digits, numberEnd)) }
}

function isHex(c: number): boolean {
  return (c >= 0x30 && c <= 0x39) || (c >= 0x61 && c <= 0x66)
}
