/** The lines before a line: those in the chunk, preceded by the log that has already passed. */

import { LF } from '../core/ascii.ts'
import { lineStart } from '../text/needle.ts'
import { RECENT_BYTES } from './recent-log.ts'
import type { LogTape } from './tape.ts'

/**
 * Visits the lines before `pos`, nearest first, until `isEnough` returns true or the remembered log ends. [from, pos) of `buf` is log that has
 * not passed yet.
 */
export function lookBack(
  tape: LogTape,
  buf: Buffer,
  from: number,
  pos: number,
  isEnough: (buf: Buffer, start: number, next: number) => boolean,
): void {
  const own = buf.subarray(Math.max(from, pos - RECENT_BYTES - 1), pos)
  const before =
    own.length > RECENT_BYTES
      ? own
      : Buffer.concat([Buffer.from(tape.recent(), 'latin1'), own]).subarray(-RECENT_BYTES - 1)
  // The first line may be cut, unless it is the first line of the input.
  const first = before.length > RECENT_BYTES ? before.indexOf(LF) + 1 : 0
  for (let next = before.length; next > first; ) {
    const start = lineStart(before, first, next - 1)
    if (isEnough(before, start, next)) return
    next = start
  }
}
