/** Metrics and log records at a real OpenTelemetry Collector: each point that its file exporter wrote, over three dumps. */

import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WRAPS, wrapLines } from '../carriers/weave.ts'
import { cli, finish, start } from '../cli/spawn.ts'
import { byFunction, only, type Point, pointsOfJson } from '../sinks/otel/points.ts'
import { freePort, Receiver, until } from '../sinks/otel/receiver.ts'
import { BRIEF, COUNTS, LEAK, POOL, TIMES, threeDumps } from '../sinks/otel/service.ts'
import { buildCollector, type RunningCollector, startCollector } from './collector.ts'
import { temporaryFolder } from './go.ts'

const config = fileURLToPath(new URL('../../examples/otel-collector/config.yaml', import.meta.url))
let binary = ''
beforeAll(() => {
  binary = buildCollector()
})

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Setting {
  readonly folder: string
  readonly port: number
  readonly grpc: number
  readonly url: string
  readonly backend: Receiver
  collector: RunningCollector
  /** Kills it hard, or starts it again on the same port and file. */
  stop(): Promise<void>
  start(): Promise<void>
}

async function setting(): Promise<Setting> {
  const folder = temporaryFolder()
  const backend = await Receiver.open()
  const [port, grpc] = [await freePort(), await freePort()]
  const file = join(folder, 'telemetry.jsonl')
  const setup = {
    folder,
    config,
    port,
    file,
    env: {
      OTLP_HTTP: `127.0.0.1:${port}`,
      OTLP_GRPC: `127.0.0.1:${grpc}`,
      TELEMETRY_FILE: file,
      BACKEND: backend.url,
    },
  }
  const made: Setting = {
    folder,
    port,
    grpc,
    url: `http://127.0.0.1:${port}`,
    backend,
    collector: await startCollector(binary, setup),
    stop: () => made.collector.kill('SIGKILL'),
    start: async () => {
      made.collector = await startCollector(binary, setup)
    },
  }
  closing.push(async () => {
    await made.collector.kill()
    await backend.close()
  })
  return made
}

function metricLines({ collector }: Setting): string[] {
  return collector.lines().filter((line) => line.startsWith('{"resourceMetrics"'))
}

/** The points of each delivery. */
function deliveries(place: Setting): Point[][] {
  return metricLines(place).map(pointsOfJson)
}

/** The batch processor joins what comes within a second: the points of each resource of a line. */
function each(line: string): Point[][] {
  const { resourceMetrics }: { resourceMetrics: unknown[] } = JSON.parse(line)
  return resourceMetrics.map((one) => pointsOfJson(JSON.stringify({ resourceMetrics: [one] })))
}

/** The delivery in which a dump of so many goroutines came. */
function withTotal(all: readonly Point[][], total: number): Point[] | undefined {
  return all.find((points) => only(points, 'dumpstream.dump.goroutines').some(({ value }) => value === total))
}

const TOTALS = COUNTS.map((counts) => counts.reduce((sum, [, count]) => sum + count, 0))

/** Every point of dump `i`, and nothing else. */
function expectDump(points: readonly Point[], i: number, source: string, service: string): void {
  const counts = COUNTS[i] ?? []
  const present = counts.filter(([, count]) => count > 0)
  const gauges = points.filter(({ kind }) => kind === 'gauge')
  const verdicts: Record<string, (string | undefined)[]> = {
    [LEAK.name]: [undefined, 'leaking', 'leaking'],
    [POOL.name]: [undefined, 'steady', 'steady'],
    [BRIEF.name]: [undefined, 'shrinking'],
  }
  const expected = present.map(([kind, count]) => {
    const verdict = verdicts[kind.name]?.[i]
    return {
      value: count,
      attributes: {
        'dumpstream.source': source,
        'dumpstream.signature': expect.stringMatching(/^[0-9a-f]{16}$/),
        'code.function.name': kind.name,
        'code.file.path': kind.file,
        'code.line.number': kind.line,
        'go.goroutine.state': kind.state,
        ...(verdict === undefined ? {} : { 'dumpstream.verdict': verdict }),
      },
    }
  })
  const found = only(gauges, 'dumpstream.goroutines').map(({ value, attributes }) => ({ value, attributes }))
  expect(found).toHaveLength(expected.length)
  expect(found).toEqual(expect.arrayContaining(expected))
  expect(only(gauges, 'dumpstream.dump.goroutines').map(({ value }) => value)).toEqual([TOTALS[i]])
  const leaking = i === 0 ? 0 : (counts.find(([kind]) => kind === LEAK)?.[1] ?? 0)
  expect(only(gauges, 'dumpstream.goroutines.leaking').map(({ value }) => value)).toEqual([leaking])
  for (const gauge of gauges) expect([gauge.time, gauge.unit]).toEqual([TIMES[i], '{goroutine}'])

  const sums = points.filter(({ kind }) => kind === 'sum')
  const parsed = TOTALS.slice(0, i + 1).reduce((sum, each) => sum + each, 0)
  expect(Object.fromEntries(sums.map(({ metric, value }) => [metric, value]))).toMatchObject({
    'dumpstream.dumps': i + 1,
    'dumpstream.goroutines.parsed': parsed,
    'dumpstream.goroutines.damaged': 0,
  })
  for (const sum of sums) {
    expect([sum.temporality, sum.monotonic]).toEqual([2, true])
    expect(Date.parse(sum.start)).toBeLessThanOrEqual(Date.parse(sum.time))
    expect(Math.abs(Date.parse(sum.time) - Date.now())).toBeLessThan(120_000)
  }
  for (const point of points) {
    expect(point.resource).toMatchObject({
      'service.name': service,
      'service.version': '1.2',
      'telemetry.sdk.name': 'opentelemetry',
    })
  }
}

