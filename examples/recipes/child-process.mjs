// node child-process.mjs ./service [ARGUMENT…]
// Runs a service, lets its log through, and says on stderr what leaks. Go writes SIGQUIT dumps and panics to stderr: both are read.
import { spawn } from 'node:child_process'
import { dumpstream } from 'dumpstream'

const [command, ...args] = process.argv.slice(2)
const service = spawn(command, args, { stdio: ['inherit', 'pipe', 'pipe'] })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGQUIT']) process.on(signal, () => service.kill(signal))
service.on('error', (error) => {
  console.error(error.message)
  process.exitCode = 127
})
service.on('exit', (code) => {
  process.exitCode = code ?? 1
})

await Promise.all([watch(service.stdout, 'stdout', process.stdout), watch(service.stderr, 'stderr', process.stderr)])

async function watch(output, source, log) {
  for await (const item of output.pipe(dumpstream({ source, logs: 'objects', follow: true }))) {
    if (Buffer.isBuffer(item)) {
      if (!log.write(item)) await new Promise((resolve) => log.once('drain', resolve))
    } else if (item.type === 'dump') console.error(`${source}: dump ${item.dump}: ${item.goroutines} goroutines`)
    else if (item.verdict === 'leaking') console.error(`leaking ${item.function}: ${item.because}`)
  }
}
