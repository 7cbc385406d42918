/**
 * The lines of one goroutine, classified by their text (formats.md § 2). Text here is Latin-1, one character per byte, so that lengths are byte
 * lengths; names are decoded as UTF-8 only when a stack is read for people.
 *
 * A line has a literal part, which is the same in every goroutine with this stack, and a tail, which is not.
 */

import { ARGUMENT, isDigit, isHexDigit } from '../core/ascii.ts'

/** Longest line that is read; the longest ones are headers with labels. */
export const GO_LINE_BYTES: number = 16 << 10

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
  /** `\tgoroutine running on other thread; stack unavailable`; gccgo has `in C code` */
  | 'unavailable'
  /** What the runtime prints between frames: `non-Go function at pc=0x…`, `runtime: unexpected return pc …` */
  | 'note'

export type Tail = 'none' | 'arguments' | 'registers' | 'parent' | 'any'

export interface LineText {
  readonly kind: LineKind
  readonly tail: Tail
  /** Length of the literal part. */
  readonly literal: number
  /** It is a line of Go only if its file line, with an offset, is the very next line. */
  readonly isOdd?: true
}

const REGISTERS = / fp=0x[0-9a-f]+(?: sp=0x[0-9a-f]+(?: pc=0x[0-9a-f]+)?)?$| pc=0x[0-9a-f]+$/
const CREATED = /^created by (\S.*?)( in goroutine \d+)?$/
const ANCESTOR = /^\[originating from goroutine \d+\]:$/
const ELIDED = /^\.\.\.(?:\d+|additional) frames elided\.\.\.$/
const UNAVAILABLE = /^[ \t]*goroutine (?:running on other thread|in C code); stack unavailable$/
const NOTE =
  /^(?:----- stack segment boundary -----|non-Go function(?: at pc=0x[0-9a-f]+)?|runtime: (?:g \d+|g\d+: frame\.sp=|unexpected return pc|unknown pc|confused by|traceback stuck).*|traceback: unexpected SPWRITE function .*|stack: frame=\{sp:0x.*|\tstack=\[0x.*)$/
/**
 * A row of words: with `0x` up to Go 1.25 (runtime/print.go), without it from 1.26 on, which prints the columns above it, and what it knows about
 * a word below it (runtime/hexdump.go).
 */
const WORDS = /^(?:(?:0x)?[0-9a-f]{8,16}: .*| {10,}[0-9a-f ]{30,}| {10,}\^ .*)$/
// Import paths, receivers, closures, `%2e`, raw UTF-8. Brackets may hold anything (type arguments that a debugger left whole).
// A pager writes a byte that is not ASCII as `<C2>` (less(1), LESSCHARSET).
const NAME = /^(?:[A-Za-z0-9_\x80-\xff]|<[89A-F][0-9A-F]>)(?:[\w.~%/@*()$+·\x80-\xff-]|<[89A-F][0-9A-F]>)*$/

/** C functions of the runtime up to Go 1.3 that tracebacks show (mgc0.c, time.goc); the creator of the timer goroutine. */
const IN_C = /^(?:runfinq|bgsweep|timerproc)$/
const TIMER_CREATOR = 'addtimer'

/**
 * gccgo's names: `main.f`, `main.T.Method`, `main..func1`, `runtime_main`; Go's names where a tool has left out the arguments:
 * `main.(*List[...]).Each`.
 */
const BARE_NAME = /^[A-Za-z_\x80-\xff](?:[\w.~%/@*$\x80-\xff-]|\(\*\w+(?:\[\.\.\.\])?\)(?=\.)|\[\.\.\.\])*$/

/** Can this be a linker name (`main.(*List[...]).Each`)? Names without a dot are hidden, except `panic` (runtime/traceback.go showfuncinfo). */
function isName(text: string): boolean {
  if (!text.includes('.')) return text === 'panic' || IN_C.test(text)
  if (text.startsWith('[')) return false
  return NAME.test(text.includes('[') ? text.replace(/\[.*\]/, '') : text)
}

/** Is there nothing but arguments between `from` and the last character? */
function isArguments(text: string, from: number): boolean {
  for (let i = from; i < text.length - 1; i++) if (ARGUMENT[text.charCodeAt(i)] !== 1) return false
  return true
}

/** What `text` (one line, no line end) is, if it can be part of a goroutine. */
export function readLine(text: string): LineText | undefined {
  const first = text.charCodeAt(0)
  if (first === 0x09 || first === 0x20) return readIndented(text)
  const last = text.charCodeAt(text.length - 1)
  if (last === 0x29) {
    const open = text.lastIndexOf('(')
    if (open > 0 && isArguments(text, open + 1) && isName(text.slice(0, open))) {
      // The literal could include `(...)`, for an inlined call, or `()`. As a tail, they do not make two stacks of one.
      return { kind: 'func', tail: 'arguments', literal: open + 1 }
    }
  }
  if (first === 0x63) {
    const m = CREATED.exec(text)
    if (m !== null && (isName(m[1] ?? '') || m[1] === TIMER_CREATOR)) {
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
  const file = readFile(text)
  if (file !== undefined) return file
  if (UNAVAILABLE.test(text)) return { kind: 'unavailable', tail: 'none', literal: text.length }
  return NOTE.test(text) ? { kind: 'note', tail: 'none', literal: text.length } : undefined
}

/** Is this one of the rows of words around the stack pointer that the runtime prints where it cannot continue a traceback? */
export function isStackWords(text: string): boolean {
  return WORDS.test(text)
}

/**
 * `main.f`, as gccgo prints it: without arguments and their parentheses (libgo, runtime/traceback_gccgo.go). A word of prose looks the same, so it
 * counts only with its file line.
 */
export function readBareFunction(text: string): LineText | undefined {
  return BARE_NAME.test(text) ? { kind: 'func', tail: 'none', literal: text.length } : undefined
}

/** Longest call that is read where something in it is odd. */
const ODD_BYTES = 4096
const ODD_CREATOR = /^created by [A-Za-z_]\w*$/
const BARE_WORD = /^[A-Za-z_]\w*$/
/** Before a name: Go 1.0 names tests by their folder, and people shorten paths. */
const FOLDER = /^(?:[A-Za-z]:|\.\.\.)?\/(?=[\w.])/
/** `go.(*struct { io.Reader; io.Closer }).Read`. */
const TYPE_IN_NAME = /struct \{[^{}]*\}/
/** A note that a person has written after a call. */
const NOTE_AFTER = /\)[ \t]+\S.*$/
/** The arguments of a call that a pager has cut, with or without its mark: `shop.f(0xc000012345, 0x1>`. */
const CUT_ARGUMENTS = /^[0-9a-fx?,{}._ ]*(?:>|\xe2\x80\xa6)?$/

/**
 * A call with something else among its arguments, put there by a page or a person, or a call of a function without a package: those of the
 * runtime were in C up to Go 1.4. A log line can look the same.
 *
 *     shop.f(0xc000012345>, <nil>)
 *     scanblock(0x7f3986afe000, 0x3, 0x1)
 *     /src/shop/_xtest_.TestPay(0x18600e80, 0xe)
 *     created by _rt0_go
 */
export function readOddCall(text: string): LineText | undefined {
  if (text.length > ODD_BYTES) return undefined
  if (ODD_CREATOR.test(text)) return { kind: 'created', tail: 'none', literal: text.length, isOdd: true }
  const call = text.replace(NOTE_AFTER, ')')
  const open = call.endsWith(')') ? endOfName(call) : -1
  if (open < 0 || (!call.slice(0, open).includes('.') && !isArguments(call, open + 1))) return undefined
  return { kind: 'func', tail: 'arguments', literal: open + 1, isOdd: true }
}

/** A call whose end is missing: a pager has cut the line at the edge of its screen. */
export function readCutCall(text: string): LineText | undefined {
  const open = text.length > ODD_BYTES ? -1 : endOfName(text)
  if (open < 0 || !text.slice(0, open).includes('.') || !CUT_ARGUMENTS.test(text.slice(open + 1))) return undefined
  return { kind: 'func', tail: 'arguments', literal: open + 1 }
}

/** Offset of the parenthesis that begins the arguments of a call; -1 if there is none. */
function endOfName(text: string): number {
  for (let open = text.indexOf('('); open > 0; open = text.indexOf('(', open + 1)) {
    const name = text.slice(0, open).replace(FOLDER, '')
    if (name.endsWith('.')) continue
    if (name.includes('.') ? isName(name.replace(TYPE_IN_NAME, 'T')) : BARE_WORD.test(name)) return open
  }
  return -1
}

/**
 * Reads a line at column 0 that `readLine` does not know, where a line that Go indents is due: a logger has stripped its TAB. Anywhere else a log
 * line can look the same.
 */
export function readStripped(text: string): LineText | undefined {
  if (UNAVAILABLE.test(text)) return { kind: 'unavailable', tail: 'none', literal: text.length }
  if (isBlank(text.charCodeAt(0))) return undefined
  const end = fileEnd(text)
  const { path, offset } = placeOf(text, end)
  if (path === undefined || !(offset || (isSource(path) && !/\s/.test(path))) || isGlued(path)) return undefined
  return fileLine(text, end)
}

/**
 * A file line whose path need not be that of a source file: `//line` can give any name. Only for the line directly after its function, and only
 * after a TAB.
 */
export function readNamedFile(text: string): LineText | undefined {
  if (text.charCodeAt(0) !== 0x09 || isBlank(text.charCodeAt(1))) return undefined
  const end = fileEnd(text)
  const { path } = placeOf(text, end)
  return path === undefined || isGlued(path) || /\s|:\/\//.test(path) ? undefined : fileLine(text, end)
}

/**
 * A file line indented by more than a TAB, by an editor or by someone who quotes it. Only for the line directly after its function, and only with
 * the offset that no one but Go prints.
 */
export function readDeepFile(text: string): LineText | undefined {
  const blanks = /^(?:[ \t]|\xc2\xa0|\xe2\x80[\x80-\x8a])+/.exec(text)?.[0] ?? ''
  if (blanks.length < 2) return undefined
  const place = text.slice(blanks.length)
  const end = fileEnd(place)
  const { path, offset } = placeOf(place, end)
  return path !== undefined && offset && !isGlued(path) && !BLANK_IN_PROSE.test(path)
    ? fileLine(text, blanks.length + end)
    : undefined
}

/** An indented `path:line`, of a source file or followed by the offset that only Go prints. Prose can end in a colon and a number, too. */
function readFile(text: string): LineText | undefined {
  // gccgo does not know the file.
  if (text === '\t:0') return { kind: 'file', tail: 'none', literal: text.length }
  // Deeper lines belong to a table, such as testify's `Error Trace`.
  if (text.charCodeAt(0) === 0x09 && isBlank(text.charCodeAt(1))) return undefined
  const end = fileEnd(text)
  const { path, offset } = placeOf(text, end)
  if (path === undefined || !(offset || isSource(path)) || isGlued(path)) return undefined
  return fileLine(text, end)
}

/**
 * Files that Go's line tables name: Go, assembly, what cgo compiles, code without a file. A path that contains blanks is absolute; anything else
 * with blanks is prose.
 */
const SOURCE =
  /(?:\.(?:go|goc|s|S|c|h|cc|cpp|cxx|hh|hpp|hxx|m|mm|f|F|f90|y|sx|swig|swigcxx)|<autogenerated>|^\?\??|^-)$/
const BLANK_IN_PROSE = /^(?!\/|[A-Za-z]:[\\/]).*\s/

function isSource(path: string): boolean {
  return SOURCE.test(path) && !BLANK_IN_PROSE.test(path)
}

function isBlank(c: number): boolean {
  return c === 0x09 || c === 0x20
}

/** Does ` +0x1d` follow the place? Only Go prints that. In text taken from a URL, a blank has replaced the plus sign. */
export function hasOffset(text: string): boolean {
  return / [+ ]0x[0-9a-f]+/.test(text)
}

/** Is another place glued to the line number? The two would pass for one longer path. */
function isGlued(path: string): boolean {
  return /\.(?:go|s):\d/.test(path)
}

/** Is this only the offset of a place, from a mail that was wrapped at the blank before it? */
export function isOffset(text: string): boolean {
  return /^[ \t]*\+0x[0-9a-f]+$/.test(text)
}

function fileLine(text: string, end: number): LineText {
  return end === text.length
    ? { kind: 'file', tail: 'none', literal: text.length }
    : // Up to the `=` of ` fp=` or ` pc=`.
      { kind: 'file', tail: 'registers', literal: end + 4 }
}

/** Where `path:line +0x1d` ends: before the registers of system mode, if there are any. */
function fileEnd(text: string): number {
  return text.includes('=') ? (REGISTERS.exec(text)?.index ?? text.length) : text.length
}

/** The path of a file line, as printed, and whether an offset follows: read from the right, since it may hold spaces and colons. */
function placeOf(text: string, end: number): { path: string | undefined; offset: boolean } {
  let at = end
  while (at > 0 && isHexDigit(text.charCodeAt(at - 1))) at--
  // Inlined calls have no ` +0x1d`, nor does the entry of a function.
  const offset = at < end && (text.endsWith(' +0x', at) || text.endsWith('  0x', at))
  const numberEnd = offset ? at - 4 : end
  let digits = numberEnd
  while (digits > 0 && isDigit(text.charCodeAt(digits - 1))) digits--
  if (digits === numberEnd || text.charCodeAt(digits - 1) !== 0x3a) return { path: undefined, offset }
  let start = 0
  while (isBlank(text.charCodeAt(start))) start++
  return { path: start < digits - 1 ? text.slice(start, digits - 1) : undefined, offset: offset || end < text.length }
}
