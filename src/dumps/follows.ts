/**
 * Which line of a goroutine may follow which. The lines are in the tree of known stacks (stacks/stack-tree.ts).
 *
 *   at              | what may come next
 *   ----------------|---------------------------------------
 *   header          | func, created, unavailable, note
 *   func, created   | file
 *   file            | func, created, ancestor, elided, note
 *   file of created | ancestor
 *   ancestor        | func
 *   elided          | func, created, note
 *   note            | func, created, file, note, elided
 *   unavailable     | created
 */
import { type KnownLine, ROOT } from '../stacks/rows.ts'
import type { StackTree } from '../stacks/stack-tree.ts'
import type { LineKind } from '../text/line.ts'

const AFTER_HEADER: readonly LineKind[] = ['func', 'created', 'unavailable', 'note']
const AFTER_FRAME: readonly LineKind[] = ['func', 'created', 'ancestor', 'elided', 'note']
const AFTER_CREATOR: readonly LineKind[] = ['ancestor']
const AFTER: Readonly<Record<LineKind, readonly LineKind[]>> = {
  func: ['file'],
  created: ['file'],
  file: AFTER_FRAME,
  ancestor: ['func'],
  elided: ['func', 'created', 'note'],
  note: ['func', 'created', 'file', 'note', 'elided'],
  unavailable: ['created'],
}

/** The kinds of line that may come after `at`; if `at` is undefined, it is not known where in its stack the goroutine is. */
export function kindsAfter(tree: StackTree, at: KnownLine | undefined): readonly LineKind[] {
  if (at === undefined) return AFTER_FRAME
  if (at === ROOT) return AFTER_HEADER
  return isFileOfCreator(tree, at) ? AFTER_CREATOR : AFTER[tree.kind(at)]
}

/** Like `kindsAfter`, for a line that is not in a tree. */
export function kindsAfterKind(kind: LineKind): readonly LineKind[] {
  return AFTER[kind]
}

/** Is this the file line of `created by …`, after which only ancestors may come? */
export function isFileOfCreator(tree: StackTree, at: KnownLine): boolean {
  return tree.kind(at) === 'file' && tree.kind(tree.parent(at)) === 'created'
}
