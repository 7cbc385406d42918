/**
 * Fast path for the form of nearly all headers: `[state]:` and `[state, 7 minutes]:`, with few different states. A state is recognised by
 * comparing its bytes eight at a time, and the minutes are read as a number: there is no loop over the bytes of a header, whose length the
 * processor cannot predict. Known stacks take a twentieth less time than when every header is looked up by a hash.
 *
 * Hot: guarded by `npm run bench` (dump-heavy).
 */
import { DIGIT, ZERO } from '../core/ascii.ts'
import { type HeaderInfo, withMinutes } from './info.ts'

/**
 * A state is compared in three pieces of eight bytes, which may overlap: the first, the last, and the one before the last. As float64s, two
 * pieces are equal only if their bytes are: text never has only zero bytes (0 equals -0) or an exponent of all ones (NaN).
 */
const PIECES = 3
const PIECE = 8
const PLAIN = /^\[([A-Za-z][\w .()/]{3,23})(?:, \d+ minutes)?\]:$/
/** Most bytes that are read at once: a state, `, 1023 minutes]:` and a line end. */
const LONGEST = 48
const MOST_DIGITS = 4
/** At most this many states are remembered, and waits below this many minutes; any other header takes the slow path. */
const MOST_STATES = 32
const MOST_MINUTES = 1024
const SLOT_BITS = 10

/** `]:\n`, `, `, ` min` and `utes` as little-endian integers. */
const CLOSE = 0x0a3a5d
const COMMA = 0x202c
const MIN = 0x6e696d20
const UTES = 0x73657475

interface State {
  readonly length: number
  /** Without minutes. */
  readonly info: HeaderInfo
  readonly waited: (HeaderInfo | undefined)[]
}

export class FastHeaders {
  /** By the first eight bytes, which include what follows a short state. */
  readonly #slots = new Array<State | undefined>(1 << SLOT_BITS)
  readonly #pieces = new Float64Array(PIECES << SLOT_BITS)
  readonly #states = new Map<string, State>()
  /** Offset after the line end of the header that `find` found. */
  after = 0

  /** What the header with its `[` at `open` says, if it is plain and its state is known. */
  find(buf: Uint8Array, words: DataView, open: number, end: number): HeaderInfo | undefined {
    const start = open + 1
    if (start + LONGEST > end) return undefined
    const slot = slotOf(words, start)
    const state = this.#slots[slot]
    if (state === undefined) return undefined
    const { length } = state
    const row = slot * PIECES
    const pieces = this.#pieces
    if (
      words.getFloat64(start, true) !== pieces[row] ||
      words.getFloat64(start + last(length), true) !== pieces[row + 1] ||
      words.getFloat64(start + middle(length), true) !== pieces[row + 2]
    )
      return undefined
    let p = start + length
    let minutes = -1
    if (words.getUint16(p, true) === COMMA) {
      p += 2
      if (DIGIT[buf[p] as number] !== 1) return undefined
      minutes = 0
      for (const stop = p + MOST_DIGITS; p < stop && DIGIT[buf[p] as number] === 1; p++)
        minutes = minutes * 10 + (buf[p] as number) - ZERO
      if (words.getInt32(p, true) !== MIN || words.getInt32(p + 4, true) !== UTES) return undefined
      p += 8
    }
    if ((words.getInt32(p, true) & 0xffffff) !== CLOSE || minutes >= MOST_MINUTES) return undefined
    this.after = p + 3
    return minutes < 0 ? state.info : (state.waited[minutes] ?? wait(state, minutes))
  }

  /** Remembers the state of the header with its `[` at `open`, if it is plain. `text`: the header from there on. */
  learn(words: DataView, open: number, end: number, text: string, info: HeaderInfo): void {
    const name = PLAIN.exec(text)?.[1]
    const start = open + 1
    if (name === undefined || start + LONGEST > end) return
    let state = this.#states.get(name)
    if (state === undefined) {
      if (this.#states.size >= MOST_STATES) this.#forget()
      state = { length: name.length, info: withMinutes(info, undefined), waited: [] }
      this.#states.set(name, state)
    }
    const slot = slotOf(words, start)
    const row = slot * PIECES
    this.#slots[slot] = state
    this.#pieces[row] = words.getFloat64(start, true)
    this.#pieces[row + 1] = words.getFloat64(start + last(name.length), true)
    this.#pieces[row + 2] = words.getFloat64(start + middle(name.length), true)
  }

  #forget(): void {
    this.#states.clear()
    this.#slots.fill(undefined)
  }
}

function wait(state: State, minutes: number): HeaderInfo {
  const info = withMinutes(state.info, minutes)
  state.waited[minutes] = info
  return info
}

/** Offset within the state of its last piece, and of the piece before that. */
function last(length: number): number {
  return Math.max(0, length - PIECE)
}

function middle(length: number): number {
  return Math.max(0, length - 2 * PIECE)
}

function slotOf(words: DataView, start: number): number {
  const hash =
    Math.imul(words.getInt32(start, true), 0x9e3779b1) ^ Math.imul(words.getInt32(start + 4, true), 0x85ebca6b)
  return hash >>> (32 - SLOT_BITS)
}
