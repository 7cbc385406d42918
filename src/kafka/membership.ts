/** Membership in the group: joins, and joins again if the client has given up. */
import type { Consumer, GroupAssignment } from '@platformatic/kafka'
import { pause } from '../core/clock.ts'
import { failureOf } from './errors.ts'
import type { Outage } from './outage.ts'

/** The coordinator may have to be created first. */
const FIRST_JOIN_MS = 20_000
const JOIN_AGAIN_MS = 250

export interface MembershipParts {
  readonly consumer: Consumer
  readonly outage: Outage
  readonly signal: AbortSignal
  /** Called with the partitions that the member has from now on. */
  readonly assigned: (assignments: readonly GroupAssignment[], generation: number) => void
  /** The group is reassigning its partitions. */
  readonly rebalancing: () => void
  /** Called for an error that retrying does not help with. */
  readonly failed: (error: unknown) => void
}

/** Rejects if joining fails with an error that retrying does not help with. */
export async function joinGroup(parts: MembershipParts): Promise<void> {
  const { consumer, outage, signal, assigned, rebalancing } = parts
  consumer.on('consumer:group:join', ({ assignments, generationId }) => assigned(assignments ?? [], generationId ?? -1))
  consumer.on('consumer:group:rebalance', rebalancing)
  consumer.on('consumer:heartbeat:error', ({ error }) => void outage.failed('the group', failureOf(error).text))
  consumer.on('consumer:heartbeat:end', () => outage.worked('the group'))
  // The client has given up rejoining.
  consumer.on('error', (error: unknown) => void joinAgain(parts, error))
  const until = performance.now() + FIRST_JOIN_MS
  for (;;) {
    try {
      await consumer.joinGroup({})
      return
    } catch (error) {
      const { isFinal, ids } = failureOf(error)
      if (isFinal || performance.now() > until || ![...ids].some((id) => id.includes('COORDINATOR'))) throw error
      await pause(JOIN_AGAIN_MS, signal)
    }
  }
}

async function joinAgain({ consumer, outage, signal, failed }: MembershipParts, first: unknown): Promise<void> {
  let error = first
  while (!signal.aborted) {
    const { text, isFinal } = failureOf(error)
    if (isFinal) {
      failed(error)
      return
    }
    await pause(outage.failed('the group', text), signal)
    if (signal.aborted) return
    try {
      await consumer.joinGroup({})
      outage.worked('the group')
      return
    } catch (again) {
      error = again
    }
  }
}
