/**
 * `tail -f a.log b.log` names the file whose lines follow, GNU's (`src/tail.c`, write_header), BusyBox's (`coreutils/tail.c`, header_fmt_str) and
 * BSD's alike:
 *
 *     ==> a.log <==
 *     goroutine 7 [running]:
 *
 *     ==> b.log <==
 *
 * tail writes a line feed before each title but the first, even if the file's last line is not complete yet.
 */
import { LF, startsWith } from '../core/ascii.ts'

const OPENS = '==> '
const NEXT_TITLE = Buffer.from(`\n${OPENS}`)
const TITLE = /^==> (.+) <==\r?\n$/
/** Longest title: a path has 4096 bytes at most. */
const LONGEST = 8192

export interface TailTitle {
  /** Offsets of the bytes that tail itself has written, with the line feed before the title. */
  readonly start: number
  readonly end: number
  /** The file, or `standard input`; undefined if the end of the title has not come yet. */
  readonly name: string | undefined
}

/** The first title in `buf` from `pos` on. `atLine`: a line begins at `pos`. */
export function findTailTitle(buf: Buffer, pos: number, atLine: boolean): TailTitle | undefined {
  let line = atLine && startsWith(buf, pos, buf.length, OPENS) ? pos : lineAfter(buf, pos)
  while (line >= 0) {
    const start = Math.max(line - 1, pos)
    const lf = buf.indexOf(LF, line)
    if (lf < 0) return buf.length - line < LONGEST ? { start, end: buf.length, name: undefined } : undefined
    const name = lf - line < LONGEST ? TITLE.exec(buf.toString('utf8', line, lf + 1))?.[1] : undefined
    if (name !== undefined) return { start, end: lf + 1, name }
    line = lineAfter(buf, line)
  }
  return undefined
}

/** Start of the next line after `pos` that opens like a title; -1 if there is none. */
function lineAfter(buf: Buffer, pos: number): number {
  const lf = buf.indexOf(NEXT_TITLE, pos)
  return lf < 0 ? -1 : lf + 1
}

/** Can all of `buf` be the beginning of a title, or a title and more? */
export function mayBeTitle(buf: Buffer): boolean {
  return OPENS.startsWith(buf.toString('latin1', 0, OPENS.length)) && (buf.length < LONGEST || buf.includes(LF))
}

/** Where the beginning of a title may be at the end of `buf`, with the line feed before it; the length of `buf` if there is none. */
export function titleBegins(buf: Buffer, pos: number, atLine: boolean): number {
  const end = buf.length
  const lf = end > pos ? buf.lastIndexOf(LF, end - 1) : -1
  const line = lf < pos ? pos : lf + 1
  if ((lf < pos && !atLine) || !OPENS.startsWith(buf.toString('latin1', line, end))) return end
  if (line < end) return Math.max(lf, pos)
  // A line feed may be the one before a title, even where it seems to end a line: tail does not wait for the rest of one.
  return lf >= pos ? lf : end
}
