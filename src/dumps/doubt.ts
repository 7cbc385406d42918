/**
 * Lines of a goroutine that may be log lines: what comes next decides.
 *
 *   line                                        | what proves it
 *   --------------------------------------------|----------------------------------------------------------------
 *   a function or a creator                     | its file line
 *   the same, where the stack may have ended    | a file line with an offset, except for inlined functions
 *   the same, without parentheses (gccgo)       | a file line as the very next line
 *   a call with odd arguments, or a bare name   | a file line with an offset as the very next line
 *   a file line without an offset               | that no file line with one comes next
 */
import { SPACE, TAB } from '../core/ascii.ts'
import { TAILS } from '../stacks/line-table.ts'
import { type KnownLine, ROOT } from '../stacks/rows.ts'
import type { StackTree } from '../stacks/stack-tree.ts'
import { hasOffset, type LineText } from '../text/line.ts'

/** The goroutine's last line may be a log line: if it is, the goroutine continues from `from`. */
export type Doubt =
  | {
      /** A function or a creator without its file line. */
      readonly about: 'frame'
      readonly from: KnownLine
      readonly proof: 'offset' | 'file' | 'next' | 'next with offset'
      /** What it is if no proof comes. After other log lines it is one; directly after lines of the stack, the stack was cut. */
      readonly otherwise: 'log' | 'dump'
    }
  | {
      /** A file line without an offset, of a function with arguments: if one with an offset comes next, that one is the function's. */
      readonly about: 'file'
      readonly from: KnownLine
      readonly otherwise: 'dump'
    }

/**
 * The doubt about the line `text`, read as `line`, which comes after `from`. `isApart`: a line there is more likely a log line than one of this
 * stack.
 */
export function doubtOf(
  tree: StackTree,
  from: KnownLine,
  text: string,
  line: LineText,
  isApart: boolean,
): Doubt | undefined {
  if (line.kind === 'file') {
    const isCertain = hasOffset(text) || tree.kind(from) !== 'func' || tree.tail(from) === TAILS.none
    return isCertain ? undefined : { about: 'file', from, otherwise: 'dump' }
  }
  if (line.kind !== 'func' && line.kind !== 'created') return undefined
  // gccgo prints no offset.
  if (line.isOdd === true && line.kind === 'created') return { about: 'frame', from, proof: 'next', otherwise: 'log' }
  if (line.isOdd === true) return { about: 'frame', from, proof: 'next with offset', otherwise: 'log' }
  if (line.kind === 'func' && line.tail === 'none') return { about: 'frame', from, proof: 'next', otherwise: 'log' }
  if (!isApart) return { about: 'frame', from, proof: 'file', otherwise: 'dump' }
  // Directly after a header, no stack can have ended.
  const isAnyProof = text.endsWith('(...)') || from === ROOT
  return { about: 'frame', from, proof: isAnyProof ? 'file' : 'offset', otherwise: 'log' }
}

/** Decides what the line in doubt is, now that `text` has come, read as `line`. Undefined: still undecided. */
export function decideDoubt(
  doubt: Doubt,
  text: string,
  line: LineText | undefined,
  hasPieces: boolean,
): 'log' | 'dump' | undefined {
  if (doubt.about === 'file') return line?.kind === 'file' && hasOffset(text) ? 'log' : 'dump'
  switch (line?.kind) {
    case 'file':
      if (doubt.proof === 'file' || doubt.proof === 'next' || hasOffset(text)) return 'dump'
      return doubt.proof === 'offset' ? undefined : 'log'
    case 'func':
    case 'created':
      return hasPieces ? 'dump' : 'log'
    default:
      return doubt.proof === 'next' || doubt.proof === 'next with offset' ? 'log' : undefined
  }
}

export function isIndent(byte: number | undefined): boolean {
  return byte === TAB || byte === SPACE
}
