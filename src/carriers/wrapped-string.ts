/**
 * A string that goes on in the next line: a terminal has wrapped the line of a logger, and somebody has copied it from there.
 *
 *     {"level":"error","stack":"goroutine 1 [running]:\\nmain.(*Server).ha
 *     ndle(0x1)\\n\\t/app/main.go:3 +0x1d\\n"}
 */

/** No terminal is narrower, and a line that a logger has cut is longer. */
const NARROWEST = 40
const WIDEST = 1024
/** What a line of its own begins with, and no arguments: a record, a date, the first field of logfmt. */
const BEGINNING = /^(?:\{(?!0x|[{}.])|\[(?!\.)|\d{2,4}[-/:.]|\w+=)/
/** The rest of a string up to its quote, behind which nothing of a string follows; or a line of it, with a line end or a TAB that was escaped. */
const REST = /^(?:[^"\\]|\\.)*(?:"(?=[,}\] ]|$)|\\?$)/
const ESCAPED = /\\[nt]|"/

/** May the string at the end of a line of so many bytes be wrapped there? */
export function mayBeWrapped(length: number): boolean {
  return length >= NARROWEST && length <= WIDEST
}

/** Does `line` go on with the string that the line before it lacks the end of? */
export function goesOnString(line: string): boolean {
  return line.length <= WIDEST && ESCAPED.test(line) && !BEGINNING.test(line) && REST.test(line)
}
