/**
 * Goroutine headers of every era (Go 1.0 to 1.27; runtime/traceback.go, `goroutineheader`):
 *
 *     goroutine 7 [running]:
 *     goroutine 7 [chan receive, 3 minutes, locked to thread]:
 *     goroutine 7 gp=0xc000 m=3 mp=0xc000 [running]:                        1.22, system mode
 *     goroutine 7 [select (no cases) (durable), synctest bubble 1]:         1.25
 *     goroutine 7 [chan receive (leaked) labels:{"k": "v"}]:                1.26
 *     goroutine 7 [chan receive] {k: v, "odd key": "a]: \"q\""}:            1.27
 *
 * Hot: guarded by `npm run bench` (dump-heavy). What follows the id repeats from goroutine to goroutine, so it is parsed once
 * and found again by its bytes.
 */
import { BRACKET_OPEN, COLON, CR, DIGIT, LF, LOWER_G, SPACE, startsWith, ZERO } from '../core/ascii.ts'
import { wholeNumber } from '../core/number.ts'
import { FastHeaders } from './header-fast.ts'
import { type HeaderInfo, headerInfo, type LeakMark } from './info.ts'
import { readLine } from './line.ts'
import { unquote } from './quote.ts'

export type { HeaderInfo, LeakMark } from './info.ts'

/** Longer than any header without labels; longer ones are parsed each time. */
const INTERNED_BYTES = 512
const INTERNED_HEADERS = 4096

/** `goro`, `utin` and `e ` as little-endian integers. */
const GORO = 0x6f726f67
const UTIN = 0x6e697475
const E_SPACE = 0x2065

/** After a header: blanks up to the edge of a terminal, or a note that a person has written. */
const NOTE = /:(?:[ \t]+|[ \t]*(?:[\u2010-\uffef]|<[-=]|-[->]|\/\/|#|\().*)$/

/** The rest of a header, through its colon, where a call follows on the same line. */
const BEFORE_CALL = /^[^\])]*\](?: \{[^}]*\})?:[ \t]*(?=\S)/
const PARENTHESIS_CLOSE = 0x29

interface Known {
  readonly bytes: Uint8Array
  readonly info: HeaderInfo
}

/** Parsed headers by a hash of their bytes. All readers share it, since there may be thousands of them. */
const TABLE = new Map<number, Known>()
const FAST = new FastHeaders()

/** Reads headers; `id` and `info` hold what the last successful `read` found. */
export class HeaderReader {
  id = 0
  info: HeaderInfo = NO_HEADER

  /** Reads the header at `pos`; returns the offset after its line end, or -1 if there is no header. [pos, end) ends with a line end. */
  read(buf: Uint8Array, words: DataView, pos: number, end: number): number {
    if (
      pos + 12 > end ||
      words.getInt32(pos, true) !== GORO ||
      words.getInt32(pos + 4, true) !== UTIN ||
      words.getUint16(pos + 8, true) !== E_SPACE
    )
      return -1
    let p = pos + 10
    let id = 0
    let c = buf[p] as number
    if (DIGIT[c] !== 1) return -1
    while (DIGIT[c] === 1) {
      id = id * 10 + (c - ZERO)
      c = buf[++p] as number
    }
    if (c !== SPACE) return -1
    // Too large to be exact, so it could equal another id: treat it as unknown.
    if (id > Number.MAX_SAFE_INTEGER) id = 0
    p++
    if (buf[p] !== BRACKET_OPEN) {
      p = skipThread(buf, p, end)
      if (p < 0) return -1
    }
    const info = FAST.find(buf, words, p, end)
    if (info === undefined) return this.#readRest(buf, words, p, end, id)
    this.id = id
    this.info = info
    return FAST.after
  }

  #readRest(buf: Uint8Array, words: DataView, start: number, end: number, id: number): number {
    let hash = 17
    let p = start
    while (p < end && buf[p] !== LF) {
      hash = (Math.imul(hash, 31) + (buf[p] as number)) | 0
      p++
    }
    const stop = p > start && buf[p - 1] === CR ? p - 1 : p
    if (stop === start) return -1
    if (buf[stop - 1] !== COLON)
      return this.#readNoted(buf, start, stop, id) ? p + 1 : this.#readBeforeCall(buf, start, stop, id)
    let known = TABLE.get(hash)
    if (known === undefined || matches(known.bytes, buf, start, end) < 0) {
      // A copy: the chunk is the caller's, and slice() of a Buffer is a view.
      const bytes = new Uint8Array(buf.subarray(start, stop))
      const text = new TextDecoder().decode(bytes)
      const info = parseHeaderRest(text)
      if (info === undefined) return -1
      FAST.learn(words, start, end, text, info)
      known = { bytes, info }
      if (bytes.length <= INTERNED_BYTES) {
        if (TABLE.size >= INTERNED_HEADERS) TABLE.clear()
        TABLE.set(hash, known)
      }
    }
    this.id = id
    this.info = known.info
    return p + 1
  }

  /** Like `#readRest`, for a header with a note after it. */
  #readNoted(buf: Uint8Array, start: number, stop: number, id: number): boolean {
    if (stop - start > INTERNED_BYTES) return false
    const text = new TextDecoder().decode(buf.subarray(start, stop))
    const rest = text.replace(NOTE, ':')
    const info = rest.length < text.length ? parseHeaderRest(rest) : undefined
    if (info === undefined) return false
    this.id = id
    this.info = info
    return true
  }

  /** Like `#readRest`, for a header that has lost its line end: its first call is taken as the next line. */
  #readBeforeCall(buf: Uint8Array, start: number, stop: number, id: number): number {
    if (stop - start > INTERNED_BYTES || buf[stop - 1] !== PARENTHESIS_CLOSE) return -1
    const text = Buffer.from(buf.subarray(start, stop)).toString('latin1')
    const call = callAfterHeader(text)
    const info = call < 0 ? undefined : parseHeaderRest(text.slice(0, call).trimEnd())
    if (info === undefined) return -1
    this.id = id
    this.info = info
    return start + call
  }
}

