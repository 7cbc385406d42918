/**
 * Finds values in a line of JSON (RFC 8259) by their paths, as offsets: no object is made, and nothing is decoded. A line that was cut is not
 * completed: the scan fails.
 *
 * Hot while a dump is open in JSON lines: guarded by `npm run bench -- --only 5`.
 */

// Declared again here: the tests run each module separately, where another module's constant is a getter, and these loops read them for each byte.
const QUOTE = 0x22
const BACKSLASH = 0x5c
const BRACE_OPEN = 0x7b
const BRACE_CLOSE = 0x7d
const BRACKET_OPEN = 0x5b
const BRACKET_CLOSE = 0x5d
const COMMA = 0x2c
const COLON = 0x3a
const SPACE = 0x20
const TAB = 0x09
const LF = 0x0a
const CR = 0x0d

export const ABSENT = 0
/** Offsets exclude the quotes. */
export const STRING = 1
export const ARRAY = 2
export const OBJECT = 3
/** A number, true or false. */
export const LITERAL = 4
export const NULL = 5

interface Name {
  readonly bytes: Uint8Array
  /** Index of the path that ends here; -1 for none. */
  leaf: number
  child: Level | undefined
}

/** Names by length. */
type Level = (Name[] | undefined)[]

export class JsonPaths {
  /** By index of the path as given. */
  readonly kinds: Uint8Array
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** Members of the outermost object. */
  members = 0
  readonly #root: Level

  /** Dotted paths; a name that itself contains the dots is found, too. A list that is given again costs nothing. */
  constructor(paths: readonly string[]) {
    this.kinds = new Uint8Array(paths.length)
    this.starts = new Int32Array(paths.length)
    this.ends = new Int32Array(paths.length)
    this.#root = rootOf(paths)
  }

  /** Scans the object that begins at `pos`. Returns the offset after it; -1 if it is not an object, or is cut. */
  scan(buf: Uint8Array, pos: number, end: number): number {
    this.kinds.fill(ABSENT)
    this.members = 0
    return buf[pos] === BRACE_OPEN ? this.#object(buf, pos, end, this.#root, true) : -1
  }

  #object(buf: Uint8Array, pos: number, end: number, level: Level, outermost: boolean): number {
    let p = pos + 1
    for (;;) {
      p = skipBlank(buf, p, end)
      const c = buf[p]
      if (c === BRACE_CLOSE && p < end) return p + 1
      if (c === COMMA) {
        p++
        continue
      }
      if (c !== QUOTE || p >= end) return -1
      const start = p + 1
      const stop = stringEnd(buf, start, end)
      if (stop < 0) return -1
      p = skipBlank(buf, stop + 1, end)
      if (buf[p] !== COLON || p >= end) return -1
      p = skipBlank(buf, p + 1, end)
      if (outermost) this.members++
      p = this.#value(buf, p, end, find(level, buf, start, stop))
      if (p < 0) return -1
    }
  }

  #value(buf: Uint8Array, pos: number, end: number, name: Name | undefined): number {
    if (pos >= end) return -1
    const c = buf[pos]
    if (c === BRACE_OPEN && name?.child !== undefined) {
      const after = this.#object(buf, pos, end, name.child, false)
      if (after >= 0) this.#note(name, OBJECT, pos, after)
      return after
    }
    if (c === BRACKET_OPEN && name?.child !== undefined) return this.#array(buf, pos, end, name, name.child)
    const after = valueEnd(buf, pos, end)
    if (after < 0 || name === undefined) return after
    if (c === QUOTE) this.#note(name, STRING, pos + 1, after - 1)
    else this.#note(name, kindOf(c), pos, after)
    return after
  }

  /** Elements are found by their number: `values.1`. */
  #array(buf: Uint8Array, pos: number, end: number, name: Name, level: Level): number {
    let p = pos + 1
    for (let index = 0; ; ) {
      p = skipBlank(buf, p, end)
      const c = buf[p]
      if (p >= end) return -1
      if (c === BRACKET_CLOSE) break
      if (c === COMMA) {
        p++
        index++
        continue
      }
      const after = this.#value(
        buf,
        p,
        end,
        index < 10 ? level[1]?.find(({ bytes }) => bytes[0] === 0x30 + index) : undefined,
      )
      if (after <= p) return -1
      p = after
    }
    this.#note(name, ARRAY, pos, p + 1)
    return p + 1
  }

  #note(name: Name, kind: number, start: number, end: number): void {
    const { leaf } = name
    if (leaf < 0) return
    this.kinds[leaf] = kind
    this.starts[leaf] = start
    this.ends[leaf] = end
  }
}

