/**
 * Text in front of every line, and perhaps after it. Only the header inside shows it (shown-prefix.ts): what comes before `goroutine 7 [` is the
 * prefix, and the lines of its stream have one like it: time stamps, levels, places in the code and numbers differ, there may be more or fewer
 * blanks, and words make the name of the stream.
 *
 *     [pod/web-7d9f-abc12/app] goroutine 7 [running]:                     kubectl logs --prefix
 *     service-1  | goroutine 7 [running]:                                 docker compose logs; nerdctl: `service_1 |`
 *     web-1 app goroutine 7 [running]:                                    stern
 *        2026-11-24T05:00:00.00+0000 [APP/PROC/WEB/0] OUT goroutine 7 …   cf logs
 *     I1124 08:17:51.515399   26313 main.go:18] goroutine 7 [running]:    klog, glog
 *     2026-11-24T05:00:00.123Z	INFO	app/main.go:3	goroutine 7 [running]:	{"service": "shop"}    zap console, with fields after it
 *
 *     F250826 15:24:56.099044 3162 sql/x.go:63 - [n1] 250 !goroutine 1 …  CockroachDB: a mark without a blank
 *     goroutine 7 [running]: wasm_exec.js:97:29                           Firefox's console; an empty line is `<empty string>`
 *       | goroutine 7 [running]:                                          hclog, which writes TAB as `\t`
 *     app.log:12:goroutine 7 [running]:                                   grep -n; `app.log-13-` with -A
 *        | goroutine 7 [running]:      +                                  psql: the first row of a cell has words in the other columns
 *
 * Control sequences (ECMA-48: colours; strings such as Buildkite's `ESC _bk;t=1795517851123 BEL`) are removed wherever they are. Fields after the
 * text are found by the name of the first one.
 */
import { BACKSLASH, BRACE_OPEN, CR, ESC, SPACE, TAB } from '../core/ascii.ts'
import type { CarriedText, Carrier, StreamNames } from './carrier.ts'
import { copyWithoutControls } from './control-sequences.ts'
import { type LineShape, ShapePart } from './line-shape.ts'
import { PrefixNames } from './prefix-names.ts'
import {
  areBlanks,
  BLANKS,
  grepEnd,
  grepHead,
  isPlace,
  LAST_BLANK,
  literal,
  type Piece,
  piecesOf,
  wordEnd,
} from './prefix-pieces.ts'
import { StreamKey } from './stream-key.ts'
import { Suffix } from './suffix.ts'
import { timeOf, timeOfNumber } from './time.ts'

/** Buildkite's time of a line, milliseconds (buildkite.com/docs, "Managing log output"). */
const BUILDKITE = /_bk;t=(\d{12,14})/
const BAR = 0x7c
/** Head of a line in which a control string can give the time. */
const STAMP_BYTES = 64
/** Where a label may begin in a prefix: after a blank, or after CockroachDB's mark. */
const HEAD_END = /\S[ \t]+(?=[^\s!])|\d !(?=\w)/g
/** Most heads that are tried. */
const HEADS = 12
/** Columns of a table that are empty in the further rows of a cell (PostgreSQL `src/fe_utils/print.c`, print_aligned_text). */
const EMPTY_COLUMNS = /^ +\| (?: +\| )*$/

export class Prefix implements Carrier {
  readonly name = 'prefix'
  readonly #pieces: readonly Piece[]
  /** Undefined if nothing follows the text. */
  readonly #suffix: Suffix | undefined
  readonly #coloured: boolean
  readonly #mayBeBrace: boolean
  /** Length of the prefix if it is indentation; 0 otherwise. */
  readonly #indent: number
  /** Offsets of its bars, if it is the empty columns of a table. */
  readonly #bars: readonly number[]
  /** The indentation consists only of spaces. */
  readonly #isSpaces: boolean
  #stamp = ''
  readonly #key = new StreamKey()
  /** Only the bytes before the text decide where it begins: lines that have the same ones have the same prefix, and belong to one stream. */
  readonly #isFixed: boolean
  #same: Uint8Array = new Uint8Array(64)
  #sameLength = 0
  readonly #head = new ShapePart()
  #buf: Buffer = Buffer.alloc(0)
  #start = 0
  #end = 0

