/** An OpenTelemetry Collector, built from its Go modules: collector/main.go. Built once for each version of its sources. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { WAIT_MS } from '../patience.ts'

const source = fileURLToPath(new URL('collector', import.meta.url))

/** Takes minutes, the first time. */
export function buildCollector(): string {
  const hash = createHash('sha256')
  for (const file of ['main.go', 'go.mod', 'go.sum']) hash.update(readFileSync(join(source, file)))
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'dumpstream-tests')
  const binary = join(cache, `collector-${hash.digest('hex').slice(0, 16)}`)
  if (existsSync(binary)) return binary
  mkdirSync(cache, { recursive: true })
  const built = `${binary}.${process.pid}`
  execFileSync('go', ['build', '-o', built, '.'], {
    cwd: source,
    env: { ...process.env, GOTOOLCHAIN: 'auto', GOFLAGS: '-mod=readonly -buildvcs=false', CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  renameSync(built, binary)
  return binary
}

export interface RunningCollector {
  /** What its file exporter wrote, a line a delivery. */
  lines(): string[]
  /** What the debug exporter printed. */
  output(): string
  kill(signal?: NodeJS.Signals): Promise<void>
}

export interface CollectorSetup {
  readonly folder: string
  readonly config: string
  readonly env: Readonly<Record<string, string>>
  /** That it listens on; it is there when this one answers. */
  readonly port: number
  /** File of its file exporter. */
  readonly file: string
}

export async function startCollector(binary: string, setup: CollectorSetup): Promise<RunningCollector> {
  const { folder, config, env, port, file } = setup
  const log = join(folder, `collector-${port}.log`)
  writeFileSync(log, '')
  const child: ChildProcess = spawn(binary, ['--config', config], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (part: Buffer) => {
      output += part
    })
  }
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const deadline = performance.now() + WAIT_MS
  while (!(await answers(port))) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`the collector did not start: ${output}`)
    await delay(50)
  }
  return {
    lines: () =>
      existsSync(file)
        ? readFileSync(file, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
        : [],
    output: () => output,
    kill: async (signal = 'SIGTERM') => {
      child.kill(signal)
      await gone
    },
  }
}

export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
