/** `--otlp-logs`, through the built command. */

import { appendFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LogQueue } from '../../../src/sinks/otel/log-queue.ts'
import { dumpEntry } from '../../../src/sinks/otel/logs.ts'
import { Poster } from '../../../src/sinks/otel/post.ts'
import { runResource } from '../../../src/sinks/otel/resources.ts'
import { WRAPS, wrapLines } from '../../carriers/weave.ts'
import { cli, finish, start } from '../../cli/spawn.ts'
import { folderForEachTest } from '../../folder.ts'
import { dump } from '../records.ts'
import { record } from './points.ts'
import { fine, freePort, Receiver, status, until } from './receiver.ts'
import { LEAK, Service, threeDumps } from './service.ts'

let to: Receiver
const folder = folderForEachTest()
beforeEach(async () => {
  to = await Receiver.open()
})
afterEach(async () => {
  await to.close()
})

interface Entry {
  readonly resource: Record<string, unknown>
  readonly attributes: Record<string, unknown>
  readonly body: string
  readonly severity: string
  readonly number: number
  readonly event: string
  readonly time: string
}

type KeyValues = Parameters<typeof record>[0]
interface LogsBody {
  resourceLogs: {
    resource: { attributes: KeyValues }
    scopeLogs: {
      logRecords: {
        timeUnixNano: string
        severityNumber: number
        severityText: string
        eventName: string
        body: { stringValue: string }
        attributes: KeyValues
      }[]
    }[]
  }[]
}

function entries(receiver = to): Entry[] {
  return receiver.requests
    .filter(({ path }) => path === '/v1/logs')
    .flatMap(({ body }) => {
      const parsed: LogsBody = JSON.parse(body)
      return parsed.resourceLogs.flatMap(({ resource, scopeLogs }) =>
        scopeLogs.flatMap(({ logRecords }) =>
          logRecords.map((each) => ({
            resource: record(resource.attributes),
            attributes: record(each.attributes),
            body: each.body.stringValue,
            severity: each.severityText,
            number: each.severityNumber,
            event: each.eventName,
            time: new Date(Number(BigInt(each.timeUnixNano) / 1_000_000n)).toISOString(),
          })),
        ),
      )
    })
}

