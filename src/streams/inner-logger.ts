/**
 * What the program's own logger puts around a text, inside the carrier: a prefix, a record, the indentation of a value. It is searched for around
 * the first header of a stream, and its form applies to the lines that follow.
 *
 *     2026-11-24T05:00:00.100Z stdout F  web[12]: goroutine 7 [running]:
 *     └ the carrier ───────────────────┘└ inner ┘
 */
import { CarriedText, type Carrier } from '../carriers/carrier.ts'
import { Prefix } from '../carriers/prefix.ts'
import { indentOf, prefixOf } from '../carriers/shown-prefix.ts'
import { SPACE } from '../core/ascii.ts'
import { beginsDump } from '../text/titles.ts'

export class InnerLogger {
  readonly #forms: () => readonly Carrier[]
  #form: Carrier | undefined
  /** Made on demand: most streams have no such form. */
  #made: CarriedText | undefined

  /** `forms`: those that are not a prefix. */
  constructor(forms: () => readonly Carrier[]) {
    this.#forms = forms
  }

  get #text(): CarriedText {
    this.#made ??= new CarriedText()
    return this.#made
  }

  /** Nothing is around the texts, as far as is known. */
  get isNone(): boolean {
    return this.#form === undefined
  }

  /** Searches for it around a header. True: it is there. */
  find(text: CarriedText): boolean {
    for (const form of this.#forms()) {
      if (!form.read(text.buf, text.start, text.end, this.#text) || !beginsDump(this.#text.latin1())) continue
      // A fresh one: it must only know lines of this stream.
      this.#form = form.afresh()
      return true
    }
    const line = text.buf.subarray(text.start, text.end - 1)
    // After a TAB comes the value of a panic.
    const prefix = prefixOf(line) ?? (line[0] === SPACE ? indentOf(line) : undefined)
    if (prefix === undefined) return false
    this.#form = prefix
    return true
  }

  /** The form is the TAB that klog puts before the lines of a value. */
  indent(): void {
    this.#form = new Prefix('\t')
  }

  /** `text` without it, valid up to the next call; `text` itself if it is not there. */
  inside(text: CarriedText): CarriedText {
    return this.#form?.read(text.buf, text.start, text.end, this.#text) === true ? this.#text : text
  }

  /** Its length in `text`, if it is a prefix; 0 if it is not there. */
  prefixLength(text: CarriedText): number {
    return this.#form instanceof Prefix && this.inside(text) !== text ? this.#form.length : 0
  }

  /** A log line from before the dump without it; the line unchanged if it is not there. Does not affect the current line. */
  without(text: string): string {
    const buf = Buffer.from(`${text}\n`, 'latin1')
    const read = new CarriedText()
    if (this.#form?.afresh().read(buf, 0, buf.length, read) !== true) return text
    return read.latin1().trimEnd()
  }
}
