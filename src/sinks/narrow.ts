/** What is printed of a dump: `--match`, `--min-count`, `--state`, `--top`, `--baseline`. Nothing here changes what is counted. */
import type { GoroutineRecord, SignatureRecord } from '../core/records.ts'
import type { Baseline } from './baseline.ts'

/** What a regular expression is asked, whichever engine runs it. */
export interface Pattern {
  test(text: string): boolean
  /** As it was typed. */
  toString(): string
}

export interface Narrowing {
  /** Tried on every frame as `function file:line` and on the creator. Needs records with their stacks. */
  readonly match?: Pattern
  readonly minCount?: number
  /** What is known already is left out. */
  readonly baseline?: Baseline
  /** The first words of states, in any case. */
  readonly states?: readonly string[]
  /** Signatures a dump; 0 or absent: all. */
  readonly top?: number
}

/** Signatures whose stack is known to have been printed; past it they are printed again, which is no harm. */
const REMEMBERED_MAX = 200_000

/** `--stacks` among the records that are printed: the first of a signature may have been narrowed away. */
export class PrintedStacks {
  readonly #when: 'first' | 'always' | 'never'
  readonly #printed = new Set<string>()

  constructor(when: 'first' | 'always' | 'never') {
    this.#when = when
  }

  /** Asked once for each record that is printed. */
  shows(record: SignatureRecord): boolean {
    if (this.#when !== 'first') return this.#when === 'always'
    const key = `${record.source}\n${record.id}`
    if (this.#printed.has(key)) return false
    if (this.#printed.size >= REMEMBERED_MAX) this.#printed.clear()
    this.#printed.add(key)
    return true
  }
}

/** `top` aside: it depends on the records before. */
export function isWanted(record: SignatureRecord, narrowing: Narrowing): boolean {
  if (record.count < (narrowing.minCount ?? 0)) return false
  if (narrowing.baseline?.isExceededBy(record) === false) return false
  if (narrowing.states !== undefined) {
    const wanted = narrowing.states
    if (!Object.keys(record.states).some((state) => isState(state, wanted))) return false
  }
  return narrowing.match === undefined || matches(record, narrowing.match)
}

/** A goroutine record says nothing of its stack: only its state narrows it. */
export function isGoroutineWanted(record: GoroutineRecord, narrowing: Narrowing): boolean {
  return narrowing.states === undefined || isState(record.state, narrowing.states)
}

/** `chan` is `chan send` and `chan receive (nil chan)`, but `run` is not `running`. */
function isState(state: string, wanted: readonly string[]): boolean {
  const lower = state.toLowerCase()
  return wanted.some((words) => {
    const start = words.toLowerCase()
    return lower === start || lower.startsWith(`${start} `)
  })
}

function matches(record: SignatureRecord, pattern: Pattern): boolean {
  const place = record.file === undefined ? '' : ` ${record.file}:${record.line ?? ''}`
  if (pattern.test(`${record.function}${place}`)) return true
  if (record.created_by !== undefined && pattern.test(record.created_by)) return true
  return record.stack?.some((frame) => pattern.test(frame)) ?? false
}
