/** Which dumps represent the state of their process. */
import type { DumpRecord } from '../core/records.ts'

/**
 * Does this dump show all goroutines of the process? A stack logged with `debug.Stack`, a recovered panic and a race report do not: taken for
 * the state of the process, they would make it drop to one goroutine and back.
 */
export function showsProcess(dump: DumpRecord): boolean {
  switch (dump.kind) {
    case 'all':
    case 'signal':
    case 'timeout':
    case 'leak':
      return true
    case 'panic':
    case 'fatal':
      return dump.goroutines > 1
    case 'single':
    case 'race':
      return false
  }
}

/** Does `next` replace `last` as the state of their process? If neither shows the process, any dump does. */
export function replaces(next: DumpRecord, last: DumpRecord | undefined): boolean {
  return last === undefined || showsProcess(next) || !showsProcess(last)
}
