/** What happens to the run when the other side is down, slow, unfriendly, or away for a while. Through the built command. */

import { execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createTcpServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { Poster } from '../../../src/sinks/otel/post.ts'
import { cli, finish, start } from '../../cli/spawn.ts'
import { folderForEachTest } from '../../folder.ts'
import { byFunction, only, pointsOfJson } from './points.ts'
import { type Answer, fine, freePort, listen, portOf, Receiver, status, until } from './receiver.ts'
import { LEAK, POOL, Service, threeDumps } from './service.ts'

const folder = folderForEachTest()
const closing: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function receiver(answer: Answer = fine, port = 0): Promise<Receiver> {
  const made = await Receiver.open(port)
  made.answer = answer
  closing.push(() => made.close())
  return made
}

const LOG = threeDumps().join('')

interface Run {
  readonly code: number | null
  readonly stderr: string
  /** Records that came out. */
  readonly records: number
  readonly milliseconds: number
}

async function run(url: string, args: readonly string[] = [], env: Record<string, string> = {}): Promise<Run> {
  const begin = performance.now()
  const { code, stderr, stdout } = await cli(['--otlp', url, '--otlp-protocol', 'http/json', ...args], {
    input: LOG,
    env,
  })
  const records = stdout.split('\n').filter((line) => line.startsWith('{"v":1')).length
  return { code, stderr, records, milliseconds: performance.now() - begin }
}

/** A start, on a machine that has other work. */
const START_MS = 6_000
/** With the summary of the input. */
const RECORDS = 3 + 3 + 4 + 4 + 1

describe('at the end of the input', () => {
  it('one export is made, and the exit code is 0', async () => {
    const to = await receiver()
    expect(await run(to.url)).toMatchObject({ code: 0, stderr: '', records: RECORDS })
    expect(to.requests.map(({ path }) => path)).toEqual(['/v1/metrics'])
    expect(byFunction(pointsOfJson(to.requests[0]?.body ?? ''))).toEqual({ [LEAK.name]: 45, [POOL.name]: 8 })
  })

  it('also without a dump: there were bytes', async () => {
    const to = await receiver()
    const { code } = await cli(['--otlp', to.url, '--otlp-protocol', 'http/json'], { input: 'nothing here\n' })
    expect(code).toBe(0)
    expect(only(pointsOfJson(to.requests[0]?.body ?? ''), 'dumpstream.input')[0]?.value).toBe(13)
  })

  it('a collector that is down is told in one line; all records are out, the exit code is 4', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    const found = await run(url)
    expect(found).toMatchObject({
      code: 4,
      stderr: `dumpstream: can't send metrics to ${url}/v1/metrics: connection refused; reading continues\n`,
      records: RECORDS,
    })
    expect(found.milliseconds).toBeLessThan(3_000 + START_MS)
  })

  it.each<[string, Answer]>([
    ['says nothing', () => {}],
    [
      'begins an answer and trickles',
      (response) => {
        response.writeHead(200)
        const drip = setInterval(() => response.write('.'), 50)
        response.on('close', () => clearInterval(drip))
      },
    ],
    ['asks to come back in an hour', status(503, { 'retry-after': '3600' })],
  ])('a collector that %s ends the run within --otlp-timeout', async (_, answer) => {
    const to = await receiver(answer)
    const found = await run(to.url, ['--otlp-timeout', '700ms'])
    expect(found).toMatchObject({ code: 4, records: RECORDS })
    expect(found.stderr).toMatch(/^dumpstream: can't send metrics to .*; reading continues\n$/)
    expect(found.milliseconds).toBeLessThan(700 + START_MS)
  })

  it('a socket that accepts and hangs does, too', async () => {
    const open = new Set<{ destroy(): void }>()
    const server = createTcpServer((socket) => open.add(socket))
    await listen(server)
    closing.push(() => {
      for (const socket of open) socket.destroy()
      server.close()
    })
    const found = await run(`http://127.0.0.1:${portOf(server)}`, ['--otlp-timeout', '700ms', '--otlp-logs'])
    expect(found.code).toBe(4)
    // What is left of the time when it is asked.
    expect(found.stderr).toMatch(/\/v1\/metrics: no answer within 0\.[67] s; reading continues\n/)
    expect(found.milliseconds).toBeLessThan(700 + START_MS)
  })

  it('a collector that is slow, but in time, is fine', async () => {
    const to = await receiver((response, request) => setTimeout(() => fine(response, request), 400))
    expect(await run(to.url)).toMatchObject({ code: 0, stderr: '' })
  })

  it('a collector that is just starting gets it a second later', async () => {
    let asked = 0
    const to = await receiver((response, request) => (asked++ === 0 ? status(503) : fine)(response, request))
    expect(await run(to.url)).toMatchObject({ code: 0, stderr: '' })
    expect(to.requests).toHaveLength(2)
  })

  it.each([
    [400, 'it answers 400 Bad Request'],
    [401, 'it answers 401 Unauthorized (set the credentials in OTEL_EXPORTER_OTLP_HEADERS)'],
    [404, 'it answers 404 Not Found (is it an OTLP/HTTP endpoint?)'],
    [413, 'it answers 413 Payload Too Large'],
    [500, 'it answers 500 Internal Server Error'],
  ])('%i is told, and not tried again', async (code, said) => {
    const to = await receiver(status(code))
    expect(await run(to.url)).toMatchObject({
      code: 4,
      stderr: `dumpstream: can't send metrics to ${to.url}/v1/metrics: ${said}; reading continues\n`,
      records: RECORDS,
    })
    expect(to.requests).toHaveLength(1)
  })

  it('a collector that takes some and refuses others is told', async () => {
    const to = await receiver((response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"too old"}}'),
    )
    expect(await run(to.url)).toMatchObject({
      code: 4,
      stderr: `dumpstream: can't send metrics to ${to.url}/v1/metrics: it refused 3 of the points: too old; reading continues\n`,
    })
  })

  it('a collector that takes all and has something to say is told, too', async () => {
    const to = await receiver((response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"partialSuccess":{"errorMessage":"names are deprecated"}}'),
    )
    expect(await run(to.url)).toMatchObject({
      code: 0,
      stderr: `dumpstream: metrics were accepted by ${to.url}/v1/metrics, which says: names are deprecated\n`,
    })
  })

  it('a collector that asks to be left alone for an hour gets one request', async () => {
    const to = await receiver((response) => response.writeHead(429, { 'retry-after': '3600' }).end())
    expect((await run(to.url)).code).toBe(4)
    expect(to.requests).toHaveLength(1)
  })

  it.each([
    ['-5', undefined],
    ['-5000', undefined],
    ['soon 2040', undefined],
    ['0.5', undefined],
    ['Sun, 06 Nov 1994 08:49:37 GMT', undefined],
    ['7', 7_000],
    ['Sat, 06 Nov 2094 08:49:37 GMT', expect.any(Number)],
    ['Saturday, 06-Nov-49 08:49:37 GMT', expect.any(Number)],
    ['Sat Nov  6 08:49:37 2094', expect.any(Number)],
  ])('Retry-After: %s asks for %s', async (value, retryAfter) => {
    const to = await receiver(status(503, { 'retry-after': value }))
    const poster = new Poster({ url: new URL(to.url), protocol: 'http/json', headers: {}, gzip: false }, '1')
    const reason = 'it answers 503 Service Unavailable'
    expect(await poster.post(Buffer.from('{}'), 5_000)).toEqual({
      ok: false,
      reason,
      retry: true,
      ...(retryAfter !== undefined && { retryAfter }),
    })
  })

  it('a second attempt that the time-out cuts short does not hide what was answered to the first', async () => {
    let asked = 0
    const to = await receiver((response, request) => {
      if (asked++ === 0) status(503)(response, request)
    })
    const { code, stderr } = await run(to.url, ['--otlp-timeout', '1300ms'])
    expect(code).toBe(4)
    expect(stderr).toContain('/v1/metrics: it answers 503 Service Unavailable; reading continues\n')
    expect(to.requests).toHaveLength(2)
  })

  it('the same in protobuf', async () => {
    // ExportMetricsServiceResponse{partial_success{rejected_data_points: 3, error_message: "old"}}
    const body = Buffer.from([0x0a, 0x07, 0x08, 0x03, 0x12, 0x03, ...Buffer.from('old')])
    const to = await receiver((response) =>
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(body),
    )
    const { code, stderr } = await cli(['--format', 'none', '--otlp', to.url], { input: LOG })
    expect([code, stderr]).toEqual([
      4,
      `dumpstream: can't send metrics to ${to.url}/v1/metrics: it refused 3 of the points: old; reading continues\n`,
    ])
    expect(to.requests[0]?.headers['content-type']).toBe('application/x-protobuf')
  })

  it('an answer that is a page was an answer, and is told', async () => {
    const to = await receiver((response) => response.writeHead(200).end('<html>'))
    const { code, stderr } = await run(to.url)
    expect(code).toBe(0)
    expect(stderr).toContain('its answer is not OTLP/HTTP: is it a collector?')
  })

  it('what does not speak HTTP is told as that', async () => {
    const server = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    await listen(server)
    closing.push(() => server.close())
    expect((await run(`http://127.0.0.1:${portOf(server)}`)).stderr).toContain(
      'it does not speak HTTP (4317 is the port of gRPC, 4318 that of OTLP/HTTP)',
    )
  })

  it('a password in the URL is sent and not told', async () => {
    const to = await receiver(status(403))
    const { stderr } = await run(to.url.replace('//', '//me:secret@'))
    expect(stderr).not.toContain('secret')
    expect(to.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`)
  })
})

describe('on the way', () => {
  it('headers and compression are those of the environment', async () => {
    const to = await receiver()
    await run(to.url, ['--otlp-logs'], {
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=k%2C1',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'only=logs',
    })
    const [metrics] = to.requests.filter(({ path }) => path === '/v1/metrics')
    const [logs] = to.requests.filter(({ path }) => path === '/v1/logs')
    expect(metrics?.headers).toMatchObject({
      'api-key': 'k,1',
      'content-encoding': 'gzip',
      'content-type': 'application/json',
    })
    expect(metrics?.headers['user-agent']).toMatch(/^dumpstream\/\d/)
    expect(metrics?.headers).not.toHaveProperty('only')
    expect(logs?.headers).toMatchObject({ 'api-key': 'k,1', only: 'logs', 'content-encoding': 'gzip' })
    expect(JSON.parse(logs?.body ?? '')).toHaveProperty('resourceLogs')
  })

  it('a certificate is trusted when it is named, and told when it is not', async () => {
    const [key, cert] = [folder.at('key.pem'), folder.at('cert.pem')]
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=localhost',
        '-addext',
        'subjectAltName=IP:127.0.0.1',
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'ignore' },
    )
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
      request.resume().on('end', () => response.writeHead(200).end('{}'))
    })
    await listen(server)
    closing.push(() => server.close())
    const url = `https://127.0.0.1:${portOf(server)}`
    expect((await run(url)).stderr).toMatch(
      /its certificate is not trusted \(\w+\); OTEL_EXPORTER_OTLP_CERTIFICATE names one/,
    )
    expect(await run(url, [], { OTEL_EXPORTER_OTLP_CERTIFICATE: cert })).toMatchObject({ code: 0, stderr: '' })
  })

  it('the log never waits: with a collector that hangs every byte comes out, in the same time', async () => {
    const log = Array.from(
      { length: 40 },
      (_, i) => `${'x'.repeat(99)}\n`.repeat(5_000) + (threeDumps()[i % 3] ?? ''),
    ).join('')
    const path = folder.at('app.log')
    writeFileSync(path, log)
    const to = await receiver(() => {})
    const time = async (...args: string[]): Promise<[number, string]> => {
      const begin = performance.now()
      const { stdout } = await cli(['--logs', 'pass', '--format', 'none', ...args, path])
      return [performance.now() - begin, stdout]
    }
    const [without, plain] = await time()
    const [hanging, same] = await time('--otlp', to.url, '--otlp-timeout', '600ms', '--otlp-logs')
    expect(same.length).toBe(plain.length)
    expect(same === plain).toBe(true)
    // To wait for each of the forty dumps would take twice as long.
    expect(hanging - without).toBeLessThan((40 * 600) / 2)
  })

  it('an outage is one line, its end another; the last state arrives after it, and the failures are counted', async () => {
    const path = folder.at('app.log')
    const service = new Service().set(LEAK, 5)
    writeFileSync(path, service.dump('2026-11-24T05:00:00.000Z'))
    const first = await receiver()
    const { port, url } = first
    const child = start([
      '--follow',
      '--idle',
      '100ms',
      '--format',
      'none',
      '--otlp',
      url,
      '--otlp-protocol',
      'http/json',
      path,
    ])
    const over = finish(child)
    await until(() => first.requests.length === 1)

    await first.close()
    appendFileSync(path, service.set(LEAK, 9).dump('2026-11-24T05:10:00.000Z'))
    await delay(2_500)
    appendFileSync(path, service.set(LEAK, 12).dump('2026-11-24T05:20:00.000Z'))
    const second = await receiver(fine, port)
    await until(() => second.requests.length > 0)

    const points = pointsOfJson(second.requests[0]?.body ?? '')
    expect(byFunction(points)).toEqual({ [LEAK.name]: 12 })
    expect(only(points, 'dumpstream.goroutines')[0]?.time).toBe('2026-11-24T05:20:00.000Z')
    expect(only(points, 'dumpstream.export.failures')[0]?.value).toBeGreaterThanOrEqual(1)
    child.kill('SIGTERM')
    const { code, stderr } = await over
    expect(code).toBe(0)
    expect(stderr.split('\n')).toEqual([
      `dumpstream: can't send metrics to ${url}/v1/metrics: connection refused; reading continues`,
      expect.stringMatching(/^dumpstream: sending metrics to \S+ works again; \d exports? failed in \d+ s$/),
      '',
    ])
  })
})

describe('what is asked wrongly', () => {
  it.each([
    [['--otlp-protocol', 'http/xml'], '--otlp-protocol takes http/protobuf, http/json or grpc, not "http/xml"'],
    [['--otlp=collector:4318'], '--otlp takes a URL such as http://localhost:4318, not "collector:4318"'],
    [['--prometheus', 'x'], '--prometheus takes a port such as 9464, or 0.0.0.0:9464, not "x"'],
    [['--metrics', 'file'], '--metrics takes console, not "file"'],
    [['--otlp-timeout', 'soon'], '--otlp-timeout takes a duration such as 500ms, 2s or 1m, not "soon"'],
    [
      ['--otlp', '--otlp-protocol', 'grpc'],
      'gRPC needs a package: npm install @opentelemetry/exporter-metrics-otlp-grpc@0.223.0',
    ],
  ])('%j is one line and exit code 2, and no output is touched', async (args, said) => {
    const out = folder.at('out.jsonl')
    writeFileSync(out, 'precious')
    const { code, stderr, stdout } = await cli([...args, '--out', out], { input: LOG })
    expect({ code, stderr, stdout }).toEqual({ code: 2, stderr: `dumpstream: ${said}\n`, stdout: '' })
    expect(readFileSync(out, 'utf8')).toBe('precious')
  })

  it('a URL may stand after the flag or its equals sign; any other word is a FILE', async () => {
    const to = await receiver()
    for (const args of [['--otlp', to.url], [`--otlp=${to.url}`]]) {
      const path = folder.at('app.log')
      writeFileSync(path, LOG)
      expect((await cli([...args, path])).code).toBe(0)
    }
    expect(to.requests).toHaveLength(2)
    const { stderr } = await cli(['--otlp', 'nowhere.log'], { env: { OTEL_EXPORTER_OTLP_ENDPOINT: to.url } })
    expect(stderr).toBe('dumpstream: nowhere.log: no such file\n')
  })
})

describe('without being asked', () => {
  it('nothing is sent, whatever endpoint the environment names', async () => {
    const to = await receiver()
    const { code } = await cli([], { input: LOG, env: { OTEL_EXPORTER_OTLP_ENDPOINT: to.url } })
    expect([code, to.requests.length]).toEqual([0, 0])
  })

  it('OTEL_METRICS_EXPORTER asks as the flag does', async () => {
    const to = await receiver()
    const env = { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: to.url, OTEL_SERVICE_NAME: 'content' }
    expect((await cli([], { input: LOG, env: { ...env, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' } })).code).toBe(0)
    expect(pointsOfJson(to.requests[0]?.body ?? '')[0]?.resource).toMatchObject({ 'service.name': 'content' })
    expect((await cli([], { input: LOG, env: { ...env, OTEL_SDK_DISABLED: 'true' } })).stderr).toBe(
      'dumpstream: OTEL_SDK_DISABLED is true: no metrics are sent\n',
    )
    expect(to.requests).toHaveLength(1)
  })

  it('OTEL_METRIC_EXPORT_INTERVAL is how often when nothing happens', async () => {
    const to = await receiver()
    const path = folder.at('app.log')
    writeFileSync(path, LOG)
    const child = start(['--follow', '--format', 'none', '--otlp', to.url, path], {
      env: { OTEL_METRIC_EXPORT_INTERVAL: '200' },
    })
    const over = finish(child)
    await until(() => to.requests.length >= 5)
    child.kill('SIGTERM')
    expect((await over).code).toBe(0)
  })
})
