/**
 * Topics of Kafka as a member of a consumer group: each partition through engines of its own (partitions), records to `write`.
 *
 * | what happens      | what is done                                                                                       |
 * |-------------------|----------------------------------------------------------------------------------------------------|
 * | every 5 s         | records are written, then the states are kept, then offsets are committed, never past an open dump  |
 * | a rebalance       | the same at once; whoever gets a partition goes on from the committed offset with the kept states   |
 * | a broker is away  | said once, tried again ever more slowly, said when it is back                                       |
 * | killed anywhere   | dumps since the last commit are written once more, with the same `dumpId`                           |
 */
import type { Consumer, GroupAssignment } from '@platformatic/kafka'
import { DumpstreamError } from '../core/errors.ts'
import { pause } from '../core/pause.ts'
import type { PlacedRecord } from '../partitions/message.ts'
import type { StreamOptions } from '../partitions/stream.ts'
import { closeClient, type KafkaConnection, leaveGroup, loadClient, openConsumer } from './client.ts'
import { failureOf, inputError } from './errors.ts'
import { FetchClient } from './fetch.ts'
import { Fetcher } from './fetcher.ts'
import { Outage } from './outage.ts'
import { OwnedPartition, type PartitionFigures } from './owned.ts'
import type { StreamBy } from './runs.ts'
import type { StateStore } from './states.ts'

const CHECKPOINT_MS = 5_000
const SESSION_MS = 30_000
const TICK_MS = 250
/** Offsets that Kafka takes for times. */
const LATEST = -1n
const EARLIEST = -2n

export interface KafkaSourceOptions extends KafkaConnection {
  readonly group: string
  readonly topics: readonly string[]
  /** Where the group has committed nothing yet: default `latest`, as Kafka has it; a number is milliseconds since the epoch. */
  readonly from?: 'earliest' | 'latest' | number
  /** What names a message's stream. Default: its key. */
  readonly streamBy?: StreamBy
  readonly engine?: StreamOptions
  /** Keeps histories over rebalances and restarts. Absent: they begin anew. */
  readonly states?: StateStore
  /** Resolves when the records are written: offsets are committed after that. What it throws ends the source. */
  readonly write: (records: readonly PlacedRecord[]) => Promise<void> | void
  /** One line for a person: an outage and its end, messages that are gone. */
  readonly complain?: (line: string) => void
  /** Ends it: what is read is written and committed. */
  readonly signal?: AbortSignal
  /** Milliseconds between commits. Default 5000. */
  readonly checkpointEvery?: number
  /** Milliseconds after which the group takes a silent member's partitions from it. Default 30000. */
  readonly sessionTimeout?: number
}

export interface KafkaSource {
  /** Resolves when `signal` has ended it. Rejects with `DumpstreamError` `DS_INPUT` when it can't go on. */
  readonly done: Promise<void>
  /** Of the partitions that this member has. */
  readonly partitions: readonly PartitionFigures[]
  /** Of messages, so far. */
  readonly bytes: number
}

/**
 * Joins the group.
 *
 * @throws DumpstreamError `DS_USAGE` when `@platformatic/kafka` is not installed, `DS_INPUT` when the brokers can't be reached or refuse,
 * `DS_OPTION` for an option that is invalid
 * @example
 * const source = await kafkaSource({ brokers: ['kafka:9092'], group: 'dumpstream', topics: ['logs'], write })
 * await source.done
 */
export async function kafkaSource(options: KafkaSourceOptions): Promise<KafkaSource> {
  const client = await loadClient()
  const { group, sessionTimeout = SESSION_MS } = options
  const consumer = openConsumer(client, options, group, { sessionTimeout })
  const source = new Source(consumer, new FetchClient(client, consumer), options)
  try {
    await source.open()
  } catch (error) {
    await closeClient(consumer)
    throw inputError(`kafka ${options.brokers.join(',')}`, error)
  }
  return source
}

class Source implements KafkaSource {
  readonly #consumer: Consumer
  readonly #options: KafkaSourceOptions
  readonly #outage: Outage
  readonly #fetcher: Fetcher
  readonly #stopping = new AbortController()
  readonly #owned = new Map<string, OwnedPartition>()
  #generation = -1
  #failure: unknown
  /** All that was handed to `write`, and all checkpoints: one after the other. */
  #written: Promise<void> = Promise.resolve()
  #checkpoint: Promise<void> = Promise.resolve()
  #assigning: Promise<void> = Promise.resolve()
  #bytes = 0
  readonly done: Promise<void>
  #end: () => void = () => {}

