// Produces dumps of pods, woven into their logs, to a topic; starts consumers that are killed; and compares the output with that of one process.
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Admin, Consumer, Producer } from '@platformatic/kafka'
import { kafkaJars } from './cluster.mjs'
import { podLines } from './leak.mjs'

const COMMAND = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
/** Bytes that are not log: a consumer must not stumble over them. */
export const POISON = [
  Buffer.alloc(0),
  Buffer.from([0x0a, 0x80, 0x04, 0, 0, 0xff, 0xfe, 0x01]),
  Buffer.alloc(512 << 10, 0x41),
  Buffer.from('{"log":"goroutine 7 [running]:\\n'),
  Buffer.from('\n\n\r\n\0'),
]

export async function makeTopics(brokers, topics, { partitions = 8, replicas = 1 } = {}) {
  const admin = new Admin({ clientId: 'bench', bootstrapBrokers: brokers })
  await again(() => admin.createTopics({ topics, partitions, replicas }))
  await admin.close()
}

/** Writes `dumps` dumps of `pods` pods, one message a line, each pod in one partition. Resolves to messages by partition, in the order written. */
export async function produce(brokers, topic, { pods, dumps, partitions = 8, poison = true, pauseMs = 0, skewMs = 0 }) {
  // If a response is lost, the message is written twice, in order: consumers are compared with what is in the topic.
  const producer = new Producer({
    clientId: 'bench',
    bootstrapBrokers: brokers,
    retries: 0,
    acks: -1,
    connectTimeout: 1_000,
  })
  const send = (messages) =>
    again(async () => {
      await producer.send({ messages }).catch((error) => {
        producer.clearMetadata()
        throw error
      })
    })
  for (let number = 0; number < dumps; number++) {
    const messages = []
    const lines = Array.from({ length: pods }, (_, pod) => podLines(`pod-${pod}`, number))
    for (let line = 0; line < Math.max(...lines.map(({ length }) => length)); line++) {
      for (let pod = 0; pod < pods; pod++) {
        const text = lines[pod][line]
        if (text !== undefined)
          messages.push({
            topic,
            partition: pod % partitions,
            timestamp: BigInt(Date.now() - (pod % partitions) * skewMs),
            key: Buffer.from(`pod-${pod}`),
            value: Buffer.from(text),
          })
      }
    }
    if (poison)
      messages.push({
        topic,
        partition: number % partitions,
        key: Buffer.from('poison'),
        value: POISON[number % POISON.length],
      })
    const parts = Array.from({ length: partitions }, (_, part) =>
      messages.filter(({ partition }) => partition === part),
    )
    await Promise.all(parts.filter(({ length }) => length > 0).map(send))
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  await producer.close()
}

/** All messages that are now in a topic, by partition. */
export async function readAll(brokers, topic) {
  const consumer = new Consumer({
    clientId: 'bench',
    groupId: `bench-${Math.random()}`,
    bootstrapBrokers: brokers,
    retries: 10,
    retryDelay: 500,
  })
  const { id, partitions } = (await again(() => consumer.metadata({ topics: [topic] }))).topics.get(topic)
  const ends = (await again(() => consumer.listOffsets({ topics: [topic] }))).get(topic)
  consumer.topics.track(topic)
  const all = []
  for (const [partition, { leader }] of partitions.entries()) {
    const messages = []
    all.push(messages)
    for (let position = 0n; position < ends[partition]; ) {
      const response = await consumer.fetch({
        node: leader,
        maxWaitTime: 500,
        minBytes: 1,
        maxBytes: 64 << 20,
        topics: [
          {
            topicId: id,
            partitions: [
              {
                partition,
                fetchOffset: position,
                currentLeaderEpoch: -1,
                lastFetchedEpoch: -1,
                partitionMaxBytes: 64 << 20,
              },
            ],
          },
        ],
      })
      for (const batch of response.responses[0]?.partitions[0]?.records ?? []) {
        for (const record of batch.records) {
          const offset = batch.firstOffset + BigInt(record.offsetDelta)
          if (offset < position) continue
          messages.push({
            offset,
            key: record.key,
            value: record.value,
            time: Number(batch.firstTimestamp + record.timestampDelta),
          })
        }
        position = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n
      }
    }
  }
  await consumer.close(true)
  return all
}

/** What Kafka's own consumer reads of a topic if it accepts only committed messages: values, in the format of `readAll`. */
export async function readCommitted(brokers, topic) {
  const program = fileURLToPath(new URL('ReadCommitted.java', import.meta.url))
  const folder = mkdtempSync(join(tmpdir(), 'dumpstream-java-'))
  const run = promisify(execFile)
  const path = ['-cp', `${kafkaJars()}:${folder}`]
  await run('javac', ['-d', folder, ...path, program])
  const argv = ['-Xmx256m', ...path, 'ReadCommitted', brokers.join(), topic]
  const { stdout } = await run('java', argv, { maxBuffer: 1 << 30 })
  rmSync(folder, { recursive: true })
  const lines = stdout.split('\n').filter((line) => line !== '')
  return [lines.map((value) => ({ value }))]
}

export async function deleteTopic(brokers, topic) {
  const admin = new Admin({ clientId: 'bench', bootstrapBrokers: brokers })
  await admin.deleteTopics({ topics: [topic] })
  await admin.close()
}

/** How far a group has read a topic. */
export class Follower {
  #consumer
  #options
  #topic

  constructor(brokers, topic, groupId) {
    this.#topic = topic
    this.#options = { clientId: 'bench', groupId, bootstrapBrokers: brokers, retries: 0 }
  }

  /** The offset after the newest message of each partition. */
  ends() {
    return this.#ask(async (consumer) => (await consumer.listOffsets({ topics: [this.#topic] })).get(this.#topic))
  }

  /** The next offset to read of each partition; negative if nothing is committed. */
  async committed() {
    const partitions = (await this.ends()).map((_, i) => i)
    const asked = { topics: [{ topic: this.#topic, partitions }] }
    return await this.#ask(async (consumer) => (await consumer.listCommittedOffsets(asked)).get(this.#topic))
  }

  /** How many messages are not committed yet. */
  async lag() {
    const [ends, committed] = await Promise.all([this.ends(), this.committed()])
    return ends.reduce((sum, end, i) => sum + Number(end - (committed[i] < 0n ? 0n : committed[i])), 0)
  }

  /**
   * Resolves when the group has committed everything before `ends`. Rejects after `patienceMs`, or if one of `consumers` has ended by itself, so that
   * this would never happen.
   */
  async reaches(ends, consumers, patienceMs = Number.POSITIVE_INFINITY) {
    for (const until = performance.now() + patienceMs; ; ) {
      const committed = await this.committed()
      if (ends.every((end, i) => committed[i] >= end)) return
      for (const { child, said } of consumers)
        if (child.exitCode !== null) throw new Error(`a consumer has ended (${child.exitCode}): ${said}`)
      if (performance.now() > until)
        throw new Error(
          `committed ${committed.join()} of ${ends.join()}; consumers said:\n${consumers.map(({ said }) => said).join('\n')}`,
        )
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  async close() {
    const consumer = this.#consumer
    this.#consumer = undefined
    if (consumer !== undefined) await new Promise((resolve) => consumer.close(true, resolve))
  }

  #ask(work) {
    return again(async () => {
      this.#consumer ??= new Consumer(this.#options)
      try {
        return await work(this.#consumer)
      } catch (error) {
        await this.close()
        throw error
      }
    })
  }
}

/** A process of the command. `said`: its stderr. */
export function startConsumer(brokers, flags, { session = '3s', commitEvery = '500ms' } = {}) {
  const timing = ['--session', session, '--commit-every', commitEvery]
  const argv = [COMMAND, 'kafka', '--brokers', brokers.join(), '--from', 'earliest', ...timing, ...flags]
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'pipe'] })
  const consumer = {
    child,
    said: '',
    ended: new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code))),
  }
  child.stderr.on('data', (chunk) => {
    consumer.said += chunk
  })
  return consumer
}

