/** Real brokers: what consumers that are killed have written is what one process says that reads everything in order. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPartition } from '../../src/partitions/partition.ts'
import { WAIT_MS } from '../patience.ts'

const { startKafka } = await import(new URL('../../bench/kafka/cluster.mjs', import.meta.url).href)
const { compare, expected, Follower, makeTopics, produce, readAll, readCommitted, startConsumer, written } =
  await import(new URL('../../bench/kafka/workload.mjs', import.meta.url).href)

const PODS = 16
const DUMPS = 25

let kafka: { readonly brokers: readonly string[]; stop(): Promise<void> }

beforeAll(async () => {
  kafka = await startKafka()
})
afterAll(() => kafka?.stop())

interface Killed {
  readonly topic: string
  readonly out: string
  readonly dumps: number
  readonly flags: readonly string[]
}

/** Dumps are written while consumers are killed; resolves when all is committed, and the consumers have ended. */
async function killWhileReading({ topic, out, dumps, flags }: Killed): Promise<void> {
  const { brokers } = kafka
  await makeTopics(brokers, [topic, out])
  const all = ['--topic', topic, '--out-topic', out, '--state-topic', `${topic}-states`, '--group', topic, ...flags]
  const producing = produce(brokers, topic, { pods: PODS, dumps, pauseMs: 400 })
  const consumers = [startConsumer(brokers, all), startConsumer(brokers, all)]
  for (let kill = 0; kill < 6; kill++) {
    await new Promise((resolve) => setTimeout(resolve, 1_000 + ((kill * 7_919) % 2_500)))
    const victim = consumers[kill % 2]
    victim.child.kill('SIGKILL')
    await victim.ended
    consumers[kill % 2] = startConsumer(brokers, all)
  }
  await producing
  const follower = new Follower(brokers, topic, topic)
  await follower.reaches(await follower.ends(), consumers, WAIT_MS)
  await follower.close()
  for (const consumer of consumers) {
    consumer.child.kill('SIGTERM')
    expect([await consumer.ended, consumer.said]).toEqual([0, expect.any(String)])
  }
}

describe.runIf(process.env.DUMPSTREAM_LIVE)('kafka', () => {
  it('loses no dump when consumers are killed, over poisoned messages, and every double is alike', async () => {
    const { brokers } = kafka
    await killWhileReading({ topic: 'logs', out: 'out', dumps: DUMPS, flags: [] })
    const [logs, out] = await Promise.all([readAll(brokers, 'logs'), readAll(brokers, 'out')])
    const whole = expected(createPartition, 'logs', logs)
    // What the producer had no answer to it has written twice.
    expect(whole.size).toBeGreaterThanOrEqual(PODS * DUMPS)
    const { doubled, ...result } = compare(whole, written(out))
    expect(result).toEqual({ dumps: whole.size, lost: 0, other: 0, invented: 0 })
    expect(doubled).toBeLessThan(PODS * DUMPS)
    // A signature is in one partition.
    const places = new Map<string, Set<number>>()
    for (const [partition, messages] of out.entries())
      for (const { key } of messages) places.set(String(key), (places.get(String(key)) ?? new Set()).add(partition))
    expect([...places.values()].every(({ size }) => size === 1)).toBe(true)
  })

  it('with --exactly-once, who reads committed messages reads each record once', async () => {
    const { brokers } = kafka
    await killWhileReading({ topic: 'once', out: 'once-out', dumps: DUMPS, flags: ['--exactly-once'] })
    const [logs, out] = await Promise.all([readAll(brokers, 'once'), readCommitted(brokers, 'once-out')])
    const whole = expected(createPartition, 'once', logs)
    expect(whole.size).toBeGreaterThanOrEqual(PODS * DUMPS)
    const result = compare(whole, written(out))
    expect(result).toEqual({ dumps: whole.size, lost: 0, doubled: 0, other: 0, invented: 0 })
  })
})
