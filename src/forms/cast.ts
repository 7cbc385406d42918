/**
 * What asciinema has recorded (docs.asciinema.org/manual/asciicast, versions 2 and 3): a head, and a line for each piece that the terminal got. A
 * piece may hold several lines, or end in the middle of one.
 *
 *     {"version": 2, "width": 80, "height": 24}
 *     [1.001376, "o", "panic: boom\r\n\r\ngorouti"]
 *     [1.001402, "o", "ne 1 [running]:\r\n"]
 */
import { type Form, type FormSink, LINE_END, RECORD_BYTES, Rest } from './form.ts'

const HEAD = /^\{"version": ?[23], ?"(?:width|height|term|timestamp)"/
const OUTPUT = /^\[\s*[\d.e+-]+\s*,\s*"o"\s*,\s*("(?:[^"\\]|\\.)*")\s*\]\s*$/

export function isCastHead(line: string): boolean {
  return HEAD.test(line)
}

export class Cast implements Form {
  readonly #sink: FormSink
  readonly #rest = new Rest()
  /** The line that has not ended yet. */
  #open = ''
  /** Bytes of the input that were read since the last line was emitted. */
  #raw = 0

  constructor(sink: FormSink) {
    this.#sink = sink
  }

  push(chunk: Buffer): void {
    this.#rest.eachLine(chunk, (line, raw) => this.#event(line, raw))
    if (this.#rest.length > RECORD_BYTES) this.#last()
  }

  end(): void {
    if (this.#rest.length > 0) this.#last()
    if (this.#open !== '') this.#line()
    this.#frame()
  }

  /** Takes what has come of a line that does not end. */
  #last(): void {
    const rest = this.#rest.take()
    this.#event(rest.toString('utf8'), rest.length)
  }

  /** Takes a line of the recording, of `raw` bytes. */
  #event(line: string, raw: number): void {
    this.#raw += raw
    const string = OUTPUT.exec(line)?.[1]
    if (string === undefined) {
      if (this.#open === '') this.#frame()
      return
    }
    const texts = textOf(string).split('\n')
    const last = texts.pop() ?? ''
    // A piece that holds more than the end of one line stays in the log.
    const before = texts.length > 1 || (texts.length > 0 && last !== '') ? this.#frame() : 0
    for (const text of texts) {
      this.#open += text
      this.#line(before)
    }
    this.#open += last
    if (this.#open.length > RECORD_BYTES) this.#line()
  }

  /** What was read since the last line stays in the log. Returns how many bytes that is. */
  #frame(): number {
    const raw = this.#raw
    if (raw > 0) this.#sink.frame(raw)
    this.#raw = 0
    return raw
  }

  /** Emits the line that is open; it begins `before` bytes earlier. */
  #line(before = 0): void {
    const text = Buffer.concat([Buffer.from(this.#open.replace(/\r$/, '')), LINE_END])
    this.#sink.line(text, this.#raw, undefined, before)
    this.#open = ''
    this.#raw = 0
  }
}

function textOf(string: string): string {
  try {
    const text: unknown = JSON.parse(string)
    return typeof text === 'string' ? text : ''
  } catch {
    return ''
  }
}