/** Offset of the call that follows the header of `line`, which has lost its line end; -1 if there is none. Latin-1. */
export function callAfterHeader(line: string): number {
  const start = line.endsWith(')') ? BEFORE_CALL.exec(line)?.[0].length : undefined
  return start !== undefined && readLine(line.slice(start))?.kind === 'func' ? start : -1
}

const NO_HEADER: HeaderInfo = headerInfo('', undefined, '', false, undefined)

/** `gp=0x… m=3 mp=0x… ` or `gp=0x… m=nil `: returns the offset of `[`, or -1. */
function skipThread(buf: Uint8Array, pos: number, end: number): number {
  if (!startsWith(buf, pos, end, 'gp=0x')) return -1
  for (let p = pos; p < end && p < pos + 96; p++) {
    const c = buf[p]
    if (c === BRACKET_OPEN) return p
    // No other `g` belongs here: another header is glued to one that was cut.
    if (c === LF || (c === LOWER_G && p > pos)) return -1
  }
  return -1
}

/** Offset after the line end if `bytes` and then a line end are at `pos`; else -1. */
function matches(bytes: Uint8Array, buf: Uint8Array, pos: number, end: number): number {
  const n = bytes.length
  if (n === 0 || pos + n >= end) return -1
  for (let i = 0; i < n; i++) if (bytes[i] !== buf[pos + i]) return -1
  let p = pos + n
  if (buf[p] === CR) p++
  return buf[p] === LF ? p + 1 : -1
}

/**
 * Parses `[state, mods] {labels}:`. Unknown words among the mods are ignored: the text is not covered by the Go 1 promise.
 */
export function parseHeaderRest(text: string): HeaderInfo | undefined {
  if (text[0] !== '[') return undefined
  const close = closingBracket(text)
  if (close < 2) return undefined
  let inside = text.slice(1, close)
  const rest = text.slice(close + 1)
  let labels: ReadonlyMap<string, string> | undefined
  if (rest !== ':') {
    if (!rest.startsWith(' {') || !rest.endsWith('}:')) return undefined
    labels = parseLabels(rest.slice(2, -2))
    if (labels === undefined) return undefined
  }
  const labelled = inside.indexOf(' labels:{')
  if (labelled >= 0 && inside.endsWith('}')) {
    labels = parseLabels(inside.slice(labelled + 9, -1))
    if (labels === undefined) return undefined
    inside = inside.slice(0, labelled)
  }
  const words = inside.split(', ')
  let state = words[0] ?? ''
  let leaked: LeakMark = ''
  for (;;) {
    const mark = / \((leaked|unexpected|scan|durable)\)$/.exec(state)
    if (mark === null) break
    if (mark[1] === 'leaked' || mark[1] === 'unexpected') leaked = mark[1]
    state = state.slice(0, mark.index)
  }
  // A header that was cut has another one glued to it.
  if (state === '' || state.includes('[')) return undefined
  let minutes: number | undefined
  let locked = false
  for (const word of words.slice(1)) {
    const wait = /^(\d+) minutes$/.exec(word)
    if (wait !== null) minutes = wholeNumber(wait[1] ?? '')
    else if (word === 'locked to thread') locked = true
  }
  return headerInfo(state, minutes, leaked, locked, labels)
}

/** The `]` that closes the bracket: the first outside quotes. States hold neither `]` nor quotes; 1.26 labels may hold both. */
function closingBracket(text: string): number {
  let quoted = false
  for (let i = 1; i < text.length; i++) {
    const c = text[i]
    if (quoted) {
      if (c === '\\') i++
      else if (c === '"') quoted = false
    } else if (c === '"') quoted = true
    else if (c === ']') return i
  }
  return -1
}

const LABEL = /([A-Za-z0-9./_]*|"(?:[^"\\]|\\.)*"): ([A-Za-z0-9./_]*|"(?:[^"\\]|\\.)*")(?:, |$)/y

/** `k: v, "k 2": "…"`; undefined when the text is something else. */
function parseLabels(text: string): ReadonlyMap<string, string> | undefined {
  const labels = new Map<string, string>()
  LABEL.lastIndex = 0
  while (LABEL.lastIndex < text.length) {
    const m = LABEL.exec(text)
    if (m === null) return undefined
    labels.set(unquote(m[1] ?? ''), unquote(m[2] ?? ''))
  }
  return labels
}
