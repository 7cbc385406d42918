/** A WaitGroup that is waited for although nobody is left who could finish. */
import { isStandard } from '../stacks/title.ts'
import type { Scene, Seen } from './finding.ts'

/** One alone may wait for what others have started: a shutdown does. */
const WAITERS = 2

/**
 * Signatures whose goroutines have started none that lives, and whose sisters are gone, too. The last `Done` wakes the waiter at once, so
 * that there is no moment between the two.
 */
export function miscounts({ dump, seen }: Scene): Seen[] {
  return seen.filter((each) => {
    const { tally } = each
    if (tally.count < WAITERS || each.idle || (tally.states.get('sync.WaitGroup.Wait') ?? 0) < tally.count) return false
    const slot = dump.signatures.indexOf(tally)
    // Before Go 1.21 nobody knows who has started whom.
    if (tally.parents === undefined || dump.signatures.some(({ parents }) => parents?.signatures.has(slot) === true))
      return false
    return !seen.some((other) => other !== each && !other.idle && mayBeCounted(other, each))
  })
}

/** Was `other` started by what the waiter is in, or by who started the waiter? */
function mayBeCounted(other: Seen, waiter: Seen): boolean {
  const creator = other.tally.signature.createdBy?.function
  if (creator === undefined || isStandard(creator)) return false
  const { stack, createdBy } = waiter.tally.signature
  return createdBy?.function === creator || stack.frames.some((frame) => frame.function === creator)
}
