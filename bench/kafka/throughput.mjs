// Measures what members of a group cost, and how fast they are: a log over 8 partitions, with one or 50 lines a message, read by 1, 2 and 4 members.
//
//   npm run build && node bench/kafka/throughput.mjs [--mb 200] [--members 1,2,4]
//
// Processor time is what counts, because the broker and the members share this machine with whatever else runs on it.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Producer } from '@platformatic/kafka'
import { startKafka } from './cluster.mjs'
import { podLines } from './leak.mjs'
import { Follower, makeTopics, startConsumer } from './workload.mjs'

const { values } = parseArgs({
  options: { mb: { type: 'string', default: '200' }, members: { type: 'string', default: '1,2,4' } },
})
const PARTITIONS = 8
const PODS = 64
/** Lines per request of the producer. */
const REQUEST = 16_000
const TIMING = { session: '30s', commitEvery: '1s' }
const START = Date.parse('2026-11-24T10:00:00Z')
const LINE = `level=info ts=2026-11-24T10:00:00Z caller=http/server.go:311 method=GET path=/api/v1/items/{} status=200 duration=3.1ms trace=`
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Lines of log of about 180 bytes each; a dump of some goroutines every 2000 lines of a pod. */
function* messages(topic, size) {
  const pods = Array.from({ length: PODS }, () => ({ lines: [], at: 0, serial: 0 }))
  for (let number = 0; ; number++) {
    const pod = number % PODS
    const own = pods[pod]
    if (own.lines.length - own.at < size) {
      const serial = own.serial++
      const log = Array.from(
        { length: 2_000 },
        (_, i) => `${LINE}${(serial * 2_000 + i).toString(16).padStart(32, '0')} bytes=${i}`,
      )
      own.lines = [...own.lines.slice(own.at), ...log, ...podLines(`pod-${pod}`, serial)]
      own.at = 0
    }
    const value = Buffer.from(own.lines.slice(own.at, own.at + size).join('\n'))
    own.at += size
    // 50 lines per second and pod.
    const timestamp = BigInt(START + Math.floor(number / PODS) * 20 * size)
    yield { topic, partition: pod % PARTITIONS, timestamp, key: Buffer.from(`pod-${pod}`), value }
  }
}

/** Returns how much was written, MB. */
async function fill(topic, size, mb, atMost = Number.POSITIVE_INFINITY) {
  const producer = new Producer({ clientId: 'bench', bootstrapBrokers: brokers, acks: 1, retries: 3 })
  const started = performance.now()
  let bytes = 0
  let batch = []
  for (const message of messages(topic, size)) {
    batch.push(message)
    bytes += message.value.length
    if (batch.length < REQUEST / size / (atMost < 1e9 ? 16 : 1)) continue
    await producer.send({ messages: batch, compression: 'lz4' })
    batch = []
    if (bytes > mb * 1e6) break
    const ahead = (bytes / atMost) * 1000 - (performance.now() - started)
    if (ahead > 0) await pause(ahead)
  }
  await producer.close()
  return bytes / 1e6
}

const kafka = await startKafka()
const { brokers } = kafka
const rows = []
try {
  for (const size of [1, 50]) {
    const topic = `lines-${size}`
    await makeTopics(brokers, [topic, `out-${size}`], { partitions: PARTITIONS })
    const mb = await fill(topic, size, Number(values.mb))
    for (const members of values.members.split(',').map(Number)) await measure({ topic, size, mb, members })
  }
  process.stdout.write('| lines a message | members | throughput | processor time for a GB | memory at most |\n')
  process.stdout.write('|---|---|---|---|---|\n')
  for (const row of rows) process.stdout.write(`| ${row.join(' | ')} |\n`)
  await follow()
} finally {
  await kafka.stop()
}

function start(topic, group, out) {
  const flags = ['--topic', topic, '--out-topic', out, '--state-topic', `states-${group}`, '--group', group]
  return startConsumer(brokers, flags, TIMING)
}

async function measure({ topic, size, mb, members }) {
  const group = `${topic}-${members}`
  const consumers = Array.from({ length: members }, () => start(topic, group, `out-${size}`))
  const follower = new Follower(brokers, topic, group)
  const ends = await follower.ends()
  // Until the first commit, they are starting and waiting for each other.
  while ((await follower.committed()).every((offset) => offset <= 0n)) await pause(20)
  const [at, used, done] = [performance.now(), cpuOf(consumers), await follower.committed()]
  await follower.reaches(ends, consumers)
  const seconds = (performance.now() - at) / 1000
  const sum = (offsets) => Number(offsets.reduce((all, offset) => all + (offset < 0n ? 0n : offset), 0n))
  const gb = (mb / 1000) * (1 - sum(done) / sum(ends))
  const peak = Math.max(...consumers.map(({ child }) => peakOf(child.pid)))
  rows.push([
    size,
    members,
    `${((gb * 1000) / seconds).toFixed(0)} MB/s`,
    `${((cpuOf(consumers) - used) / gb).toFixed(1)} s`,
    `${peak} MB`,
  ])
  process.stderr.write(`${rows.at(-1).join(' ')}\n`)
  await follower.close()
  await stop(consumers)
}

/** Two members follow a growing log; a third one joins and leaves. */
async function follow() {
  await makeTopics(brokers, ['live'], { partitions: PARTITIONS })
  const consumers = [start('live', 'live', 'out-1'), start('live', 'live', 'out-1')]
  const follower = new Follower(brokers, 'live', 'live')
  const writing = fill('live', 1, 40 * 2, 2e6)
  let isOver = false
  writing.finally(() => {
    isOver = true
  })
  const lags = []
  let [quietest, paused, previous, at] = [[], 0, [], performance.now()]
  const events = [
    [12_000, () => consumers.push(start('live', 'live', 'out-1'))],
    [24_000, () => consumers.at(-1).child.kill('SIGTERM')],
  ]
  const started = performance.now()
  while (!isOver) {
    await pause(100)
    const committed = await follower.committed()
    const ends = await follower.ends()
    const lag = ends.reduce((sum, end, i) => sum + Number(end - (committed[i] < 0n ? 0n : committed[i])), 0)
    const now = performance.now()
    if (String(committed) !== String(previous)) {
      paused = Math.max(paused, now - at)
      at = now
      previous = committed
    }
    const next = events[0]
    if (next !== undefined && now - started > next[0]) {
      next[1]()
      events.shift()
      if (events.length === 1) quietest = [...lags]
    }
    lags.push(lag)
  }
  const median = (all) => [...all].sort((a, b) => a - b)[all.length >> 1] ?? 0
  process.stdout.write(
    `2 MB/s are written, 2 members: lag ${median(quietest.slice(quietest.length >> 1))} messages (median); a third joins and leaves: at most ${Math.max(...lags.slice(quietest.length))}, ${(paused / 1000).toFixed(1)} s without a commit at most\n`,
  )
  await follower.close()
  await stop(consumers)
}

async function stop(consumers) {
  for (const { child } of consumers) child.kill('SIGTERM')
  await Promise.all(consumers.map(({ ended }) => ended))
}

/** Peak resident memory, MB. */
function peakOf(pid) {
  return Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024)
}

/** Processor time, seconds. The kernel counts in hundredths. */
function cpuOf(consumers) {
  return consumers.reduce((sum, { child }) => {
    const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ')
    return sum + (Number(fields[11]) + Number(fields[12])) / 100
  }, 0)
}
