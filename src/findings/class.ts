/** What kind of deadlock a set of goroutines that wait is in, by what they wait for. */
import type { SignatureTally } from '../core/model.ts'
import { codeOf } from './code.ts'
import type { Seen } from './finding.ts'
import { LOCK, OUTER, SEMACQUIRE, stateByFrames, waysOf } from './ways.ts'

export type WaitClass = 'resource_deadlock' | 'lock_over_channel' | 'communication'

/** Locks alone: they wait for each other's. Locks and others: one is held by a goroutine that waits for something else. */
export function classOf(tallies: readonly SignatureTally[]): WaitClass | undefined {
  // Who sleeps, or waits for the network, waits for no other goroutine; and a profile has no states.
  if (
    tallies.some(({ states }) => states.size === 0 || [...states.keys()].some((state) => (waysOf(state) & OUTER) !== 0))
  )
    return undefined
  const locks = tallies.filter((tally) => waitsForLock(tally) > 0).length
  if (locks === 0) return 'communication'
  return locks === tallies.length ? 'resource_deadlock' : 'lock_over_channel'
}

/** Do those in its main state wait for a lock? Until Go 1.19 that is `semacquire`: the frames tell. */
export function areInLock({ tally, state }: Seen): boolean {
  const ways = waysOf(state)
  return (ways & LOCK) !== 0 || ((ways & SEMACQUIRE) !== 0 && codeOf(tally.signature).inLock)
}

/** Goroutines that wait for a lock. */
export function waitsForLock({ signature, states, count: all }: SignatureTally): number {
  if (states.size === 0) return (waysOf(stateByFrames(signature)) & LOCK) === 0 ? 0 : all
  let count = 0
  for (const [state, number] of states) {
    const ways = waysOf(state)
    if ((ways & LOCK) !== 0) count += number
    else if ((ways & SEMACQUIRE) !== 0 && codeOf(signature).inLock) count += number
  }
  return count
}
