/** Leaks that have one cause. */
import { isStandard } from '../stacks/title.ts'
import type { Seen } from './finding.ts'

/** Who waits so may wait for those that it has started. */
const WAITS_FOR_OTHERS = /^(?:chan receive|select|sync\.WaitGroup\.Wait|sync\.Cond\.Wait|semacquire)$/
/** The two goroutines of a connection (net/http/transport.go dialConn). */
const CONNECTION = 'net/http.(*Transport).dialConn'
/** What is started together comes in the same numbers, but for some that are on their way, … */
const AS_MANY = 1.25
/** … which fewer do not show. */
const FEW = 3

/** Each the one to look at first, then its victims: those that wait for goroutines they have started, and that leak themselves. */
export function causes(leaks: readonly Seen[]): Seen[][] {
  const left = [...leaks].sort((a, b) => rank(a, leaks) - rank(b, leaks) || b.tally.count - a.tally.count)
  const found: Seen[][] = []
  for (const each of left) {
    const cause = found.find((known) => known.some((other) => isVictim(each, other) || isNeighbour(each, other)))
    if (cause === undefined) found.push([each])
    else cause.push(each)
  }
  return found
}

function rank(each: Seen, leaks: readonly Seen[]): number {
  return leaks.some((other) => isVictim(each, other)) ? 2 : waitsForOthers(each) ? 1 : 0
}

function waitsForOthers({ tally }: Seen): boolean {
  for (const state of tally.states.keys()) if (!WAITS_FOR_OTHERS.test(state)) return false
  return true
}

/** Is a function of `each` the one that has started `other`, and does it wait? */
function isVictim(each: Seen, other: Seen): boolean {
  const creator = other.tally.signature.createdBy?.function
  if (each === other || creator === undefined || isStandard(creator) || !waitsForOthers(each)) return false
  return each.tally.signature.stack.frames.some((frame) => frame.function === creator)
}

/** Were both started by one function, one beside the other? */
function isNeighbour(each: Seen, other: Seen): boolean {
  const creator = other.tally.signature.createdBy?.function
  if (creator === undefined || creator !== each.tally.signature.createdBy?.function) return false
  if (isStandard(creator)) return creator === CONNECTION
  const [few, many] = [each.tally.count, other.tally.count].sort((a, b) => a - b)
  return few !== undefined && many !== undefined && few >= FEW && many <= few * AS_MANY
}
