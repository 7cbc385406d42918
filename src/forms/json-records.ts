/**
 * Tokens of JSON → one line per record. Which values are records follows from their position, and from the first element of an array; the table is
 * in document.ts.
 */
import { holdsDump } from '../carriers/dump-string.ts'
import { BACKSLASH, BRACE_CLOSE, BRACE_OPEN, BRACKET_CLOSE, BRACKET_OPEN, COLON, COMMA, QUOTE } from '../core/ascii.ts'
import { LineBuilder } from './form.ts'

/** How deep values may be nested. */
const DEPTH = 64
/** How many bytes of a record's fields are repeated in the records inside it. */
const CONTEXT_BYTES = 4096
/** Names of the first member of a pair. */
const PAIR_NAMES = new Set(['key', 'field', 'Key'])

/**
 * `record`: becomes a line. `inline`: part of a line. `list`: its elements are records. `map`: an array of pairs. `pair`: one of these pairs.
 * `unknown`: an array without an element yet. `maybePair`: the first element of an array, an object without a name yet.
 */
type Mode = 'record' | 'inline' | 'list' | 'map' | 'pair' | 'unknown' | 'maybePair'

interface Level {
  /** The value that it is in; undefined at the outermost level. */
  readonly parent: Level | undefined
  readonly depth: number
  readonly isArray: boolean
  mode: Mode
  /** Elements or members so far. */
  count: number
  /** For a record. */
  line: LineBuilder | undefined
  /** The fields that records inside this one repeat: the length of the line at the start of its first list; -1 without a list. */
  context: number
  /** What kind of token comes next; `next` is what follows a value. */
  expects: 'name' | 'colon' | 'value' | 'next'
  /** For a pair: the member that is being read. */
  pairName: string
  /** Offset of its opening bracket, including the blanks before it. */
  readonly start: number
}

export class JsonRecords {
  readonly #onBegin: (at: number) => void
  /** The innermost open value. */
  #level: Level | undefined
  readonly #free: LineBuilder[] = []
  /** Offset in the input of the end of the previous token. */
  #tokenEnd = 0
  #complete: LineBuilder | undefined

  /** `onBegin`: a record begins after the token that ends at `at` of the input. */
  constructor(onBegin: (at: number) => void) {
    this.#onBegin = onBegin
  }

  /** Is a value open? */
  get open(): boolean {
    return this.#level !== undefined
  }

  /** The line of a complete record, until it is released. */
  get complete(): LineBuilder | undefined {
    return this.#complete
  }

  /** `line` was emitted: its memory can be reused. */
  release(line: LineBuilder): void {
    this.#complete = undefined
    this.#free.push(line)
  }

  /** Drops all open values. */
  leave(): void {
    this.#level = undefined
  }

  /** A string value that is cut before its last quote. */
  cutString(buf: Buffer, start: number, stop: number): void {
    const level = this.#level
    if (level?.expects === 'value') this.#scalar(level, buf, start, stop)
  }

  /**
   * Reads the token [start, stop) of `buf`, which begins with `c`; the previous one ended at `before` of the input. False if it is not valid here.
   */
  token(buf: Buffer, start: number, stop: number, c: number, before: number): boolean {
    this.#tokenEnd = before
    const level = this.#level
    if (level === undefined) {
      if (c !== COMMA) this.#open(c === BRACKET_OPEN, c === BRACKET_OPEN ? 'unknown' : 'record')
      return true
    }
    if (c === BRACE_CLOSE || c === BRACKET_CLOSE) {
      if (level.isArray !== (c === BRACKET_CLOSE) || level.expects === 'colon') return false
      this.#close(level)
      return true
    }
    if (c === COMMA) {
      if (level.expects !== 'next') return false
      level.expects = level.isArray ? 'value' : 'name'
      return true
    }
    if (level.expects === 'name') return c === QUOTE && this.#name(level, buf, start, stop)
    if (level.expects === 'colon') {
      level.expects = 'value'
      return c === COLON
    }
    if (level.expects !== 'value' || c === COLON) return false
    return c === BRACE_OPEN || c === BRACKET_OPEN
      ? this.#container(level, c === BRACKET_OPEN)
      : this.#scalar(level, buf, start, stop)
  }

