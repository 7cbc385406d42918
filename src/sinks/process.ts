/** Which dumps stand for their process. */
import type { DumpRecord } from '../core/records.ts'

/**
 * Does this dump show all goroutines of the process? The stack that `debug.Stack` logs, a recovered panic and a race report do not:
 * they are dumps, but whoever took them for the state of the process would see it drop to one goroutine and back.
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

/** Does `next` take the place of `last` as the state of their process? Where nothing shows it, any dump does. */
export function replaces(next: DumpRecord, last: DumpRecord | undefined): boolean {
  return last === undefined || showsProcess(next) || !showsProcess(last)
}
