// node abort.mjs MILLISECONDS < app.log
// Stops reading after a time. The signal destroys the stream: an open dump is not finished.
import { dumpstream } from 'dumpstream'

const signal = AbortSignal.timeout(Number(process.argv[2]))
try {
  for await (const record of process.stdin.pipe(dumpstream({ signal }))) {
    if (record.type === 'dump') console.log(`dump ${record.dump}: ${record.goroutines} goroutines`)
  }
} catch (error) {
  if (error.name !== 'AbortError') throw error
  console.log('stopped')
  process.stdin.destroy()
}
