/**
 * A pino transport, in its worker thread: pino's JSON lines go on to `destination`, byte for byte and without the dumps that were
 * logged through `msg`; the records of the dumps go to `records` (default: between the lines, where the dump stood).
 *
 *     pino.transport({ target: './transport.mjs', options: { destination: 'app.log', records: 'dumps.jsonl' } })
 *
 * `destination` and `records` are paths, or descriptors (1: stdout). All other options are dumpstream's.
 */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { Writable } from 'node:stream'
import { dumpstream } from 'dumpstream'

export default function transport({ destination = 1, records, ...options }) {
  const log = open(destination)
  const dumps = records === undefined ? log : open(records)
  const finder = dumpstream({ source: 'pino', ...options, logs: 'objects', follow: true })
  const written = deliver(finder, log, dumps)
  // `final` rejects with the failure; before that, the failure destroys the stream.
  written.catch((error) => stream.destroy(error))

  const stream = new Writable({
    write: (chunk, encoding, done) => void finder.write(chunk, encoding, done),
    final: (done) => {
      finder.end()
      written.then(() => done(), done)
    },
  })
  return stream
}

async function deliver(items, log, dumps) {
  for await (const item of items) {
    const output = Buffer.isBuffer(item) ? log : dumps
    if (!output.write(Buffer.isBuffer(item) ? item : `${JSON.stringify(item)}\n`)) await once(output, 'drain')
  }
  for (const output of new Set([log, dumps])) {
    output.end()
    await once(output, 'finish')
  }
}

function open(file) {
  return typeof file === 'number'
    ? createWriteStream('', { fd: file, autoClose: false })
    : createWriteStream(file, { flags: 'a' })
}
