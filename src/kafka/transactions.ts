/**
 * `--exactly-once`: records, states and offsets in one transaction. A consumer that reads only committed messages sees each record once.
 *
 * | event                          | action                                                                                                       |
 * |--------------------------------|--------------------------------------------------------------------------------------------------------------|
 * | new records                    | are put aside                                                                                                |
 * | a commit                       | a transaction: records, states, then offsets; the group refuses the offsets of a member that it has dropped  |
 * | any error in it                | it is aborted, and everything since the last commit is read again                                            |
 * | killed anywhere                | the brokers abort it after 10 s; the next member waits for that                                              |
 */
import { randomUUID } from 'node:crypto'
import type { Consumer, MessageToProduce, Producer } from '@platformatic/kafka'
import { type Client, closeClient, type KafkaConnection, loadClient, openTransactional } from './client.ts'
import { isTooLarge } from './errors.ts'
import { MESSAGES, type OutRecord, outMessage, type RecordTopic, requireTopic } from './record-topic.ts'

/** @throws DumpstreamError `DS_USAGE` if `@platformatic/kafka` is not installed, `DS_INPUT` if the topic does not exist or may not be used */
export async function openTransactions(options: TransactionOptions): Promise<Transactions> {
  const client = await loadClient()
  await requireTopic(client, options.connection, options.outTopic)
  return new Transactions(client, options)
}

export interface Offset {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
}

export interface TransactionOptions {
  readonly connection: KafkaConnection
  readonly group: string
  readonly outTopic: string
  readonly complain: (line: string) => void
}

interface Membership {
  readonly consumer: Consumer
  /** The generation in which the offsets belonged to this member. */
  readonly generation: number
}

type Transaction = Awaited<ReturnType<Producer['beginTransaction']>>

export class Transactions implements RecordTopic {
  readonly #client: Client
  readonly #options: TransactionOptions
  #producer: Producer | undefined
  #aside: MessageToProduce[] = []

  constructor(client: Client, options: TransactionOptions) {
    this.#client = client
    this.#options = options
  }

  /** Puts records aside until the next commit. */
  async write(records: readonly OutRecord[]): Promise<void> {
    for (const record of records) this.#aside.push(outMessage(this.#options.outTopic, record))
  }

  /** Returns what was put aside since the last call. */
  cut(): MessageToProduce[] {
    const messages = this.#aside
    this.#aside = []
    return messages
  }

  /** Rejects if nothing was committed, or if that is unknown. */
  async commit(
    consumer: Consumer,
    generation: number,
    messages: readonly MessageToProduce[],
    offsets: readonly Offset[],
  ): Promise<void> {
    const group = { consumer, generation }
    try {
      await this.#commit(group, messages, offsets, MESSAGES)
    } catch (error) {
      if (!isTooLarge(error)) throw error
      // Too large: with one message per request, we find out which one.
      await this.#commit(group, messages, offsets, 1)
    }
  }

  async close(): Promise<void> {
    const producer = this.#producer
    this.#producer = undefined
    if (producer !== undefined) await closeClient(producer)
  }

  async #commit(
    group: Membership,
    messages: readonly MessageToProduce[],
    offsets: readonly Offset[],
    size: number,
  ): Promise<void> {
    let transaction: Transaction | undefined
    try {
      this.#producer ??= openTransactional(this.#client, this.#options.connection, this.#name())
      transaction = await this.#producer.beginTransaction()
      for (let at = 0; at < messages.length; at += size) await this.#send(transaction, messages.slice(at, at + size))
      await transaction.addConsumer(group.consumer)
      // One after the other: the client merges concurrent calls into one.
      for (const offset of offsets) await transaction.addOffset(committed(group, offset))
      await transaction.commit()
    } catch (error) {
      await transaction?.abort().catch(() => {})
      // After a producer was refused, the client would continue as if it had not been: so it is closed.
      await this.close()
      throw error
    }
  }

  async #send(transaction: Transaction, messages: MessageToProduce[]): Promise<void> {
    try {
      await transaction.send({ messages, compression: 'gzip' })
    } catch (error) {
      const [message] = messages
      if (messages.length > 1 || message === undefined || !isTooLarge(error)) throw error
      this.#options.complain(
        `${message.topic}: a record or a state of ${message.value?.length ?? 0} bytes is too large (max.message.bytes) and was dropped`,
      )
    }
  }

  /** Begins with the group's name, so that one ACL covers all members. */
  #name(): string {
    return `${this.#options.group}-${randomUUID()}`
  }
}

/** Converts an offset: the client expects the offset of the last consumed message, which is one less. */
function committed(
  { consumer, generation }: Membership,
  { topic, partition, offset }: Offset,
): Parameters<Transaction['addOffset']>[0] {
  const { coordinatorId, groupId, memberId } = consumer
  const nothing = Buffer.alloc(0)
  return {
    topic,
    partition,
    offset: offset - 1n,
    metadata: { consumer: { coordinatorId, groupId, generationId: generation, memberId } },
    key: nothing,
    value: nothing,
    headers: new Map(),
    timestamp: 0n,
    commit: () => {},
    toJSON: () => ({
      key: null,
      value: null,
      headers: [],
      topic,
      partition,
      timestamp: '0',
      offset: '0',
      metadata: {},
    }),
  }
}
