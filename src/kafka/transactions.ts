/**
 * `--exactly-once`: records, states and offsets in one transaction. Who reads committed messages only sees each record once.
 *
 * | what happens                   | what is done                                                                                  |
 * |--------------------------------|-----------------------------------------------------------------------------------------------|
 * | records are made               | they are put aside                                                                            |
 * | a commit                       | a transaction: the records, the states, then the offsets; the group refuses those of a member that it has given up |
 * | anything of that goes wrong    | it is aborted, and everything is read again from what is committed                            |
 * | killed anywhere                | the brokers abort it after 10 s; whoever goes on waits for that                               |
 */
import { randomUUID } from 'node:crypto'
import type { Consumer, MessageToProduce, Producer } from '@platformatic/kafka'
import { type Client, closeClient, type KafkaConnection, loadClient, openTransactional } from './client.ts'
import { isTooLarge } from './errors.ts'
import { MESSAGES, type OutRecord, outMessage, type RecordTopic, requireTopic } from './record-topic.ts'

/** @throws DumpstreamError `DS_USAGE` when `@platformatic/kafka` is not installed, `DS_INPUT` when the topic is not there, or may not be used */
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
  /** In which the offsets were this member's. */
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

  /** Puts them aside until the next commit. */
  async write(records: readonly OutRecord[]): Promise<void> {
    for (const record of records) this.#aside.push(outMessage(this.#options.outTopic, record))
  }

  /** What was put aside since the last time. */
  cut(): MessageToProduce[] {
    const messages = this.#aside
    this.#aside = []
    return messages
  }

  /** Rejects when nothing of it is committed, or it is not known whether it is. */
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
      // One of a request: which one is known when each has its own.
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
      // One after the other: the client takes calls at the same time for one.
      for (const offset of offsets) await transaction.addOffset(committed(group, offset))
      await transaction.commit()
    } catch (error) {
      await transaction?.abort().catch(() => {})
      // The client goes on with a producer that was refused as if nothing had been.
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
        `${message.topic}: a record or a state of ${message.value?.length ?? 0} bytes is too large (max.message.bytes) and is left out`,
      )
    }
  }

  /** The group's name first, so that one ACL allows it for all members. */
  #name(): string {
    return `${this.#options.group}-${randomUUID()}`
  }
}

/** The client commits offsets as those of a message: the one before. */
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
