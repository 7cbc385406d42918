/** Does somebody live who could end the wait for a WaitGroup? */
import type { SignatureTally } from '../core/model.ts'

/**
 * Neither one that the waiters have started, nor one that comes from where they come from. The last `Done` wakes the waiter at once, so
 * that there is no moment between the two. Before Go 1.21 nobody knows who has started whom.
 */
export function nobodyIsLeft(tally: SignatureTally, signatures: readonly SignatureTally[]): boolean {
  if (tally.parents === undefined || (tally.states.get('sync.WaitGroup.Wait') ?? 0) < tally.count) return false
  const slot = signatures.indexOf(tally)
  return !signatures.some(
    (other) => other !== tally && (other.parents?.signatures.has(slot) === true || isFromTheSame(other, tally)),
  )
}

/** Was it started by what the waiter is in, or by who started the waiter? */
function isFromTheSame({ signature }: SignatureTally, waiter: SignatureTally): boolean {
  const creator = signature.createdBy?.function
  if (creator === undefined || signature.idle !== 'no') return false
  const { stack, createdBy } = waiter.signature
  return createdBy?.function === creator || stack.frames.some((frame) => frame.function === creator)
}
