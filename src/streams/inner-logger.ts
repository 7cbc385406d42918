/**
 * What the program's own logger puts around a text, inside the carrier: a prefix, a record, the indentation of a value. It is looked for around the
 * first header of a stream, and its form holds for the lines that follow.
 *
 *     2026-11-24T05:00:00.100Z stdout F  web[12]: goroutine 7 [running]:
 *     └ the carrier ───────────────────┘└ inner ┘
 */
import { CarriedText, type Carrier } from '../carriers/carrier.ts'
import { indentOf, Prefix, prefixOf } from '../carriers/prefix.ts'
import { SPACE } from '../core/ascii.ts'
import { startsPreamble } from '../text/preamble.ts'
import { beginsDump } from '../text/titles.ts'

export class InnerLogger {
  readonly #forms: () => readonly Carrier[]
  #form: Carrier | undefined
  /** Made when a form is looked for: most streams have none. */
  #made: CarriedText | undefined

  /** `forms`: those that are no prefix. */
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

  /** Looks for it around a header. True: it is there. */
  find(text: CarriedText): boolean {
    for (const form of this.#forms()) {
      if (!form.read(text.buf, text.start, text.end, this.#text) || !beginsDump(this.#text.latin1())) continue
      // What it knows of this line is of this stream.
      this.#form = form.afresh()
      return true
    }
    const line = text.buf.subarray(text.start, text.end - 1)
    // Behind a TAB stands the value of a panic.
    const prefix = prefixOf(line) ?? (line[0] === SPACE ? indentOf(line) : undefined)
    if (prefix === undefined) return false
    this.#form = prefix
    return true
  }

  /** It is the TAB that stands ahead of the lines of a value of klog. */
  indent(): void {
    this.#form = new Prefix('\t')
  }

  /** `text` without it, up to the next call; `text` itself where it is not there. */
  inside(text: CarriedText): CarriedText {
    return this.#form?.read(text.buf, text.start, text.end, this.#text) === true ? this.#text : text
  }

  /** How much of `text` it takes, if it is a prefix; 0 where it is not there. */
  prefixLength(text: CarriedText): number {
    return this.#form instanceof Prefix && this.inside(text) !== text ? this.#form.length : 0
  }

  /** A line of the log before the dump without it; the same where it is not there. The line at hand stays where it is. */
  without(text: string): string {
    const buf = Buffer.from(`${text}\n`, 'latin1')
    const read = new CarriedText()
    if (this.#form?.afresh().read(buf, 0, buf.length, read) !== true) return text
    const inside = read.latin1().trimEnd()
    // What it gives as a reason is read behind a prefix, too.
    return startsPreamble(inside) === undefined ? inside : text
  }
}
