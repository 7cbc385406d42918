// node pass.mjs app.log app.log.gz
// In the middle of a pipeline: the log goes on byte for byte, each dump replaced by its records, one JSON object a line.
import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { dumpstream } from 'dumpstream'

const [from, to] = process.argv.slice(2)
await pipeline(createReadStream(from), dumpstream({ source: from, logs: 'pass' }), createGzip(), createWriteStream(to))
