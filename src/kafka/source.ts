/**
 * Reads Kafka topics as a member of a consumer group: each partition has its own engines (partitions), and records go to `write`.
 *
 * | event             | action                                                                                                  |
 * |-------------------|---------------------------------------------------------------------------------------------------------|
 * | every 5 s         | records are written, then states are saved, then offsets are committed, never past an open dump         |
 * | a rebalance       | the same, at once; the new member continues from the committed offset with the saved states             |
 * | a broker is away  | reported once, retried less and less often, reported when it is back                                    |
 * | killed anywhere   | dumps since the last commit are written again, with the same `dumpId`; not with `transactions`          |
 */
import type { Consumer, GroupAssignment } from '@platformatic/kafka'
import { pause } from '../core/clock.ts'
import { DumpstreamError } from '../core/errors.ts'
import type { PlacedRecord } from '../partitions/message.ts'
import { type Client, closeClient, leaveGroup, loadClient, openConsumer } from './client.ts'
import { failureOf, inputError } from './errors.ts'
import { FetchClient } from './fetch.ts'
import { Fetcher } from './fetcher.ts'
import { joinGroup } from './membership.ts'
import type { KafkaSource, KafkaSourceOptions, TransactionalOptions } from './options.ts'
import { Outage } from './outage.ts'
import type { OwnedPartition, PartitionFigures } from './owned.ts'
import { Ownership } from './ownership.ts'
import { Positions } from './positions.ts'
import type { StreamChange } from './states.ts'
import type { Offset, Transactions } from './transactions.ts'

const CHECKPOINT_MS = 5_000
const SESSION_MS = 30_000
const TICK_MS = 250
/** Errors of a commit if the partitions belong to another member by now, which continues from the last commit. */
const OTHERS = ['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS']

/**
 * Joins the group, and starts reading.
 *
 * @throws DumpstreamError `DS_USAGE` if `@platformatic/kafka` is not installed, `DS_INPUT` if the brokers cannot be reached or refuse,
 * `DS_OPTION` for an invalid option
 * @example
 * const source = await kafkaSource({ brokers: ['kafka:9092'], group: 'dumpstream', topics: ['logs'], write })
 * await source.done
 */
export async function kafkaSource(options: KafkaSourceOptions): Promise<KafkaSource> {
  return await joinSource(options)
}

/** @throws like `kafkaSource` */
export async function joinSource(options: TransactionalOptions): Promise<KafkaSource> {
  const client = await loadClient()
  const { group, sessionTimeout = SESSION_MS } = options
  const consumer = openConsumer(client, options, group, { sessionTimeout })
  const source = new Source(client, consumer, options)
  try {
    await source.open()
  } catch (error) {
    await closeClient(consumer)
    throw inputError(`kafka ${options.brokers.join(',')}`, error)
  }
  return source
}

interface Moved extends Offset {
  readonly owned: OwnedPartition
}

interface Point {
  readonly owned: OwnedPartition
  readonly changes: readonly StreamChange[]
}

class Source implements KafkaSource {
  readonly #consumer: Consumer
  readonly #options: TransactionalOptions
  readonly #outage: Outage
  readonly #fetcher: Fetcher
  readonly #positions: Positions
  readonly #stopping = new AbortController()
  readonly #owned: Ownership
  #failure: unknown
  /** Serializes the calls of `write`, and the checkpoints. */
  #written: Promise<void> = Promise.resolve()
  #checkpoint: Promise<void> = Promise.resolve()
  #assigning: Promise<void> = Promise.resolve()
  #bytes = 0
  readonly done: Promise<void>
  #end: () => void = () => {}

