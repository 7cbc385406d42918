/** Real brokers: what consumers that are killed have written is what one process says that reads everything in order. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPartition } from '../../src/partitions/partition.ts'

const { startKafka } = await import(new URL('../../bench/kafka/cluster.mjs', import.meta.url).href)
const { compare, expected, Follower, makeTopics, produce, readAll, startConsumer, written } = await import(
  new URL('../../bench/kafka/workload.mjs', import.meta.url).href
)

const PODS = 16
const DUMPS = 25
const FLAGS = ['--topic', 'logs', '--out-topic', 'out', '--state-topic', 'states', '--group', 'g']

let kafka: { readonly brokers: readonly string[]; stop(): Promise<void> }

beforeAll(async () => {
  kafka = await startKafka()
}, 600_000)
afterAll(() => kafka?.stop())

describe.runIf(process.env.DUMPSTREAM_LIVE)('kafka', () => {
  it('loses no dump when consumers are killed, over poisoned messages, and every double is alike', {
    timeout: 170_000,
  }, async () => {
    const { brokers } = kafka
    await makeTopics(brokers, ['logs', 'out'])
    const producing = produce(brokers, 'logs', { pods: PODS, dumps: DUMPS, pauseMs: 400 })
    const consumers = [startConsumer(brokers, FLAGS), startConsumer(brokers, FLAGS)]
    for (let kill = 0; kill < 6; kill++) {
      await new Promise((resolve) => setTimeout(resolve, 1_000 + ((kill * 7_919) % 2_500)))
      const victim = consumers[kill % 2]
      victim.child.kill('SIGKILL')
      await victim.ended
      consumers[kill % 2] = startConsumer(brokers, FLAGS)
    }
    await producing
    const follower = new Follower(brokers, 'logs', 'g')
    await follower.reaches(await follower.ends(), consumers)
    await follower.close()
    for (const { child, ended } of consumers) {
      child.kill('SIGTERM')
      expect(await ended).toBe(0)
    }
    const [logs, out] = await Promise.all([readAll(brokers, 'logs'), readAll(brokers, 'out')])
    const whole = expected(createPartition, 'logs', logs)
    expect(whole.size).toBe(PODS * DUMPS)
    const { doubled, ...result } = compare(whole, written(out))
    expect(result).toEqual({ dumps: PODS * DUMPS, lost: 0, other: 0, invented: 0 })
    expect(doubled).toBeLessThan(PODS * DUMPS)
    // A signature is in one partition.
    const places = new Map<string, Set<number>>()
    for (const [partition, messages] of out.entries())
      for (const { key } of messages) places.set(String(key), (places.get(String(key)) ?? new Set()).add(partition))
    expect([...places.values()].every(({ size }) => size === 1)).toBe(true)
  })
})
