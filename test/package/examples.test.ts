/** The examples for Node programs, run with the packed and installed package, pino and an OpenTelemetry SDK from npm. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, cpSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { parseDumps } from '../../src/index.ts'
import { dumpText, logText } from '../cli/dumps.ts'
import { WAIT_MS } from '../patience.ts'
import { type Installed, installPackage, root } from './installed.ts'

const demo = join(root, 'examples/demo.log')
const DUMPS = parseDumps(readFileSync(demo)).filter(({ type }) => type === 'dump')
const SAID = DUMPS.map((record) =>
  record.type === 'dump' ? `dump ${record.dump}: ${record.goroutines} goroutines\n` : '',
).join('')
let installed: Installed
let folder = ''

beforeAll(() => {
  installed = installPackage([
    'pino@10.4.0',
    '@opentelemetry/sdk-metrics@2.12.0',
    '@opentelemetry/exporter-metrics-otlp-http@0.223.0',
  ])
  folder = installed.folder
  for (const example of ['recipes', 'pino-transport', 'node-shipper']) {
    // Without their package.json: dumpstream is the packed one.
    cpSync(join(root, 'examples', example), join(folder, example), {
      recursive: true,
      filter: (path) => !/node_modules|package(?:-lock)?\.json$/.test(path),
    })
  }
})

afterAll(() => installed.remove())

function run(program: string, args: readonly string[] = [], input: string | Buffer = ''): string {
  return execFileSync('node', [join(folder, program), ...args], {
    cwd: folder,
    encoding: 'utf8',
    input,
    maxBuffer: 1 << 26,
    timeout: WAIT_MS,
  })
}

describe('recipes', () => {
  it.each(['pipeline.mjs', 'web-streams.mjs', 'worker-thread.mjs', 'require.cjs'])(
    '%s finds the dumps of a file',
    (name) => {
      expect(DUMPS).toHaveLength(3)
      expect(run(`recipes/${name}`, [demo])).toBe(SAID)
    },
  )

  it('for-await.mjs says what leaks', () => {
    expect(run('recipes/for-await.mjs', [], readFileSync(demo))).toMatch(
      /^content_svr\/producer\.\(\*Producer\)\.send: \d+ goroutines/,
    )
  })

  it('child-process.mjs lets the log through, from both outputs, and ends as the service does', () => {
    const { status, stdout, stderr } = spawnSync(
      'node',
      [
        join(folder, 'recipes/child-process.mjs'),
        'sh',
        '-c',
        `cat ${demo}; printf 'panic: x\\n\\ngoroutine 1 [running]:\\nmain.main()\\n\\t/a.go:3 +0x1\\nexit status 2\\n' >&2; exit 3`,
      ],
      { encoding: 'utf8', cwd: folder, maxBuffer: 1 << 26 },
    )
    expect(status).toBe(3)
    expect(stdout).toBe(passed(readFileSync(demo)))
    expect(stderr).toContain('stdout: dump 3: ')
    expect(stderr).toContain('leaking content_svr/producer.(*Producer).send: ')
    expect(stderr).toContain('stderr: dump 1: 1 goroutines')
  })

  it('abort.mjs stops', async () => {
    const child = spawn('node', [join(folder, 'recipes/abort.mjs'), '300'], { stdio: ['pipe', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.on('data', (bytes) => {
      out += bytes
    })
    child.stdin.write(dumpText() + dumpText())
    const [code] = await once(child, 'exit')
    expect([code, out]).toEqual([0, 'dump 1: 55 goroutines\nstopped\n'])
  })

  it('pass.mjs puts records where the dumps were', () => {
    const packed = join(folder, 'demo.log.gz')
    run('recipes/pass.mjs', [demo, packed])
    const lines = gunzipSync(readFileSync(packed)).toString().split('\n')
    const isRecord = (line: string): boolean => line.startsWith('{"v":1,')
    expect(lines.filter((line) => !isRecord(line)).join('\n')).toBe(passed(readFileSync(demo)))
    expect(lines.filter(isRecord).map((line) => JSON.parse(line))).toEqual(
      JSON.parse(
        JSON.stringify(parseDumps(readFileSync(demo), { source: demo }).filter(({ type }) => type !== 'summary')),
      ),
    )
  })

  it('mount.mjs hands on records in order, and what a dump among them says', () => {
    const line = (log: string): string => `${JSON.stringify({ pod: 'web-1', time: '2026-11-25T05:00:00Z', log })}\n`
    const dump = ['panic: boom', '', 'goroutine 7 [running]:', 'main.main()', '\t/app/main.go:3 +0x1d']
    const input = ['before', ...dump, 'exit status 2'].map(line).join('')
    const { stdout, status } = spawnSync(process.execPath, ['recipes/mount.mjs'], {
      cwd: folder,
      input,
      encoding: 'utf8',
    })
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((each) => JSON.parse(each))
    expect(records.map(({ log }) => log)).toEqual(['before', 'exit status 2', 'panic: boom in main.main main.go:3'])
    expect(records[2]).toMatchObject({ pod: 'web-1', dump: expect.stringMatching(/^[0-9a-f]{16}$/) })
    expect(status).toBe(0)
  })
})

describe('the pino transport', () => {
  it('takes the dumps out of what a supervisor logs, and nothing else', () => {
    const [log, records] = [join(folder, 'pino.log'), join(folder, 'pino.jsonl')]
    run('pino-transport/supervisor.mjs', [log, records, 'cat', demo])
    const lines: { msg: string; level: number; pid: number }[] = readFileSync(log, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines[0]).toMatchObject({ level: 30, msg: 'started' })
    expect(lines.at(-1)).toMatchObject({ level: 30, msg: 'ended' })
    expect(
      `${lines
        .slice(1, -1)
        .map(({ msg }) => msg)
        .join('\n')}\n`,
    ).toBe(passed(readFileSync(demo)))
    const found = readFileSync(records, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const counts = (all: readonly { type: string; goroutines?: number }[]): unknown[] =>
      all.filter(({ type }) => type === 'dump').map(({ goroutines }) => goroutines)
    expect(counts(found)).toEqual(DUMPS.map((record) => (record.type === 'dump' ? record.goroutines : 0)))
    expect(found[0]).toMatchObject({ type: 'dump', source: 'cat' })
  })
})

/** What is left of a log without its dumps. */
function passed(log: Buffer): string {
  return execFileSync('node', [join(root, 'dist/cli.js'), '--logs', 'pass', '--format', 'none'], {
    input: log,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
}

describe('the shipper', () => {
  let child: ChildProcess | undefined
  let server: Server | undefined
  afterEach(() => {
    child?.kill('SIGKILL')
    server?.closeAllConnections()
    server?.close()
  })

  interface Received {
    readonly path: string
    readonly body: string
  }

  /** `answer` says the status of a request; what is answered 200 is received. */
  async function listen(
    answer: (path: string, nth: number) => number,
  ): Promise<{ url: string; received: Received[]; asked: () => number }> {
    const received: Received[] = []
    let nth = 0
    server = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part) => parts.push(part))
      request.on('end', () => {
        const path = request.url ?? ''
        const status = answer(path, nth++)
        if (status === 200) received.push({ path, body: Buffer.concat(parts).toString() })
        response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, asked: () => nth }
  }

  function start(url: string, file: string): { said: () => string } {
    let said = ''
    child = spawn('node', [join(folder, 'node-shipper/shipper.mjs'), file], {
      env: {
        ...process.env,
        LOGS_URL: `${url}/ingest`,
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        OTEL_METRIC_EXPORT_INTERVAL: '500',
      },
      stdio: ['ignore', 'inherit', 'pipe'],
    })
    child.stderr?.on('data', (bytes) => {
      said += bytes
    })
    return { said: () => said }
  }

  const linesOf = (received: readonly Received[]): string[] =>
    received
      .filter(({ path }) => path === '/ingest')
      .flatMap(({ body }) => body.trimEnd().split('\n'))
      .map((line) => JSON.parse(line).line)

  async function until(holds: () => boolean): Promise<void> {
    for (let waited = 0; !holds(); waited += 20) {
      if (waited > 20_000) throw new Error('waited 20 s in vain')
      await delay(20)
    }
  }

  it('sends every line in order and once, over failures and a rotation, and the dumps by OTLP; SIGTERM ends it', async () => {
    // Every third request fails.
    const { url, received } = await listen((_, nth) => (nth % 3 === 1 ? 503 : 200))
    const file = join(folder, 'rotated.log')
    writeFileSync(file, logText(2_500) + dumpText())
    const { said } = start(url, file)
    await until(() => linesOf(received).length >= 2_500)
    renameSync(file, `${file}.1`)
    writeFileSync(file, dumpText() + logText(700))
    await until(() => linesOf(received).length >= 3_200)
    appendFileSync(file, 'the last line has no end')
    await until(() =>
      received.some(({ path, body }) => path === '/v1/metrics' && body.includes('dumpstream.goroutines')),
    )
    await delay(1_500)
    child?.kill('SIGTERM')
    const [code] = child === undefined ? [] : await once(child, 'exit')
    expect([code, said()]).toEqual([0, expect.stringContaining('HTTP 503')])
    expect(linesOf(received)).toEqual([
      ...logText(2_500).trimEnd().split('\n'),
      ...logText(700).trimEnd().split('\n'),
      'the last line has no end',
    ])
    const dumps = received
      .filter(({ path }) => path === '/v1/logs')
      .flatMap(({ body }) => JSON.parse(body).resourceLogs[0].scopeLogs[0].logRecords)
      .filter(({ eventName }) => eventName === 'dumpstream.dump')
    expect(dumps.map(({ body }) => body.stringValue)).toEqual(['dump 1: 55 goroutines', 'dump 2: 55 goroutines'])
  })

  it('reads on only as fast as the receiver takes: a receiver that is down stops it, and nothing is lost', async () => {
    let up = false
    const { url, received, asked } = await listen(() => (up ? 200 : 503))
    const file = join(folder, 'large.log')
    const block = logText(10_000)
    for (let i = 0; i < 40; i++) appendFileSync(file, block)
    start(url, file)
    await until(() => asked() > 2)
    await delay(500)
    const status = readFileSync(`/proc/${child?.pid}/status`, 'utf8')
    expect(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) << 10).toBeLessThan(200 << 20)
    const tail = readFileSync(`/proc/${child?.pid}/task/${child?.pid}/children`, 'utf8').trim()
    const position = Number(/rchar: (\d+)/.exec(readFileSync(`/proc/${tail}/io`, 'utf8'))?.[1])
    expect(statSync(file).size).toBeGreaterThan(19_000_000)
    expect(position).toBeLessThan(4 << 20)
    up = true
    await until(() => countOf(received) >= 400_000)
    expect(countOf(received)).toBe(400_000)
    child?.kill('SIGTERM')
    if (child !== undefined) expect((await once(child, 'exit'))[0]).toBe(0)
  })

  const countOf = (received: readonly Received[]): number =>
    received.filter(({ path }) => path === '/ingest').reduce((sum, { body }) => sum + body.split('\n').length - 1, 0)
})
