/**
 * A call with one line of a dump in a literal among its arguments. The line with the header shows what the program writes before and after the
 * literal; the other lines repeat it.
 *
 *     lines.push("goroutine 7 [running]:");
 *     parser.next("main.main()", ctx);
 *     tracker.record(.raw(line: "\t/app/main.go:3 +0x1d", now: t0), now: t0)
 */
import { NEEDLE } from '../text/needle.ts'
import { headerEnd, type Span } from '../text/titles.ts'

/** The call as far as its literal, and what may come before a header in that: the prefix of a log. */
const BEFORE = /^([ \t]*[\w.:]+\([^"'`]*["'`])(?:[^"'`]*[\s\]|:])?$/
/** What may follow the literal, if it holds the bracket that closes the call. */
const AFTER = /^[\w\s.,:;()[\]{}]*$/

export class LiteralCall {
  #before = ''
  #after = ''

  /** The text of the literal in `line`, which is Latin-1, without its quotes; undefined if the line is not such a call. */
  find(line: string): Span | undefined {
    const before = this.#repeats(line) ? this.#before : beforeHeader(line)
    if (before === undefined) return undefined
    const end = endOfLiteral(line, before.length)
    if (end < 0) return undefined
    const after = line.slice(end + 1)
    if (before !== this.#before || after !== this.#after) {
      if (!AFTER.test(after) || !after.includes(')') || this.#repeats(line)) return undefined
      this.#before = before
      this.#after = after
    }
    return { index: before.length, end }
  }

  afresh(): LiteralCall {
    const other = new LiteralCall()
    other.#before = this.#before
    other.#after = this.#after
    return other
  }

  #repeats(line: string): boolean {
    return this.#before !== '' && line.startsWith(this.#before)
  }
}

/** The call in `line` as far as the literal that holds a header; undefined if there is none. */
function beforeHeader(line: string): string | undefined {
  const at = line.indexOf(NEEDLE)
  return at > 0 && headerEnd(line, at) > 0 ? BEFORE.exec(line.slice(0, at))?.[1] : undefined
}

/** Offset of the quote that closes the literal whose text begins at `at`; -1 if it is not on this line. */
function endOfLiteral(line: string, at: number): number {
  const quote = line[at - 1]
  for (let i = at; i < line.length; i++) {
    if (line[i] === quote) return i
    if (line[i] === '\\' && quote !== '`') i++
  }
  return -1
}
