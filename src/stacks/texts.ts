/**
 * Names and paths as strings, each once: thousands of stacks are made of a few hundred of them, and what is found by its bytes needs no new
 * string. What is known is bounded; past that it starts over, and nothing but the sharing is lost.
 *
 * Hot where most stacks are new: guarded by `npm run bench` (dump-heavy, 2000 stacks).
 */
import { wordsOf } from '../core/ascii.ts'
import { hashLiteral } from './hash.ts'
import { isSame, isSameShort, WORD } from './same-bytes.ts'

/** Half full at most. */
const INDEX = 1 << 16
const MOST = INDEX / 2
const MOST_BYTES = 4 << 20
const SMALLEST = 64 << 10

export class Texts {
  /** Hash → place in the columns, from 1; 0 for nothing. */
  readonly #index = new Int32Array(INDEX)
  readonly #hashes: number[] = []
  readonly #starts: number[] = []
  readonly #strings: string[] = []
  #bytes: Buffer = Buffer.allocUnsafe(SMALLEST)
  #words: DataView = wordsOf(this.#bytes)
  #used = 0

  /** The text that [start, end) of `buf` is, UTF-8. */
  of(buf: Buffer, words: DataView, start: number, end: number): string {
    const length = end - start
    if (length <= 0) return ''
    const hash = hashLiteral(buf, words, start, length)
    let at = hash & (INDEX - 1)
    for (let place = this.#index[at] as number; place !== 0; place = this.#index[at] as number) {
      if (this.#hashes[place - 1] === hash && this.#isAt(place - 1, buf, words, start, end))
        return this.#strings[place - 1] as string
      at = (at + 1) & (INDEX - 1)
    }
    const text = unescaped(buf.toString('utf8', start, end))
    if (length > MOST_BYTES) return text
    if (this.#strings.length >= MOST || this.#used + length > MOST_BYTES) {
      this.#clear()
      at = hash & (INDEX - 1)
    }
    this.#keep(buf, start, end)
    this.#hashes.push(hash)
    this.#strings.push(text)
    this.#index[at] = this.#strings.length
    return text
  }

  #isAt(place: number, buf: Buffer, words: DataView, start: number, end: number): boolean {
    const at = this.#starts[place] as number
    const length = end - start
    if ((this.#starts[place + 1] ?? this.#used) - at !== length) return false
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

  #clear(): void {
    this.#index.fill(0)
    this.#hashes.length = 0
    this.#starts.length = 0
    this.#strings.length = 0
    this.#used = 0
  }
}

/** `main.(*T).Gr<C3><B6><C3><9F>e`: a pager has written the bytes of what is not ASCII so. */
function unescaped(text: string): string {
  if (!text.includes('<')) return text
  return text.replace(/(?:<[89A-F][0-9A-F]>)+/g, (bytes) => Buffer.from(bytes.replace(/[<>]/g, ''), 'hex').toString())
}
