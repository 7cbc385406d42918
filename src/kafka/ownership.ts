/** The partitions that this member of the group has: which it takes over and gives up in a rebalance. */
import type { Consumer, GroupAssignment } from '@platformatic/kafka'
import { pause } from '../core/clock.ts'
import { DumpstreamError } from '../core/errors.ts'
import { failureOf } from './errors.ts'
import type { KafkaSourceOptions } from './options.ts'
import type { Outage } from './outage.ts'
import { OwnedPartition } from './owned.ts'
import type { Positions } from './positions.ts'

/** How long to wait between checks for the end of another member's transaction. */
const UNSTABLE_MS = 200

export interface OwnershipParts {
  readonly consumer: Consumer
  readonly positions: Positions
  readonly outage: Outage
  readonly signal: AbortSignal
  readonly options: Pick<KafkaSourceOptions, 'states' | 'engine' | 'streamBy'>
  /** Called for an error that retrying does not help with. */
  readonly failed: (error: unknown) => void
}

export class Ownership {
  readonly #parts: OwnershipParts
  readonly #owned = new Map<string, OwnedPartition>()
  #generation = -1

  constructor(parts: OwnershipParts) {
    this.#parts = parts
  }

  get partitions(): OwnedPartition[] {
    return [...this.#owned.values()]
  }

  /** Of the group; -1 before the first assignment. */
  get generation(): number {
    return this.#generation
  }

  /** A partition that another member has taken over must not be set back to our offset: the group accepts commits from any member. */
  has(owned: OwnedPartition): boolean {
    return this.#owned.get(owned.key) === owned
  }

  /** Gives up everything, to read it again from the last commit on. */
  clear(): void {
    this.#owned.clear()
  }

  /** The member has these partitions from now on; false if there was another rebalance meanwhile. */
  async assign(assignments: readonly GroupAssignment[], generation: number): Promise<boolean> {
    // If a generation was missed, another member may have had our partitions.
    const isNext = generation === this.#generation + 1
    const mine = new Set(assignments.flatMap(({ topic, partitions }) => partitions.map((each) => `${topic}/${each}`)))
    this.#generation = generation
    for (const key of this.#owned.keys()) if (!isNext || !mine.has(key)) this.#owned.delete(key)
    for (const { topic, partitions } of assignments) {
      const added = partitions.filter((each) => !this.#owned.has(`${topic}/${each}`))
      if (added.length > 0 && !(await this.#adopt(topic, added, generation))) return false
    }
    return true
  }

  /** Takes over partitions; false if there was another rebalance. */
  async #adopt(topic: string, partitions: readonly number[], generation: number): Promise<boolean> {
    const { consumer, positions, outage, signal, options, failed } = this.#parts
    const { states, engine, streamBy = { by: 'key' } } = options
    while (!signal.aborted) {
      try {
        // Offsets before states, so that the states are at least as new as the previous owner's last commit.
        const committed = await positions.of(topic, partitions)
        const kept = await Promise.all(partitions.map((each) => states?.load(topic, each) ?? []))
        if (consumer.generationId !== generation) return false
        for (const [index, partition] of partitions.entries()) {
          const position = committed[index] ?? 0n
          const own = { topic, partition, states: kept[index] ?? [], ...(engine === undefined ? {} : { engine }) }
          const owned = new OwnedPartition(own, streamBy, position)
          this.#owned.set(owned.key, owned)
        }
        outage.worked('the group')
        return true
      } catch (error) {
        if (error instanceof DumpstreamError || failureOf(error).isFinal) {
          failed(error)
          return false
        }
        if (consumer.generationId !== generation) return false
        const { text, ids } = failureOf(error)
        const wait = ids.has('UNSTABLE_OFFSET_COMMIT') ? UNSTABLE_MS : outage.failed('the group', text)
        await pause(wait, signal)
      }
    }
    return false
  }
}
