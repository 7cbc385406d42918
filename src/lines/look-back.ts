/** What stands ahead of a line: in the chunk at hand or, when that begins with the line, in what the tape remembers of the log. */

import { lineStart } from '../text/needle.ts'
import type { LogTape } from './tape.ts'

/** How far ahead lines are looked for, bytes. */
const AHEAD_BYTES = 8192

/**
 * Shows the lines ahead of `pos`, nearest first, up to the one that `isEnough` says it of. They stand in [from, pos) of `buf`, or have gone
 * out already.
 */
export function lookAhead(
  tape: LogTape,
  buf: Buffer,
  from: number,
  pos: number,
  isEnough: (buf: Buffer, start: number, next: number) => boolean,
): void {
  const ahead = pos > from ? buf.subarray(Math.max(from, pos - AHEAD_BYTES), pos) : Buffer.from(tape.recent(), 'latin1')
  for (let next = ahead.length; next > 0; ) {
    const start = lineStart(ahead, 0, next - 1)
    if (isEnough(ahead, start, next)) return
    next = start
  }
}
