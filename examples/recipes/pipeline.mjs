// node pipeline.mjs app.log
// stream.pipeline: back-pressure and errors go through all of it.
import { createReadStream } from 'node:fs'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { dumpstream } from 'dumpstream'

const path = process.argv[2]
const print = new Writable({
  objectMode: true,
  write(record, _encoding, done) {
    if (record.type === 'dump') console.log(`dump ${record.dump}: ${record.goroutines} goroutines`)
    done()
  },
})

await pipeline(createReadStream(path), dumpstream({ source: path }), print)
