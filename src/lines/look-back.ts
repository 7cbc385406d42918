/** The lines before a line: those of the chunk, and before them those of the log that has passed. */

import { LF } from '../core/ascii.ts'
import { lineStart } from '../text/needle.ts'
import { RECENT_BYTES } from './recent-log.ts'
import type { LogTape } from './tape.ts'

/**
 * Shows the lines before `pos`, nearest first, up to the one that `isEnough` says it of, or to the bound of the log that is remembered.
 * [from, pos) of `buf` is log that has not passed yet.
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
  // The first line may be cut, but for that of the input.
  const first = before.length > RECENT_BYTES ? before.indexOf(LF) + 1 : 0
  for (let next = before.length; next > first; ) {
    const start = lineStart(before, first, next - 1)
    if (isEnough(before, start, next)) return
    next = start
  }
}
