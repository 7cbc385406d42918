/**
 * Finds the stack of a goroutine with missing lines among the known ones. It is accepted only if no other stack fits: a damaged goroutine never
 * becomes a stack that was not there.
 */

import { TAILS } from '../../stacks/line-table.ts'
import { type KnownLine, ROOT } from '../../stacks/rows.ts'
import type { StackEntry } from '../../stacks/stack.ts'
import type { StackTree } from '../../stacks/stack-tree.ts'

/** Most known lines that one search examines: a tree with many branches shows little, and takes long. */
const SEARCH_LINES = 512
/** First letters of a line that are compared. */
const START = 4

/** Is `text` the known line `line`? */
export function isLine(tree: StackTree, line: KnownLine, text: string): boolean {
  const literal = tree.literal(line)
  return text.startsWith(literal) && (tree.tail(line) !== TAILS.none || text.length === literal.length)
}

/** Does `text` begin like a line that is known to come after `at`? */
export function hasLineLike(tree: StackTree, at: KnownLine, text: string): boolean {
  if (text.length < START) return false
  const start = text.slice(0, START)
  for (let child = tree.firstChild(at); child !== ROOT; child = tree.nextChild(child))
    if (tree.literal(child, START) === start) return true
  return false
}

/** The only known line two levels below `at` that `text` is: the line between them is missing. */
export function lineAfterNext(tree: StackTree, at: KnownLine, text: string): KnownLine | undefined {
  let found: KnownLine | undefined
  let looked = 0
  for (let missing = tree.firstChild(at); missing !== ROOT; missing = tree.nextChild(missing)) {
    for (let line = tree.firstChild(missing); line !== ROOT; line = tree.nextChild(line)) {
      if (++looked > SEARCH_LINES) return undefined
      if (!isLine(tree, line, text)) continue
      if (found !== undefined) return undefined
      found = line
    }
  }
  return found
}

/** The only known stack below `from` that has the lines of `texts` in this order. */
export function stackWith(tree: StackTree, from: KnownLine, texts: readonly string[]): StackEntry | undefined {
  let found: StackEntry | undefined
  let looked = 0
  /** `next`: how many of the lines are above `at`, or at it. False: there is no such stack, or more than one. */
  const visit = (at: KnownLine, next: number): boolean => {
    if (++looked > SEARCH_LINES) return false
    const entry = tree.entry(at)
    if (entry !== undefined && next === texts.length) {
      if (found !== undefined && found !== entry) return false
      found = entry
    }
    for (let child = tree.firstChild(at); child !== ROOT; child = tree.nextChild(child)) {
      const text = texts[next]
      if (!visit(child, text !== undefined && isLine(tree, child, text) ? next + 1 : next)) return false
    }
    return true
  }
  return visit(from, 0) ? found : undefined
}
