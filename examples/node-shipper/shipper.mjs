/**
 * node shipper.mjs FILE…
 *
 *     tail -F → dumpstream → batches → HTTP            one such line a file
 *                    └─ records → metrics and log records by OTLP
 *
 * LOGS_URL gets the log as JSON lines; OTEL_EXPORTER_OTLP_ENDPOINT the metrics, and a log record for each dump and each leak.
 * A batch is read on only when the one before it was taken: a receiver that is slow or down stops the reading, and what waits is
 * one batch a file. SIGTERM ends the reading; what was read is sent, then the program ends.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { dumpstream, meterSink } from 'dumpstream'
import { batches } from './batches.mjs'
import { deliver } from './deliver.mjs'
import { logRecords, openMetrics } from './otlp.mjs'

const { LOGS_URL, OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:4318' } = process.env
/** What is still undelivered this long after SIGTERM stays in the files: it is read again at the next start. */
const GRACE_MS = Number(process.env.GRACE_MS ?? 10_000)

const files = process.argv.slice(2)
if (LOGS_URL === undefined || files.length === 0) {
  console.error('usage: LOGS_URL=http://… node shipper.mjs FILE…')
  process.exit(2)
}

const metrics = openMetrics(OTEL_EXPORTER_OTLP_ENDPOINT)
const sink = meterSink({ meter: metrics.meter })
const giveUp = new AbortController()
const followers = files.map(follow)
let grace

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const tail of followers) tail.kill()
    grace ??= setTimeout(() => giveUp.abort(), GRACE_MS)
  })
}

const results = await Promise.allSettled(files.map((file, i) => ship(file, followers[i].stdout)))
clearTimeout(grace)
await metrics.shutdown()
for (const { reason } of results) {
  if (reason === undefined) continue
  console.error(reason.message)
  process.exitCode = 1
}

async function ship(file, bytes) {
  for await (const batch of batches(file, bytes.pipe(dumpstream({ source: file, logs: 'objects', follow: true })))) {
    for (const record of batch.records) sink.record(record)
    sink.settle()
    const records = logRecords(batch.records)
    await Promise.all([
      batch.lines.length > 0 && deliver(LOGS_URL, 'application/x-ndjson', batch.lines.join(''), giveUp.signal),
      records !== undefined &&
        deliver(`${OTEL_EXPORTER_OTLP_ENDPOINT}/v1/logs`, 'application/json', records, giveUp.signal),
    ])
  }
}

/** tail knows rotation and truncation, and waits while its pipe is full. From the first line: after a restart lines come twice rather than never. */
function follow(file) {
  const tail = spawn('tail', ['-n', '+1', '-F', '--', file], { stdio: ['ignore', 'pipe', 'pipe'] })
  createInterface({ input: tail.stderr }).on('line', (line) => console.error(line))
  tail.on('error', (error) => console.error(`tail: ${error.message}`))
  return tail
}
