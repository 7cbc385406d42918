/**
 * What may turn out to be a dump. Its lines are held until a frame, a profile record or an access of a race report follows: then they are
 * part of the dump. If none comes, they were log.
 */

import type { Held, LogTape } from '../lines/tape.ts'
import type { HeaderInfo } from '../text/header.ts'
import type { PreambleStart } from '../text/preamble.ts'
import { startsHeader } from '../text/titles.ts'
import { Block } from './block.ts'
import type { Body } from './body.ts'
import type { OpeningToBe } from './dump.ts'

/** Approximate size of a held line besides its text. */
const HELD_BYTES = 200

/** What can follow `panic: ` besides a value. */
const NO_VALUE = /^(?:$|\[|panic:)/

export class Candidate extends Block {
  readonly opening: OpeningToBe
  readonly #held: Held[] = []
  /** Approximate size of its lines. */
  bytes = 0
  /** Foreign lines since it began, for the limits. */
  lines = 0
  preamble: PreambleStart | undefined
  /** The preamble whose next line may come. */
  openPreamble: PreambleStart | undefined
  /** The preamble ends with an empty line, unless that has lost its TAB, which the stack in the value of a panic shows. */
  isPastEmptyLine = false
  /** Its preamble contains the place where the signal came. */
  hasTrap = false
  /** `runtime stack:` has come: only a fatal error of the runtime itself shows its stack. */
  hasRuntimeStack = false
  /** A header followed its preamble directly: it is the dump of a crash, whether a frame follows or not. */
  isCrash = false
  /** Goroutines of which only the header has come. */
  readonly bare: { readonly id: number; readonly info: HeaderInfo }[] = []

  constructor(start: number, opening: OpeningToBe, body: Body) {
    super(start, body)
    this.opening = opening
  }

  /** A preamble begins, or goes on with more than a further line. */
  announce(preamble: PreambleStart): void {
    this.preamble = preamble
    this.openPreamble = preamble
    this.isPastEmptyLine = false
  }

  /** May another line of its preamble come, other than one of a panic's value after an empty line? */
  get hasOpenPreamble(): boolean {
    return this.openPreamble !== undefined && !this.isPastEmptyLine
  }

  /** Does its preamble go on with `text`, as far as empty lines decide? A header in its value opens it again. */
  goesOn(text: string): boolean {
    if (this.isPastEmptyLine && this.openPreamble?.kind === 'panic' && text.startsWith('\tgoroutine '))
      this.isPastEmptyLine = !startsHeader(text.slice(1))
    return !this.isPastEmptyLine
  }

  /** Notes a line after the first one of the preamble: if the first one has no value, the value of the panic begins with a line feed. */
  noteValue(text: string): void {
    const { openPreamble } = this
    if (openPreamble?.kind !== 'panic' || openPreamble.reason !== '') return
    const reason = text.trim()
    if (!NO_VALUE.test(reason)) this.announce({ ...openPreamble, reason })
  }

  /** Holds one more line that may be dump. */
  hold(held: Held): void {
    this.#held.push(held)
    this.bytes += HELD_BYTES + held.bytes.length
  }

  /** Its lines are dump. */
  claim(tape: LogTape): void {
    for (const held of this.#held) {
      tape.claim(held)
      this.end = Math.max(this.end, held.at + held.bytes.length)
    }
  }

  /** Its lines are log. */
  release(tape: LogTape): void {
    for (const held of this.#held) tape.release(held)
  }
}
