/**
 * The lines of one goroutine, told apart by their text (formats.md § 2). Text here is Latin-1: one character a byte, so that
 * lengths are byte lengths; names are decoded as UTF-8 only when a stack is read for people.
 *
 * A line is a literal part, which is the same in every goroutine with this stack, and a tail, which is not.
 */

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

const FILE =
  /^[ \t]+(\S.*?):(\d+)(?: \+0x[0-9a-f]+)?( fp=0x[0-9a-f]+ sp=0x[0-9a-f]+(?: pc=0x[0-9a-f]+)?)?( pc=0x[0-9a-f]+)?$/
const CREATED = /^created by (\S.*?)( in goroutine \d+)?$/
const ANCESTOR = /^\[originating from goroutine \d+\]:$/
const ELIDED = /^\.\.\.(?:\d+|additional) frames elided\.\.\.$/
const UNAVAILABLE = /^[ \t]+goroutine running on other thread; stack unavailable$/
const NOTE =
  /^(?:non-Go function(?: at pc=0x[0-9a-f]+)?|runtime: (?:g \d+|g\d+: frame\.sp=|unexpected return pc|confused by|traceback stuck).*|traceback: unexpected SPWRITE function .*|stack: frame=\{sp:0x.*|\tstack=\[0x.*|0x[0-9a-f]{16}: .*)$/
const ARGUMENTS = /^[0-9a-fx?,{}._ ]*$/
// Import paths, receivers, closures, `%2e`, raw UTF-8. Brackets may hold anything (type arguments that a debugger left whole).
const NAME = /^[A-Za-z0-9_\x80-\xff][\w.~%/@*()$+·\x80-\xff-]*$/

/** True for what can be a linker name: `main.(*List[...]).Each`. Names without a dot are hidden, but for `panic` (runtime/traceback.go showfuncinfo). */
export function isName(text: string): boolean {
  if (!text.includes('.')) return text === 'panic'
  if (text.startsWith('[')) return false
  return NAME.test(text.includes('[') ? text.replace(/\[.*\]/, '') : text)
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
    if (open > 0 && isName(text.slice(0, open)) && ARGUMENTS.test(text.slice(open + 1, -1))) {
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
  const m = FILE.exec(text)
  if (m !== null && isPath(m[1] ?? '')) {
    const registers = m[3] ?? m[4]
    return registers === undefined
      ? { kind: 'file', tail: 'none', literal: text.length }
      : {
          kind: 'file',
          tail: 'registers',
          literal: text.indexOf(m[3] === undefined ? ' pc=0x' : ' fp=0x', m[0].lastIndexOf(':')) + 4,
        }
  }
  if (UNAVAILABLE.test(text)) return { kind: 'unavailable', tail: 'none', literal: text.length }
  return NOTE.test(text) ? { kind: 'note', tail: 'none', literal: text.length } : undefined
}

/** Path and line number of a file line, as printed. */
export function readFileLine(text: string): { file: string; line: number } | undefined {
  const m = FILE.exec(text)
  return m === null ? undefined : { file: m[1] ?? '', line: Number(m[2]) }
}
