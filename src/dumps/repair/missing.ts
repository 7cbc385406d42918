/**
 * A goroutine of which lines are missing is looked for among the known stacks. It is taken for one of them only where no other one fits:
 * a damaged goroutine never becomes a stack that was not there.
 */
import { type KnownLine, type KnownStacks, ROOT, TAILS } from '../../stacks/known.ts'
import type { StackEntry } from '../../stacks/stack.ts'

/** Known lines that one search looks at, at most: a tree with many branches tells little, and takes long. */
const SEARCH_LINES = 512

/** Is `text` the known line `line`? */
export function isLine(known: KnownStacks, line: KnownLine, text: string): boolean {
  const literal = known.literal(line)
  return text.startsWith(literal) && (known.tail(line) !== TAILS.none || text.length === literal.length)
}

/** The one known line that `text` is, two lines below `at`: the line between them is missing. */
export function lineAfterNext(known: KnownStacks, at: KnownLine, text: string): KnownLine | undefined {
  let found: KnownLine | undefined
  let looked = 0
  for (let missing = known.firstChild(at); missing !== ROOT; missing = known.nextChild(missing)) {
    for (let line = known.firstChild(missing); line !== ROOT; line = known.nextChild(line)) {
      if (++looked > SEARCH_LINES) return undefined
      if (!isLine(known, line, text)) continue
      if (found !== undefined) return undefined
      found = line
    }
  }
  return found
}

/** The one known stack below `from` in which the lines of `texts` stand in this order. */
export function stackWith(known: KnownStacks, from: KnownLine, texts: readonly string[]): StackEntry | undefined {
  let found: StackEntry | undefined
  let looked = 0
  /** `next`: how many of the lines stand above `at`, or at it. False: there is no such stack, or more than one. */
  const visit = (at: KnownLine, next: number): boolean => {
    if (++looked > SEARCH_LINES) return false
    const entry = known.entry(at)
    if (entry !== undefined && next === texts.length) {
      if (found !== undefined && found !== entry) return false
      found = entry
    }
    for (let child = known.firstChild(at); child !== ROOT; child = known.nextChild(child)) {
      const text = texts[next]
      if (!visit(child, text !== undefined && isLine(known, child, text) ? next + 1 : next)) return false
    }
    return true
  }
  return visit(from, 0) ? found : undefined
}
