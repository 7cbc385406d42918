/** Daemons in the foreground, with a configuration of their own, gone when the test file is done. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll } from 'vitest'
import { WAIT_MS } from '../patience.ts'
import { answers } from './collector.ts'

const running = new Set<ChildProcess>()
const killAll = (): void => {
  for (const child of running) child.kill('SIGKILL')
}
afterAll(killAll)
process.once('exit', killAll)

/** Starts `argv`, which listens on 127.0.0.1:`port`; resolves when it answers there. */
export async function startDaemon(
  argv: readonly [string, ...string[]],
  port: number,
  env: Readonly<Record<string, string>> = {},
): Promise<{ stop(): Promise<void> }> {
  const [command, ...args] = argv
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => {
      output += part
    })
  }
  let failure: Error | undefined
  child.once('error', (error) => {
    failure = error
  })
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const deadline = performance.now() + WAIT_MS
  while (!(await answers(port))) {
    if (failure !== undefined || child.exitCode !== null || performance.now() > deadline)
      throw new Error(`${command} did not start (its Debian package stands in .ci/run): ${failure?.message ?? output}`)
    await sleep(50)
  }
  return {
    async stop() {
      child.kill('SIGTERM')
      await Promise.race([gone, sleep(5000).then(() => child.kill('SIGKILL'))])
      running.delete(child)
    },
  }
}

/** Sends `text` to 127.0.0.1:`port` over one connection. */
export function send(port: number, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.end(text))
    socket.once('error', reject)
    socket.once('close', () => resolve())
  })
}

/** The file once it has `lines` lines. */
export async function written(path: string, lines: number): Promise<Buffer> {
  const deadline = performance.now() + WAIT_MS
  let found = 0
  while (performance.now() < deadline) {
    try {
      const bytes = readFileSync(path)
      found = bytes.toString('latin1').split('\n').length - 1
      if (found >= lines) return bytes
    } catch {
      // Not there yet.
    }
    await sleep(50)
  }
  throw new Error(`${path} has ${found} of ${lines} lines`)
}
