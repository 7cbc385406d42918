/** The kind of deadlock that a set of waiting goroutines is in, by what they wait for. */
import { codeOf } from './code.ts'
import type { Seen } from './finding.ts'
import { LOCK, OUTER, SEMACQUIRE, waysOf } from './ways.ts'

export type WaitClass = 'resource_deadlock' | 'lock_over_channel' | 'communication'

/** Only locks: they wait for each other's. Locks and other things: a lock is held by a goroutine that waits for something else. */
export function classOf(seen: readonly Seen[]): WaitClass | undefined {
  // A goroutine that sleeps, or waits for the network, waits for no other goroutine; and a profile has no states.
  if (seen.some(({ tally, ways }) => tally.states.size === 0 || (ways & OUTER) !== 0)) return undefined
  const locks = seen.filter((each) => waitsForLock(each) > 0).length
  if (locks === 0) return 'communication'
  return locks === seen.length ? 'resource_deadlock' : 'lock_over_channel'
}

/** Do the goroutines in its most frequent state wait for a lock? Until Go 1.19 that state is `semacquire`, and the frames decide. */
export function areInLock({ tally, state }: Seen): boolean {
  const ways = waysOf(state)
  return (ways & LOCK) !== 0 || ((ways & SEMACQUIRE) !== 0 && codeOf(tally.signature).inLock)
}

/** Number of goroutines that wait for a lock. */
export function waitsForLock({ tally, states }: Seen): number {
  let count = 0
  for (const [state, number] of states) {
    const ways = waysOf(state)
    if ((ways & LOCK) !== 0) count += number
    else if ((ways & SEMACQUIRE) !== 0 && codeOf(tally.signature).inLock) count += number
  }
  return count
}
