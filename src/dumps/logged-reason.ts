/**
 * The reason for a dump that a log line in front of it has given (text/reason.ts, text/record-reason.ts): it counts for the dump that begins
 * next, if it begins soon.
 */
import { startsPreamble } from '../text/preamble.ts'
import { type LoggedReason, parts, readLoggedReason } from '../text/reason.ts'
import { readRecordReason } from '../text/record-reason.ts'
import type { OpeningToBe } from './dump.ts'

/** More lines than this between two parts of a dump: the second is of another one. */
export const APART_LINES = 16

export class ReasonBefore {
  #latest: LoggedReason | undefined
  /** Lines since. */
  #lines = 0
  #ofRecord: LoggedReason | undefined

  /** Undefined when none was given of late. */
  get latest(): LoggedReason | undefined {
    if (this.#ofRecord === undefined) return this.#latest
    return { ...this.#ofRecord, kind: this.#latest?.kind }
  }

  /** The record that holds the dump that comes gives it. */
  give(reason: LoggedReason): void {
    this.#ofRecord = reason
  }

  /** Takes note of a log line in front of what may come. */
  note(text: string): void {
    const found = readLoggedReason(text) ?? readRecordReason(text)
    if (found === undefined) this.noteOther(text)
    else {
      this.#latest = found
      this.#lines = 0
    }
  }

  /** Takes note of what stands in front of a place where a dump may begin. */
  noteBefore(opening: OpeningToBe): void {
    const head = opening.head()
    for (const text of opening.ahead()) {
      if (head === '') this.note(text)
      else this.#noteBeforeGlued(text)
    }
    if (head !== '') this.#noteHead(head)
  }

  /** As `note`, of a line in front of one to which a header is glued: the first line of a preamble is log there, but says the same. */
  #noteBeforeGlued(text: string): void {
    const preamble = startsPreamble(text)
    if (preamble === undefined) this.note(text)
    else {
      this.#latest = { ...preamble, within: APART_LINES }
      this.#lines = 0
    }
  }

  /**
   * As `#noteBeforeGlued`, of what stands in front of a header on its line: no line of its own, it parts nothing. Who writes both on one line logs a
   * stack, and goes on, but for the runtime.
   */
  #noteHead(text: string): void {
    const preamble = startsPreamble(text.trimEnd())
    const said = preamble ?? readLoggedReason(text) ?? readRecordReason(text)
    if (said === undefined) return
    const kind = preamble === undefined && said.kind === 'panic' ? undefined : said.kind
    this.#latest = { kind, reason: said.reason, within: 1 }
  }

  /** As `note`, of a line that gives none. */
  noteOther(text: string): void {
    if (this.#latest !== undefined && parts(text) && ++this.#lines >= this.#latest.within) this.#latest = undefined
  }

  /** What it was the reason for has come, or something else has. */
  forget(): void {
    this.#latest = undefined
    this.#ofRecord = undefined
  }
}
