/**
 * Log lines that may say something about a dump: that it is over, why the next one comes, or its first line, glued to them. Most say nothing,
 * and one search for a few words, a piece of the chunk at a time, shows this for all of them.
 *
 * Hot after a dump: guarded by `npm run bench` (half of it dumps).
 */
import { Words } from './search/words.ts'

/** Whatever `cutBeginning`, `endsDump`, `readLoggedReason` or a header matches contains one of these. */
const WORDS = new Words(['goroutine', 'fatal error', 'SIG', '====', 'END', '\u001b['], ['panic', 'recover'])
/** Bytes that are searched at a time: after a text that a carrier has unescaped, the buffer may still hold the rest of a longer one. */
const PIECE = 4096
const LONGEST = 'fatal error'.length

export class Remarks {
  #buf: Buffer | undefined
  #base = -1
  /** There is no word in [#from, #to), and one may be at #to. */
  #from = 0
  #to = 0
  #isThere = false

  /** Forgets what was searched: the buffer is about to hold other text. */
  reuse(): void {
    this.#buf = undefined
    this.#base = -1
  }

  /** May the line [pos, next) of `buf`, whose first byte is at `base` of the input, say something? */
  mayBeIn(buf: Buffer, pos: number, next: number, base: number): boolean {
    if (buf !== this.#buf || base !== this.#base || pos < this.#from || pos > this.#to) {
      this.#buf = buf
      this.#base = base
      this.#from = pos
      this.#to = pos
      this.#isThere = false
    }
    while (!this.#isThere && this.#to < next) this.#look(buf, next)
    return this.#to < next
  }

  #look(buf: Buffer, next: number): void {
    const end = Math.min(buf.length, Math.max(next, this.#to + PIECE))
    const at = WORDS.first(buf, this.#to, end)
    this.#isThere = at >= 0
    // No word crosses the end of its line, but one can cross the end of a piece.
    if (at >= 0) this.#to = at
    else this.#to = end === next || end === buf.length ? end : end - LONGEST
  }
}
