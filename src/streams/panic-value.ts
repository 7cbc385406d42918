/** A header that is text in the value of a panic: Go indents the lines of a value by a TAB. */
import { lookBack } from '../lines/look-back.ts'
import type { LogTape } from '../lines/tape.ts'
import { isLoggedByTest, isPanicAlone, mentionsPanic } from '../text/announcement.ts'
import { NEEDLE } from '../text/needle.ts'
import { findTitle } from '../text/titles.ts'

/** The most by which time stamps before an indented text differ in length, as trailing zeros are left out. */
const SLACK = 4

/** Are the lines before the one at `pos`, up to one that is indented less, the value of a panic? Those from `from` on are still in `buf`. */
export function isInPanicValue(tape: LogTape, buf: Buffer, pos: number, next: number, from: number): boolean {
  return panicOf(tape, buf, pos, next, from) !== undefined
}

/** Like `isInPanicValue`, where all lines are indented, those of the panic too. */
export function isInIndentedPanic(tape: LogTape, buf: Buffer, pos: number, next: number, from: number): boolean {
  return /^[ \t]/.test(panicOf(tape, buf, pos, next, from) ?? '')
}

/** The line that announces the panic in whose value the line at `pos` is; undefined if it is in none. */
function panicOf(tape: LogTape, buf: Buffer, pos: number, next: number, from: number): string | undefined {
  const indent = indentBefore(buf.toString('latin1', pos, next))
  let found: string | undefined
  lookBack(tape, buf, from, pos, (before, start, end) => {
    const text = before.toString('latin1', start, end)
    if (text.slice(indent.at).trim() === '' || isIndentedBy(text, indent)) return false
    if (mentionsPanic(text) && !isLoggedByTest(text) && !beginsColumn(text, indent) && !isLogged(text, indent))
      found = text
    return true
  })
  return found
}

interface Indent {
  /** Offset in its line: after a prefix, if there is one. */
  readonly at: number
  readonly width: number
}

/** Does the line begin a column of text whose further lines are indented as deep: `- panic: boom`, `Message:  panic: boom`? */
function beginsColumn(line: string, { at, width }: Indent): boolean {
  return at === 0 && /^(?: *(?:[-*+]|\d+[.)])| *[A-Z][\w ]{0,40}:) +/.exec(line)?.[0].length === width
}

/**
 * Has a logger written `panic: boom` after words that the lines below it do not have? The runtime writes nothing before it, and what a shipper writes
 * comes before every line.
 */
function isLogged(line: string, { at }: Indent): boolean {
  return at === 0 && !isPanicAlone(line)
}

function indentBefore(line: string): Indent {
  const end = findTitle(line, line.length, 1)?.index ?? line.indexOf(NEEDLE)
  const at = line.slice(0, end).trimEnd().length
  return { at, width: end - at }
}

/** Is the text of `line` indented as deep, or after a prefix by a TAB? */
function isIndentedBy(line: string, { at, width }: Indent): boolean {
  if (at === 0) return line.length - line.trimStart().length >= width
  return line.slice(Math.max(0, at - SLACK), at + SLACK).includes('\t')
}