const ENV = { OTEL_SERVICE_NAME: 'content', OTEL_RESOURCE_ATTRIBUTES: 'service.version=1.2' }

describe('a collector', () => {
  it.each(['http/protobuf', 'http/json'])(
    'by %s: each dump arrives, point by point, while the log is followed',
    async (protocol) => {
      const place = await setting()
      const path = join(place.folder, 'app.log')
      writeFileSync(path, '')
      const args = [
        '--follow',
        '--idle',
        '100ms',
        '--format',
        'none',
        '--otlp',
        place.url,
        '--otlp-protocol',
        protocol,
        path,
      ]
      const child = start(args, { env: ENV })
      const over = finish(child)
      for (const [i, text] of threeDumps().entries()) {
        appendFileSync(path, text)
        await until(() => withTotal(deliveries(place), TOTALS[i] ?? 0) !== undefined)
        expectDump(withTotal(deliveries(place), TOTALS[i] ?? 0) ?? [], i, path, 'content')
      }
      child.kill('SIGTERM')
      expect(await over).toMatchObject({ code: 0, stderr: '' })
      // The last one of the run says the same again; BRIEF stays gone.
      await until(() => deliveries(place).length >= 4)
      expectDump(deliveries(place).at(-1) ?? [], 2, path, 'content')
      await until(() => place.backend.requests.some(({ path: to }) => to === '/v1/metrics'))
    },
  )

  it('that is killed and comes back gets the last state; one line each is said', async () => {
    const place = await setting()
    const path = join(place.folder, 'app.log')
    writeFileSync(path, '')
    const [first = '', second = '', third = ''] = threeDumps()
    const child = start(['--follow', '--idle', '100ms', '--format', 'none', '--otlp', place.url, path], { env: ENV })
    const over = finish(child)
    appendFileSync(path, first)
    await until(() => withTotal(deliveries(place), TOTALS[0] ?? 0) !== undefined)

    await place.stop()
    appendFileSync(path, second)
    await delay(3_000)
    await place.start()
    await until(() => withTotal(deliveries(place), TOTALS[1] ?? 0) !== undefined)
    const after = withTotal(deliveries(place), TOTALS[1] ?? 0) ?? []
    expectDump(after, 1, path, 'content')
    expect(only(after, 'dumpstream.export.failures')[0]?.value).toBeGreaterThanOrEqual(1)

    appendFileSync(path, third)
    await until(() => withTotal(deliveries(place), TOTALS[2] ?? 0) !== undefined)
    expectDump(withTotal(deliveries(place), TOTALS[2] ?? 0) ?? [], 2, path, 'content')
    child.kill('SIGTERM')
    const { code, stderr } = await over
    expect(code).toBe(0)
    expect(stderr.split('\n')).toEqual([
      `dumpstream: can't send metrics to ${place.url}/v1/metrics: connection refused; reading continues`,
      expect.stringMatching(/^dumpstream: sending metrics to \S+ works again; \d exports? failed in \d+ s$/),
      '',
    ])
  })

  it('gets one export of a log that is read to its end, compressed when asked, and deltas when asked', async () => {
    const place = await setting()
    const env = {
      ...ENV,
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
    }
    const { code, stderr } = await cli(['--format', 'none', '--otlp', place.url], { input: threeDumps().join(''), env })
    expect([code, stderr]).toEqual([0, ''])
    await until(() => deliveries(place).length > 0)
    await delay(1_500)
    expect(deliveries(place)).toHaveLength(1)
    const points = deliveries(place)[0] ?? []
    expect(byFunction(points)).toEqual({ [LEAK.name]: 45, [POOL.name]: 8 })
    for (const sum of points.filter(({ kind }) => kind === 'sum')) expect(sum.temporality).toBe(1)
    expect(only(points, 'dumpstream.goroutines.parsed')[0]?.value).toBe(TOTALS.reduce((sum, each) => sum + each, 0))
  })

  it('gets a resource for each pod of one input, in one request', async () => {
    const place = await setting()
    const input = [1, 2, 3]
      .map((pod) => {
        const wrap = WRAPS['fluent bit']
        if (wrap === undefined) throw new Error('no such wrap')
        return wrapLines(threeDumps()[pod - 1] ?? '', (line, i) => wrap(line, i).replace('web-1', `web-${pod}`))
      })
      .join('')
    expect((await cli(['--format', 'none', '--otlp', place.url], { input })).code).toBe(0)
    await until(() => deliveries(place).length > 0)
    const totals = deliveries(place)
      .flat()
      .filter(({ metric }) => metric === 'dumpstream.dump.goroutines')
    expect(
      Object.fromEntries(
        totals.map(({ resource, value }) => [
          `${String(resource['k8s.namespace.name'])}/${String(resource['k8s.pod.name'])}/${String(resource['service.name'])}`,
          value,
        ]),
      ),
    ).toEqual({ 'default/web-1/app': TOTALS[0], 'default/web-2/app': TOTALS[1], 'default/web-3/app': TOTALS[2] })
  })

  it('gets dumps and leaks as log records, with the stack', async () => {
    const place = await setting()
    const { code } = await cli(['--format', 'none', '--otlp', place.url, '--otlp-logs'], {
      input: threeDumps().join(''),
    })
    expect(code).toBe(0)
    const logs = (): string[] => place.collector.lines().filter((line) => line.startsWith('{"resourceLogs"'))
    await until(() => logs().length > 0)
    const { logRecords } = JSON.parse(logs()[0] ?? '').resourceLogs[0].scopeLogs[0]
    expect(
      logRecords.map((each: { eventName: string; severityText: string; severityNumber: number }) => [
        each.eventName,
        each.severityText,
        each.severityNumber,
      ]),
    ).toEqual([
      ['dumpstream.dump', 'INFO', 9],
      ['dumpstream.dump', 'INFO', 9],
      ['dumpstream.leak', 'WARN', 13],
      ['dumpstream.dump', 'INFO', 9],
      ['dumpstream.leak', 'WARN', 13],
    ])
    expect(logRecords[4]).toMatchObject({
      timeUnixNano: `${Date.parse(TIMES[2])}000000`,
      body: { stringValue: expect.stringContaining(`leaking: ${LEAK.name}: 45 goroutines`) },
      attributes: expect.arrayContaining([
        { key: 'code.stacktrace', value: { stringValue: expect.stringContaining(`${LEAK.name} ${LEAK.file}:14`) } },
        { key: 'dumpstream.verdict', value: { stringValue: 'leaking' } },
      ]),
    })
  })

  it('takes 100 dumps of 5 000 new signatures each: points stay bounded', async () => {
    const place = await setting()
    const path = join(place.folder, 'churn.log')
    mkdirSync(place.folder, { recursive: true })
    for (let d = 0; d < 100; d++) {
      // Goroutine 1 again is another dump.
      const blocks = ['goroutine 1 [select]:\nmain.main()\n\t/app/main.go:3 +0x1d\n']
      for (let n = 0; n < 5_000; n++) {
        blocks.push(`goroutine ${d * 5_000 + n + 100} [select]:\nchurn.d${d}n${n}()\n\t/app/churn.go:${n + 1} +0x1d\n`)
      }
      appendFileSync(path, `2026-11-24T05:00:00Z INFO dumping\n${blocks.join('\n')}\n`)
    }
    const begin = performance.now()
    const { code, stderr } = await cli(['--format', 'none', '--otlp', place.url, path])
    const seconds = (performance.now() - begin) / 1000
    expect([code, stderr]).toEqual([0, ''])
    const exports = (): Point[][] => metricLines(place).flatMap(each)
    await until(() => exports().some((points) => only(points, 'dumpstream.dumps')[0]?.value === 100))
    const sizes = exports().map((points) => points.length)
    console.log(
      `100 dumps of 5000 new signatures: ${sizes.length} exports of ${sizes.join(', ')} points, ${seconds.toFixed(1)} s`,
    )
    const last = exports().at(-1) ?? []
    expect(only(last, 'dumpstream.goroutines')).toHaveLength(101)
    expect(byFunction(last).other).toBe(4_901)
    for (const size of sizes) expect(size).toBeLessThanOrEqual(101 + 7)
  })
})
