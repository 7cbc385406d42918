/** What a batch of Kafka is read as. */
import type { RecordsBatch } from '@platformatic/kafka'
import { describe, expect, it } from 'vitest'
import { OwnedPartition, type StreamBy } from '../../src/kafka/owned.ts'

const NOW = 1_795_856_730_000

function batch(first: bigint, values: readonly (string | null)[], more: Partial<RecordsBatch> = {}): RecordsBatch {
  return {
    firstOffset: first,
    length: 0,
    partitionLeaderEpoch: 0,
    magic: 2,
    crc: 0,
    attributes: 0,
    lastOffsetDelta: values.length - 1,
    firstTimestamp: BigInt(NOW - 1000),
    maxTimestamp: BigInt(NOW),
    producerId: -1n,
    producerEpoch: 0,
    firstSequence: 0,
    records: values.map((value, offsetDelta) => ({
      length: 0,
      attributes: 0,
      timestampDelta: BigInt(offsetDelta),
      offsetDelta,
      key: Buffer.from('web-1'),
      value: value === null ? null : Buffer.from(value),
      headers: [[Buffer.from('pod'), Buffer.from('web-2')]],
    })),
    ...more,
  }
}

function owned(streamBy: StreamBy = { by: 'key' }): OwnedPartition {
  return new OwnedPartition({ topic: 'logs', partition: 3 }, streamBy, 10n)
}

describe('a partition that is owned', () => {
  it('passes over what is before its position, tombstones and markers of transactions, and moves past them', () => {
    const partition = owned()
    const messages = partition.advance([batch(9n, ['a', 'b', null]), batch(12n, ['c'], { attributes: 0x20 })], NOW)
    expect(messages.map(({ offset, bytes, stream }) => [offset, String(bytes), stream])).toEqual([[10n, 'b', 'web-1']])
    expect(partition.position).toBe(13n)
  })

  it('names the stream by key, header or not at all', () => {
    const streams = (streamBy: StreamBy): unknown => owned(streamBy).advance([batch(10n, ['a'])], NOW)[0]?.stream
    expect(streams({ by: 'key' })).toBe('web-1')
    expect(streams({ by: 'header', name: 'pod' })).toBe('web-2')
    expect(streams({ by: 'header', name: 'host' })).toBeUndefined()
    expect(streams({ by: 'none' })).toBeUndefined()
  })

  it('takes the broker’s time where the topic has it, and no time that is still to come', () => {
    const times = (more: Partial<RecordsBatch>): unknown => owned().advance([batch(10n, ['a'], more)], NOW)[0]?.time
    expect(times({})).toBe(NOW - 1000)
    expect(times({ attributes: 0x08 })).toBe(NOW)
    expect(times({ firstTimestamp: BigInt(NOW * 2) })).toBe(NOW)
  })

  it('commits nothing that was fetched and not read yet', () => {
    const partition = owned()
    const messages = partition.advance([batch(10n, ['a', 'b'])], NOW)
    expect(partition.checkpoint().offset).toBe(10n)
    partition.push(messages)
    expect(partition.checkpoint().offset).toBe(12n)
  })

  it('keeps a state until it is kept', () => {
    const partition = owned()
    partition.push(partition.advance([batch(10n, ['a'])], NOW))
    const { changes } = partition.checkpoint()
    expect(partition.checkpoint().changes).toEqual(changes)
    partition.kept(changes)
    expect(partition.checkpoint().changes).toEqual([])
  })
})
