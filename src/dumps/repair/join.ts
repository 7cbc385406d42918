/** Joins cut and wrapped lines of a goroutine: each function returns the line of the tree that the goroutine is at afterwards. */

import { TAILS } from '../../stacks/line-table.ts'
import { type KnownLine, ROOT } from '../../stacks/rows.ts'
import type { StackTree } from '../../stacks/stack-tree.ts'
import { type LineKind, type LineText, readCutCall, readLine, readStripped } from '../../text/line.ts'
import { NARROWEST } from '../../text/wrap-widths.ts'
import type { Fragments } from './fragments.ts'
import { isLine } from './missing.ts'
import type { Fragment } from './wraps.ts'

export interface JoinedLine {
  readonly line: KnownLine
  readonly fragment: Fragment
  /** Where the head ends in `fragment`. */
  readonly cut: number
}

/** Joins `tail` to a pending head, into a line of one of `kinds` below `at`. */
export function joinTail(
  tree: StackTree,
  fragments: Fragments,
  at: KnownLine,
  kinds: readonly LineKind[],
  tail: string,
): JoinedLine | undefined {
  for (const fragment of fragments.pending) {
    const known = fragments.joinKnown(at, fragment.text, tail)
    if (known !== undefined) return { ...known, fragment }
    const made = fragments.joinNew(fragment, tail, kinds)
    const line = made === undefined ? undefined : readLine(made.text)
    if (made === undefined || line === undefined) continue
    return { line: tree.add(at, Buffer.from(made.text, 'latin1'), 0, line), fragment, cut: made.cut }
  }
  const wrapped = fragments.wraps.join(tail, kinds)
  if (wrapped === undefined) return undefined
  const line = tree.add(at, Buffer.from(wrapped.text, 'latin1'), 0, wrapped.line)
  return { line, fragment: wrapped.fragment, cut: wrapped.fragment.text.length }
}

/** Registers come after a place, and nowhere else. */
const REGISTERS = /^fp=0x[0-9a-f]+(?: sp=0x[0-9a-f]+(?: pc=0x[0-9a-f]+)?)?$/

/**
 * Does `text` continue the line at `at`, which may be complete and has `length` bytes: with more of its name or number, its registers, its creator?
 */
export function goOn(
  tree: StackTree,
  fragments: Fragments,
  at: KnownLine,
  length: number,
  text: string,
): KnownLine | undefined {
  const kind = tree.kind(at)
  if (kind === 'func') {
    // A line that ends within a name, or after it, looks like a name of gccgo. The arguments may continue on a further line.
    const call = callOfName(tree, at, length, text)
    if (call === undefined) return undefined
    fragments.wraps.mayWrap(length, true)
    return longerLine(tree, at, tree.literal(at) + text, call)
  }
  if (kind !== 'file' && kind !== 'created') return undefined
  if (tree.tail(at) !== TAILS.none) return fragments.isRestOf(at, text, length) ? at : undefined
  const isRegisters = REGISTERS.test(text)
  if (!fragments.wraps.mayWrap(length, isRegisters)) return undefined
  // What wraps at a blank leaves it out.
  const whole = `${tree.literal(at)}${isRegisters ? ' ' : ''}${text}`
  const line = readLine(whole) ?? readStripped(whole)
  return line?.kind === kind ? longerLine(tree, at, whole, line) : undefined
}

/** The call that the name at `at`, a line of `length` bytes without arguments, makes together with `text`, as much of it as has come. */
export function callOfName(tree: StackTree, at: KnownLine, length: number, text: string): LineText | undefined {
  if (length < NARROWEST || tree.kind(at) !== 'func' || tree.tail(at) !== TAILS.none) return undefined
  const both = tree.literal(at) + text
  const line = readLine(both)
  if (line?.kind === 'func') return line
  return text.length === length && readCutCall(both) !== undefined
    ? { kind: 'func', tail: 'none', literal: both.length }
    : undefined
}

/** The line `whole`, in place of the one at `at`. */
function longerLine(tree: StackTree, at: KnownLine, whole: string, line: LineText): KnownLine {
  const parent = tree.parent(at)
  for (let child = tree.firstChild(parent); child !== ROOT; child = tree.nextChild(child))
    if (tree.tail(child) === TAILS[line.tail] && isLine(tree, child, whole)) return child
  return tree.add(parent, Buffer.from(whole, 'latin1'), 0, line)
}
