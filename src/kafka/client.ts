/**
 * The Kafka client, an optional package, and how it is connected.
 *
 * `@platformatic/kafka` is maintained, has no native code, reads lz4, snappy and zstd, and exposes the steps of a consumer (join, fetch, commit)
 * separately, so that nothing is fetched for a lost partition. kafkajs 2.2 by itself reads only gzip; `@confluentinc/kafka-javascript` and
 * node-rdkafka need a binary that is downloaded or built.
 */
import type { Admin, BaseOptions, Consumer, Producer } from '@platformatic/kafka'
import { DumpstreamError, installed } from '../core/errors.ts'

const PACKAGE = '@platformatic/kafka'
const CONNECT_MS = 5_000
const REQUEST_MS = 30_000
/** The brokers abort the transaction of a killed member after this time. */
const TRANSACTION_MS = 10_000

export interface KafkaSasl {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER'
  readonly username?: string
  readonly password?: string | (() => string | Promise<string>)
  /** For OAUTHBEARER; a function is called for each connection. */
  readonly token?: string | (() => string | Promise<string>)
}

export interface KafkaTls {
  /** PEM. */
  readonly ca?: string | Buffer
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
}

export interface KafkaConnection {
  /** `host:port` of at least one broker; the others are discovered. */
  readonly brokers: readonly string[]
  readonly clientId?: string
  readonly tls?: KafkaTls
  readonly sasl?: KafkaSasl
}

export type Client = typeof import('@platformatic/kafka')

/** @throws DumpstreamError `DS_USAGE` if the package is not installed */
export async function loadClient(): Promise<Client> {
  const client = await installed(() => import('@platformatic/kafka'))
  if (client === undefined) throw new DumpstreamError('DS_USAGE', `kafka needs a package: npm install ${PACKAGE}`)
  return client
}

/** No retries by the client: each call reports at once what went wrong, and we retry. */
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

/** TLS server names must be host names, not addresses (RFC 6066). */
function isAddress(broker: string): boolean {
  return /^(?:\[|\d+\.\d+\.\d+\.\d+:)/.test(broker)
}

export interface GroupTiming {
  /** Milliseconds of silence after which a member is removed from the group. */
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

/** The producer's transactions end, one way or the other, within `TRANSACTION_MS`. */
export function openTransactional(client: Client, connection: KafkaConnection, transactionalId: string): Producer {
  return new client.Producer<Buffer, Buffer, Buffer, Buffer>({
    ...baseOptions(connection),
    // Retries are needed because a transaction can begin while the brokers are still ending the previous one. The client treats 0 and 1 as unlimited.
    retries: 20,
    retryDelay: 100,
    idempotent: true,
    transactionalId,
    // The client uses this as the transaction timeout.
    timeout: TRANSACTION_MS,
    autocreateTopics: false,
  })
}

/** Closes the client, whatever it is doing. */
export function closeClient(client: Pick<Consumer, 'close'>): Promise<void> {
  return new Promise((resolve) => client.close(true, () => resolve()))
}

export function leaveGroup(consumer: Consumer): Promise<void> {
  return new Promise((resolve) => consumer.leaveGroup(true, () => resolve()))
}
