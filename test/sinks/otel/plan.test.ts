import { describe, expect, it } from 'vitest'
import { asksForTelemetry, type TelemetryFlags } from '../../../src/sinks/otel/flags.ts'
import { type OtlpTarget, readPlan, type TelemetryPlan } from '../../../src/sinks/otel/plan.ts'
import { folderForAllTests } from '../../folder.ts'

type Env = Readonly<Record<string, string>>

function plan(flags: TelemetryFlags, env: Env = {}): { plan: TelemetryPlan | undefined; said: string[] } {
  const said: string[] = []
  return { plan: readPlan(flags, env, (line) => said.push(line)), said }
}

const metrics = (flags: TelemetryFlags, env: Env = {}): OtlpTarget | undefined => plan(flags, env).plan?.metrics
const url = (flags: TelemetryFlags, env: Env = {}): string | undefined => metrics(flags, env)?.url.href
const logsUrl = (flags: TelemetryFlags, env: Env = {}): string | undefined => plan(flags, env).plan?.logs?.url.href

const folder = folderForAllTests()

describe('who asks for metrics', () => {
  it.each<[TelemetryFlags, Env, boolean]>([
    [{}, {}, false],
    [{ otlp: true }, {}, true],
    [{ otlp: 'http://c:4318' }, {}, true],
    [{ prometheus: '9464' }, {}, true],
    [{ console: true }, {}, true],
    [{ logs: true }, {}, true],
    [{}, { OTEL_METRICS_EXPORTER: 'otlp' }, true],
    [{}, { OTEL_METRICS_EXPORTER: 'none' }, false],
    [{}, { OTEL_METRICS_EXPORTER: '' }, false],
    [{}, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }, false],
    [{ timeout: 5 }, {}, false],
  ])('%j with %j: %s', (flags, env, asks) => {
    expect(asksForTelemetry(flags, env)).toBe(asks)
    expect(plan(flags, env).plan !== undefined).toBe(asks)
  })

  it('OTEL_METRICS_EXPORTER is a list', () => {
    const both = plan({}, { OTEL_METRICS_EXPORTER: 'otlp, prometheus' }).plan
    expect([both?.metrics?.url.href, both?.prometheus?.port, both?.console]).toEqual([
      'http://localhost:4318/v1/metrics',
      9464,
      false,
    ])
    expect(plan({}, { OTEL_METRICS_EXPORTER: 'console' }).plan?.console).toBe(true)
  })

  it('a flag wins over it', () => {
    const found = plan({ prometheus: '9000' }, { OTEL_METRICS_EXPORTER: 'otlp' }).plan
    expect([found?.metrics, found?.prometheus?.port]).toEqual([undefined, 9000])
  })

  it('an exporter that is none is told', () => {
    expect(plan({}, { OTEL_METRICS_EXPORTER: 'zipkin' })).toEqual({
      plan: undefined,
      said: ['OTEL_METRICS_EXPORTER takes otlp, prometheus, console, none, not "zipkin"; it is ignored'],
    })
  })

  it('OTEL_SDK_DISABLED wins over all, and says so', () => {
    expect(plan({ otlp: true }, { OTEL_SDK_DISABLED: 'true' })).toEqual({
      plan: undefined,
      said: ['OTEL_SDK_DISABLED is true: no metrics are sent'],
    })
    expect(plan({ otlp: true }, { OTEL_SDK_DISABLED: 'false' }).plan).toBeDefined()
  })
})

