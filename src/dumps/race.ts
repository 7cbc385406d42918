/**
 * Reports of the race detector (formats.md § 3.3): two accesses with their stacks, then where the goroutines were created. They
 * hold no goroutine headers, so they count no goroutines; the accesses go into the record.
 */
import type { RaceAccess } from '../core/model.ts'
import { readRaceLine } from '../text/race.ts'

/** Frames of an access that are kept. */
const FRAMES = 64

interface OpenAccess {
  readonly access: string
  readonly goroutine: number | undefined
  readonly stack: string[]
}

export class RaceReport {
  readonly #accesses: OpenAccess[] = []
  #stack: string[] | undefined
  #function = ''
  #due: 'function' | 'file' = 'function'

  /** `part`: it belongs to the report; `end`: it closes it. */
  line(text: string): 'part' | 'end' | undefined {
    const line = readRaceLine(text, this.#due)
    // Lines that look like its frames are a report's own only behind an access.
    if (line === undefined || (!this.confirmed && line.kind !== 'rule' && line.kind !== 'access')) return undefined
    switch (line.kind) {
      case 'rule':
        return 'end'
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
        if (this.#stack !== undefined && this.#stack.length < FRAMES)
          this.#stack.push(`${this.#function} ${line.place}`)
    }
    this.#due = line.kind === 'function' ? 'file' : 'function'
    return 'part'
  }

  get confirmed(): boolean {
    return this.#accesses.length > 0
  }

  get accesses(): RaceAccess[] {
    return this.#accesses.map(({ access, goroutine, stack }) =>
      goroutine === undefined ? { access, stack } : { access, goroutine, stack },
    )
  }
}