  constructor(consumer: Consumer, client: FetchClient, options: KafkaSourceOptions) {
    this.#consumer = consumer
    this.#options = options
    this.#outage = new Outage(options.complain ?? (() => {}), () => performance.now())
    const ended = new Promise<void>((resolve) => {
      this.#end = resolve
    })
    this.done = ended.then(() => this.#close())
    this.done.catch(() => {})
    this.#fetcher = new Fetcher({
      consumer,
      client,
      outage: this.#outage,
      topics: options.topics,
      signal: this.#stopping.signal,
      owned: () => [...this.#owned.values()],
      take: async (owned, runs) => {
        if (this.#owned.get(owned.key) !== owned) return
        for (const { bytes } of runs) this.#bytes += bytes.length
        await this.#write(owned.push(runs))
      },
      outOfRange: (owned) => this.#outOfRange(owned),
      failed: (error) => this.#fail(error),
    })
  }

  get partitions(): readonly PartitionFigures[] {
    return [...this.#owned.values()].map(({ figures }) => figures)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** What is wrong from the start is not tried again. */
  async open(): Promise<void> {
    const { topics, signal, checkpointEvery = CHECKPOINT_MS } = this.#options
    await this.#consumer.metadata({ topics: [...topics] })
    this.#consumer.topics.trackAll(...topics)
    this.#consumer.on('consumer:group:join', ({ assignments, generationId }) => {
      this.#assigning = this.#assigning.then(() => this.#assign(assignments ?? [], generationId ?? -1))
    })
    this.#consumer.on('consumer:group:rebalance', () => void this.#settle())
    this.#consumer.on('consumer:heartbeat:error', ({ error }) => {
      this.#outage.failed('the group', failureOf(error).text)
    })
    this.#consumer.on('consumer:heartbeat:end', () => this.#outage.worked('the group'))
    // The client gave up joining again.
    this.#consumer.on('error', (error: unknown) => void this.#join(error))
    await this.#firstJoin()
    const commits = setInterval(() => void this.#settle(), checkpointEvery)
    const ticks = setInterval(() => void this.#tick(), TICK_MS)
    const stop = (): void => {
      clearInterval(commits)
      clearInterval(ticks)
      this.#end()
    }
    this.#stopping.signal.addEventListener('abort', stop, { once: true })
    signal?.addEventListener('abort', () => this.#stopping.abort(), { once: true })
    if (signal?.aborted === true) this.#stopping.abort()
  }

  /** The coordinator may have to be made first. */
  async #firstJoin(): Promise<void> {
    const until = performance.now() + CHECKPOINT_MS * 4
    for (;;) {
      try {
        await this.#consumer.joinGroup({})
        return
      } catch (error) {
        const { isFinal, ids } = failureOf(error)
        if (isFinal || performance.now() > until || ![...ids].some((id) => id.includes('COORDINATOR'))) throw error
        await pause(TICK_MS, this.#stopping.signal)
      }
    }
  }

  async #join(first: unknown): Promise<void> {
    let error = first
    while (!this.#stopping.signal.aborted) {
      const { text, isFinal } = failureOf(error)
      if (isFinal) {
        this.#fail(error)
        return
      }
      await pause(this.#outage.failed('the group', text), this.#stopping.signal)
      if (this.#stopping.signal.aborted) return
      try {
        await this.#consumer.joinGroup({})
        this.#outage.worked('the group')
        return
      } catch (again) {
        error = again
      }
    }
  }

  async #assign(assignments: readonly GroupAssignment[], generation: number): Promise<void> {
    if (this.#stopping.signal.aborted) return
    // Others may have had what we had, in between.
    const isNext = generation === this.#generation + 1
    this.#generation = generation
    const mine = new Set(assignments.flatMap(({ topic, partitions }) => partitions.map((each) => `${topic}/${each}`)))
    for (const key of this.#owned.keys()) if (!isNext || !mine.has(key)) this.#owned.delete(key)
    for (const { topic, partitions } of assignments) {
      const added = partitions.filter((each) => !this.#owned.has(`${topic}/${each}`))
      if (added.length > 0 && !(await this.#adopt(topic, added, generation))) return
    }
    void this.#fetcher.look()
  }

  /** False when there has been another rebalance. */
  async #adopt(topic: string, partitions: readonly number[], generation: number): Promise<boolean> {
    const { states, engine, streamBy = { by: 'key' } } = this.#options
    while (!this.#stopping.signal.aborted) {
      try {
        // What the one before has written last comes first.
        const committed = await this.#positions(topic, partitions)
        const kept = await Promise.all(partitions.map((each) => states?.load(topic, each) ?? []))
        if (this.#consumer.generationId !== generation) return false
        for (const [index, partition] of partitions.entries()) {
          const position = committed[index] ?? 0n
          const own = { topic, partition, states: kept[index] ?? [], ...(engine === undefined ? {} : { engine }) }
          const owned = new OwnedPartition(own, streamBy, position)
          this.#owned.set(owned.key, owned)
        }
        this.#outage.worked('the group')
        return true
      } catch (error) {
        if (error instanceof DumpstreamError || failureOf(error).isFinal) {
          this.#fail(error)
          return false
        }
        if (this.#consumer.generationId !== generation) return false
        await pause(this.#outage.failed('the group', failureOf(error).text), this.#stopping.signal)
      }
    }
    return false
  }

  async #positions(topic: string, partitions: readonly number[]): Promise<bigint[]> {
    const committed = await this.#consumer.listCommittedOffsets({ topics: [{ topic, partitions: [...partitions] }] })
    const found = committed.get(topic) ?? []
    if (partitions.every((each) => (found[each] ?? -1n) >= 0n)) return partitions.map((each) => found[each] ?? 0n)
    const { from = 'latest' } = this.#options
    const starts = await this.#offsetsAt(
      topic,
      from === 'earliest' ? EARLIEST : from === 'latest' ? LATEST : BigInt(from),
    )
    const ends = typeof from === 'number' ? await this.#offsetsAt(topic, LATEST) : []
    return partitions.map((each) => {
      const offset = found[each] ?? -1n
      if (offset >= 0n) return offset
      const start = starts[each] ?? -1n
      return start >= 0n ? start : (ends[each] ?? 0n)
    })
  }

  async #offsetsAt(topic: string, timestamp: bigint): Promise<readonly (bigint | undefined)[]> {
    return (await this.#consumer.listOffsets({ topics: [topic], timestamp })).get(topic) ?? []
  }

  async #outOfRange(owned: OwnedPartition): Promise<void> {
    const earliest = (await this.#offsetsAt(owned.topic, EARLIEST))[owned.partition] ?? 0n
    const { position } = owned
    this.#options.complain?.(
      position < earliest
        ? `${owned.key}: messages ${position} to ${earliest - 1n} were deleted before they were read`
        : `${owned.key}: offset ${position} is not there, the topic was made anew; reading from ${earliest}`,
    )
    owned.position = earliest
  }

  async #tick(): Promise<void> {
    // What is silent is the broker.
    if (this.#outage.isAway) return
    const now = performance.now()
    for (const owned of this.#owned.values()) if (owned.isCaughtUp) await this.#write(owned.tick(now))
  }

  #write(records: readonly PlacedRecord[]): Promise<void> {
    if (records.length === 0) return this.#written
    this.#written = this.#written.then(() => this.#options.write(records))
    this.#written.catch((error: unknown) => this.#fail(error))
    return this.#written
  }

  /** Records, then states, then offsets. */
  #settle(): Promise<void> {
    this.#checkpoint = this.#checkpoint.then(() => this.#settleNow()).catch((error: unknown) => this.#missed(error))
    return this.#checkpoint
  }

  async #settleNow(): Promise<void> {
    const points = [...this.#owned.values()].map((owned) => ({ owned, ...owned.checkpoint() }))
    await this.#written
    const { states } = this.#options
    for (const { owned, changes } of points) {
      if (changes.length === 0) continue
      await states?.save(owned.topic, owned.partition, changes)
      owned.kept(changes)
    }
    const moved = points.filter(({ owned, offset }) => offset !== owned.committed)
    if (moved.length === 0) return
    await this.#consumer.commit({
      offsets: moved.map(({ owned: { topic, partition }, offset }) => ({ topic, partition, offset, leaderEpoch: -1 })),
    })
    for (const { owned, offset } of moved) owned.committed = offset
    this.#outage.worked('commits')
  }

  #missed(error: unknown): void {
    if (error instanceof DumpstreamError) {
      this.#fail(error)
      return
    }
    const { text, ids, isFinal } = failureOf(error)
    // The partitions are another member's: it goes on from the last commit.
    if (['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS'].some((id) => ids.has(id))) return
    if (isFinal) this.#fail(error)
    else this.#outage.failed('commits', text)
  }

  #fail(error: unknown): void {
    if (this.#stopping.signal.aborted) return
    this.#failure = error
    this.#stopping.abort()
  }

  async #close(): Promise<void> {
    const timer = new AbortController()
    const late = pause(CHECKPOINT_MS, timer.signal)
    await Promise.race([this.#settle(), late])
    // The client asks for the topics before it says farewell, and stays for ever when one of them is gone.
    this.#consumer.topics.untrackAll(...this.#options.topics)
    await Promise.race([leaveGroup(this.#consumer), late])
    await Promise.race([closeClient(this.#consumer), late])
    timer.abort()
    if (this.#failure !== undefined) throw inputError('kafka', this.#failure)
  }
}
