/** Fetches from the brokers that lead the partitions, one request at a time per broker. */
import type { Consumer } from '@platformatic/kafka'
import { pause } from '../core/clock.ts'
import type { MessageRun } from '../partitions/run.ts'
import { failureOf } from './errors.ts'
import type { FetchAnswer, FetchClient } from './fetch.ts'
import type { Outage } from './outage.ts'
import type { OwnedPartition } from './owned.ts'

/** How soon the new leaders of a broker's partitions are looked up. */
const LOOK_MS = 500
const MOVED_MS = 100
const RESPONSE_BYTES = 2 << 20
const PARTITION_BYTES = 512 << 10
/** https://kafka.apache.org/protocol#protocol_error_codes */
const OFFSET_OUT_OF_RANGE = 1
/** How long a topic may be unknown: brokers learn of it one after the other. */
const UNKNOWN_MS = 15_000

export interface FetcherParts {
  readonly consumer: Consumer
  readonly client: FetchClient
  readonly outage: Outage
  readonly topics: readonly string[]
  readonly signal: AbortSignal
  /** The partitions that this member has now. */
  readonly owned: () => readonly OwnedPartition[]
  /** Resolves when the messages are processed; the next request runs in the meantime. */
  readonly take: (owned: OwnedPartition, runs: readonly MessageRun[]) => Promise<void>
  /** The position no longer exists: sets another one. */
  readonly outOfRange: (owned: OwnedPartition) => Promise<void>
  /** Called for an error that retrying does not help with. */
  readonly failed: (error: unknown) => void
}

interface Answer {
  readonly owned: OwnedPartition
  readonly runs: readonly MessageRun[]
}

interface Answers {
  readonly answers: readonly Answer[]
  /** Error of the partitions that are not in `answers`. */
  readonly failure: unknown
}

export class Fetcher {
  readonly #parts: FetcherParts
  /** Leaders with a running fetch loop. */
  readonly #asked = new Set<number>()
  #unknownSince: number | undefined

  constructor(parts: FetcherParts) {
    this.#parts = parts
  }

  /** Starts a fetch loop for every leader of the owned partitions. Call it when those have changed. */
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
        const answered = await under
        if (answered === undefined) break
        const { answers, failure } = answered
        if (failure === undefined) {
          outage.worked(name)
          this.#unknownSince = undefined
        }
        under = this.#fetch(node)
        // Awaited in the next round.
        under.catch(() => {})
        for (const { owned, runs } of answers) await take(owned, runs)
        if (failure !== undefined) throw failure
      } catch (error) {
        await this.#wait(name, error)
        under = this.#fetch(node)
        under.catch(() => {})
      }
    }
    outage.forget(name)
    this.#asked.delete(node)
    // Its partitions now have another leader, or belong to another member.
    if (!signal.aborted) setTimeout(() => void this.look(), LOOK_MS).unref()
  }

  async #wait(name: string, error: unknown): Promise<void> {
    const { signal, outage, consumer, failed } = this.#parts
    if (signal.aborted) return
    const { text, isFinal, ids } = failureOf(error)
    consumer.clearMetadata()
    const now = performance.now()
    if (isFinal) this.#unknownSince ??= now
    if (isFinal && now - (this.#unknownSince ?? now) > UNKNOWN_MS) failed(error)
    // A moved leader is not an outage.
    else await pause(ids.has('NOT_LEADER_OR_FOLLOWER') ? MOVED_MS : outage.failed(name, text), signal)
  }

  /** Undefined if this broker leads none of the owned partitions. */
  async #fetch(node: number): Promise<Answers | undefined> {
    const led = (await this.#byLeader()).get(node)
    if (led === undefined) return undefined
    const request = { node, topics: led, maxBytes: RESPONSE_BYTES, partitionBytes: PARTITION_BYTES }
    return await this.#advance(await this.#parts.client.fetch(request), led)
  }

  /** Advances the partitions. An error in one must not discard the progress of the others. */
  async #advance({ partitions, error }: FetchAnswer, led: Led): Promise<Answers> {
    const { client, outOfRange } = this.#parts
    const answers: Answer[] = []
    let failure: unknown = partitions.length === 0 ? error : undefined
    for (const answered of partitions) {
      const owned = led.get(answered.topicId)?.find(({ partition }) => partition === answered.partition)
      if (owned === undefined) continue
      try {
        if (answered.errorCode === OFFSET_OUT_OF_RANGE) await outOfRange(owned)
        else if (answered.errorCode !== 0) failure = error
        else {
          owned.end = answered.end
          const runs = owned.advance(answered, client.decompress, Date.now())
          if (runs.length > 0) answers.push({ owned, runs })
        }
      } catch (thrown) {
        failure = thrown
      }
    }
    return { answers, failure }
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

/** Topic id → the partitions that a broker leads. */
type Led = Map<string, OwnedPartition[]>
