/** Where to start reading a partition: at the offset that the group has committed, or else at the configured start. */
import type { Consumer, offsetFetchV9 } from '@platformatic/kafka'
import type { Client } from './client.ts'
import { connectionTo, requestOf } from './wire.ts'

/** Timestamps with a special meaning to Kafka. */
const LATEST = -1n
const EARLIEST = -2n
const NO_EPOCH = -1

export type Start = 'earliest' | 'latest' | number

export class Positions {
  readonly #client: Client
  readonly #consumer: Consumer
  readonly #from: Start

  constructor(client: Client, consumer: Consumer, from: Start) {
    this.#client = client
    this.#consumer = consumer
    this.#from = from
  }

  async of(topic: string, partitions: readonly number[]): Promise<bigint[]> {
    const committed = await this.#committed(topic, partitions)
    if (partitions.every((each) => committed.has(each))) return partitions.map((each) => committed.get(each) ?? 0n)
    const from = this.#from
    const starts = await this.#at(topic, from === 'earliest' ? EARLIEST : from === 'latest' ? LATEST : BigInt(from))
    const ends = typeof from === 'number' ? await this.#at(topic, LATEST) : []
    return partitions.map((each) => {
      const start = starts[each] ?? -1n
      return committed.get(each) ?? (start >= 0n ? start : (ends[each] ?? 0n))
    })
  }

  async earliest(topic: string, partition: number): Promise<bigint> {
    return (await this.#at(topic, EARLIEST))[partition] ?? 0n
  }

  /**
   * Rejects with UNSTABLE_OFFSET_COMMIT while the transaction of another member may still commit; the client's own call would return the offsets
   * committed before that.
   */
  async #committed(topic: string, partitions: readonly number[]): Promise<Map<number, bigint>> {
    const consumer = this.#consumer
    const [connection, request] = await Promise.all([
      connectionTo(this.#client, consumer, consumer.coordinatorId ?? -1),
      requestOf<offsetFetchV9.OffsetFetchRequest, offsetFetchV9.OffsetFetchResponse>(
        this.#client,
        consumer,
        'OffsetFetch',
      ),
    ])
    const topics = [{ name: topic, partitionIndexes: [...partitions] }]
    const asked = { groupId: consumer.groupId, memberId: consumer.memberId, memberEpoch: NO_EPOCH, topics }
    const { groups } = await request.async(connection, [asked], true)
    const found = groups.flatMap((group) => group.topics).flatMap((each) => each.partitions)
    return new Map(
      found
        .filter(({ committedOffset }) => committedOffset >= 0n)
        .map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]),
    )
  }

  async #at(topic: string, timestamp: bigint): Promise<readonly (bigint | undefined)[]> {
    return (await this.#consumer.listOffsets({ topics: [topic], timestamp })).get(topic) ?? []
  }
}
