/** What the pieces of a prefix may be in other lines: times, levels and places in the code differ, blanks may be more or fewer. */
import { COLON, DIGIT, SPACE, TAB } from '../core/ascii.ts'

/** What loggers call the severity of a line. */
export const LEVEL: RegExp =
  /^[[(<|]?(?:trace|debug|info|notice|warn|warning|error|err|fatal|panic|dpanic|critical|crit|[tdiwef]|trc|dbg|inf|wrn|ftl|pnc)[\])>:|]?(?:\[\d+\])?$/i
const DATE_WORD = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)$/
const TIME = /^[[(]?\d[\d:.,+\-/TZ]*[\])]?$/
/** Rancher's page puts nothing between it and the text. */
const HALF_OF_DAY = /^[AP]M$/
const KLOG = /^[IWEF]\d{4}(?:\d\d)?$/
const PLACE = /^\S*\.\w+:\d+[\]:]?$/

/** What a piece of the prefix may be. */
export type Piece =
  | { readonly kind: 'literal'; readonly bytes: Uint8Array }
  | { readonly kind: 'run'; readonly table: Uint8Array; readonly named: boolean; readonly place?: PlaceEnd }

/** What stands behind the number of a line of code. */
type PlaceEnd = '' | ':' | ']'

function table(has: (c: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, c) => (has(c) ? 1 : 0))
}
export const BLANKS: Uint8Array = table((c) => c === SPACE || c === TAB)
const SOLID = table((c) => c > SPACE)
const LETTERS = table((c) => (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a)
const TIMES = table((c) => '0123456789:.,+-/TZ[]()'.includes(String.fromCharCode(c)))
const BLANK_RUN: Piece = { kind: 'run', table: BLANKS, named: false }
export const LAST_BLANK: Piece = { kind: 'run', table: BLANKS, named: false }

export function literal(text: string): Piece {
  return { kind: 'literal', bytes: Uint8Array.from(Buffer.from(text, 'latin1')) }
}

/** The pieces of a prefix: words of the same form, one by one. */
export function piecesOf(prefix: string): Piece[] {
  const pieces: Piece[] = []
  const words = prefix.split(/([ \t]+)/)
  for (const [i, word] of words.entries()) {
    if (word === '') continue
    const last = i >= words.length - 2
    if (/^[ \t]/.test(word))
      pieces.push(last && word.length === 1 ? LAST_BLANK : i === 0 && word === '\t' ? literal('\t') : BLANK_RUN)
    else if (TIME.test(word)) pieces.push({ kind: 'run', table: TIMES, named: false })
    else if (PLACE.test(word)) pieces.push({ kind: 'run', table: SOLID, named: false, place: placeEnd(word) })
    else if (KLOG.test(word) || DATE_WORD.test(word) || LEVEL.test(word)) pieces.push(...levelPieces(word))
    else if (/^[^\w]+$/.test(word) || HALF_OF_DAY.test(word)) pieces.push(literal(word))
    else {
      // What stands directly ahead of the text ends with its separator.
      const separator = i === words.length - 1 ? word.slice(-1) : ''
      const code = separator.charCodeAt(0)
      pieces.push({
        kind: 'run',
        table: separator === '' ? SOLID : table((c) => c > SPACE && c !== code),
        named: true,
      })
      if (separator !== '') pieces.push(literal(separator))
    }
  }
  return pieces
}

function placeEnd(word: string): PlaceEnd {
  if (word.endsWith(':')) return ':'
  return word.endsWith(']') ? ']' : ''
}

/** Does [from, to) of `buf` end as a place in the code does: `shop.go:12:`? */
export function isPlace(buf: Buffer, from: number, to: number, end: PlaceEnd): boolean {
  let at = to - end.length
  if (end !== '' && buf[at] !== end.charCodeAt(0)) return false
  const digits = at
  while (at > from && DIGIT[buf[at - 1] as number] === 1) at--
  return at < digits && buf[at - 1] === COLON
}

/** `INFO[0000]`, `[warn]`, `I1124`: other letters and other numbers may stand there. */
function levelPieces(word: string): Piece[] {
  return (word.match(/[A-Za-z]+|\d+|[^A-Za-z\d]+/g) ?? []).map((part) => {
    if (/^\d/.test(part)) return { kind: 'run', table: DIGIT, named: false }
    return /^[A-Za-z]/.test(part) ? { kind: 'run', table: LETTERS, named: false } : literal(part)
  })
}
