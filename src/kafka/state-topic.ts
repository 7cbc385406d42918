/**
 * States in a compacted topic: key `[group, topic, partition, stream]` as JSON, value the state as JSON. The states of a partition are in the
 * partition of the same number, which the new owner reads from its start.
 */
import type { Consumer, Producer } from '@platformatic/kafka'
import { pause } from '../core/clock.ts'
import { DumpstreamError } from '../core/errors.ts'
import type { StreamState } from '../partitions/stream.ts'
import { eachBatch, type Records } from './batches.ts'
import { closeClient, type KafkaConnection, loadClient, openAdmin, openConsumer, openProducer } from './client.ts'
import { failureOf, inputError, isTooLarge } from './errors.ts'
import { FetchClient } from './fetch.ts'
import { readState, type StateMessage, type StateStore, type StreamChange } from './states.ts'

const FETCH_BYTES = 16 << 20
const SESSION_MS = 30_000
/** How long to wait between checks whether a new topic has a leader. */
const LEADER_MS = 200
const LEADER_TRIES = 50
const LATEST = -1n
const EARLIEST = -2n
/** Isolation levels. */
const UNCOMMITTED = 0
const COMMITTED = 1

export interface StateTopicOptions {
  readonly connection: KafkaConnection
  readonly group: string
  readonly stateTopic: string
  /** A topic: if the state topic has to be created, it gets the same number of partitions. */
  readonly like: string
  readonly complain: (line: string) => void
}

/** @throws DumpstreamError `DS_INPUT` if the topic does not exist and cannot be created */
export async function openStateTopic(options: StateTopicOptions): Promise<StateStore> {
  const client = await loadClient()
  const { connection, stateTopic, group } = options
  const consumer = openConsumer(client, connection, group, { sessionTimeout: SESSION_MS })
  const producer = openProducer(client, connection)
  const store = new StateTopic(consumer, new FetchClient(client, consumer), producer, options)
  try {
    await consumer.metadata({ topics: [stateTopic] }).catch(async (error: unknown) => {
      if (!failureOf(error).text.endsWith('does not exist')) throw error
      const { like } = options
      const topics = (await consumer.metadata({ topics: [like] })).topics
      await makeTopic(options, topics.get(like)?.partitionsCount ?? 1)
      await store.hasLeader()
    })
    consumer.topics.track(stateTopic)
  } catch (error) {
    await store.close()
    throw inputError(`--state-topic ${stateTopic}`, error)
  }
  return store
}

async function makeTopic({ connection, stateTopic }: StateTopicOptions, partitions: number): Promise<void> {
  const admin = openAdmin(await loadClient(), connection)
  try {
    await admin.createTopics({
      topics: [stateTopic],
      partitions,
      // The cluster's default.
      replicas: -1,
      configs: [{ name: 'cleanup.policy', value: 'compact' }],
    })
  } catch (error) {
    // Another member has created it.
    if (!failureOf(error).ids.has('TOPIC_ALREADY_EXISTS')) throw error
  } finally {
    await admin.close()
  }
}

class StateTopic implements StateStore {
  readonly #consumer: Consumer
  readonly #fetcher: FetchClient
  readonly #producer: Producer
  readonly #options: StateTopicOptions

  constructor(consumer: Consumer, fetcher: FetchClient, producer: Producer, options: StateTopicOptions) {
    this.#consumer = consumer
    this.#fetcher = fetcher
    this.#producer = producer
    this.#options = options
  }

  /** Resolves when a new topic can be used. */
  async hasLeader(): Promise<void> {
    const { signal } = new AbortController()
    for (let tries = 1; ; tries++) {
      try {
        await this.#offset(0, LATEST)
        return
      } catch (error) {
        if (tries >= LEADER_TRIES) throw error
        this.#consumer.clearMetadata()
        await pause(LEADER_MS, signal)
      }
    }
  }

  async load(topic: string, partition: number): Promise<StreamState[]> {
    const { group, complain } = this.#options
    const { id, leader, count } = await this.#place(partition)
    const own = partition % count
    // The read offsets may include a transaction that is about to commit: so we read to the uncommitted end, which waits for its states, too.
    const [start, end] = await Promise.all([this.#offset(own, EARLIEST), this.#offset(own, LATEST, UNCOMMITTED)])
    const prefix = JSON.stringify([group, topic, partition]).slice(0, -1)
    const states = new Map<string, StreamState>()
    let unread = 0
    const take = (records: Records): void => {
      while (records.next()) {
        const name = records.textOf(records.key)
        if (!name.startsWith(prefix)) continue
        const text = records.textOf(records.value)
        const state = text === '' ? undefined : readState(text)
        if (state !== undefined) states.set(name, state)
        else states.delete(name)
        if (state === undefined && text !== '') unread++
      }
    }
    for (let position = start; position < end; ) {
      const topics = new Map([[id, [{ partition: own, position }]]])
      const request = { node: leader, topics, maxBytes: FETCH_BYTES, partitionBytes: FETCH_BYTES }
      const { partitions, error } = await this.#fetcher.fetch(request)
      if (error !== undefined) throw error
      const [fetched] = partitions
      if (fetched === undefined || (fetched.bytes.length === 0 && fetched.end >= end)) break
      position = eachBatch(fetched, position, this.#fetcher.decompress, take)
    }
    if (unread > 0) complain(`${topic}/${partition}: ${unread} states were not written by dumpstream; starting over`)
    return [...states.values()]
  }

  async messages(topic: string, partition: number, changes: readonly StreamChange[]): Promise<StateMessage[]> {
    const { group, stateTopic } = this.#options
    const { count } = await this.#place(partition)
    return changes.map(({ stream, state }) => ({
      topic: stateTopic,
      partition: partition % count,
      key: Buffer.from(JSON.stringify([group, topic, partition, stream ?? null])),
      // A null value is a tombstone: the broker forgets the state, too.
      ...(state === undefined ? {} : { value: Buffer.from(JSON.stringify(state)) }),
    }))
  }

  async save(topic: string, partition: number, changes: readonly StreamChange[]): Promise<void> {
    const { stateTopic, complain } = this.#options
    const messages = await this.messages(topic, partition, changes)
    try {
      await this.#producer.send({ messages, compression: 'gzip' })
    } catch (error) {
      if (!isTooLarge(error)) throw error
      if (messages.length > 1) {
        for (const change of changes) await this.save(topic, partition, [change])
        return
      }
      complain(
        `${topic}/${partition}: a state is too large for ${stateTopic} (max.message.bytes): its history is lost at the next restart`,
      )
    }
  }

  async close(): Promise<void> {
    await Promise.all([closeClient(this.#consumer), closeClient(this.#producer)])
  }

  async #place(partition: number): Promise<{ readonly id: string; readonly leader: number; readonly count: number }> {
    const { stateTopic } = this.#options
    const topic = (await this.#consumer.metadata({ topics: [stateTopic] })).topics.get(stateTopic)
    const count = topic?.partitionsCount ?? 0
    const leader = count === 0 ? undefined : topic?.partitions[partition % count]?.leader
    if (topic === undefined || leader === undefined)
      throw new DumpstreamError('DS_INPUT', `topic ${stateTopic} does not exist`)
    return { id: topic.id, leader, count }
  }

  async #offset(partition: number, timestamp: bigint, isolationLevel = COMMITTED): Promise<bigint> {
    const { stateTopic } = this.#options
    const partitions = { [stateTopic]: [partition] }
    const offsets = await this.#consumer.listOffsets({ topics: [stateTopic], partitions, timestamp, isolationLevel })
    return offsets.get(stateTopic)?.[partition] ?? 0n
  }
}
