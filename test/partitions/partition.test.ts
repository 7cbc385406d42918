/** A partition is read on by another process, from the committed offset and the states, as if one had read it all. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PartitionMessage, PlacedRecord } from '../../src/partitions/message.ts'
import { createPartition, type Partition, type PartitionOptions } from '../../src/partitions/partition.ts'
import type { StreamState } from '../../src/partitions/stream.ts'

const { leakingDump } = await import(new URL('../../bench/kafka/leak.mjs', import.meta.url).href)

const START = Date.parse('2026-11-24T10:00:00Z')

/** What one pod logs: three dumps of a leak, log lines between them. */
function podLog(): string[] {
  return [0, 1, 2].flatMap((dump) => [
    ...Array.from({ length: 9 }, (_, i) => `2026-11-24T10:0${dump}:0${i}Z served`),
    ...leakingDump(3 + dump * 3),
    `2026-11-24T10:0${dump}:10Z goes on`,
  ])
}

/** Pods whose lines alternate, `lines` of them a message. */
function weave(pods: readonly string[], lines: number): PartitionMessage[] {
  const logs = pods.map(() => podLog())
  const messages: PartitionMessage[] = []
  for (let line = 0; line < (logs[0]?.length ?? 0); line += lines) {
    for (const [index, stream] of pods.entries()) {
      const text = logs[index]?.slice(line, line + lines).join('\n') ?? ''
      // Offsets of a compacted topic have gaps.
      messages.push({ offset: BigInt(messages.length * 3), bytes: Buffer.from(text), stream, time: START + line * 20 })
    }
  }
  return messages
}

function open(states: Iterable<StreamState>): Partition {
  const engine: PartitionOptions['engine'] = { stacks: 'always' }
  return createPartition({ topic: 'logs', partition: 3, states, engine })
}

/** The broker's side: what was written, kept and committed. */
class Kept {
  readonly records: PlacedRecord[] = []
  readonly states = new Map<string | undefined, StreamState>()
  offset = 0n

  checkpoint(partition: Partition): void {
    const { states, offset } = partition.checkpoint()
    for (const { stream, state } of states) {
      if (state === undefined) this.states.delete(stream)
      else this.states.set(stream, JSON.parse(JSON.stringify(state)))
    }
    this.offset = offset ?? this.offset
  }

  open(): Partition {
    return open(this.states.values())
  }
}

/** One after the other, all batches of any size; a checkpoint after each that is in `checkpoints`. */
function read(
  messages: readonly PartitionMessage[],
  sizes: readonly number[],
  kills: ReadonlySet<number>,
  checkpoints: ReadonlySet<number>,
): Kept {
  const kept = new Kept()
  let partition = kept.open()
  let batch = 0
  for (let at = 0; at < messages.length; ) {
    const end = Math.min(messages.length, at + (sizes[batch % sizes.length] ?? 1))
    kept.records.push(...partition.push(messages.slice(at, end)))
    at = end
    if (checkpoints.has(batch)) kept.checkpoint(partition)
    if (kills.has(batch)) {
      partition = kept.open()
      at = messages.findIndex(({ offset }) => offset >= kept.offset)
      if (at < 0) at = messages.length
    }
    batch++
  }
  kept.records.push(...partition.tick(0), ...partition.tick(60_000))
  kept.checkpoint(partition)
  return kept
}

/** Of each dump of each id, the records; the later ones are doubles. `bytes` are of one process. */
function distinct(records: readonly PlacedRecord[]): Map<string, unknown[]> {
  const dumps = new Map<string, unknown[]>()
  let own: unknown[] = []
  for (const { record, dumpId } of records) {
    if (record.type === 'dump') {
      own = []
      if (!dumps.has(dumpId)) dumps.set(dumpId, own)
    }
    own.push(record.type === 'dump' ? { ...record, bytes: 0 } : record)
  }
  return dumps
}

const INPUTS: [string, PartitionMessage[]][] = [
  ['a line a message, one pod', weave(['web-1'], 1)],
  ['a line a message, three pods', weave(['web-1', 'web-2', 'web-3'], 1)],
  ['seven lines a message, two pods', weave(['web-1', 'web-2'], 7)],
]