describe('--otlp-logs', () => {
  it('sends each dump, and what leaks with its stack each time, at the time of the dump', async () => {
    const found = await cli(['--otlp', to.url, '--otlp-logs'], { input: threeDumps().join('') })
    expect([found.code, found.stderr]).toEqual([0, ''])
    const sent = entries()
    expect(sent.map(({ event, severity, number, time }) => [event, severity, number, time])).toEqual([
      ['dumpstream.dump', 'INFO', 9, '2026-11-24T05:00:00.000Z'],
      ['dumpstream.dump', 'INFO', 9, '2026-11-24T06:00:00.000Z'],
      ['dumpstream.leak', 'WARN', 13, '2026-11-24T06:00:00.000Z'],
      ['dumpstream.dump', 'INFO', 9, '2026-11-24T07:00:00.000Z'],
      ['dumpstream.leak', 'WARN', 13, '2026-11-24T07:00:00.000Z'],
    ])
    expect(sent[3]?.body).toBe('dump 3 (all): 53 goroutines in 2 signatures, 3600 s after the one before')
    expect(sent[3]?.attributes).toEqual({
      'dumpstream.source': 'stdin',
      'dumpstream.kind': 'all',
      'dumpstream.dump': 3,
      'dumpstream.goroutines': 53,
      'dumpstream.goroutines.damaged': 0,
      'dumpstream.signatures': 2,
    })
    expect(sent[4]?.body).toMatch(/^leaking: svc\/cron\.\(\*Cron\)\.step2\.func1: 45 goroutines/)
    expect(sent[4]?.attributes).toMatchObject({
      'dumpstream.source': 'stdin',
      'dumpstream.verdict': 'leaking',
      'dumpstream.goroutines': 45,
      'dumpstream.delta': 20,
      'code.function.name': LEAK.name,
      'code.line.number': 14,
      'go.goroutine.state': 'chan send',
      'code.stacktrace': expect.stringContaining(`${LEAK.name} ${LEAK.file}:14`),
    })
  })

  it('is off unless it is asked for, and needs no --otlp', async () => {
    await cli(['--otlp', to.url], { input: threeDumps().join('') })
    expect(to.requests.map(({ path }) => path)).toEqual(['/v1/metrics'])
    await cli(['--otlp-logs'], { input: threeDumps().join(''), env: { OTEL_EXPORTER_OTLP_ENDPOINT: to.url } })
    expect(to.requests.map(({ path }) => path)).toEqual(['/v1/metrics', '/v1/logs'])
  })

  it('leaves the records as they are without it', async () => {
    const input = threeDumps().join('')
    const [without, withLogs] = [await cli([], { input }), await cli(['--otlp-logs', '--otlp', to.url], { input })]
    expect(withLogs.stdout).toBe(without.stdout)
  })

  it('names the entity that the carrier knows as the resource, and calls panics by their reason', async () => {
    const text = 'panic: out of luck\n\ngoroutine 7 [running]:\nmain.main()\n\t/app/main.go:3 +0x1\n'
    const wrap = WRAPS['fluent bit']
    if (wrap === undefined) throw new Error('no such wrap')
    await cli(['--otlp', to.url, '--otlp-logs'], { input: wrapLines(text, wrap) })
    expect(entries()).toEqual([
      expect.objectContaining({
        severity: 'ERROR',
        number: 17,
        body: 'dump 1 (panic): 1 goroutines in 1 signatures: out of luck',
        resource: expect.objectContaining({ 'k8s.pod.name': 'web-1', 'service.name': 'app' }),
        attributes: expect.objectContaining({ 'exception.message': 'out of luck', 'log.iostream': 'stdout' }),
      }),
    ])
  })

  it('keeps records while the collector is away, and sends them in order after it', async () => {
    const path = folder.at('app.log')
    const service = new Service().set(LEAK, 5)
    writeFileSync(path, service.dump('2026-11-24T05:00:00.000Z'))
    const port = await freePort()
    const env = { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `http://127.0.0.1:${port}/v1/logs` }
    const child = start(['--follow', '--idle', '100ms', '--format', 'none', '--otlp-logs', path], { env })
    const over = finish(child)
    await delay(1_500)
    appendFileSync(path, service.dump('2026-11-24T05:10:00.000Z'))
    const back = await Receiver.open(port)
    await until(() => entries(back).length >= 2)
    child.kill('SIGTERM')
    expect((await over).code).toBe(0)
    expect(entries(back).map(({ time }) => time)).toEqual(['2026-11-24T05:00:00.000Z', '2026-11-24T05:10:00.000Z'])
    await back.close()
  })

  it('does not send again what was refused for good', async () => {
    to.answer = status(400)
    const { code, stderr } = await cli(['--otlp-logs', '--format', 'none'], {
      input: threeDumps().join(''),
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: to.url },
    })
    expect(code).toBe(4)
    expect(stderr).toBe(
      `dumpstream: can't send logs to ${to.url}/v1/logs: it answers 400 Bad Request; reading continues\n`,
    )
    expect(to.requests).toHaveLength(1)
  })
})

describe('the queue', () => {
  it('holds 1000 records; of more, the oldest are lost, which is told', async () => {
    const lost: number[] = []
    const target = { url: new URL(`${to.url}/v1/logs`), protocol: 'http/json', headers: {}, gzip: false } as const
    const queue = new LogQueue({
      poster: new Poster(target, '1'),
      run: runResource(),
      version: '1',
      onLost: (count) => lost.push(count),
    })
    for (let i = 1; i <= 1_205; i++) queue.push(dumpEntry(dump({ dump: i, goroutines: i }), 0))
    to.answer = status(503)
    expect(await queue.send(1_000)).toMatchObject({ ok: false, retry: true })
    to.requests.length = 0
    to.answer = fine
    expect(await queue.send(1_000)).toEqual({ ok: true })
    expect(to.requests.map(({ body }) => JSON.parse(body).resourceLogs[0].scopeLogs[0].logRecords.length)).toEqual([
      ...Array(15).fill(64),
      40,
    ])
    expect(entries()[0]?.attributes['dumpstream.dump']).toBe(206)
    expect(lost).toEqual([205])
    expect(await queue.send(1_000)).toBeUndefined()
  })
})
