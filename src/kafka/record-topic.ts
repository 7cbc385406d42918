/** Writes records to a topic. A signature's key is its id, so that all records of a signature are in one partition; other keys are the dump's id. */
import type { MessageToProduce, Producer } from '@platformatic/kafka'
import { pause } from '../core/clock.ts'
import type { DumpstreamRecord } from '../core/records.ts'
import { type Client, closeClient, type KafkaConnection, loadClient, openProducer } from './client.ts'
import { failureOf, inputError, isTooLarge } from './errors.ts'
import { Outage } from './outage.ts'

/** Messages per request. */
export const MESSAGES = 500

export interface OutRecord {
  readonly record: DumpstreamRecord
  readonly dumpId: string
  /** The record as it is written. */
  readonly json: string
}

export interface RecordTopic {
  /** Resolves when the brokers have the records; retries while they are away. */
  write(records: readonly OutRecord[]): Promise<void>
  close(): Promise<void>
}

export interface RecordTopicOptions {
  readonly connection: KafkaConnection
  readonly outTopic: string
  readonly complain: (line: string) => void
  readonly signal: AbortSignal
}

/** @throws DumpstreamError `DS_INPUT` if the topic does not exist, or may not be used */
export async function openRecordTopic(options: RecordTopicOptions): Promise<RecordTopic> {
  const { connection, outTopic, complain, signal } = options
  const client = await loadClient()
  await requireTopic(client, connection, outTopic)
  const producer = openProducer(client, connection)
  const outage = new Outage(complain, () => performance.now())
  return {
    write: async (records) => {
      for (let at = 0; at < records.length; at += MESSAGES)
        await send(producer, records.slice(at, at + MESSAGES), { outTopic, complain, signal, outage })
    },
    close: () => closeClient(producer),
  }
}

/** @throws DumpstreamError `DS_INPUT` */
export async function requireTopic(client: Client, connection: KafkaConnection, outTopic: string): Promise<void> {
  const producer = openProducer(client, connection)
  try {
    await producer.metadata({ topics: [outTopic] })
  } catch (error) {
    throw inputError(`--out-topic ${outTopic}`, error)
  } finally {
    await closeClient(producer)
  }
}

export function outMessage(topic: string, { record, dumpId, json }: OutRecord): MessageToProduce {
  const headers = new Map([[Buffer.from('dump-id'), Buffer.from(dumpId)]])
  return { topic, key: Buffer.from(keyOf(record) ?? dumpId), value: Buffer.from(json), headers }
}

interface Sending extends Omit<RecordTopicOptions, 'connection'> {
  readonly outage: Outage
}

async function send(producer: Producer, records: readonly OutRecord[], sending: Sending): Promise<void> {
  const { outTopic, complain, signal, outage } = sending
  const what = `--out-topic ${outTopic}`
  const messages = records.map((each) => outMessage(outTopic, each))
  for (;;) {
    try {
      await producer.send({ messages, compression: 'gzip' })
      outage.worked(what)
      return
    } catch (error) {
      const { text, isFinal } = failureOf(error)
      if (isTooLarge(error)) {
        if (records.length > 1) {
          for (const record of records) await send(producer, [record], sending)
        } else
          complain(
            `${what}: a record of ${messages[0]?.value?.length ?? 0} bytes is too large (max.message.bytes) and was dropped`,
          )
        return
      }
      if (isFinal || signal.aborted) throw inputError(what, error)
      producer.clearMetadata()
      await pause(outage.failed(what, text), signal)
    }
  }
}

function keyOf(record: DumpstreamRecord): string | undefined {
  if (record.type === 'signature') return record.id
  return record.type === 'finding' ? record.signatures[0] : undefined
}
