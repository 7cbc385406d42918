/**
 * A dump in a value of klog: the lines of the value follow the log line, each indented by an additional TAB (klog,
 * `internal/serialize/keyvalues.go`, writeStringValue). Inside a carrier each of them is a separate line.
 *
 *     E1124 08:17:51.515399   26313 main.go:18] "failed" stack=<
 *     \tgoroutine 7 [running]:
 *      >
 */

import type { CarriedText, Carrier } from '../carriers/carrier.ts'
import { CR, EQUALS, LESS, TAB } from '../core/ascii.ts'
import { findTitle } from '../text/titles.ts'

/** Does the text [start, end), which ends with its line end, begin a value? */
export function beginsValue(buf: Buffer, start: number, end: number): boolean {
  let last = end - 2
  if (buf[last] === CR) last--
  return last > start && buf[last] === LESS && buf[last - 1] === EQUALS
}

/** Is the text [start, end), which ends with its line end, a whole header or title after a TAB? */
export function isIndentedTitle(buf: Buffer, start: number, end: number): boolean {
  return buf[start] === TAB && findTitle(buf.toString('latin1', start + 1, end), 0, 1) !== undefined
}

/** The stream that is in the middle of a value. */
export class KlogValue {
  #carrier: Carrier | undefined
  #key = ''

  /** Notes a line of a carrier: it may begin a value, or be the first one after it. */
  note(carrier: Carrier, text: CarriedText): void {
    if (beginsValue(text.buf, text.start, text.end)) {
      this.#carrier = carrier
      this.#key = text.key
    } else if (carrier === this.#carrier && text.key === this.#key && text.buf[text.start] !== TAB)
      this.#carrier = undefined
  }

  /** No stream is in the middle of a value. */
  get isNowhere(): boolean {
    return this.#carrier === undefined
  }

  /** Are the current lines of this stream those of a value? */
  isIn(carrier: Carrier, key: string): boolean {
    return carrier === this.#carrier && key === this.#key
  }
}
