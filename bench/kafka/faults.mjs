// Measures what faults cost: dumps that are lost or written twice, and the time until everything that was there at the fault is committed.
//
//   npm run build && node bench/kafka/faults.mjs [--dumps 640] [--only 'kill -9'] [--exactly-once]
//
// Three brokers and two members of a group, each a process; dumps of pods woven into their logs over 8 partitions. The output is compared with that
// of
// one process that reads all partitions in order (workload.mjs).
import { parseArgs } from 'node:util'
import { createPartition } from '../../dist/index.js'
import { startKafka } from './cluster.mjs'
import {
  compare,
  deleteTopic,
  expected,
  Follower,
  makeTopics,
  produce,
  readAll,
  readCommitted,
  startConsumer,
  written,
} from './workload.mjs'

const { values } = parseArgs({
  options: {
    dumps: { type: 'string', default: '640' },
    only: { type: 'string' },
    'exactly-once': { type: 'boolean', default: false },
  },
})
const PODS = 16
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const FAULTS = {
  none: async () => {},
  'kill -9 of a member, again and again': async ({ consumers, start, isWritten }) => {
    let kills = 0
    while (kills < 8 || !isWritten()) {
      await pause(800 + Math.random() * 1_500)
      const victim = Math.floor(Math.random() * 2)
      consumers[victim].child.kill('SIGKILL')
      await consumers[victim].ended
      consumers[victim] = start()
      kills++
    }
    return `${kills} times`
  },
  'a broker killed of three, and back after 8 s': async ({ kafka }) => {
    await pause(3_000)
    kafka.kill(2)
    await pause(8_000)
    await kafka.restart(2)
  },
  'a member joins and leaves, again and again': async ({ start, isWritten }) => {
    let turns = 0
    while (turns < 8 || !isWritten()) {
      const guest = start()
      await pause(1_500)
      guest.child.kill('SIGTERM')
      await guest.ended
      turns++
    }
    return `${turns} times`
  },
  'a member stopped for 6 s, its session is 3 s': async ({ consumers }) => {
    await pause(2_000)
    consumers[0].child.kill('SIGSTOP')
    await pause(6_000)
    consumers[0].child.kill('SIGCONT')
  },
  'clocks of the partitions a day apart': async () => {},
}

const kafka = await startKafka({ brokers: 3 })
const { brokers } = kafka
const rows = []
try {
  for (const [index, [name, fault]] of Object.entries(FAULTS).entries()) {
    if (values.only !== undefined && !name.includes(values.only)) continue
    const [topic, out, states, group] = ['logs', 'out', 'states', 'group'].map((each) => `${each}-${index}`)
    await makeTopics(brokers, [topic, out], { replicas: 3 })
    const flags = ['--topic', topic, '--out-topic', out, '--state-topic', states, '--group', group]
    if (values['exactly-once']) flags.push('--exactly-once')
    const start = () => startConsumer(brokers, flags)
    const consumers = [start(), start()]
    const skewMs = name.includes('apart') ? 86_400_000 : 0
    let isWritten = false
    const dumps = Math.ceil(Number(values.dumps) / PODS)
    const producing = produce(brokers, topic, { pods: PODS, dumps, pauseMs: 300, skewMs }).then(() => {
      isWritten = true
    })
    const how = await fault({ kafka, consumers, start, isWritten: () => isWritten })
    const at = performance.now()
    const follower = new Follower(brokers, topic, group)
    await follower.reaches(await follower.ends(), consumers)
    const seconds = (performance.now() - at) / 1000
    await producing
    await follower.reaches(await follower.ends(), consumers)
    await follower.close()
    for (const { child } of consumers) child.kill('SIGTERM')
    const codes = await Promise.all(consumers.map(({ ended }) => ended))
    const read = values['exactly-once'] ? readCommitted : readAll
    const [logs, records] = await Promise.all([readAll(brokers, topic), read(brokers, out)])
    const result = compare(expected(createPartition, topic, logs), written(records))
    rows.push({ name: how === undefined ? name : `${name}: ${how}`, ...result, seconds, codes })
    process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`)
    const said = consumers.flatMap(({ said }) => said.split('\n').filter((line) => line !== ''))
    for (const line of said) process.stderr.write(`  ${line}\n`)
  }
  if (values.only === undefined) await deleted()
} finally {
  await kafka.stop()
}
process.stdout.write(
  '| fault | dumps | lost | doubled | told otherwise | all of before committed after |\n|---|---|---|---|---|---|\n',
)
for (const { name, dumps, lost, doubled, other, invented, seconds } of rows)
  process.stdout.write(
    `| ${name} | ${dumps} | ${lost} | ${doubled} | ${other + invented} | ${seconds.toFixed(1)} s |\n`,
  )

async function deleted() {
  await makeTopics(brokers, ['gone'], { replicas: 3 })
  const consumer = startConsumer(brokers, ['--topic', 'gone', '--group', 'gone'])
  await pause(4_000)
  const at = performance.now()
  await deleteTopic(brokers, 'gone')
  const code = await consumer.ended
  process.stderr.write(
    `topic deleted: exit ${code} after ${((performance.now() - at) / 1000).toFixed(1)} s: ${consumer.said}`,
  )
}