describe('a partition', () => {
  it.each(INPUTS)('says the same with any batches: %s', (_, messages) => {
    const whole = distinct(read(messages, [messages.length], new Set(), new Set()).records)
    expect(whole.size).toBe(3 * new Set(messages.map(({ stream }) => stream)).size)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 }), (sizes) => {
        expect(distinct(read(messages, sizes, new Set(), new Set()).records)).toEqual(whole)
      }),
      { numRuns: 8 },
    )
  })

  it.each(INPUTS)('killed anywhere, says the same once doubles are dropped, and knows the same: %s', (_, messages) => {
    const once = read(messages, [10], new Set(), new Set())
    const whole = distinct(once.records)
    const batches = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 8 })
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 20 }), batches, batches, (size, kills, checkpoints) => {
        const killed = read(messages, [size], new Set(kills), new Set(checkpoints))
        expect(distinct(killed.records)).toEqual(whole)
        expect(nextDumps(killed)).toEqual(nextDumps(once))
        expect(killed.offset).toBe(once.offset)
      }),
      { numRuns: 20 },
    )
  })

  it('commits at the first message of an open dump, and past it when it is complete', () => {
    const messages = weave(['web-1'], 1)
    const header = messages.findIndex(({ bytes }) => String(bytes).startsWith('goroutine 1 '))
    const partition = open([])
    partition.push(messages.slice(0, header + 5))
    expect(partition.checkpoint().offset).toBe(messages[header]?.offset)
    partition.push(messages.slice(header + 5))
    partition.tick(0)
    partition.tick(60_000)
    expect(partition.checkpoint().offset).toBe((messages.at(-1)?.offset ?? 0n) + 1n)
  })

  it('names a dump by the byte of its message where it does not begin there', () => {
    const partition = open([])
    const records = partition.push([{ offset: 7n, bytes: Buffer.from(`served\n${leakingDump(2).join('\n')}`) }])
    records.push(...partition.end())
    expect(new Set(records.map(({ dumpId }) => dumpId))).toEqual(new Set(['logs/3/7+7']))
    expect(records[0]?.record.source).toBe('logs/3')
  })

  it('ends a dump whose stream is silent while others go on', () => {
    const partition = open([])
    partition.push(
      leakingDump(2).map((line: string, i: number) => ({
        offset: BigInt(i),
        bytes: Buffer.from(line),
        stream: 'a',
        time: START,
      })),
    )
    const later = (i: number): PartitionMessage => ({
      offset: BigInt(100 + i),
      bytes: Buffer.from('served'),
      stream: 'b',
      time: START + i * 3000,
    })
    expect([1, 2, 3].flatMap((i) => partition.push([later(i)])).map(({ record }) => record.type)).toContain('dump')
  })

  it('forgets the stream that was silent longest, and says so', () => {
    const partition = createPartition({ topic: 'logs', partition: 0, engine: { limits: { sources: 2 } } })
    const message = (offset: number, stream: string): PartitionMessage => ({
      offset: BigInt(offset),
      bytes: Buffer.from('x'),
      stream,
    })
    partition.push([message(0, 'a'), message(1, 'b')])
    partition.checkpoint()
    partition.push([message(2, 'c')])
    expect(partition.streams).toBe(2)
    expect(partition.checkpoint().states.map(({ stream, state }) => [stream, state !== undefined])).toEqual([
      ['a', false],
      ['c', true],
    ])
  })
})

/** What the next dump of each stream would be compared with. */
function nextDumps(kept: Kept): Map<string, unknown[]> {
  const partition = kept.open()
  const messages = [...kept.states.keys()].sort().flatMap((stream) =>
    [...leakingDump(20), '2026-11-24T10:06:00Z goes on'].map((line) => ({
      stream,
      bytes: Buffer.from(line),
      time: START + 360_000,
    })),
  )
  const records = partition.push(messages.map((message, i) => ({ ...message, offset: kept.offset + BigInt(i) })))
  return distinct([...records, ...partition.end()])
}
