// node for-await.mjs < app.log
import { dumpstream } from 'dumpstream'

for await (const record of process.stdin.pipe(dumpstream())) {
  if (record.type === 'signature' && record.verdict === 'leaking') console.log(`${record.function}: ${record.because}`)
}
