/**
 * Names and paths, each stored once, with a number: thousands of stacks consist of a few hundred of them, and a lookup by bytes makes no new
 * string. When a table is full, a new one is started; the full one lives on in the stacks that refer to it.
 *
 * Hot where most stacks are new: guarded by `npm run bench` (dump-heavy, 2000 stacks).
 */
import { NO_BYTES, wordsOf } from '../core/ascii.ts'
import { GENERATED, Name } from '../core/names.ts'
import { hashLiteral } from './hash.ts'
import { isSame, isSameShort, WORD } from './same-bytes.ts'

/** Size of the index, which is at most about half full. */
const INDEX = 1 << 16
const MOST_TEXTS = INDEX / 2
const MOST_BYTES = 4 << 20
const SMALLEST = 64 << 10
/** Bytes of a text without its letters: its `Name`, the head of a string, its hash, its place. */
const BYTES_PER_TEXT = 136

export class Texts {
  /** Hash → number, from 1; 0 for a free slot and for the empty text. */
  #index = new Int32Array(INDEX)
  readonly #names: Name[] = [new Name('')]
  #hashes: number[] = [0]
  #starts: number[] = [0]
  #bytes: Buffer = Buffer.allocUnsafe(SMALLEST)
  #words: DataView = wordsOf(this.#bytes)
  #used = 0
  /** Number of the file name of generated code; -1 while there is none. */
  generated = -1

  /** Approximate bytes that all texts take: each is stored as bytes, for comparison, and as a string. */
  get bytes(): number {
    return this.#used * 2 + this.#names.length * BYTES_PER_TEXT
  }

  /** There is room for another stack. */
  get hasRoom(): boolean {
    return this.#names.length < MOST_TEXTS && this.#used < MOST_BYTES
  }

  /** Frees what is only needed to add texts: from now on it is read only. */
  close(): void {
    this.#index = new Int32Array(0)
    this.#hashes = []
    this.#starts = []
    this.#bytes = NO_BYTES
    this.#words = wordsOf(NO_BYTES)
  }

  at(number: number): Name {
    return this.#names[number] as Name
  }

  /** The number, less than 2^16, of the UTF-8 text [start, end) of `buf`. */
  numberOf(buf: Buffer, words: DataView, start: number, end: number): number {
    const length = end - start
    if (length <= 0) return 0
    const hash = hashLiteral(buf, words, start, length)
    let at = hash & (INDEX - 1)
    for (let number = this.#index[at] as number; number !== 0; number = this.#index[at] as number) {
      if (this.#hashes[number] === hash && this.#isAt(number, buf, words, start, end)) return number
      at = (at + 1) & (INDEX - 1)
    }
    this.#keep(buf, start, end)
    this.#hashes.push(hash)
    this.#index[at] = this.#names.length
    const name = new Name(unescaped(buf.toString('utf8', start, end)))
    const number = this.#names.push(name) - 1
    if (name.text === GENERATED) this.generated = number
    return number
  }

  #isAt(number: number, buf: Buffer, words: DataView, start: number, end: number): boolean {
    const at = this.#starts[number] as number
    const length = end - start
    if ((this.#starts[number + 1] ?? this.#used) - at !== length) return false
    if (length < WORD) return isSameShort(this.#bytes, at, buf, start, end)
    return (
      this.#words.getInt32(at + length - WORD, true) === words.getInt32(end - WORD, true) &&
      isSame(this.#words, at, words, start, end)
    )
  }

  #keep(buf: Buffer, start: number, end: number): void {
    const used = this.#used + end - start
    if (used > this.#bytes.length) {
      const bytes = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, used))
      this.#bytes.copy(bytes, 0, 0, this.#used)
      this.#bytes = bytes
      this.#words = wordsOf(bytes)
    }
    buf.copy(this.#bytes, this.#used, start, end)
    this.#starts.push(this.#used)
    this.#used = used
  }
}

/** `main.(*T).Gr<C3><B6><C3><9F>e`: a pager writes bytes that are not ASCII this way. */
function unescaped(text: string): string {
  if (!text.includes('<')) return text
  return text.replace(/(?:<[89A-F][0-9A-F]>)+/g, (bytes) => Buffer.from(bytes.replace(/[<>]/g, ''), 'hex').toString())
}
