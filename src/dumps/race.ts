/**
 * Reports of the race detector (formats.md § 3.3): two accesses with their stacks, then where the goroutines were created. They have no goroutine
 * headers, so they count no goroutines; the accesses go into the record.
 */
import { utf8Of } from '../core/latin1.ts'
import { readGluedPlace } from '../text/cut.ts'
import { endsOffset, readRaceLine } from '../text/race.ts'
import type { Body, BodyEnd, Joined, Part } from './body.ts'

/** Most frames of an access that are kept. */
const FRAMES = 64

interface OpenAccess {
  readonly access: string
  readonly goroutine: number | undefined
  readonly stack: string[]
}

export class RaceReport implements Body {
  readonly format = 'stack'
  readonly kind = 'race'
  readonly goroutines = 'none'
  readonly #accesses: OpenAccess[] = []
  #stack: string[] | undefined
  #function = ''
  #due: 'function' | 'file' = 'function'
  /** The part of the last line's offset that is on it; the rest is on the next line. */
  #cut: string | undefined
  /** The line before this one does not belong to the report. */
  #isApart = false
  /** The last line is a function that may be a log line: its file decides. */
  #isDoubtful = false

  /** A report counts no goroutines. */
  open(): void {}

  line(text: string): Part {
    const cut = this.#cut
    this.#cut = undefined
    if (cut !== undefined && endsOffset(cut, text)) return 'part'
    const line = readRaceLine(text, this.#due)
    // A rule, and lines that look like frames, belong to a report only after an access.
    if (line === undefined || (this.#accesses.length === 0 && line.kind !== 'access')) {
      this.#isApart = true
      return 'foreign'
    }
    this.#isDoubtful = line.kind === 'function' && this.#isApart
    this.#isApart = false
    switch (line.kind) {
      case 'rule':
        return 'last'
      case 'access': {
        const open: OpenAccess = { access: line.access, goroutine: line.goroutine, stack: [] }
        this.#accesses.push(open)
        this.#stack = open.stack
        break
      }
      case 'section':
        this.#stack = undefined
        break
      case 'function':
        this.#function = line.name
        break
      case 'file':
        this.#cut = line.cut
        if (this.#stack !== undefined && this.#stack.length < FRAMES)
          this.#stack.push(`${this.#function} ${line.place}`)
    }
    this.#due = line.kind === 'function' ? 'file' : 'function'
    return this.#isDoubtful ? 'doubtful' : 'part'
  }

  /** Its lines are not read by their bytes alone. */
  lineFast(): number {
    return -1
  }

  /** `mutex.Unlock()`, which a log quotes, has no file. */
  decide(text: string): 'log' | 'dump' | undefined {
    if (!this.#isDoubtful) return undefined
    const line = readRaceLine(text, 'file')
    if (line === undefined) return undefined
    this.#isDoubtful = false
    if (line.kind === 'file') return 'dump'
    this.#due = 'function'
    return 'log'
  }

  blank(): 'foreign' {
    return 'foreign'
  }

  /** The runtime writes a report in one piece: its lines are not put together. */
  join(): Joined | undefined {
    return undefined
  }

  takeCut(): Joined | undefined {
    return undefined
  }

  glued(text: string): number {
    const end = this.#due === 'file' ? readGluedPlace(text)?.end : undefined
    return end !== undefined && this.line(text.slice(0, end)) === 'part' ? end : -1
  }

  fits(text: string): boolean {
    return readRaceLine(text, this.#due) !== undefined
  }

  mayBegin(text: string): boolean {
    return text.startsWith('g')
  }

  beginsKnown(): boolean {
    return false
  }

  resembles(text: string): boolean {
    return /^(?:\t| {2})/.test(text)
  }

  mayQuote(): boolean {
    return false
  }

  finish(): BodyEnd {
    const race = this.#accesses.map(({ goroutine, ...read }) => ({
      access: utf8Of(read.access),
      ...(goroutine === undefined ? {} : { goroutine }),
      stack: read.stack.map(utf8Of),
    }))
    return { damaged: 0, truncated: false, race }
  }
}
