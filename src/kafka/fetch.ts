/** One fetch from a broker: uses the client's connections and requests, but returns the batches of the response undecoded. */
import type { Consumer, fetchV17, Reader } from '@platformatic/kafka'
import { DumpstreamError } from '../core/errors.ts'
import type { Decompress, FetchedBatches } from './batches.ts'
import type { Client } from './client.ts'
import { connectionTo, requestOf, settle } from './wire.ts'

/** How long a broker waits for messages before it responds. */
const WAIT_MS = 500
const READ_COMMITTED = 1
const FETCH = 1
const NOTHING = Buffer.alloc(0)
/** Tells the broker not to check epochs. */
const NO_EPOCH = -1

type RequestCreator = typeof fetchV17.createRequest

export interface FetchedPartition extends FetchedBatches {
  readonly topicId: string
  readonly partition: number
  /** 0: no error (https://kafka.apache.org/protocol#protocol_error_codes). */
  readonly errorCode: number
  /** The offset after the newest message that may be read. */
  readonly end: bigint
}

export interface FetchAnswer {
  readonly partitions: readonly FetchedPartition[]
  /** The errors of the response and its partitions, in the client's form. */
  readonly error: Error | undefined
}

export interface FetchRequest {
  readonly node: number
  /** Topic id → the partitions to fetch. */
  readonly topics: ReadonlyMap<string, readonly { readonly partition: number; readonly position: bigint }[]>
  /** Compressed; uncompressed, a log has about ten times the size. */
  readonly maxBytes: number
  readonly partitionBytes: number
}

export class FetchClient {
  readonly #client: Client
  readonly #consumer: Consumer
  readonly #requests: ReadonlyMap<number, RequestCreator>

  constructor(client: Client, consumer: Consumer) {
    this.#client = client
    this.#consumer = consumer
    const { fetchV13, fetchV14, fetchV15, fetchV16, fetchV17 } = client
    // They differ only in the request; earlier versions have no topic ids.
    this.#requests = new Map([
      [13, fetchV13.createRequest],
      [14, fetchV14.createRequest],
      [15, fetchV15.createRequest],
      [16, fetchV16.createRequest],
      [17, fetchV17.createRequest],
    ])
  }

  readonly decompress: Decompress = (compression, bytes) => {
    const algorithm = this.#client.compressionsAlgorithmsByBitmask[compression]
    if (algorithm === undefined) throw new RangeError(`unknown compression ${compression}`)
    return algorithm.decompressSync(bytes)
  }

  /** Rejects if the broker cannot be reached, or does not respond. */
  async fetch({ node, topics, maxBytes, partitionBytes }: FetchRequest): Promise<FetchAnswer> {
    const [connection, { version }] = await Promise.all([
      connectionTo(this.#client, this.#consumer, node),
      requestOf(this.#client, this.#consumer, 'Fetch'),
    ])
    const create = this.#requests.get(version)
    if (create === undefined) throw new DumpstreamError('DS_INPUT', 'the brokers are older than Kafka 3.1')
    const asked = [...topics].map(([topicId, partitions]) => ({
      topicId,
      partitions: partitions.map(({ partition, position }) => ({
        partition,
        fetchOffset: position,
        currentLeaderEpoch: NO_EPOCH,
        lastFetchedEpoch: NO_EPOCH,
        partitionMaxBytes: partitionBytes,
      })),
    }))
    return await new Promise((resolve, reject) =>
      connection.send(
        FETCH,
        version,
        () => create(WAIT_MS, 1, maxBytes, READ_COMMITTED, 0, 0, asked, [], ''),
        (_correlation, _key, _version, reader) => this.#read(reader, version),
        true,
        true,
        settle<FetchAnswer>(resolve, reject),
      ),
    )
  }

  #read(reader: Reader, version: number): FetchAnswer {
    const errors: Record<string, [number, null]> = {}
    reader.readInt32()
    const errorCode = reader.readInt16()
    if (errorCode !== 0) errors[''] = [errorCode, null]
    reader.readInt32()
    const partitions = reader
      .readArray((topic) => {
        const topicId = topic.readUUID()
        return topic.readArray((each) => readPartition(each, topicId))
      })
      .flat()
    for (const [index, partition] of partitions.entries())
      if (partition.errorCode !== 0) errors[`/partitions/${index}`] = [partition.errorCode, null]
    const isRight = Object.keys(errors).length === 0
    const error = isRight ? undefined : new this.#client.ResponseError(FETCH, version, errors, undefined)
    return { partitions, error }
  }
}

function readPartition(reader: Reader, topicId: string): FetchedPartition {
  const partition = reader.readInt32()
  const errorCode = reader.readInt16()
  const highWatermark = reader.readInt64()
  const lastStable = reader.readInt64()
  reader.readInt64()
  const aborted = reader.readArray((each) => ({ producerId: each.readInt64(), firstOffset: each.readInt64() }))
  reader.readInt32()
  const length = reader.readUnsignedVarInt() - 1
  const { position } = reader
  // The buffer is a list of parts; they are joined here, once.
  const bytes = length > 0 ? reader.buffer.subarray(position, position + length).buffer : NOTHING
  if (length > 0) reader.skip(length)
  return { topicId, partition, errorCode, end: lastStable < 0n ? highWatermark : lastStable, bytes, aborted }
}
