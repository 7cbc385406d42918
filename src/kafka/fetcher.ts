/** Fetches from the brokers that lead the partitions, one request at a time from each. */
import type { Consumer } from '@platformatic/kafka'
import { pause } from '../core/pause.ts'
import type { PartitionMessage } from '../partitions/message.ts'
import type { FetchResponse } from './client.ts'
import { failureOf, responseOf } from './errors.ts'
import type { Outage } from './outage.ts'
import type { OwnedPartition } from './owned.ts'

/** An answer waits so long for messages. */
const WAIT_MS = 500
/** Compressed: a log is some ten times as much, and each line an object of the client. */
const RESPONSE_BYTES = 2 << 20
const PARTITION_BYTES = 512 << 10
/** The client and the broker then do without. */
const NO_EPOCH = -1
/** https://kafka.apache.org/protocol#protocol_error_codes */
const OFFSET_OUT_OF_RANGE = 1
/** So often in a row a topic may be unknown: brokers learn of it one after the other. */
const UNKNOWN_TRIES = 6

export interface FetcherParts {
  readonly consumer: Consumer
  readonly outage: Outage
  readonly topics: readonly string[]
  readonly signal: AbortSignal
  /** What this member has now. */
  readonly owned: () => readonly OwnedPartition[]
  /** Resolves when the messages are dealt with; the next ones are under way meanwhile. */
  readonly take: (owned: OwnedPartition, messages: readonly PartitionMessage[]) => Promise<void>
  /** The position is not there any more: sets another one. */
  readonly outOfRange: (owned: OwnedPartition) => Promise<void>
  /** It will not work again. */
  readonly failed: (error: unknown) => void
}

interface Answer {
  readonly owned: OwnedPartition
  readonly messages: readonly PartitionMessage[]
}

export class Fetcher {
  readonly #parts: FetcherParts
  /** Leaders that are asked. */
  readonly #asked = new Set<number>()
  #unknown = 0

  constructor(parts: FetcherParts) {
    this.#parts = parts
  }

  /** Asks every leader of what is owned. To be called when that has changed. */
  async look(): Promise<void> {
    const { signal, outage } = this.#parts
    for (;;) {
      if (signal.aborted) return
      try {
        for (const node of (await this.#byLeader()).keys()) this.#ask(node)
        outage.worked('the brokers')
        return
      } catch (error) {
        await this.#wait('the brokers', error)
      }
    }
  }

  #ask(node: number): void {
    if (this.#asked.has(node) || node < 0) return
    this.#asked.add(node)
    void this.#askOn(node)
  }

  async #askOn(node: number): Promise<void> {
    const { signal, outage, take } = this.#parts
    const name = `broker ${node}`
    let under = this.#fetch(node)
    while (!signal.aborted) {
      try {
        const answers = await under
        if (answers === undefined) break
        outage.worked(name)
        this.#unknown = 0
        under = this.#fetch(node)
        // It is awaited at the next turn.
        under.catch(() => {})
        for (const { owned, messages } of answers) await take(owned, messages)
      } catch (error) {
        await this.#wait(name, error)
        under = this.#fetch(node)
        under.catch(() => {})
      }
    }
    outage.forget(name)
    this.#asked.delete(node)
    // What it led is led by another one now, or is another member's.
    if (!signal.aborted) setTimeout(() => void this.look(), WAIT_MS).unref()
  }

  async #wait(name: string, error: unknown): Promise<void> {
    const { signal, outage, consumer, failed } = this.#parts
    if (signal.aborted) return
    const { text, isFinal, ids } = failureOf(error)
    consumer.clearMetadata()
    if (isFinal && ++this.#unknown > UNKNOWN_TRIES) failed(error)
    // A leader that has moved is no outage.
    else await pause(ids.has('NOT_LEADER_OR_FOLLOWER') ? WAIT_MS / 5 : outage.failed(name, text), signal)
  }

  /** Undefined when this broker leads nothing that is owned. */
  async #fetch(node: number): Promise<Answer[] | undefined> {
    const led = (await this.#byLeader()).get(node)
    if (led === undefined) return undefined
    const request = {
      node,
      maxWaitTime: WAIT_MS,
      minBytes: 1,
      maxBytes: RESPONSE_BYTES,
      topics: [...led].map(([topicId, owned]) => ({
        topicId,
        partitions: owned.map(({ partition, position }) => ({
          partition,
          fetchOffset: position,
          currentLeaderEpoch: NO_EPOCH,
          lastFetchedEpoch: NO_EPOCH,
          partitionMaxBytes: PARTITION_BYTES,
        })),
      })),
    }
    let response: FetchResponse | undefined
    try {
      response = await this.#parts.consumer.fetch(request)
    } catch (error) {
      // One partition fails: the client throws the answers of the others away with it.
      response = failureOf(error).ids.has('OFFSET_OUT_OF_RANGE') ? responseOf(error) : undefined
      if (response === undefined) throw error
    }
    return await this.#advance(response, led)
  }

  async #advance(response: FetchResponse, led: Led): Promise<Answer[]> {
    const answers: Answer[] = []
    for (const { topicId, partitions } of response.responses) {
      for (const answered of partitions) {
        const owned = led.get(topicId)?.find(({ partition }) => partition === answered.partitionIndex)
        if (owned === undefined) continue
        if (answered.errorCode === OFFSET_OUT_OF_RANGE) await this.#parts.outOfRange(owned)
        if (answered.errorCode !== 0) continue
        owned.end = answered.lastStableOffset < 0n ? answered.highWatermark : answered.lastStableOffset
        const messages = owned.advance(answered.records ?? [], Date.now())
        if (messages.length > 0) answers.push({ owned, messages })
      }
    }
    return answers
  }

  async #byLeader(): Promise<Map<number, Led>> {
    const { consumer, topics, owned } = this.#parts
    const metadata = await consumer.metadata({ topics: [...topics] })
    const leaders = new Map<number, Led>()
    for (const each of owned()) {
      const topic = metadata.topics.get(each.topic)
      const leader = topic?.partitions[each.partition]?.leader
      if (topic === undefined || leader === undefined) continue
      const led = leaders.get(leader) ?? new Map<string, OwnedPartition[]>()
      leaders.set(leader, led)
      led.set(topic.id, [...(led.get(topic.id) ?? []), each])
    }
    return leaders
  }
}

/** Topic id → what a broker leads of it. */
type Led = Map<string, OwnedPartition[]>
