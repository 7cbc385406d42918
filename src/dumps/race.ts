/**
 * Reports of the race detector (formats.md § 3.3): two accesses with their stacks, then where the goroutines were created. They
 * hold no goroutine headers, so they count no goroutines; the accesses go into the record.
 *
 *     ==================
 *     WARNING: DATA RACE
 *     Read at 0x00c0000180e8 by goroutine 7:
 *       main.(*S).inc()
 *           /app/main.go:10 +0x30
 *
 *     Goroutine 7 (running) created at:
 *       …
 *     ==================
 */
import type { RaceAccess } from '../core/model.ts'

export const RACE_RULE = '=================='
export const RACE_WARNING = 'WARNING: DATA RACE'

const ACCESS =
  /^((?:Previous )?(?:[Aa]tomic )?(?:[Rr]ead|[Ww]rite)) at 0x[0-9a-f]+ by (?:main goroutine|goroutine (\d+)):$/
const CREATED = /^(?:Goroutine \d+ \(\w+\) created at:|As if synchronized via sleep:|\[failed to restore the stack\])$/
const FUNCTION = /^ {2}(\S.*)\(\)$/
const FILE = /^ {6}(\S.*:\d+)(?: \+0x[0-9a-f]+)?$/

interface OpenAccess {
  readonly access: string
  readonly goroutine: string | undefined
  readonly stack: string[]
}

export class RaceReport {
  readonly #accesses: OpenAccess[] = []
  #stack: string[] | undefined
  #function = ''

  /** `part`: it belongs to the report; `end`: it closes it. */
  line(text: string): 'part' | 'end' | undefined {
    if (text === RACE_RULE) return 'end'
    const access = ACCESS.exec(text)
    if (access !== null) {
      const open: OpenAccess = { access: access[1] ?? '', goroutine: access[2], stack: [] }
      this.#accesses.push(open)
      this.#stack = open.stack
      return 'part'
    }
    // Lines that look like its frames are a report's own only behind an access.
    if (!this.confirmed) return undefined
    if (CREATED.test(text)) {
      this.#stack = undefined
      return 'part'
    }
    const called = FUNCTION.exec(text)
    if (called !== null) {
      this.#function = called[1] ?? ''
      return 'part'
    }
    const at = FILE.exec(text)
    if (at === null) return undefined
    if (this.#stack !== undefined && this.#stack.length < 64) this.#stack.push(`${this.#function} ${at[1] ?? ''}`)
    return 'part'
  }

  get confirmed(): boolean {
    return this.#accesses.length > 0
  }

  get accesses(): RaceAccess[] {
    return this.#accesses.map(({ access, goroutine, stack }) =>
      goroutine === undefined ? { access, stack } : { access, goroutine: Number(goroutine), stack },
    )
  }
}
