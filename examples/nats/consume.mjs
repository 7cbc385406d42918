// node consume.mjs logs.0
// Reads one subject of the JetStream stream LOGS, a log line a message, the pod in a header. Records go to the stream GOROUTINES; how far the
// subject is read, and what is known of its pods, to the stream STATES. Killed anywhere, it goes on where it has to, and says nothing twice:
// the server drops a record whose id it has seen.
import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { createPartition } from 'dumpstream'

const CHECKPOINT_MS = 1_000

const [subject = 'logs.0'] = process.argv.slice(2)
const place = `states.${subject}`
const connection = await connect({ servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222' })
const manager = await jetstreamManager(connection)
const stream = jetstream(connection)

const kept = await manager.streams.getMessage('STATES', { last_by_subj: place }).catch(() => null)
const known = kept?.json() ?? { offset: '1', states: [] }
const states = new Map(known.states.map((state) => [state.stream, state]))
const partition = createPartition({ topic: 'LOGS', partition: subject, states: states.values() })

/** Records before the place to go on from: a kill in between makes doubles, which the server drops. */
let written = Promise.resolve()
function write(records) {
  for (const [index, { record, dumpId }] of records.entries()) {
    const key = record.type === 'signature' ? record.id : record.type
    const json = JSON.stringify({ ...record, dump_id: dumpId })
    const msgID = `${dumpId}/${record.type}/${record.id ?? record.rank ?? ''}`
    written = written.then(() => stream.publish(`goroutines.${key}`, json, { msgID }))
    if (index === records.length - 1) written.catch(fail)
  }
}

async function checkpoint() {
  const { states: changes, offset } = partition.checkpoint()
  for (const { stream: name, state } of changes) {
    if (state === undefined) states.delete(name)
    else states.set(name, state)
  }
  await written
  if (changes.length > 0)
    await stream.publish(place, JSON.stringify({ offset: String(offset), states: [...states.values()] }))
}

function fail(error) {
  console.error(`consume.mjs: ${error.message}`)
  process.exit(1)
}

let isBusy = false
const timer = setInterval(async () => {
  if (isBusy) return
  isBusy = true
  write(partition.tick(Date.now()))
  await checkpoint().catch(fail)
  isBusy = false
}, CHECKPOINT_MS)

const consumer = await stream.consumers.get('LOGS', {
  filter_subjects: [subject],
  deliver_policy: DeliverPolicy.StartSequence,
  opt_start_seq: Number(known.offset),
})
const messages = await consumer.consume()
process.once('SIGTERM', () => messages.stop())
for await (const { seq, data, headers, time } of messages)
  write(partition.push([{ offset: BigInt(seq), bytes: data, stream: headers?.get('pod'), time: time.getTime() }]))
clearInterval(timer)
await checkpoint()
await connection.close()
