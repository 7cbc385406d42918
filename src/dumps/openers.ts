/**
 * Lines that begin a dump, or come before its first goroutine and belong to it. They are held: what follows decides whether they are dump.
 *
 *   line                           | what happens
 *   -------------------------------|---------------------------------------------------------------------
 *   title of a profile             | the open dump is complete; a candidate
 *   rule or title of a race report | the same; a title after a rule belongs to the candidate of the rule
 *   access of a race report        | a candidate, if nothing is open: the lines before it were cut off
 *   first line of a preamble       | a candidate; while a dump is open, one beside it
 *   further line of a preamble     | belongs to its candidate, up to the first empty line or goroutine; after an empty line, only the stack in a value
 *   any other                      | not taken
 */

import type { LineAt } from '../lines/tape.ts'
import { readLine } from '../text/line.ts'
import {
  comesBeforeStack,
  continuesPreamble,
  isOfNewStack,
  isTrap,
  type PreambleStart,
  startsPreamble,
  wholeReason,
} from '../text/preamble.ts'
import { type ProfileTitle, readProfileTitle } from '../text/profile.ts'
import { isRaceAccess, isRaceWarning, RACE_RULE } from '../text/race.ts'
import type { OpenBlocks } from './open-blocks.ts'
import { PcLists, Profile } from './profile.ts'
import { RaceReport } from './race.ts'

export class Openers {
  readonly #open: OpenBlocks
  #pcLists: PcLists | undefined

  constructor(open: OpenBlocks) {
    this.#open = open
  }

  /** Prepares for another stream: its program may be another, with other pcs. */
  reuse(): void {
    this.#pcLists = undefined
  }

  /** Takes the line if it is one of these. */
  take(line: LineAt): boolean {
    const { text } = line
    const title = readProfileTitle(text)
    if (title !== undefined) return this.#profile(title, line)
    if (isRaceWarning(text) || text === RACE_RULE) return this.#race(line)
    if (this.#open.quiet && isRaceAccess(text)) return this.#headlessRace(line)
    const preamble = startsPreamble(text)
    return preamble === undefined ? this.#furtherLine(line) : this.#preamble(preamble, line)
  }

  #profile(title: ProfileTitle, line: LineAt): true {
    const open = this.#open
    open.decide()
    open.close()
    if (open.candidate !== undefined) open.dropCandidate()
    this.#pcLists ??= new PcLists()
    const profile = new Profile(title, this.#pcLists, open.fragments)
    open.newCandidate(line.base + line.pos, profile).hold(open.hold(line))
    // No record will follow.
    if (title.total === 0) open.settle(line.base + line.next)
    return true
  }

  #race(line: LineAt): boolean {
    const open = this.#open
    const isRule = line.text === RACE_RULE
    open.decide()
    if (isRule && open.candidate !== undefined) return false
    open.close()
    // The rule above the title, if there was one, is already held.
    if (open.candidate !== undefined && open.candidate.body.kind !== 'race') open.dropCandidate()
    const candidate = open.candidate ?? open.newCandidate(line.base + line.pos, new RaceReport())
    candidate.hold(open.hold(line))
    return true
  }

  #headlessRace(line: LineAt): true {
    const report = new RaceReport()
    report.line(line.text)
    this.#open.newCandidate(line.base + line.pos, report).hold(this.#open.hold(line))
    return true
  }

  #preamble(preamble: PreambleStart, line: LineAt): true {
    const open = this.#open
    open.decide()
    const before = open.beginning
    if (before?.lines === 0 && repanics(before.preamble, preamble) && open.goroutine.header === undefined) {
      before.hold(open.hold(line))
      return true
    }
    // `runtime: goroutine stack exceeds …` comes first, the fatal error itself second. Any other first line begins a new candidate.
    const isSecond =
      before?.preamble?.kind === 'fatal' && preamble.kind === 'fatal' && open.goroutine.header === undefined
    const candidate = isSecond && before !== undefined ? before : open.startCandidate(line.base + line.pos)
    candidate.announce(preamble)
    candidate.hold(open.hold(line))
    return true
  }

  /** Takes a further line of a preamble. */
  #furtherLine(line: LineAt): boolean {
    const open = this.#open
    const candidate = open.beginning
    if (candidate?.openPreamble === undefined || !candidate.goesOn(line.text)) return false
    // Beside an open dump, a preamble can continue while a goroutine of that dump is open; otherwise only before the first goroutine.
    if ((open.goroutine.header !== undefined) !== (open.next !== undefined)) return false
    const { openPreamble } = candidate
    const reason = wholeReason(openPreamble.reason, line.text)
    if (reason !== undefined) candidate.announce({ ...openPreamble, reason })
    else if (!continuesPreamble(line.text, openPreamble.kind) && !isOfStackBefore(openPreamble, line.text)) return false
    candidate.hold(open.hold(line))
    candidate.noteValue(line.text)
    candidate.hasTrap ||= isTrap(line.text)
    return true
  }
}

/**
 * Does a panic that was recovered go on in this line, with the value that it was raised again with? Go indents the line (runtime/panic.go,
 * printpanics), but an editor or a page may have taken its TAB.
 */
function repanics(before: PreambleStart | undefined, next: PreambleStart): boolean {
  return before !== undefined && next.kind === 'panic' && before.reason.endsWith(' [recovered]')
}

/** Is this a line of the stack that the runtime prints, without a header, before its `fatal error:`? */
function isOfStackBefore({ reason }: PreambleStart, text: string): boolean {
  return comesBeforeStack(reason) && (isOfNewStack(text) || readLine(text) !== undefined)
}
