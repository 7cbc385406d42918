/** Which dumps may be compared with each other. */
import type { DumpTally } from '../core/model.ts'

export type Group =
  /** All goroutines of the process. */
  | 'all'
  /** Those that the runtime calls leaked. */
  | 'leaked'

/** The group a dump belongs to; undefined when it shows but a part of the process. */
export function comparable(tally: DumpTally): Group | undefined {
  // What was cut off would seem to have gone; the record says `truncated`.
  if (tally.truncated) return undefined
  // So would the signatures that found no place: which they are may change from dump to dump.
  if (tally.limits.includes('signatures')) return undefined
  switch (tally.kind) {
    case 'all':
    case 'signal':
    case 'timeout':
      return 'all'
    case 'leak':
      // The goroutineleak profile of debug=1 counts the leaked alone; debug=2 prints all and marks them.
      return tally.format === 'profile' ? 'leaked' : 'all'
    case 'panic':
    case 'fatal':
      // By default the goroutine that died alone, or its synctest bubble; with GOTRACEBACK=all every one, the main goroutine too.
      return tally.goroutines > 1 && tally.ids?.has(1) === true ? 'all' : undefined
    case 'single':
    case 'race':
      return undefined
  }
}