  #name(level: Level, buf: Buffer, start: number, stop: number): boolean {
    level.expects = 'colon'
    if (level.mode === 'maybePair') {
      const isPair = PAIR_NAMES.has(buf.toString('latin1', start + 1, stop - 1))
      if (level.parent !== undefined) this.#decide(level.parent, isPair ? 'map' : 'list')
      level.mode = isPair ? 'pair' : 'record'
      if (!isPair) this.#beginRecord(level)
    }
    if (level.mode === 'pair') {
      level.pairName = buf.toString('latin1', start + 1, stop - 1)
      return true
    }
    const line = this.line()
    if (line === undefined) return true
    this.#comma(level, line)
    line.bytes(buf, start, stop)
    line.byte(COLON)
    return true
  }

  #scalar(level: Level, buf: Buffer, start: number, stop: number): boolean {
    level.expects = 'next'
    if (level.mode === 'unknown') this.#decide(level, 'inline')
    const line = this.line()
    if (line === undefined) return true
    if (level.mode === 'pair') {
      if (PAIR_NAMES.has(level.pairName)) {
        if (level.parent !== undefined) this.#comma(level.parent, line)
        line.bytes(buf, start, stop)
        line.byte(COLON)
        level.count = 1
      } else if (level.pairName === 'value' && level.count === 1) {
        line.bytes(buf, start, stop)
        level.count = 2
      }
      return true
    }
    if (level.isArray) this.#element(level, line)
    line.bytes(buf, start, stop)
    return true
  }

  /** Writes what precedes an element of an array: an array that is a record becomes an object. */
  #element(level: Level, line: LineBuilder): void {
    const index = level.count
    this.#comma(level, line)
    if (level.mode === 'record') line.text(`"${index}":`)
  }

  #comma(level: Level, line: LineBuilder): void {
    // A record begins with the fields of the records around it.
    if (level.line === undefined ? level.count > 0 : line.length > 1) line.byte(COMMA)
    level.count++
  }

  #container(level: Level, isArray: boolean): boolean {
    if (level.depth >= DEPTH) return false
    level.expects = 'next'
    if (level.mode === 'unknown') {
      if (!isArray) {
        // Its first name decides whether these are pairs.
        this.#open(false, 'maybePair')
        return true
      }
      this.#decide(level, 'list')
    }
    if (level.mode === 'list') {
      this.#open(isArray, isArray ? 'unknown' : 'record')
      return true
    }
    if (level.mode === 'map') {
      this.#open(false, 'pair')
      return !isArray
    }
    const line = this.line()
    if (level.mode === 'pair' && line !== undefined) {
      if (level.pairName !== 'value' || level.count !== 1) return false
      level.count = 2
    } else if (level.isArray && line !== undefined) this.#element(level, line)
    this.#open(isArray, isArray ? 'unknown' : 'inline')
    if (!isArray) line?.byte(BRACE_OPEN)
    return true
  }

  #open(isArray: boolean, mode: Mode): void {
    const parent = this.#level
    const level: Level = {
      parent,
      depth: (parent?.depth ?? 0) + 1,
      isArray,
      mode,
      count: 0,
      line: undefined,
      context: -1,
      expects: isArray ? 'value' : 'name',
      pairName: '',
      start: this.#tokenEnd,
    }
    if (mode === 'record') this.#beginRecord(level)
    this.#level = level
  }

  /** Bytes before the record belong to no line, except the blanks right before it. */
  #beginRecord(level: Level): void {
    this.#onBegin(level.start)
    const line = this.#free.pop() ?? new LineBuilder()
    line.clear()
    line.byte(BRACE_OPEN)
    addContext(level.parent, line)
    level.line = line
  }

  /** The first element of an array has shown what kind of array it is. */
  #decide(level: Level, mode: 'inline' | 'list' | 'map'): void {
    const isElement = level.parent === undefined || level.parent.mode === 'list'
    if (isElement && mode !== 'list') {
      // A record that is an array.
      level.mode = mode === 'map' ? 'map' : 'record'
      this.#beginRecord(level)
      return
    }
    level.mode = mode
    let around = level.parent
    while (around !== undefined && around.line === undefined) around = around.parent
    const line = around?.line
    if (line === undefined || around === undefined) return
    if (mode === 'list') {
      if (around.context < 0) around.context = line.length
      line.text('0')
    } else line.byte(mode === 'map' ? BRACE_OPEN : BRACKET_OPEN)
  }

  #close(level: Level): void {
    // An empty array.
    if (level.mode === 'unknown') this.#decide(level, 'inline')
    const line = this.line()
    // `[{}]`
    if (level.mode === 'maybePair' && level.parent !== undefined) this.#decide(level.parent, 'list')
    this.#level = level.parent
    if (level.line !== undefined) {
      level.line.byte(BRACE_CLOSE)
      this.#complete = level.line
      return
    }
    if (line === undefined || level.mode === 'list' || level.mode === 'maybePair') return
    if (level.mode !== 'pair') line.byte(level.isArray && level.mode !== 'map' ? BRACKET_CLOSE : BRACE_CLOSE)
    else if (level.count === 1) line.text('null')
  }

  /** The line that is being written: that of the innermost record. */
  line(): LineBuilder | undefined {
    for (let level = this.#level; level !== undefined && level.mode !== 'list'; level = level.parent)
      if (level.line !== undefined) return level.line
    return undefined
  }
}

/** Adds the fields of the records around a new one, from `level` outwards: they name its stream. */
function addContext(level: Level | undefined, line: LineBuilder): void {
  if (level === undefined) return
  addContext(level.parent, line)
  if (level.line === undefined || level.context < 3 || level.context > CONTEXT_BYTES) return
  const fields = level.line.view().subarray(1, level.context)
  // Without the name of the list.
  const end = lastComma(fields)
  // A dump in these fields belongs to the outer record.
  if (end <= 0 || holdsDump(Buffer.from(fields.buffer, fields.byteOffset, end), 0, end)) return
  if (line.length > 1) line.byte(COMMA)
  line.bytes(fields, 0, end)
}

/** Offset of the last comma at the outermost level of `fields`: the members before it are complete. */
function lastComma(fields: Uint8Array): number {
  let depth = 0
  let last = -1
  for (let p = 0; p < fields.length; p++) {
    const c = fields[p]
    if (c === QUOTE) {
      for (p++; p < fields.length && fields[p] !== QUOTE; p++) if (fields[p] === BACKSLASH) p++
    } else if (c === BRACE_OPEN || c === BRACKET_OPEN) depth++
    else if (c === BRACE_CLOSE || c === BRACKET_CLOSE) depth--
    else if (c === COMMA && depth === 0) last = p
  }
  return last
}
