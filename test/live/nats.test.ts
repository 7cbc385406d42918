/** examples/nats against a real nats-server: killed again and again, it loses no dump and writes none twice. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { connect as connectSocket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DumpstreamRecord } from '../../src/core/records.ts'
import { root } from '../package/installed.ts'
import { temporaryFolder } from './go.ts'

// Not by a literal name: the types of @nats-io/nats-core 3.4.0 are not right with exactOptionalPropertyTypes.
const imported = async (name: string) => await import(name)
const { jetstream, jetstreamManager } = await imported('@nats-io/jetstream')
const { connect, headers } = await imported('@nats-io/transport-node')
const { podLines } = await import(new URL('../../bench/kafka/leak.mjs', import.meta.url).href)

const SERVER = 'github.com/nats-io/nats-server/v2@v2.10.29'
const PODS = 3
const DUMPS = 30

let server: ChildProcess
let connection: Awaited<ReturnType<typeof connect>>
let stream: ReturnType<typeof jetstream>
let manager: Awaited<ReturnType<typeof jetstreamManager>>
let url = ''
let example = ''

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net')
  return await new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

async function listens(port: number): Promise<void> {
  for (;;) {
    const socket = connectSocket(port, '127.0.0.1')
    const isUp = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    socket.destroy()
    if (isUp) return
    await delay(100)
  }
}

beforeAll(async () => {
  const folder = temporaryFolder()
  execFileSync('go', ['install', SERVER], {
    env: { ...process.env, GOBIN: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const port = await freePort()
  server = spawn(join(folder, 'nats-server'), ['-js', '-sd', join(folder, 'store'), '-a', '127.0.0.1', '-p', `${port}`])
  await listens(port)
  url = `nats://127.0.0.1:${port}`
  connection = await connect({ servers: url })
  stream = jetstream(connection)
  manager = await jetstreamManager(connection)
  await manager.streams.add({ name: 'LOGS', subjects: ['logs.*'] })
  await manager.streams.add({ name: 'GOROUTINES', subjects: ['goroutines.*'], duplicate_window: 3_600e9 })
  await manager.streams.add({ name: 'STATES', subjects: ['states.>'], max_msgs_per_subject: 1 })

  // As after `npm install` in examples/nats.
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules/dumpstream'))
  symlinkSync(join(root, 'node_modules/@nats-io'), join(folder, 'node_modules/@nats-io'))
  example = join(folder, 'consume.mjs')
  cpSync(join(root, 'examples/nats/consume.mjs'), example)
  expect(existsSync(example)).toBe(true)
})

afterAll(async () => {
  await connection?.close()
  server?.kill('SIGKILL')
})

function start(): ChildProcess {
  return spawn('node', [example, 'logs.0'], {
    env: { ...process.env, NATS_URL: url },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

async function recordsOf(): Promise<(DumpstreamRecord & { readonly dump_id: string })[]> {
  const { state } = await manager.streams.info('GOROUTINES')
  const consumer = await stream.consumers.get('GOROUTINES')
  const records = []
  for (let left = state.messages; left > 0; left--) records.push((await consumer.next())?.json())
  return records
}

describe('examples/nats', () => {
  it('killed again and again, writes each dump once, with the numbers of one process', async () => {
    let consumer = start()
    for (let number = 0; number < DUMPS; number++) {
      const logs: string[][] = Array.from({ length: PODS }, (_, pod) => podLines(`pod-${pod}`, number))
      for (let line = 0; line < Math.max(...logs.map(({ length }) => length)); line++)
        for (const [pod, log] of logs.entries()) {
          const text = log[line]
          const named = headers()
          named.set('pod', `pod-${pod}`)
          if (text !== undefined) await stream.publish('logs.0', text, { headers: named })
        }
      if (number % 6 !== 5) continue
      await delay(700)
      consumer.kill('SIGKILL')
      await once(consumer, 'exit')
      consumer = start()
    }
    const { state } = await manager.streams.info('LOGS')
    let read = 0
    // The last dump of each pod ends with 5 s of silence.
    while (read <= state.last_seq) {
      await delay(300)
      // None has been written yet, if each consumer was killed within its first second.
      const kept = await manager.streams.getMessage('STATES', { last_by_subj: 'states.logs.0' })
      read = Number(kept?.json().offset ?? 0)
    }
    consumer.kill('SIGTERM')
    await once(consumer, 'exit')
    const dumps = (await recordsOf()).filter(({ type }) => type === 'dump')
    expect(new Set(dumps.map(({ dump_id }) => dump_id)).size).toBe(PODS * DUMPS)
    expect(dumps).toHaveLength(PODS * DUMPS)
    const numbers = new Map<string, number[]>()
    for (const dump of dumps)
      if (dump.type === 'dump') numbers.set(dump.source, [...(numbers.get(dump.source) ?? []), dump.dump])
    for (const own of numbers.values()) expect(own).toEqual(Array.from({ length: DUMPS }, (_, i) => i + 1))
  })
})
