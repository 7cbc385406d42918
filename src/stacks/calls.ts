/**
 * Calls whose first argument shows who waits for whom: functions that lock, wait, send and receive, and methods with a pointer receiver. The
 * walk only notes the position of the argument, since most goroutines are never asked for theirs.
 *
 * Hot: `note`, guarded by `npm run bench` (dump-heavy).
 */
import { COMMA, DIGIT, DOT, PAREN_CLOSE, PAREN_OPEN, ZERO } from '../core/ascii.ts'
import { isOwnLock, isStandard } from './title.ts'

/** Most calls kept per goroutine; the innermost ones. */
const MOST_CALLS = 64
/** In `(*`: a pointer receiver. */
const STAR = 0x2a
const SLASH = 0x2f
const LOWER_I = 0x69
const LOWER_K = 0x6b
const LOWER_R = 0x72
const LOWER_S = 0x73

/** Functions in which goroutines wait: sync/mutex.go, rwmutex.go, waitgroup.go, cond.go; runtime/chan.go, sema.go. */
const WAITING =
  /^(?:internal\/)?sync\.(?:\(\*(?:Mutex|RWMutex|WaitGroup|Cond)\)\.|runtime_(?:Semacquire|notifyListWait))|^runtime\.(?:chanrecv|chansend|semacquire1?)\b/

/** What the function whose literal part is [start, end) does with its first argument; undefined if it is of no interest. */
export function callOf(bytes: Buffer, start: number, end: number): 'waits' | 'method' | undefined {
  // The first element of the import path.
  let slash = start
  let dots = 0
  for (; slash < end && bytes[slash] !== SLASH && bytes[slash] !== PAREN_OPEN; slash++) if (bytes[slash] === DOT) dots++
  let isMethod = bytes[slash] === PAREN_OPEN && bytes[slash + 1] === STAR
  for (let i = slash; i < end - 1 && !isMethod; i++) isMethod = bytes[i] === PAREN_OPEN && bytes[i + 1] === STAR
  if (bytes[slash] === SLASH && dots > 0) {
    if (!isMethod) return undefined
    return bytes[end - 2] === LOWER_K && isOwnLock(bytes.toString('latin1', start, end - 1)) ? 'waits' : 'method'
  }
  // Neither a method nor in `runtime.`, `sync.` or `internal/sync.`.
  const first = bytes[start]
  if (!isMethod && first !== LOWER_R && first !== LOWER_S && first !== LOWER_I) return undefined
  return callOfName(bytes.toString('latin1', start, end - 1))
}

export function callOfName(name: string): 'waits' | 'method' | undefined {
  if (WAITING.test(name)) return 'waits'
  // A goroutine in any other method of the standard library holds nothing that a reader could name.
  if (!name.includes('(*') || isStandard(name)) return undefined
  return isOwnLock(name) ? 'waits' : 'method'
}

const NO_PLACES = new Int32Array(0)
const NO_POINTERS = new Float64Array(0)

/** The calls of one goroutine, innermost first. */
export class TracedCalls {
  #places = NO_PLACES
  /** First arguments, as far as they have been read. */
  pointers: Float64Array = NO_POINTERS
  #buf: Uint8Array | undefined
  #read = 0
  count = 0
  /** How many of the innermost calls are to functions that wait. */
  waits = 0
  /** The goroutine that started this one; 0 if the dump does not say. */
  parent = 0

  begin(): void {
    this.count = 0
    this.#read = 0
    this.parent = 0
    this.waits = 0
  }

  /** `place`: offset in `buf` after the `(`. `waits`: it is a function in which goroutines wait. */
  note(buf: Uint8Array, place: number, waits: boolean): void {
    const { count } = this
    if (count === this.#places.length) {
      if (count === MOST_CALLS) return
      this.#grow()
    }
    if (buf !== this.#buf) this.#enter(buf)
    if (waits && count === this.waits) this.waits++
    this.#places[count] = place
    this.count = count + 1
  }

  /** Allocated on demand: most streams have no such call. */
  #grow(): void {
    const [places, pointers] = [new Int32Array(MOST_CALLS), new Float64Array(MOST_CALLS)]
    this.#places = places
    this.pointers = pointers
  }

  #enter(buf: Uint8Array): void {
    this.read(this.count)
    this.#buf = buf
  }

  /** Undoes the notes of a line that was only looked at. */
  takeBack(count: number, parent: number): void {
    this.count = count
    this.parent = parent
    if (this.waits > count) this.waits = count
    if (this.#read > count) this.#read = count
  }

  /** Reads all pointers before the buffer is reused. */
  leave(): void {
    if (this.#buf === undefined) return
    this.read(this.count)
    this.#buf = undefined
  }

  /** Reads the first `count` pointers. */
  read(count: number): void {
    const buf = this.#buf
    if (buf === undefined) return
    for (; this.#read < count; this.#read++)
      this.pointers[this.#read] = pointerAt(buf, this.#places[this.#read] as number)
  }
}

/**
 * The pointer at `at`, as in `0xc000012345`. 0 for anything else, and for values that end in `?`: the register may hold something else by now
 * (runtime/traceback.go printArgs, 1.18).
 */
export function pointerAt(buf: Uint8Array, at: number): number {
  if (buf[at] !== ZERO || buf[at + 1] !== 0x78) return 0
  let p = at + 2
  let value = 0
  // Parts of up to 28 bits stay small integers: sums of larger numbers take three times as long.
  let part = 0
  let scale = 1
  // Past the last byte there is no digit either: `undefined < NO_DIGIT` is false.
  for (let digit = HEX[buf[p] as number] as number; digit < NO_DIGIT; digit = HEX[buf[++p] as number] as number) {
    part = part * 16 + digit
    scale *= 16
    if (scale === 1 << 28) {
      value = value * scale + part
      part = 0
      scale = 1
    }
  }
  return buf[p] === COMMA || buf[p] === PAREN_CLOSE ? value * scale + part : 0
}

const NO_DIGIT = 16
/** Value of each byte as a hexadecimal digit. */
const HEX = new Uint8Array(256).fill(NO_DIGIT)
for (let digit = 0; digit < NO_DIGIT; digit++) HEX[digit.toString(16).charCodeAt(0)] = digit

export function numberAt(buf: Uint8Array, at: number): number {
  let value = 0
  for (let p = at, c = buf[p] as number; DIGIT[c] === 1; c = buf[++p] as number) value = value * 10 + (c - ZERO)
  return value
}
