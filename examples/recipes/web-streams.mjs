// node web-streams.mjs app.log
// The transform between web streams, as a response body of fetch is one.
import { createReadStream } from 'node:fs'
import { Duplex, Readable } from 'node:stream'
import { dumpstream } from 'dumpstream'

const log = Readable.toWeb(createReadStream(process.argv[2]))
const records = log.pipeThrough(Duplex.toWeb(dumpstream()))

for await (const record of records) {
  if (record.type === 'dump') console.log(`dump ${record.dump}: ${record.goroutines} goroutines`)
}
