/**
 * The reason for a dump that a log line before it has given (text/reason.ts, text/record-reason.ts): it applies to the next dump, if that begins
 * soon.
 */
import { startsPreamble } from '../text/preamble.ts'
import { type LoggedReason, parts, readLoggedReason } from '../text/reason.ts'
import { readRecordReason } from '../text/record-reason.ts'
import type { OpeningToBe } from './dump.ts'

/** If there are more lines than this between two parts of a dump, the second belongs to another one. */
export const APART_LINES = 16

export class ReasonBefore {
  #latest: LoggedReason | undefined
  /** Lines since. */
  #lines = 0
  #ofRecord: LoggedReason | undefined

  /** Undefined if none was given recently. */
  get latest(): LoggedReason | undefined {
    if (this.#ofRecord === undefined) return this.#latest
    return { ...this.#ofRecord, kind: this.#latest?.kind }
  }

  /** Gives the reason from the record that holds the next dump. */
  give(reason: LoggedReason): void {
    this.#ofRecord = reason
  }

  /** Notes a log line before a possible dump. Further lines of a preamble do not change the reason: panics that come while another one unwinds. */
  note(text: string): void {
    if (this.#latest !== undefined && !parts(text, this.#latest.kind)) return
    const found = readLoggedReason(text) ?? readRecordReason(text)
    if (found === undefined) this.noteOther(text)
    else {
      this.#latest = found
      this.#lines = 0
    }
  }

  /** Notes what comes before a place where a dump may begin. */
  noteBefore(opening: OpeningToBe): void {
    const head = opening.head()
    for (const text of opening.linesBefore()) {
      if (head !== '') this.#noteLogged(text, APART_LINES)
      else if (opening.isLogged) this.#noteLogged(text, 1)
      else this.note(text)
    }
    if (head !== '') this.#noteHead(head)
  }

  /** Like `note`, where the first line of a preamble is log, but has the same meaning. */
  #noteLogged(text: string, within: number): void {
    const preamble = startsPreamble(text)
    if (preamble !== undefined) {
      this.#latest = { ...preamble, within }
      this.#lines = 0
    } else this.note(text)
  }

  /**
   * Like `#noteLogged`, for what comes before a header on its line: it is not a separate line, so it does not separate a reason from the
   * header. A writer that puts both on one line logs a stack and lives on, unless it is the runtime.
   */
  #noteHead(text: string): void {
    const preamble = startsPreamble(text.trimEnd())
    const said = preamble ?? readLoggedReason(text) ?? readRecordReason(text)
    if (said === undefined) return
    const kind = preamble === undefined && said.kind === 'panic' ? undefined : said.kind
    this.#latest = { kind, reason: said.reason, within: 1 }
  }

  /** Like `note`, for a line that gives no reason. */
  noteOther(text: string): void {
    const { latest } = this
    if (latest === undefined || !parts(text, latest.kind)) return
    if (++this.#lines >= latest.within) this.#latest = undefined
  }

  /** The dump that it was the reason for has come, or something else has. */
  forget(): void {
    this.#latest = undefined
    this.#ofRecord = undefined
  }
}
