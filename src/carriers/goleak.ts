/**
 * Goroutines as goleak, and tests that look for leaks as it does, report them (uber-go/goleak, internal/stack/stacks.go): with goleak's header
 * before the stack that Go printed. A list of them is in brackets, and all but the first begin with a blank.
 *
 *     main_test.go:21: found unexpected goroutines:
 *         [Goroutine 7 in state chan receive, 2 minutes, with main.f on top of the stack:
 *         main.f(0x1)
 *         	/app/main.go:3 +0x1d
 *          Goroutine 9 in state select, with main.g on top of the stack:
 *         …
 *         ]
 *
 * What comes before the bracket is a prefix like any other: indentation, a time, the name of a service.
 */
import { BRACKET_CLOSE } from '../core/ascii.ts'
import { leakHeader } from '../text/leak-header.ts'
import type { CarriedText, Carrier, StreamNames } from './carrier.ts'
import { withoutControls } from './control-sequences.ts'
import { Prefix } from './prefix.ts'

const WORD = 'Goroutine '
const LONGEST = 4096
/** Length of the line that closes the bracket, with its line end. */
const END_BYTES = 2
/** Before the first goroutine of a list, and before each of the others. */
const OF_LIST = /[[ ]$/

export class Goleak implements Carrier {
  readonly name = 'goleak'
  readonly isLabel = true
  #prefix: Prefix | undefined
  /** `goroutine 7 ` from the header that was read last. */
  #head = Buffer.alloc(0)

  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    if (next - pos > LONGEST || !buf.subarray(pos, next).includes(WORD)) return this.#readOther(buf, pos, next, text)
    const raw = buf.toString('latin1', pos, next)
    const isColoured = raw.includes('\u001b')
    const line = (isColoured ? withoutControls(raw) : raw).trimEnd()
    const at = line.indexOf(WORD)
    const header = leakHeader(line.slice(at))
    if (header === undefined) return this.#readOther(buf, pos, next, text)
    if (this.#prefix?.read(buf, pos, next, text) !== true) {
      const before = line.slice(0, at).replace(OF_LIST, '')
      this.#prefix = new Prefix(before, '', isColoured, before.trim() === '' && before !== '')
      if (!this.#prefix.read(buf, pos, next, text)) return false
    }
    text.filled(text.room(header.length).write(header, 'latin1'), false)
    this.#head = Buffer.from(header.slice(0, header.indexOf('[')), 'latin1')
    return true
  }

  /**
   * A line of the stack, or the end of the list, after which come other lines. Up to version 1.1, Go's own header follows goleak's and repeats it.
   */
  #readOther(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    if (this.#prefix?.read(buf, pos, next, text) !== true) return false
    const { buf: bytes, start, end } = text
    if (bytes.compare(this.#head, 0, this.#head.length, start, Math.min(end, start + this.#head.length)) === 0) {
      text.filled(0)
      return true
    }
    if (end - start !== END_BYTES || bytes[start] !== BRACKET_CLOSE) return true
    this.#prefix = undefined
    return false
  }

  afresh(): Goleak {
    const other = new Goleak()
    other.#prefix = this.#prefix?.afresh()
    other.#head = this.#head
    return other
  }

  time(now?: number): number | undefined {
    return this.#prefix?.time(now)
  }

  names(): StreamNames {
    return this.#prefix?.names() ?? { source: '', attributes: {} }
  }
}
