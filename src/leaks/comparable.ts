/** Which dumps may be compared with each other. */
import type { DumpTally } from '../core/model.ts'

export type Group =
  /** All goroutines of the process. */
  | 'all'
  /** Those that the runtime calls leaked. */
  | 'leaked'

/** The group that a dump belongs to; undefined if it shows only part of the process. */
export function comparable(tally: DumpTally): Group | undefined {
  // Goroutines that were cut off would look as if they had exited; the record says `truncated`.
  if (tally.truncated) return undefined
  // So would signatures dropped at the limit: which ones are dropped may change from dump to dump.
  if (tally.limits.includes('signatures')) return undefined
  switch (tally.kind) {
    case 'all':
    case 'signal':
    case 'timeout':
      return 'all'
    case 'leak':
      // The goroutineleak profile with debug=1 counts only the leaked ones; debug=2 prints all goroutines and marks the leaked.
      return tally.format === 'profile' ? 'leaked' : 'all'
    case 'panic':
    case 'fatal':
      // By default only the goroutine that died, or its synctest bubble; with GOTRACEBACK=all every goroutine, including the main one.
      return tally.goroutines > 1 && tally.ids?.has(1) === true ? 'all' : undefined
    case 'single':
    case 'race':
      return undefined
  }
}
