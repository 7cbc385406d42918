/**
 * The Kafka client, an optional package, and how it is connected.
 *
 * `@platformatic/kafka`: alive, no native code, reads lz4, snappy and zstd, and has the steps of a consumer (join, fetch, commit) one by one, so that
 * nothing is fetched for a partition that was lost. kafkajs 2.2 reads only gzip by itself; `@confluentinc/kafka-javascript` and node-rdkafka need a
 * binary that is downloaded or built.
 */
import type { Admin, BaseOptions, Consumer, Producer } from '@platformatic/kafka'
import { DumpstreamError, installed } from '../core/errors.ts'

const PACKAGE = '@platformatic/kafka'
const CONNECT_MS = 5_000
const REQUEST_MS = 30_000
/** A transaction that was begun by a member that is killed is aborted then. */
const TRANSACTION_MS = 10_000

export interface KafkaSasl {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER'
  readonly username?: string
  readonly password?: string | (() => string | Promise<string>)
  /** Of OAUTHBEARER; a function is asked for each connection. */
  readonly token?: string | (() => string | Promise<string>)
}

export interface KafkaTls {
  /** PEM. */
  readonly ca?: string | Buffer
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
}

export interface KafkaConnection {
  /** `host:port` of one or more; the others are found. */
  readonly brokers: readonly string[]
  readonly clientId?: string
  readonly tls?: KafkaTls
  readonly sasl?: KafkaSasl
}

export type Client = typeof import('@platformatic/kafka')

/** @throws DumpstreamError `DS_USAGE` when the package is not installed */
export async function loadClient(): Promise<Client> {
  const client = await installed(() => import('@platformatic/kafka'))
  if (client === undefined) throw new DumpstreamError('DS_USAGE', `kafka needs a package: npm install ${PACKAGE}`)
  return client
}

/** Retries are ours: each call says at once what went wrong. */
function baseOptions({ brokers, clientId, tls, sasl }: KafkaConnection): BaseOptions {
  return {
    clientId: clientId ?? 'dumpstream',
    bootstrapBrokers: [...brokers],
    retries: 0,
    connectTimeout: CONNECT_MS,
    requestTimeout: REQUEST_MS,
    ...(tls === undefined ? {} : { tls: { ...tls }, tlsServerName: !brokers.some(isAddress) }),
    ...(sasl === undefined ? {} : { sasl: { ...sasl } }),
  }
}

/** The name that is asked for is one of hosts (RFC 6066). */
function isAddress(broker: string): boolean {
  return /^(?:\[|\d+\.\d+\.\d+\.\d+:)/.test(broker)
}

export interface GroupTiming {
  /** A member of which nothing was heard for so long is out of the group, milliseconds. */
  readonly sessionTimeout: number
}

export function openConsumer(
  client: Client,
  connection: KafkaConnection,
  group: string,
  timing: GroupTiming,
): Consumer {
  const { sessionTimeout } = timing
  return new client.Consumer<Buffer, Buffer, Buffer, Buffer>({
    ...baseOptions(connection),
    groupId: group,
    sessionTimeout,
    rebalanceTimeout: Math.max(sessionTimeout, REQUEST_MS),
    heartbeatInterval: Math.min(3_000, Math.floor(sessionTimeout / 3)),
    autocommit: false,
  })
}

export function openAdmin(client: Client, connection: KafkaConnection): Admin {
  return new client.Admin(baseOptions(connection))
}

export function openProducer(client: Client, connection: KafkaConnection): Producer {
  return new client.Producer<Buffer, Buffer, Buffer, Buffer>({
    ...baseOptions(connection),
    acks: -1,
    autocreateTopics: false,
  })
}

/** Its transactions end, one way or the other, within `TRANSACTION_MS`. */
export function openTransactional(client: Client, connection: KafkaConnection, transactionalId: string): Producer {
  return new client.Producer<Buffer, Buffer, Buffer, Buffer>({
    ...baseOptions(connection),
    // A transaction is begun while the brokers still end the one before. One or none is any number to the client.
    retries: 20,
    retryDelay: 100,
    idempotent: true,
    transactionalId,
    // The client asks for transactions of that length.
    timeout: TRANSACTION_MS,
    autocreateTopics: false,
  })
}

/** Whatever it was doing. */
export function closeClient(client: Pick<Consumer, 'close'>): Promise<void> {
  return new Promise((resolve) => client.close(true, () => resolve()))
}

export function leaveGroup(consumer: Consumer): Promise<void> {
  return new Promise((resolve) => consumer.leaveGroup(true, () => resolve()))
}
