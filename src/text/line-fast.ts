/**
 * Fast path for the lines that most stacks consist of, read by their bytes: a new stack costs no strings. The result is the one that `readLine`
 * (line.ts) gives for the same text; anything less plain is left to `readLine`.
 *
 *     example.com/shop.(*Cart[...]).Add(0xc000012345, {0x1, 0x2}, ...)
 *     \t/src/shop/cart.go:12 +0x1d
 *     created by example.com/shop.Start in goroutine 7
 *
 * Hot where most stacks are new: guarded by `npm run bench` (dump-heavy, 2000 stacks).
 */
import {
  ARGUMENT,
  BRACKET_OPEN,
  COLON,
  CR,
  DIGIT,
  DOT,
  isHexDigit,
  LF,
  PAREN_CLOSE,
  PAREN_OPEN,
  SLASH,
  SPACE,
  startsWith,
  TAB,
} from '../core/ascii.ts'
import { GO_LINE_BYTES, type LineKind, type LineText, type Tail } from './line.ts'

/** The bytes of a name, as in line.ts; the bytes that can begin one. */
const NAME = new Uint8Array(256)
const NAME_FIRST = new Uint8Array(256)
for (let c = 0; c < 256; c++) {
  const text = String.fromCharCode(c)
  if (/[A-Za-z0-9_\x80-\xff]/.test(text)) NAME_FIRST[c] = 1
  if (/[\w.~%/@*()$+·\x80-\xff-]/.test(text)) NAME[c] = 1
}

/** The bytes of a path, as read here; those that show that it is one. */
const PATH = 1
const MARK = 2
const BLANK = 4
const PATH_BYTE = new Uint8Array(256).fill(PATH)
for (const c of '\n\r:=') PATH_BYTE[c.charCodeAt(0)] = 0
for (const c of './\\<?') PATH_BYTE[c.charCodeAt(0)] = PATH | MARK
for (const c of ' \t\v\f\xa0') PATH_BYTE[c.charCodeAt(0)] = PATH | BLANK

const CREATED_BY = 'created by '
const IN_GOROUTINE = ' in goroutine '
const BRACKETS = '[...]'
const OFFSET = ' +0x'
/** White space in Latin-1, with which no name begins. */
const NO_BREAK_SPACE = 0xa0

function endsWith(buf: Buffer, end: number, text: string): boolean {
  return startsWith(buf, end - text.length, end, text)
}

/** Reads one line; the fields hold what the last successful `read` found. */
export class FastLine implements LineText {
  kind: LineKind = 'func'
  tail: Tail = 'none'
  literal = 0
  /** Length of the line without its line end. */
  length = 0
  /** Offset after its line end. */
  after = 0
  /** Of a file line: ` +0x1d` follows the place. */
  hasOffset = false

  /** Reads the line at `pos`, which ends with a line end. False: it is not one of these, or not for certain. */
  read(buf: Buffer, pos: number): boolean {
    const first = buf[pos] as number
    if (first === TAB) return this.#file(buf, pos)
    if (NAME_FIRST[first] !== 1) return false
    return this.#func(buf, pos) || (first === 0x63 && this.#created(buf, pos))
  }

  #func(buf: Buffer, pos: number): boolean {
    let dotted = false
    let p = pos
    for (;;) {
      const c = buf[p] as number
      if (c === PAREN_OPEN) {
        let q = p + 1
        while (ARGUMENT[buf[q] as number] === 1) q++
        if (buf[q] === PAREN_CLOSE && this.#ends(buf, pos, q + 1)) {
          if (!dotted && !(p === pos + 5 && startsWith(buf, pos, p, 'panic'))) return false
          return this.#found('func', 'arguments', p + 1 - pos)
        }
      } else if (c === DOT) dotted = true
      else if (c === BRACKET_OPEN) {
        if (!startsWith(buf, p, buf.length, BRACKETS)) return false
        dotted = true
        p += BRACKETS.length
        continue
      }
      if (NAME[c] !== 1) return false
      p++
    }
  }

  #created(buf: Buffer, pos: number): boolean {
    if (!startsWith(buf, pos, buf.length, CREATED_BY)) return false
    const start = pos + CREATED_BY.length
    let p = start
    if (NAME_FIRST[buf[p] as number] !== 1 || buf[p] === NO_BREAK_SPACE) return false
    let dotted = false
    for (;;) {
      const c = buf[p] as number
      if (c === DOT) dotted = true
      else if (c === BRACKET_OPEN && startsWith(buf, p, buf.length, BRACKETS)) {
        dotted = true
        p += BRACKETS.length
        continue
      } else if (NAME[c] !== 1) break
      p++
    }
    if (!dotted) return false
    if (this.#ends(buf, pos, p)) return this.#found('created', 'none', p - pos)
    if (!startsWith(buf, p, buf.length, IN_GOROUTINE)) return false
    const number = p + IN_GOROUTINE.length
    p = number
    while (DIGIT[buf[p] as number] === 1) p++
    return p > number && this.#ends(buf, pos, p) && this.#found('created', 'parent', number - pos)
  }

  #file(buf: Buffer, pos: number): boolean {
    let p = pos + 1
    if (buf[p] === TAB || buf[p] === SPACE) return false
    let seen = 0
    // Past the last byte `c` is undefined, which is not greater than 0.
    for (let c = PATH_BYTE[buf[p] as number] as number; c > 0; c = PATH_BYTE[buf[p] as number] as number) {
      seen |= c
      p++
    }
    if (buf[p] !== COLON || (seen & MARK) === 0) return false
    const number = ++p
    while (DIGIT[buf[p] as number] === 1) p++
    if (p === number) return false
    this.hasOffset = buf[p] === SPACE
    if (!this.hasOffset) {
      // Without an offset, only the name of the file shows that this is a place; `readLine` knows the other forms.
      const isAbsolute = buf[pos + 1] === SLASH
      if (!endsWith(buf, number - 1, '.go') || !(isAbsolute || (seen & BLANK) === 0)) return false
    } else {
      if (!startsWith(buf, p, buf.length, OFFSET)) return false
      const offset = p + OFFSET.length
      p = offset
      while (isHexDigit(buf[p])) p++
      if (p === offset) return false
    }
    return this.#ends(buf, pos, p) && this.#found('file', 'none', p - pos)
  }

  /** Does the line from `pos` on end at `at`? */
  #ends(buf: Buffer, pos: number, at: number): boolean {
    const p = buf[at] === CR ? at + 1 : at
    if (buf[p] !== LF || at - pos > GO_LINE_BYTES) return false
    this.length = at - pos
    this.after = p + 1
    return true
  }

  #found(kind: LineKind, tail: Tail, literal: number): true {
    this.kind = kind
    this.tail = tail
    this.literal = literal
    return true
  }
}