/** The output of one process that reads the dumps in order: dump id → its records as JSON, without what depends on the process. */
export function expected(createPartition, topic, partitions) {
  const dumps = new Map()
  for (const [number, messages] of partitions.entries()) {
    const partition = createPartition({ topic, partition: number, engine: { stacks: 'always' } })
    const records = partition.push(
      messages
        .filter(({ value }) => value !== null && value.length > 0)
        .map(({ offset, key, value, time }) => ({ offset, bytes: value, stream: key?.toString(), time })),
    )
    for (const { record, dumpId } of [...records, ...partition.tick(0), ...partition.tick(60_000)])
      add(dumps, dumpId, record)
  }
  return new Map([...dumps].map(([id, records]) => [id, records.join('\n')]))
}

/** From a topic of records: dump id → each version of it that was written. */
export function written(partitions) {
  const dumps = new Map()
  for (const { value } of partitions.flat()) {
    const { dump_id, ...record } = JSON.parse(value.toString())
    add(dumps, dump_id, record)
  }
  return dumps
}

function add(dumps, id, record) {
  const known = dumps.get(id) ?? []
  dumps.set(id, known)
  known.push(JSON.stringify(record.type === 'dump' ? { ...record, bytes: 0 } : record))
}

/** `lost`: dumps that were not written; `doubled`: dumps written more than once; `other`: dumps whose records differ from those of one process. */
export function compare(whole, out) {
  let [lost, doubled, other] = [0, 0, 0]
  for (const [id, text] of whole) {
    const records = out.get(id)
    if (records === undefined) {
      lost++
      continue
    }
    const said = new Set(text.split('\n'))
    if (records.length > said.size) doubled++
    const distinct = new Set(records)
    if ([...said].some((record) => !distinct.has(record)) || distinct.size > said.size) other++
  }
  return { dumps: whole.size, lost, doubled, other, invented: [...out.keys()].filter((id) => !whole.has(id)).length }
}

async function again(work) {
  for (let tries = 0; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries >= 240) throw error
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
}
