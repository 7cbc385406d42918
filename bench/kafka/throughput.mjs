// How fast: members of a group over 8 partitions, and what one core does without brokers.
//
//   npm run build && node bench/kafka/throughput.mjs [--mb 1000] [--members 1,2,4]
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Producer } from '@platformatic/kafka'
import { createPartition } from '../../dist/index.js'
import { startKafka } from './cluster.mjs'
import { endsOf, isCommitted, makeTopics, podLines, startConsumer } from './workload.mjs'

const { values } = parseArgs({
  options: { mb: { type: 'string', default: '1000' }, members: { type: 'string', default: '1,2,4' } },
})
const PARTITIONS = 8
const PODS = 64
const BATCH = 2_000
const START = Date.parse('2026-11-24T10:00:00Z')
const LINE = `level=info ts=2026-11-24T10:00:00Z caller=http/server.go:311 method=GET path=/api/v1/items/{} status=200 duration=3.1ms trace=`

/** A line of log in some 180 bytes; a dump of some goroutines every 2000 lines of a pod. */
function* messages(topic) {
  const lines = Array.from({ length: PODS }, () => [])
  for (let number = 0; ; number++) {
    const pod = number % PODS
    const own = lines[pod]
    if (own.length === 0) {
      const serial = Math.floor(number / PODS)
      for (let i = 0; i < 2_000; i++) own.push(`${LINE}${(serial + i).toString(16).padStart(32, '0')} bytes=${i}`)
      own.push(...podLines(`pod-${pod}`, serial))
      own.reverse()
    }
    const key = Buffer.from(`pod-${pod}`)
    // 50 lines a second of each pod.
    const timestamp = BigInt(START + Math.floor(number / PODS) * 20)
    yield { topic, partition: pod % PARTITIONS, timestamp, key, value: Buffer.from(own.pop()) }
  }
}

const kafka = await startKafka()
const { brokers } = kafka
try {
  await makeTopics(brokers, ['big', 'out'], { partitions: PARTITIONS })
  const producer = new Producer({ clientId: 'bench', bootstrapBrokers: brokers, acks: 1, retries: 3 })
  const kept = Array.from({ length: PARTITIONS }, () => [])
  let [bytes, count, batch] = [0, 0, []]
  for (const message of messages('big')) {
    batch.push(message)
    bytes += message.value.length
    if (count++ < 400_000) kept[message.partition].push(message)
    if (batch.length < BATCH * PARTITIONS) continue
    await producer.send({ messages: batch, compression: 'lz4' })
    batch = []
    if (bytes > Number(values.mb) * 1e6) break
  }
  await producer.close()
  const mb = bytes / 1e6
  process.stderr.write(`${mb.toFixed(0)} MB, ${count} messages\n`)

  const cpu = process.cpuUsage()
  let read = 0
  for (const [number, own] of kept.entries()) {
    const partition = createPartition({ topic: 'big', partition: number })
    for (let at = 0; at < own.length; at += 5_000) {
      const some = own.slice(at, at + 5_000)
      partition.push(
        some.map(({ key, value, timestamp }, i) => ({
          offset: BigInt(at + i),
          bytes: value,
          stream: key.toString(),
          time: Number(timestamp),
        })),
      )
      for (const { value } of some) read += value.length
    }
  }
  const { user, system } = process.cpuUsage(cpu)
  const rows = [['the partition alone, of processor time', `${(read / (user + system) || 0).toFixed(0)} MB/s`, '', '']]

  const ends = await endsOf(brokers, 'big')
  for (const members of values.members.split(',').map(Number)) {
    const group = `g${members}`
    const at = performance.now()
    const flags = [
      '--session',
      '30s',
      '--commit-every',
      '2s',
      '--topic',
      'big',
      '--out-topic',
      'out',
      '--state-topic',
      `states-${members}`,
      '--group',
      group,
    ]
    const consumers = Array.from({ length: members }, () => startConsumer(brokers, flags))
    while (!(await isCommitted(brokers, 'big', group, ends))) await new Promise((resolve) => setTimeout(resolve, 200))
    const seconds = (performance.now() - at) / 1000
    const peaks = consumers.map(({ child }) => peakOf(child.pid))
    const used = consumers.map(({ child }) => cpuOf(child.pid)).reduce((sum, each) => sum + each, 0)
    for (const { child } of consumers) child.kill('SIGTERM')
    await Promise.all(consumers.map(({ ended }) => ended))
    rows.push([
      `${members} members`,
      `${(mb / seconds).toFixed(0)} MB/s`,
      `${(used / (mb / 1000)).toFixed(1)} s`,
      `${Math.max(...peaks)} MB`,
    ])
    process.stderr.write(`${rows.at(-1).join(' ')}\n`)
  }
  process.stdout.write('| | throughput | processor time for a GB | memory at most |\n|---|---|---|---|\n')
  for (const row of rows) process.stdout.write(`| ${row.join(' | ')} |\n`)
} finally {
  await kafka.stop()
}

/** Resident, MB. */
function peakOf(pid) {
  return Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024)
}

/** Seconds of a processor, the start included. The kernel counts in hundredths. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
