/** Which part of a dump is printed: `--match`, `--min-count`, `--state`, `--top`, `--baseline`. None of these changes what is counted. */
import type { GoroutineRecord, SignatureRecord } from '../core/records.ts'
import type { Baseline } from './baseline.ts'

/** A regular expression, whichever engine runs it. */
export interface Pattern {
  test(text: string): boolean
  /** As it was typed. */
  toString(): string
}

export interface Narrowing {
  /** Tested on every frame as `function file:line`, and on the creator. Needs records with their stacks. */
  readonly match?: Pattern
  readonly minCount?: number
  /** Known signatures are left out. */
  readonly baseline?: Baseline
  /** First words of states, case-insensitive. */
  readonly states?: readonly string[]
  /** Signatures per dump; 0 or absent: all. */
  readonly top?: number
}

/** Signatures whose printed stacks are remembered; beyond this they are printed again, which does no harm. */
const REMEMBERED_MAX = 200_000

/** `--stacks` for the printed records: the first record of a signature may have been filtered out. */
export class PrintedStacks {
  readonly #when: 'first' | 'always' | 'never'
  readonly #printed = new Set<string>()

  constructor(when: 'first' | 'always' | 'never') {
    this.#when = when
  }

  /** Call it exactly once for each printed record. */
  shows(record: SignatureRecord): boolean {
    if (this.#when !== 'first') return this.#when === 'always'
    const key = `${record.source}\n${record.id}`
    if (this.#printed.has(key)) return false
    if (this.#printed.size >= REMEMBERED_MAX) this.#printed.clear()
    this.#printed.add(key)
    return true
  }
}

/** Ignores `top`, which depends on the records before. */
export function isWanted(record: SignatureRecord, narrowing: Narrowing): boolean {
  if (record.count < (narrowing.minCount ?? 0)) return false
  if (narrowing.baseline?.isExceededBy(record) === false) return false
  if (narrowing.states !== undefined) {
    const wanted = narrowing.states
    if (!Object.keys(record.states).some((state) => isState(state, wanted))) return false
  }
  return narrowing.match === undefined || matches(record, narrowing.match)
}

/** A goroutine record does not have its stack, so it is filtered only by its state. */
export function isGoroutineWanted(record: GoroutineRecord, narrowing: Narrowing): boolean {
  return narrowing.states === undefined || isState(record.state, narrowing.states)
}

/** `chan` matches `chan send` and `chan receive (nil chan)`, but `run` does not match `running`. */
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
