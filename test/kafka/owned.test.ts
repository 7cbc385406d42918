/** What the batches that a broker sends are read as. The client writes them. */
import { compressionsAlgorithmsByBitmask, createRecordsBatch, type MessageRecord } from '@platformatic/kafka'
import { describe, expect, it } from 'vitest'
import type { AbortedTransaction, Decompress } from '../../src/kafka/batches.ts'
import { OwnedPartition } from '../../src/kafka/owned.ts'
import type { StreamBy } from '../../src/kafka/runs.ts'
import type { MessageRun } from '../../src/partitions/run.ts'

const NOW = 1_795_856_730_000
const CONTROL = 0x20
const TRANSACTIONAL = 0x10
const APPEND_TIME = 0x08

interface Batch {
  readonly attributes?: number
  readonly firstTimestamp?: bigint
  readonly producerId?: bigint
  readonly key?: Buffer
  readonly compression?: 'gzip' | 'lz4' | 'snappy' | 'none'
}

function batch(first: bigint, values: readonly (string | null)[], more: Batch = {}): Buffer {
  const { attributes = 0, firstTimestamp = BigInt(NOW - 1000), producerId = -1n, key, compression = 'none' } = more
  const messages = values.map((value, i) => {
    const headers = new Map([[Buffer.from('pod'), Buffer.from('web-2')]])
    const timestamp = firstTimestamp + BigInt(i)
    const name = key ?? Buffer.from('web-1')
    const message: MessageRecord = { topic: 'logs', key: name, value: Buffer.from(value ?? ''), timestamp, headers }
    // Its types have no null; what is not there is written as one.
    if (value === null) Reflect.deleteProperty(message, 'value')
    return message
  })
  const bytes = Buffer.from(createRecordsBatch(messages, { producerId, compression }).buffer)
  bytes.writeBigInt64BE(first, 0)
  bytes.writeInt16BE(bytes.readInt16BE(21) | attributes, 21)
  bytes.writeBigInt64BE(BigInt(NOW), 35)
  return bytes
}

/** The marker that ends a transaction: 0 aborts, 1 commits. */
function marker(offset: bigint, producerId: bigint, type: number): Buffer {
  const key = Buffer.from([0, 0, 0, type])
  return batch(offset, ['marker'], { attributes: CONTROL | TRANSACTIONAL, producerId, key })
}

const decompress: Decompress = (compression, bytes) =>
  compressionsAlgorithmsByBitmask[compression]?.decompressSync(bytes) ?? bytes

function owned(streamBy: StreamBy = { by: 'key' }): OwnedPartition {
  return new OwnedPartition({ topic: 'logs', partition: 3 }, streamBy, 10n)
}

function advance(
  partition: OwnedPartition,
  batches: readonly Buffer[],
  aborted: readonly AbortedTransaction[] = [],
): MessageRun[] {
  return partition.advance({ bytes: Buffer.concat(batches), aborted }, decompress, NOW)
}

function textOf(runs: readonly MessageRun[]): string {
  return runs.map(({ bytes }) => String(bytes)).join('')
}

describe('a partition that is owned', () => {
  it('passes over what is before its position, tombstones and markers of transactions, and moves past them', () => {
    const partition = owned()
    const runs = advance(partition, [batch(9n, ['a', 'b', null]), marker(12n, -1n, 1)])
    expect(runs).toMatchObject([{ stream: 'web-1', offsets: [10n], starts: [0] }])
    expect(textOf(runs)).toBe('b\n')
    expect(partition.position).toBe(13n)
  })

  it.each(['none', 'gzip', 'snappy', 'lz4'] as const)(
    'reads messages with and without a line end: %s',
    (compression) => {
      const long = 'x'.repeat(70_000)
      const [run] = advance(owned(), [batch(10n, ['a', 'b\nc\n', long], { compression })])
      expect(String(run?.bytes)).toBe(`a\nb\nc\n${long}\n`)
      expect(run).toMatchObject({ starts: [0, 2, 6], offsets: [10n, 11n, 12n] })
    },
  )

  it('leaves a batch that is cut to the next fetch', () => {
    const partition = owned()
    const cut = batch(11n, ['b'])
    expect(textOf(advance(partition, [batch(10n, ['a']), cut.subarray(0, cut.length - 1)]))).toBe('a\n')
    expect(textOf(advance(partition, [cut]))).toBe('b\n')
  })

  it('reads nothing that an aborted transaction has written, whether its end is in the answer or not', () => {
    const written = (first: bigint, value: string, producerId: bigint): Buffer =>
      batch(first, [value], { attributes: TRANSACTIONAL, producerId })
    const batches = [
      written(10n, 'aborted', 7n),
      written(11n, 'committed', 8n),
      marker(12n, 7n, 0),
      written(13n, 'anew', 7n),
      marker(14n, 8n, 1),
      marker(15n, 7n, 1),
      written(16n, 'aborted later', 7n),
    ]
    const aborted = [
      { producerId: 7n, firstOffset: 16n },
      { producerId: 7n, firstOffset: 10n },
    ]
    const partition = owned()
    expect(textOf(advance(partition, batches, aborted))).toBe('committed\nanew\n')
    expect(partition.position).toBe(17n)
  })

  it('names the stream by key, header or not at all', () => {
    const streams = (streamBy: StreamBy): unknown => advance(owned(streamBy), [batch(10n, ['a'])])[0]?.stream
    expect(streams({ by: 'key' })).toBe('web-1')
    expect(streams({ by: 'header', name: 'pod' })).toBe('web-2')
    expect(streams({ by: 'header', name: 'host' })).toBeUndefined()
    expect(streams({ by: 'none' })).toBeUndefined()
  })

  it('takes the broker’s time where the topic has it, and no time that is still to come', () => {
    const times = (more: Batch): unknown => advance(owned(), [batch(10n, ['a'], more)])[0]?.times[0]
    expect(times({})).toBe(NOW - 1000)
    expect(times({ attributes: APPEND_TIME })).toBe(NOW)
    expect(times({ firstTimestamp: BigInt(NOW * 2) })).toBe(NOW)
  })

  it('commits nothing that was fetched and not read yet', () => {
    const partition = owned()
    const runs = advance(partition, [batch(10n, ['a', 'b'])])
    expect(partition.checkpoint().offset).toBe(10n)
    partition.push(runs)
    expect(partition.checkpoint().offset).toBe(12n)
  })

  it('keeps a state until it is kept', () => {
    const partition = owned()
    partition.push(advance(partition, [batch(10n, ['a'])]))
    const { changes } = partition.checkpoint()
    expect(partition.checkpoint().changes).toEqual(changes)
    partition.kept(changes)
    expect(partition.checkpoint().changes).toEqual([])
  })
})