function kindOf(first: number | undefined): number {
  if (first === BRACE_OPEN) return OBJECT
  if (first === BRACKET_OPEN) return ARRAY
  return first === 0x6e ? NULL : LITERAL
}

/** By the list itself: the lists of the dialects are the same in each engine, and making an engine should be fast. */
const ROOTS = new WeakMap<readonly string[], Level>()

function rootOf(paths: readonly string[]): Level {
  const known = ROOTS.get(paths)
  if (known !== undefined) return known
  const root: Level = []
  for (const [index, path] of paths.entries()) addPath(root, path, index)
  ROOTS.set(paths, root)
  return root
}

/** `a.b` is found as `{"a":{"b":…}}` and as `{"a.b":…}`. */
function addPath(level: Level, path: string, index: number): void {
  nameOf(level, path).leaf = index
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const name = nameOf(level, path.slice(0, dot))
    name.child ??= []
    addPath(name.child, path.slice(dot + 1), index)
  }
}

function nameOf(level: Level, text: string): Name {
  const bytes = new Uint8Array(Buffer.from(text))
  let sameLength = level[bytes.length]
  if (sameLength === undefined) {
    sameLength = []
    level[bytes.length] = sameLength
  }
  const known = sameLength.find((name) => equals(name.bytes, bytes, 0))
  if (known !== undefined) return known
  const name: Name = { bytes, leaf: -1, child: undefined }
  sameLength.push(name)
  return name
}

function find(level: Level, buf: Uint8Array, start: number, stop: number): Name | undefined {
  const sameLength = level[stop - start]
  if (sameLength === undefined) return undefined
  for (const name of sameLength) if (equals(name.bytes, buf, start)) return name
  return undefined
}

function equals(bytes: Uint8Array, buf: Uint8Array, at: number): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== buf[at + i]) return false
  return true
}

function skipBlank(buf: Uint8Array, pos: number, end: number): number {
  let p = pos
  while (p < end) {
    const c = buf[p]
    if (c !== SPACE && c !== TAB && c !== LF && c !== CR) break
    p++
  }
  return p
}

/** Offset of the quote that ends the string whose first byte is at `pos`; -1 if there is none before `end`. */
export function stringEnd(buf: Uint8Array, pos: number, end: number): number {
  for (let p = pos; p < end; p++) {
    const c = buf[p]
    if (c === QUOTE) return p
    if (c === BACKSLASH) p++
  }
  return -1
}

/** Offset after the value that begins at `pos`; -1 if it is cut. */
function valueEnd(buf: Uint8Array, pos: number, end: number): number {
  const c = buf[pos]
  if (c === QUOTE) {
    const stop = stringEnd(buf, pos + 1, end)
    return stop < 0 ? -1 : stop + 1
  }
  if (c === BRACE_OPEN || c === BRACKET_OPEN) return nestedEnd(buf, pos, end)
  let p = pos
  while (p < end) {
    const d = buf[p]
    if (d === COMMA || d === BRACE_CLOSE || d === BRACKET_CLOSE || d === SPACE || d === LF || d === CR) return p
    p++
  }
  return -1
}

function nestedEnd(buf: Uint8Array, pos: number, end: number): number {
  let depth = 0
  for (let p = pos; p < end; p++) {
    const c = buf[p]
    if (c === QUOTE) {
      p = stringEnd(buf, p + 1, end)
      if (p < 0) return -1
    } else if (c === BRACE_OPEN || c === BRACKET_OPEN) depth++
    else if ((c === BRACE_CLOSE || c === BRACKET_CLOSE) && --depth === 0) return p + 1
  }
  return -1
}

/** Calls `visit` with the offsets of each element of the array at [start, end). */
export function eachElement(
  buf: Uint8Array,
  start: number,
  end: number,
  visit: (start: number, end: number) => void,
): void {
  let p = start + 1
  for (;;) {
    p = skipBlank(buf, p, end)
    if (p >= end || buf[p] === BRACKET_CLOSE) return
    if (buf[p] === COMMA) {
      p++
      continue
    }
    const after = valueEnd(buf, p, end)
    if (after <= p) return
    visit(p, after)
    p = after
  }
}
