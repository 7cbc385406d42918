/**
 * The packed library in programs that have an OpenTelemetry SDK of their own, of both lines; and the command with the gRPC exporter
 * that its user installed. Installs from the npm registry.
 */
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { environment, finish } from '../cli/spawn.ts'
import { only, pointsOfJson } from '../sinks/otel/points.ts'
import { freePort, until } from '../sinks/otel/receiver.ts'
import { BRIEF, COUNTS, LEAK, POOL, threeDumps } from '../sinks/otel/service.ts'
import { buildCollector, startCollector } from './collector.ts'
import { temporaryFolder } from './go.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
let tarball = ''

function npm(folder: string, ...args: string[]): string {
  return execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

beforeAll(() => {
  const folder = temporaryFolder()
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root, stdio: 'ignore' })
  tarball = join(folder, readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '')
})

/** A folder with the packed library and these packages. */
function install(...packages: string[]): string {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}')
  npm(folder, 'install', '--no-audit', '--no-fund', tarball, ...packages)
  return folder
}

/** The program of somebody who has an SDK: only its own packages, but for the library. */
const HOST = `
import { metrics } from '@opentelemetry/api'
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { dumpstream, recordsToMetrics } from 'dumpstream'

const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
const meter = metrics.getMeter('dumpstream')

const stream = dumpstream({ source: 'app.log' })
const done = recordsToMetrics(stream, { meter })
process.stdin.pipe(stream)
await done
await reader.forceFlush()
const points = exporter.getMetrics().at(-1).scopeMetrics.flatMap(({ metrics }) => metrics).flatMap(({ descriptor, dataPoints }) =>
  dataPoints.map(({ attributes, value }) => [descriptor.name, attributes['code.function.name'] ?? attributes['dumpstream.signature'] ?? '', value]))
console.log(JSON.stringify(points))
`

describe('a host with its own SDK', () => {
  it.each([
    ['api 1.9, SDK 2.12', '1.9.1', '2.12.0'],
    ['api 1.10, SDK 3', '1.10.0', '3.1.1'],
  ])('%s: gets the series through its own Meter', (_, api, sdk) => {
    const folder = install(`@opentelemetry/api@${api}`, `@opentelemetry/sdk-metrics@${sdk}`)
    writeFileSync(join(folder, 'host.mjs'), HOST)
    const out = execFileSync(process.execPath, ['host.mjs'], {
      cwd: folder,
      input: threeDumps().join(''),
      encoding: 'utf8',
      env: environment(),
    })
    const points: [string, string, number][] = JSON.parse(out)
    const total = COUNTS[2]?.reduce((sum, [, count]) => sum + count, 0)
    expect(Object.fromEntries(points.map(([metric, what, value]) => [`${metric} ${what}`.trim(), value]))).toEqual({
      [`dumpstream.goroutines ${LEAK.name}`]: 45,
      [`dumpstream.goroutines ${POOL.name}`]: 8,
      [`dumpstream.goroutines ${BRIEF.name}`]: 0,
      'dumpstream.goroutines other': 0,
      'dumpstream.dump.goroutines': total,
      'dumpstream.goroutines.leaking': 45,
      'dumpstream.dumps': 3,
      'dumpstream.goroutines.parsed': 15 + 33 + 53,
      'dumpstream.goroutines.damaged': 0,
    })
    const version = (path: string): string => JSON.parse(readFileSync(join(folder, path), 'utf8')).version
    expect(version('node_modules/@opentelemetry/api/package.json')).toBe(api)
    expect(version('node_modules/@opentelemetry/sdk-metrics/package.json')).toBe(sdk)

    writeFileSync(
      join(folder, 'host.ts'),
      "import { metrics } from '@opentelemetry/api'\nimport { meterSink, type RecordSink } from 'dumpstream'\nexport const sink: RecordSink = meterSink({ meter: metrics.getMeter('dumpstream'), maxSignatures: 9 })\n",
    )
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          module: 'nodenext',
          target: 'es2022',
          strict: true,
          noEmit: true,
          types: ['node'],
          skipLibCheck: true,
        },
        files: ['host.ts'],
      }),
    )
    for (const types of ['@types/node', 'undici-types']) {
      cpSync(join(root, 'node_modules', types), join(folder, 'node_modules', types), { recursive: true })
    }
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], { stdio: 'pipe' })
  })
})

describe('the packed command', () => {
  it('without its optional packages says which one is missing; all else works', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}')
    npm(folder, 'install', '--no-audit', '--no-fund', '--omit=optional', tarball)
    const run = async (...args: string[]) => {
      const child = spawn(join(folder, 'node_modules/.bin/dumpstream'), args, { env: environment() })
      child.stdin.end(threeDumps().join(''))
      const { code, stderr, stdout } = await finish(child)
      return { code, stderr, out: stdout.length > 0 }
    }
    expect(await run()).toEqual({ code: 0, stderr: '', out: true })
    expect(await run('--metrics', 'console')).toMatchObject({ code: 0, out: true })
    expect(await run('--otlp')).toEqual({
      code: 2,
      stderr: 'dumpstream: --otlp needs a package: npm install @opentelemetry/otlp-transformer@0.223.0\n',
      out: false,
    })
    expect(await run('--prometheus', '9464')).toEqual({
      code: 2,
      stderr: 'dumpstream: --prometheus needs a package: npm install @opentelemetry/exporter-prometheus@0.223.0\n',
      out: false,
    })
  })

  it('sends by gRPC once its package is installed', async () => {
    const binary = buildCollector()
    const folder = install('@opentelemetry/exporter-metrics-otlp-grpc@0.223.0')
    const [port, grpc] = [await freePort(), await freePort()]
    const file = join(folder, 'telemetry.jsonl')
    const collector = await startCollector(binary, {
      folder,
      config: join(root, 'examples/otel-collector/config.yaml'),
      port,
      file,
      env: {
        OTLP_HTTP: `127.0.0.1:${port}`,
        OTLP_GRPC: `127.0.0.1:${grpc}`,
        TELEMETRY_FILE: file,
        BACKEND: `http://127.0.0.1:${await freePort()}`,
      },
    })
    const run = async (to: number): Promise<{ code: number | null; stderr: string; milliseconds: number }> => {
      const begin = performance.now()
      const args = [
        '--format',
        'none',
        '--otlp',
        `http://127.0.0.1:${to}`,
        '--otlp-protocol',
        'grpc',
        '--otlp-timeout',
        '2s',
      ]
      const child = spawn(join(folder, 'node_modules/.bin/dumpstream'), args, { env: environment() })
      child.stdin.end(threeDumps().join(''))
      const { code, stderr } = await finish(child)
      return { code, stderr, milliseconds: performance.now() - begin }
    }
    expect(await run(grpc)).toMatchObject({ code: 0, stderr: '' })
    await until(() => collector.lines().length > 0)
    const points = pointsOfJson(collector.lines()[0] ?? '')
    expect(only(points, 'dumpstream.goroutines').map(({ value }) => value)).toEqual([45, 8])
    expect(only(points, 'dumpstream.dump.goroutines')[0]).toMatchObject({
      value: 53,
      time: '2026-11-24T07:00:00.000Z',
    })
    await collector.kill()

    const down = await run(grpc)
    expect(down.code).toBe(4)
    expect(down.stderr).toMatch(
      /^dumpstream: can't send metrics to http:\/\/127\.0\.0\.1:\d+: .*; reading continues\n$/,
    )
    expect(down.milliseconds).toBeLessThan(2_000 + 2_500)
  })
})
