// node worker-thread.mjs app.log
// A program that may not spend its own time on a large dump leaves it to a worker. Records are plain objects and can be posted.
import { createReadStream } from 'node:fs'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { dumpstream } from 'dumpstream'

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), { workerData: process.argv[2] })
  worker.on('message', (record) => console.log(`dump ${record.dump}: ${record.goroutines} goroutines`))
} else {
  for await (const record of createReadStream(workerData).pipe(dumpstream({ source: workerData }))) {
    if (record.type === 'dump') parentPort.postMessage(record)
  }
}
