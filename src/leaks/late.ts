/** Does this dump come before the last one? Logs are merged, and sent again, out of order. */
import type { DumpTally } from '../core/model.ts'
import type { IdsOfDump, LastDump } from './past.ts'

/** Of two lines of one moment one may give milliseconds, and the other whole seconds. */
const RESOLUTION_MS = 1000

/** Clocks are set back, too, but the ids of a process go up all the same. */
export function isLate(last: LastDump, tally: DumpTally, now: IdsOfDump): boolean {
  return timeGoesBack(last, tally) && last.ids !== undefined && now.table !== undefined && now.maxId < last.maxId
}

export function timeGoesBack(last: Pick<LastDump, 'time'>, tally: DumpTally): boolean {
  return last.time !== undefined && tally.time !== undefined && tally.time <= last.time - RESOLUTION_MS
}
