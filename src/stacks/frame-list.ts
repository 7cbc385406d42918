/** The frames read by another grammar (debug=1), one after the other, to build a stack from. */
import { wordsOf } from '../core/ascii.ts'
import { afterBlanks, colonBefore, endOfPlace, pushLine } from './place.ts'
import { codeOf, PrintedStack, textsWithRoom } from './stack.ts'

export class FrameList {
  #bytes: Buffer = Buffer.allocUnsafe(1 << 12)
  #words: DataView = wordsOf(this.#bytes)
  #used = 0
  /** Four offsets per frame: its name, [from, to), and its place, [file, end). */
  #marks: number[] = []
  #isOfLines = true

  get isEmpty(): boolean {
    return this.#marks.length === 0
  }

  /** The lines that were added, if only lines were added. */
  get lines(): Buffer | undefined {
    return this.#isOfLines ? this.#bytes.subarray(0, this.#used) : undefined
  }

  clear(): void {
    this.#used = 0
    this.#marks = []
    this.#isOfLines = true
  }

  /** The line [pos, next) of `buf`, with a name at [from, to), and its place at [file, end). */
  addLine(buf: Buffer, pos: number, next: number, from: number, to: number, file: number, end: number): void {
    const at = this.#room(next - pos)
    buf.copy(this.#bytes, at, pos, next)
    this.#marks.push(at + from - pos, at + to - pos, at + file - pos, at + end - pos)
  }

  /** Strings are Latin-1, like lines. */
  addText(name: string, file: string): void {
    const at = this.#room(name.length + file.length)
    this.#bytes.write(name + file, at, 'latin1')
    this.#marks.push(at, at + name.length, at + name.length, this.#used)
    this.#isOfLines = false
  }

  stack(): PrintedStack {
    const known = textsWithRoom()
    const units: number[] = []
    const before = known.bytes
    const marks = this.#marks
    for (let i = 0; i < marks.length; i += 4) {
      units.push(known.numberOf(this.#bytes, this.#words, marks[i] as number, marks[i + 1] as number))
      const start = afterBlanks(this.#bytes, marks[i + 2] as number)
      const end = endOfPlace(this.#bytes, marks[i + 3] as number)
      const colon = colonBefore(this.#bytes, start, end)
      units.push(known.numberOf(this.#bytes, this.#words, start, colon))
      pushLine(units, known, this.#bytes, this.#words, colon + 1, end)
    }
    return new PrintedStack(codeOf(units), known, false, undefined, known.bytes - before)
  }

  /** Makes room for `length` bytes, and returns their offset. */
  #room(length: number): number {
    const at = this.#used
    this.#used += length
    if (this.#used > this.#bytes.length) {
      const bytes = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#used))
      this.#bytes.copy(bytes, 0, 0, at)
      this.#bytes = bytes
      this.#words = wordsOf(bytes)
    }
    return at
  }
}