describe('where metrics go', () => {
  it.each<[TelemetryFlags, Env, string]>([
    [{ otlp: true }, {}, 'http://localhost:4318/v1/metrics'],
    [{ otlp: 'http://c:4318' }, {}, 'http://c:4318/v1/metrics'],
    [{ otlp: 'http://c:4318/' }, {}, 'http://c:4318/v1/metrics'],
    [{ otlp: 'https://c/otlp' }, {}, 'https://c/otlp/v1/metrics'],
    [{ otlp: 'http://c:4318/v1/metrics' }, {}, 'http://c:4318/v1/metrics'],
    [{ otlp: 'http://c:4318/v1/metrics?tenant=a' }, {}, 'http://c:4318/v1/metrics?tenant=a'],
    [{ otlp: true }, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://e:1' }, 'http://e:1/v1/metrics'],
    [{ otlp: true }, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://e:1/base/' }, 'http://e:1/base/v1/metrics'],
    [{ otlp: true }, { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://e:1/mine' }, 'http://e:1/mine'],
    [
      { otlp: true },
      { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://m:1/x', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://e:1' },
      'http://m:1/x',
    ],
    [{ otlp: 'http://c:4318' }, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://e:1' }, 'http://c:4318/v1/metrics'],
    [{ otlp: true, protocol: 'grpc' }, {}, 'http://localhost:4317/'],
    [{ otlp: 'http://c:4317', protocol: 'grpc' }, {}, 'http://c:4317/'],
  ])('%j with %j: %s', (flags, env, expected) => {
    expect(url(flags, env)).toBe(expected)
  })

  it.each<[TelemetryFlags, Env, string]>([
    [{ logs: true }, {}, 'http://localhost:4318/v1/logs'],
    [{ logs: true, otlp: 'http://c:4318' }, {}, 'http://c:4318/v1/logs'],
    [{ logs: true, otlp: 'http://c:4318/v1/metrics' }, {}, 'http://c:4318/v1/logs'],
    [{ logs: true }, { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://l:1/x' }, 'http://l:1/x'],
    [
      { logs: true, otlp: 'http://c:4317', protocol: 'grpc' },
      { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://l:1/v1/logs' },
      'http://l:1/v1/logs',
    ],
  ])('logs of %j with %j: %s', (flags, env, expected) => {
    expect(logsUrl(flags, env)).toBe(expected)
  })

  it('logs do not go by gRPC, which is told before anything is read', () => {
    expect(() => plan({ logs: true, otlp: true, protocol: 'grpc' })).toThrow(/uses HTTP, not gRPC/)
  })

  it.each(['collector:4318', 'ftp://x', 'x', 'http://'])('--otlp=%s is no URL', (otlp) => {
    expect(() => plan({ otlp })).toThrow(`--otlp takes a URL such as http://localhost:4318, not "${otlp}"`)
  })

  it('an endpoint of the environment that is no URL is told and left out', () => {
    const { plan: found, said } = plan({ otlp: true }, { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' })
    expect(found?.metrics?.url.href).toBe('http://localhost:4318/v1/metrics')
    expect(said).toEqual([
      'OTEL_EXPORTER_OTLP_ENDPOINT takes a URL, such as http://localhost:4318, not "collector:4318"; it is ignored',
    ])
  })
})

describe('how metrics go', () => {
  it.each<[TelemetryFlags, Env, string]>([
    [{ otlp: true }, {}, 'http/protobuf'],
    [{ otlp: true }, { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, 'http/json'],
    [
      { otlp: true },
      { OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      'http/json',
    ],
    [{ otlp: true, protocol: 'http/protobuf' }, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'http/protobuf'],
  ])('%j with %j: %s', (flags, env, protocol) => {
    expect(metrics(flags, env)?.protocol).toBe(protocol)
  })

  it.each<[TelemetryFlags, Env, number]>([
    [{ otlp: true }, {}, 3000],
    [{ otlp: true, timeout: 500 }, { OTEL_EXPORTER_OTLP_TIMEOUT: '9000' }, 500],
    [{ otlp: true }, { OTEL_EXPORTER_OTLP_TIMEOUT: '9000' }, 9000],
    [{ otlp: true }, { OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '700', OTEL_EXPORTER_OTLP_TIMEOUT: '9000' }, 700],
    [{ otlp: true }, { OTEL_METRIC_EXPORT_TIMEOUT: '800' }, 800],
    [{ otlp: true }, { OTEL_EXPORTER_OTLP_TIMEOUT: '0' }, 3000],
  ])('%j with %j: within %i ms', (flags, env, timeout) => {
    expect(plan(flags, env).plan?.timeout).toBe(timeout)
  })

  it.each<[Env, number, string[]]>([
    [{}, 60_000, []],
    [{ OTEL_METRIC_EXPORT_INTERVAL: '250' }, 250, []],
    [
      { OTEL_METRIC_EXPORT_INTERVAL: '1m' },
      60_000,
      ['OTEL_METRIC_EXPORT_INTERVAL takes milliseconds, such as 3000, not "1m"; it is ignored'],
    ],
  ])('with %j every %i ms', (env, interval, told) => {
    const { plan: found, said } = plan({ otlp: true }, env)
    expect([found?.interval, said]).toEqual([interval, told])
  })

  it.each<[Env, string]>([
    [{}, 'cumulative'],
    [{ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'Delta' }, 'delta'],
    [{ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'lowmemory' }, 'lowmemory'],
    [{ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'sometimes' }, 'cumulative'],
  ])('with %j: %s', (env, temporality) => {
    expect(plan({ otlp: true }, env).plan?.temporality).toBe(temporality)
  })

  it.each<[Env, Record<string, string>]>([
    [{}, {}],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'Api-Key=a%2Cb, x = y=z' }, { 'api-key': 'a,b', x: 'y=z' }],
    [
      { OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=2', OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'b=3' },
      { a: '1', b: '3' },
    ],
  ])('with %j sends %j', (env, headers) => {
    expect(metrics({ otlp: true }, env)?.headers).toEqual(headers)
  })

  it.each(['secret', '=secret', 'bad name=secret', 'x=secret%0d%0aevil', 'x=%zz secret'])(
    'tells of a header that is none (%s) without repeating it',
    (header) => {
      const { plan: found, said } = plan({ otlp: true }, { OTEL_EXPORTER_OTLP_HEADERS: header })
      expect(found?.metrics?.headers).toEqual({})
      expect(said.join()).toContain('OTEL_EXPORTER_OTLP_HEADERS')
      expect(said.join()).not.toContain('secret')
    },
  )

  it('compresses when asked', () => {
    expect(metrics({ otlp: true })?.gzip).toBe(false)
    expect(metrics({ otlp: true }, { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' })?.gzip).toBe(true)
  })

  it('reads certificates, and does not go on without one that it can not read', () => {
    folder.write('ca.pem', 'PEM')
    expect(metrics({ otlp: true }, { OTEL_EXPORTER_OTLP_CERTIFICATE: folder.at('ca.pem') })?.ca?.toString()).toBe('PEM')
    expect(() => metrics({ otlp: true }, { OTEL_EXPORTER_OTLP_CLIENT_KEY: folder.at('none') })).toThrow(
      /^OTEL_EXPORTER_OTLP_CLIENT_KEY: .*none: no such file$/,
    )
  })

  it('tells of resource attributes that the SDK would drop without a word', () => {
    const said = (value: string) => plan({ otlp: true }, { OTEL_RESOURCE_ATTRIBUTES: value }).said
    expect(said('a=b,c=d%3De')).toEqual([])
    for (const wrong of ['a', 'a=b=c', '=b', 'a=%zz']) expect(said(wrong)).toHaveLength(1)
  })
})

describe('where Prometheus finds them', () => {
  it.each<[TelemetryFlags, Env, string, number]>([
    [{ prometheus: '9464' }, {}, '127.0.0.1', 9464],
    [{ prometheus: ':9464' }, {}, '127.0.0.1', 9464],
    [{ prometheus: '0.0.0.0:9000' }, {}, '0.0.0.0', 9000],
    [{ prometheus: '[::1]:9000' }, {}, '::1', 9000],
    [{ prometheus: 'localhost:9000' }, { OTEL_EXPORTER_PROMETHEUS_HOST: '10.0.0.1' }, 'localhost', 9000],
    [{ prometheus: '9000' }, { OTEL_EXPORTER_PROMETHEUS_HOST: '10.0.0.1' }, '10.0.0.1', 9000],
    [
      {},
      {
        OTEL_METRICS_EXPORTER: 'prometheus',
        OTEL_EXPORTER_PROMETHEUS_PORT: '9001',
        OTEL_EXPORTER_PROMETHEUS_HOST: 'h',
      },
      'h',
      9001,
    ],
  ])('%j with %j: %s:%i', (flags, env, host, port) => {
    expect(plan(flags, env).plan?.prometheus).toEqual({ host, port })
  })

  it.each(['0', '65536', 'x', '127.0.0.1', '1:2:3', '::1', '-1', ''])('%j is no address', (prometheus) => {
    expect(() => plan({ prometheus })).toThrow(/^--prometheus takes a port such as 9464, or 0\.0\.0\.0:9464/)
  })

  it('a port of the environment that is none is a mistake, too', () => {
    expect(() => plan({}, { OTEL_METRICS_EXPORTER: 'prometheus', OTEL_EXPORTER_PROMETHEUS_PORT: 'x' })).toThrow(
      'OTEL_EXPORTER_PROMETHEUS_PORT takes a port such as 9464, or 0.0.0.0:9464, not "x"',
    )
  })
})
