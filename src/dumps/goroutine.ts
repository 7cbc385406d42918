/** Where a goroutine begins and ends: its header, whether it is whole, whether more of it was due, and which stack it has. */

import { TAILS } from '../stacks/line-table.ts'
import { type KnownLine, ROOT } from '../stacks/rows.ts'
import { newEntry, type StackEntry, stackOf } from '../stacks/stack.ts'
import type { StackTree } from '../stacks/stack-tree.ts'
import type { HeaderInfo } from '../text/header.ts'
import { hasOffset } from '../text/line.ts'
import { isFileOfCreator } from './follows.ts'
import { stackWith } from './repair/missing.ts'

export interface GoroutineHeader {
  readonly id: number
  /** Where its id is in the tally; -1 if it is not there. */
  place: number
  readonly info: HeaderInfo
  /** Absolute offset in the input. */
  start: number
  /** False for `runtime stack:`, which takes the place of a header, but does not count as a goroutine. */
  readonly counted: boolean
}

/** The result of a goroutine. `entry` is undefined if its stack cannot be determined. */
export interface GoroutineEnd {
  readonly entry: StackEntry | undefined
  readonly damaged: boolean
  /** The last line known of it: the one before the damage, if it is damaged. */
  readonly at: KnownLine | undefined
}

/** Is the goroutine that ends at `at` whole up to there, that is, not in the middle of a frame? */
export function isWhole(tree: StackTree, at: KnownLine | undefined): boolean {
  if (at === undefined || at === ROOT) return false
  const kind = tree.kind(at)
  return kind !== 'func' && kind !== 'created' && kind !== 'ancestor'
}

/** Does its stack have a real end: created by, main.main, or the runtime? If not, the dump may have been cut here. */
export function isEnd(tree: StackTree, at: KnownLine | undefined, id: number | undefined): boolean {
  if (at === undefined || !isWhole(tree, at)) return false
  const kind = tree.kind(at)
  if (tree.entry(at) !== undefined || kind === 'unavailable') return true
  if (kind !== 'file') return false
  if (isFileOfCreator(tree, at)) return true
  const name = tree.literal(tree.parent(at))
  if (id !== 0 && showsSystem(tree, at)) return name.startsWith('runtime.goexit(')
  return id === 1 || name.startsWith('main.main(') || name.startsWith('runtime.') || name.startsWith('main._cgoexp')
}

/**
 * Does the stack up to the file line `at` show the frames of the runtime? Then each frame has its registers, unless it was inlined, and only the
 * frame that all goroutines begin with ends the stack; stacks of a thread (goroutine 0) end in many ways.
 */
export function showsSystem(tree: StackTree, at: KnownLine): boolean {
  for (let line = at; line !== ROOT; line = tree.parent(line)) {
    if (tree.kind(line) !== 'file') continue
    if (tree.tail(line) === TAILS.registers) return true
    if (hasOffset(tree.literal(line))) return false
  }
  return false
}

/** The stack of the goroutines that end at `at`. */
export function entryAt(tree: StackTree, at: KnownLine): StackEntry {
  const known = tree.entry(at)
  if (known !== undefined) return known
  const entry = newEntry(stackOf(tree, at))
  tree.setEntry(at, entry)
  return entry
}

/** The one known stack that fits a damaged goroutine, which was at `from` before the damage; `lost` came since. Without a line, none fits. */
export function damagedEntry(
  tree: StackTree,
  from: KnownLine | undefined,
  lost: readonly string[],
): StackEntry | undefined {
  const isUnknown = from === undefined || from === ROOT || (lost.length === 0 && !hasFrame(tree, from))
  return isUnknown ? undefined : stackWith(tree, from, lost)
}

/**
 * Is a frame complete, including its file line? A goroutine without one can have any stack, and so can one that shows only the frames of the runtime
 * in which every goroutine waits.
 */
function hasFrame(tree: StackTree, from: KnownLine): boolean {
  for (let at = from; at !== ROOT; at = tree.parent(at))
    if (tree.kind(at) === 'file' && !tree.literal(tree.parent(at)).startsWith('runtime.')) return true
  return false
}