  constructor(client: Client, consumer: Consumer, options: TransactionalOptions) {
    this.#consumer = consumer
    this.#positions = new Positions(client, consumer, options.from ?? 'latest')
    this.#options = options
    this.#outage = new Outage(options.complain ?? (() => {}), () => performance.now())
    const ended = new Promise<void>((resolve) => {
      this.#end = resolve
    })
    this.done = ended.then(() => this.#close())
    this.done.catch(() => {})
    this.#owned = new Ownership({
      consumer,
      positions: this.#positions,
      outage: this.#outage,
      signal: this.#stopping.signal,
      options,
      failed: (error) => this.#fail(error),
    })
    this.#fetcher = new Fetcher({
      consumer,
      client: new FetchClient(client, consumer),
      outage: this.#outage,
      topics: options.topics,
      signal: this.#stopping.signal,
      owned: () => this.#owned.partitions,
      take: async (owned, runs) => {
        if (!this.#owned.has(owned)) return
        for (const { bytes } of runs) this.#bytes += bytes.length
        await this.#write(owned.push(runs))
      },
      outOfRange: (owned) => this.#outOfRange(owned),
      failed: (error) => this.#fail(error),
    })
  }

  get partitions(): readonly PartitionFigures[] {
    return this.#owned.partitions.map(({ figures }) => figures)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Does not retry: errors at the start are final. */
  async open(): Promise<void> {
    const { topics, signal, checkpointEvery = CHECKPOINT_MS } = this.#options
    await this.#consumer.metadata({ topics: [...topics] })
    this.#consumer.topics.trackAll(...topics)
    await joinGroup({
      consumer: this.#consumer,
      outage: this.#outage,
      signal: this.#stopping.signal,
      assigned: (assignments, generation) => this.#reassign(assignments, generation),
      rebalancing: () => void this.#settle(),
      failed: (error) => this.#fail(error),
    })
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

  #reassign(assignments: readonly GroupAssignment[], generation: number): void {
    this.#assigning = this.#assigning.then(() => this.#assign(assignments, generation))
  }

  async #assign(assignments: readonly GroupAssignment[], generation: number): Promise<void> {
    if (this.#stopping.signal.aborted) return
    const { transactions } = this.#options
    // Checkpoints until now belong to the old generation, whose commits the group refuses from now on.
    if (transactions !== undefined) {
      await this.#checkpoint
      this.#discard(transactions)
    }
    if (await this.#owned.assign(assignments, generation)) void this.#fetcher.look()
  }

  /** Drops everything that is not committed, to read it again: its records are in no transaction, and its offsets must not be in the next one. */
  #discard(transactions: Transactions): void {
    this.#owned.clear()
    this.#written = this.#written.then(() => void transactions.cut())
  }

  async #outOfRange(owned: OwnedPartition): Promise<void> {
    const earliest = await this.#positions.earliest(owned.topic, owned.partition)
    const { position } = owned
    this.#options.complain?.(
      position < earliest
        ? `${owned.key}: messages ${position} to ${earliest - 1n} were deleted before they were read`
        : `${owned.key}: offset ${position} does not exist, because the topic was recreated; reading from ${earliest}`,
    )
    owned.position = earliest
  }

  async #tick(): Promise<void> {
    // The broker is silent, not the log.
    if (this.#outage.isAway) return
    const now = performance.now()
    // A partition may be given up meanwhile.
    for (const owned of this.#owned.partitions)
      if (owned.isCaughtUp && this.#owned.has(owned)) await this.#write(owned.tick(now))
  }

  #write(records: readonly PlacedRecord[]): Promise<void> {
    if (records.length === 0) return this.#written
    this.#written = this.#written.then(() => this.#options.write(records))
    this.#written.catch((error: unknown) => this.#fail(error))
    return this.#written
  }

  /** Makes a checkpoint: records, then states, then offsets. */
  #settle(): Promise<void> {
    this.#checkpoint = this.#checkpoint.then(() => this.#settleNow()).catch((error: unknown) => this.#missed(error))
    return this.#checkpoint
  }

  async #settleNow(): Promise<void> {
    const points = this.#owned.partitions.map((owned) => ({ owned, ...owned.checkpoint() }))
    const moved = points
      .filter(({ owned, offset }) => offset !== owned.committed)
      .map(({ owned, offset }) => ({ owned, topic: owned.topic, partition: owned.partition, offset }))
    if (this.#options.transactions === undefined) await this.#settleInOrder(points, moved)
    else await this.#settleAtOnce(this.#options.transactions, points, moved)
    for (const { owned, offset } of moved) owned.committed = offset
    if (moved.length > 0) this.#outage.worked('commits')
  }

  async #settleInOrder(points: readonly Point[], moved: readonly Moved[]): Promise<void> {
    await this.#written
    const { states } = this.#options
    for (const { owned, changes } of points) {
      if (changes.length === 0 || !this.#owned.has(owned)) continue
      await states?.save(owned.topic, owned.partition, changes)
      owned.kept(changes)
    }
    const ours = moved.filter(({ owned }) => this.#owned.has(owned))
    if (ours.length === 0) return
    const offsets = ours.map(({ topic, partition, offset }) => ({ topic, partition, offset, leaderEpoch: -1 }))
    await this.#consumer.commit({ offsets })
  }

  async #settleAtOnce(transactions: Transactions, points: readonly Point[], moved: readonly Offset[]): Promise<void> {
    // Taken now, because the client may have joined again by the time of the commit, with other partitions.
    const { generation } = this.#owned
    // After the last record that the points include, and before the next one.
    const cut = this.#written.then(() => transactions.cut())
    this.#written = cut.then(() => {})
    const messages = await cut
    for (const { owned, changes } of points)
      if (changes.length > 0)
        messages.push(...((await this.#options.states?.messages?.(owned.topic, owned.partition, changes)) ?? []))
    if (messages.length + moved.length === 0) return
    await transactions.commit(this.#consumer, generation, messages, moved)
    for (const { owned, changes } of points) owned.kept(changes)
  }

  #missed(error: unknown): void {
    const { transactions } = this.#options
    // At once, because the next commit may be waiting for this one.
    if (transactions !== undefined) this.#discard(transactions)
    const { text, ids, isFinal } = failureOf(error)
    if (error instanceof DumpstreamError || isFinal) {
      this.#fail(error)
      return
    }
    if (!OTHERS.some((id) => ids.has(id))) this.#outage.failed('commits', text)
    const { assignments, generationId } = this.#consumer
    if (transactions !== undefined) this.#reassign(assignments ?? [], generationId)
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
    // The client requests the topics' metadata before it leaves, and hangs forever if one of them is gone.
    this.#consumer.topics.untrackAll(...this.#options.topics)
    await Promise.race([leaveGroup(this.#consumer), late])
    await Promise.race([closeClient(this.#consumer), late])
    timer.abort()
    if (this.#failure !== undefined) throw inputError('kafka', this.#failure)
  }
}
