/** Who could end a wait? */
import type { SignatureTally } from '../core/model.ts'

/**
 * Those whom the waiters have started; for a WaitGroup those, too, that come from where they come from. Slots. Before Go 1.21 nobody knows
 * who has started whom.
 */
export function awaited(tally: SignatureTally, signatures: readonly SignatureTally[]): number[] {
  const slot = signatures.indexOf(tally)
  const isForGroup = waitsForGroup(tally)
  return signatures.flatMap((other, i) =>
    other !== tally && (other.parents?.signatures.has(slot) === true || (isForGroup && isFromTheSame(other, tally)))
      ? [i]
      : [],
  )
}

/** Of a WaitGroup the last `Done` wakes the waiter at once, so that there is no moment between the two. */
export function nobodyIsLeft(tally: SignatureTally, signatures: readonly SignatureTally[]): boolean {
  return tally.parents !== undefined && waitsForGroup(tally) && awaited(tally, signatures).length === 0
}

function waitsForGroup(tally: SignatureTally): boolean {
  return tally.states.get('sync.WaitGroup.Wait') === tally.count
}

/** Was it started by what the waiter is in, or by who started the waiter? */
function isFromTheSame({ signature }: SignatureTally, waiter: SignatureTally): boolean {
  const creator = signature.createdBy?.function
  if (creator === undefined || signature.idle !== 'no') return false
  const { stack, createdBy } = waiter.signature
  return createdBy?.function === creator || stack.frames.some((frame) => frame.function === creator)
}