  /** The arguments of the constructor. */
  readonly #given: string
  readonly #givenSuffix: string

  /** `verbatim`: the prefix is indentation, and every line has exactly that. */
  constructor(prefix: string, suffix = '', coloured = false, verbatim = false) {
    this.#given = prefix
    this.#givenSuffix = suffix
    this.#pieces = verbatim ? [literal(prefix)] : piecesOf(prefix)
    this.#indent = verbatim ? prefix.length : 0
    this.#bars = EMPTY_COLUMNS.test(prefix) ? [...prefix.matchAll(/\|/g)].map(({ index }) => index) : []
    this.#isSpaces = verbatim && !prefix.includes('\t')
    this.#mayBeBrace = prefix.startsWith('{')
    const last = this.#pieces[this.#pieces.length - 1]
    this.#isFixed = last === LAST_BLANK || last?.kind === 'literal' || last?.kind === 'word'
    this.#suffix = suffix === '' ? undefined : new Suffix(suffix)
    this.#coloured = coloured
  }

  /** Is it indentation, which every line has? */
  get isIndent(): boolean {
    return this.#indent > 0
  }

  /** Does it consist only of blanks, of which some lines may have more? */
  get isBlank(): boolean {
    return this.#given.trim() === ''
  }

  /** Shorter prefixes that it may really be, the rest being a label of the header: `web-1  | ` of `web-1  | recovered: boom `. The longest first. */
  get heads(): Prefix[] {
    if (this.#suffix !== undefined || this.#indent > 0) return []
    const grep = grepHead(this.#given).length
    const ends = [...this.#given.matchAll(HEAD_END)].map(({ index, 0: { length } }) => index + length)
    return [...(grep > 0 ? [grep] : []), ...ends]
      .slice(0, HEADS)
      .map((end) => new Prefix(this.#given.slice(0, end), '', this.#coloured))
      .reverse()
  }

  /** Length of the prefix in the line that was read last, bytes. */
  get length(): number {
    return this.#end - this.#start
  }

  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    let src = buf
    let start = pos
    let end = next - 1
    if (buf[end - 1] === CR && end > pos) end--
    if (this.#coloured) {
      const room = text.room(next - pos)
      end = copyWithoutControls(buf, pos, end, room)
      src = room
      start = 0
    }
    // A record of JSON has no prefix: its strings are not names.
    if (src[start] === BRACE_OPEN && !this.#mayBeBrace) return false
    let at =
      this.#indent > 0 && end - start < this.#indent ? this.#blankEnd(src, start, end) : this.#match(src, start, end)
    // The blanks before a TAB may be missing: the TAB reaches over them.
    if (at < 0 && this.#isSpaces && src[start] === TAB) at = start
    if (at < 0) return false
    if (this.#coloured)
      this.#stamp = buf[pos] === ESC ? buf.toString('latin1', pos, Math.min(next, pos + STAMP_BYTES)) : ''
    this.#buf = src
    this.#start = start
    this.#end = at
    const stop = this.#suffix?.textEnd(src, start, at, end) ?? end
    text.key = this.#key.take()
    text.partial = false
    if (src[at] === BACKSLASH && src[at + 1] === 0x74 && at < stop) {
      // hclog quotes the TAB of a file line.
      const room = text.room(stop - at)
      room[0] = TAB
      text.filled(1 + src.copy(room, 1, at + 2, stop))
    } else if (!this.#coloured && stop === next - 1) text.inPlace(buf, at, next)
    else if (src === buf) text.filled(buf.copy(text.room(stop - at), 0, at, stop))
    else {
      src.copyWithin(0, at, stop)
      text.filled(stop - at)
    }
    return true
  }

  afresh(): Prefix {
    return new Prefix(this.#given, this.#givenSuffix, this.#coloured, this.isIndent)
  }

  time(now?: number): number | undefined {
    const stamp = BUILDKITE.exec(this.#stamp)
    if (stamp !== null) return timeOfNumber(Number(stamp[1]))
    return this.#coloured ? undefined : timeOf(this.#buf.toString('latin1', this.#start, this.#end), now)
  }

  names(): StreamNames {
    return new PrefixNames(this.#key.take())
  }

  shape(): LineShape | undefined {
    if (this.#sameLength === 0 || this.#suffix !== undefined || this.#coloured) return undefined
    this.#head.set(this.#same, 0, this.#sameLength)
    return { head: this.#head, escapes: 'none' }
  }

  /** An empty line may have lost its indentation. -1: the line is not empty. */
  #blankEnd(buf: Buffer, start: number, end: number): number {
    for (let p = start; p < end; p++) if (BLANKS[buf[p] as number] !== 1) return -1
    this.#key.begin()
    return end
  }

  /** Offset of the text after the prefix; -1 if the prefix is not there. Blanks at its end may be missing if there is no text. */
  #match(buf: Buffer, start: number, end: number): number {
    const length = this.#sameLength
    if (length > 0 && end - start >= length && this.#isSame(buf, start, length)) return start + length
    const found = this.#find(buf, start, end)
    const at = found < 0 && this.#hasBars(buf, start, end) ? start + this.#given.length : found
    this.#sameLength = 0
    // Blanks may be missing only where there is no text: a prefix without them is not remembered.
    if (this.#isFixed && at > start && (at < end || buf[at - 1] === SPACE) && at - start <= this.#same.length) {
      this.#same.set(buf.subarray(start, at))
      this.#sameLength = at - start
    }
    return at
  }

  /** Does the line [start, end) have bars where the other rows of the table have them? Its other columns may hold words. */
  #hasBars(buf: Buffer, start: number, end: number): boolean {
    if (this.#bars.length === 0 || end - start < this.#given.length) return false
    const isBar = (at: number): boolean => buf[at] === BAR && buf[at - 1] === SPACE && buf[at + 1] === SPACE
    if (!this.#bars.every((bar) => isBar(start + bar))) return false
    this.#key.begin()
    return true
  }

  #isSame(buf: Buffer, start: number, length: number): boolean {
    const same = this.#same
    for (let i = 0; i < length; i++) if (buf[start + i] !== same[i]) return false
    return true
  }

  #find(buf: Buffer, start: number, end: number): number {
    let p = start
    const key = this.#key
    key.begin()
    for (const piece of this.#pieces) {
      if (piece.kind === 'literal') {
        const { bytes } = piece
        for (let i = 0; i < bytes.length; i++) if (buf[p + i] !== bytes[i]) return -1
        if (p + bytes.length > end) return -1
        if (piece.named) key.add(buf, p, p + bytes.length)
        p += bytes.length
        continue
      }
      if (piece.kind === 'word') {
        const stop = wordEnd(buf, p, end, piece.separator, piece.times)
        if (stop < 0) return -1
        key.add(buf, p, stop - 1)
        p = stop
        continue
      }
      if (piece.kind === 'grep') {
        p = grepEnd(buf, p, piece.isNumbered)
        if (p < 0 || p > end) return -1
        continue
      }
      const from = p
      const { table: allowed } = piece
      while (p < end && allowed[buf[p] as number] === 1) p++
      if (p === from && !(p === end && areBlanks(allowed))) return -1
      if (piece.place !== undefined && !isPlace(buf, from, p, piece.place)) return -1
      // One blank separates the prefix from the text; more belong to the text.
      if (piece === LAST_BLANK && p > from) p = from + 1
      if (piece.named) key.add(buf, from, p)
    }
    return p
  }
}
