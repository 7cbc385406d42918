// node supervisor.mjs LOG RECORDS ./service [ARGUMENT…]
// Runs a service and logs each line that it prints, through pino; the transport finds the dumps among them.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import pino from 'pino'

const [destination, records, command, ...args] = process.argv.slice(2)
const transport = pino.transport({
  target: new URL('./transport.mjs', import.meta.url).href,
  options: { destination, records, source: command },
})
const log = pino(transport)
const service = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => service.kill(signal))

log.info({ pid: service.pid }, 'started')
await Promise.all([copy(service.stdout, log), copy(service.stderr, log)])
log.info('ended')
transport.end()

async function copy(output, logger) {
  for await (const line of createInterface({ input: output })) {
    logger.info(line)
    // pino queues for its worker what the worker has not taken yet: wait for it, or a fast service fills the memory.
    if (transport.writableNeedDrain) await new Promise((resolve) => transport.once('drain', resolve))
  }
}
