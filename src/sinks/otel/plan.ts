/** Turns flags and environment into what to open. A flag has precedence over its variable. */
import { readFileSync } from 'node:fs'
import { DumpstreamError } from '../../core/errors.ts'
import { systemErrorText } from '../../core/system-error.ts'
import { type Address, LOOPBACK, readHostPort } from '../serve/address.ts'
import { type Env, EnvReader, httpUrl } from './env.ts'
import { PROTOCOLS, type Protocol, type TelemetryFlags } from './flags.ts'

/** Where one signal goes. */
export interface OtlpTarget {
  readonly url: URL
  readonly protocol: Protocol
  readonly headers: Readonly<Record<string, string>>
  readonly gzip: boolean
  /** PEM. */
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

export interface TelemetryPlan {
  readonly metrics: OtlpTarget | undefined
  readonly logs: OtlpTarget | undefined
  readonly prometheus: Address | undefined
  readonly console: boolean
  /** Series of signatures per dump. */
  readonly signatures: number
  /** Milliseconds between exports if nothing happens. */
  readonly interval: number
  /** Milliseconds allowed for an export, and for the end of the run. */
  readonly timeout: number
  readonly temporality: 'cumulative' | 'delta' | 'lowmemory'
}

/** Series per dump; the rest is summed. */
export const SIGNATURES = 100
/** The specification's 10 s is long for someone who waits for a prompt. */
const TIMEOUT_MS = 3_000
const INTERVAL_MS = 60_000
const PROMETHEUS_PORT = 9464
const HTTP_URL = 'http://localhost:4318'
const GRPC_URL = 'http://localhost:4317'

/**
 * Undefined if nothing is to be opened.
 *
 * @throws DumpstreamError `DS_USAGE`
 */
export function readPlan(flags: TelemetryFlags, env: Env, warn: (line: string) => void): TelemetryPlan | undefined {
  const reader = new EnvReader(env, warn)
  if (reader.isTrue('OTEL_SDK_DISABLED')) {
    warn('OTEL_SDK_DISABLED is true: no metrics are sent')
    return undefined
  }
  const byFlag = flags.otlp !== undefined || flags.prometheus !== undefined || flags.console === true
  const exporters = byFlag
    ? []
    : (reader.choices('OTEL_METRICS_EXPORTER', ['otlp', 'prometheus', 'console', 'none']) ?? [])
  const wantsOtlp = flags.otlp !== undefined || exporters.includes('otlp')
  const wantsPrometheus = flags.prometheus !== undefined || exporters.includes('prometheus')
  const wantsConsole = flags.console === true || exporters.includes('console')
  const wantsLogs = flags.logs === true
  if (!wantsOtlp && !wantsPrometheus && !wantsConsole && !wantsLogs) return undefined
  reader.checkPairs('OTEL_RESOURCE_ATTRIBUTES')
  const timeout = flags.timeout ?? readTimeout(reader)
  return {
    metrics: wantsOtlp ? readTarget('METRICS', flags, reader) : undefined,
    logs: wantsLogs ? readTarget('LOGS', flags, reader) : undefined,
    prometheus: wantsPrometheus ? readAddress(flags.prometheus, reader) : undefined,
    console: wantsConsole,
    signatures: flags.signatures ?? SIGNATURES,
    interval: reader.milliseconds('OTEL_METRIC_EXPORT_INTERVAL') ?? INTERVAL_MS,
    timeout,
    temporality:
      reader.choice(['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE'], [
        'cumulative',
        'delta',
        'lowmemory',
      ] as const) ?? 'cumulative',
  }
}

function readTimeout(reader: EnvReader): number {
  const exporter = reader.milliseconds('OTEL_EXPORTER_OTLP_METRICS_TIMEOUT', 'OTEL_EXPORTER_OTLP_TIMEOUT')
  const whole = reader.milliseconds('OTEL_METRIC_EXPORT_TIMEOUT')
  return Math.min(exporter ?? TIMEOUT_MS, whole ?? Number.POSITIVE_INFINITY)
}

type Signal = 'METRICS' | 'LOGS'

function readTarget(signal: Signal, flags: TelemetryFlags, reader: EnvReader): OtlpTarget {
  const both = (name: string): string[] => [`OTEL_EXPORTER_OTLP_${signal}_${name}`, `OTEL_EXPORTER_OTLP_${name}`]
  const asked = flags.protocol ?? reader.choice(both('PROTOCOL'), PROTOCOLS) ?? 'http/protobuf'
  // Log records are few, and their JSON is written by hand.
  const protocol = signal === 'LOGS' ? 'http/json' : asked
  const file = (name: string): Buffer | undefined => {
    const found = reader.first(both(name))
    return found === undefined ? undefined : readPem(found.name, found.value)
  }
  const ca = file('CERTIFICATE')
  const cert = file('CLIENT_CERTIFICATE')
  const key = file('CLIENT_KEY')
  return {
    url: readUrl(signal, asked, flags.otlp, reader),
    protocol,
    headers: reader.headers(...both('HEADERS')),
    gzip: reader.choice(both('COMPRESSION'), ['gzip', 'none']) === 'gzip',
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  }
}

/** A certificate that cannot be read is an error: never continue without it. */
function readPem(name: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw usage(`${name}: ${path}: ${systemErrorText(error)}`, error)
  }
}

const PATHS = { METRICS: 'v1/metrics', LOGS: 'v1/logs' } as const

function readUrl(signal: Signal, protocol: Protocol, flag: string | true | undefined, reader: EnvReader): URL {
  if (typeof flag === 'string') {
    const url = httpUrl(flag)
    if (url === undefined) throw usage(`--otlp takes a URL such as ${HTTP_URL}, not ${JSON.stringify(flag)}`)
    if (protocol !== 'grpc') return withPath(url, signal)
    if (signal === 'METRICS') return url
  } else {
    const own = reader.url(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`)
    if (own !== undefined) return own
    const common = reader.url('OTEL_EXPORTER_OTLP_ENDPOINT')
    if (protocol !== 'grpc') return withPath(common ?? new URL(HTTP_URL), signal)
    if (signal === 'METRICS') return common ?? new URL(GRPC_URL)
  }
  const own = reader.url(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`)
  if (own !== undefined) return own
  throw usage(
    '--otlp-logs uses HTTP, not gRPC: set its address in OTEL_EXPORTER_OTLP_LOGS_ENDPOINT, such as http://localhost:4318/v1/logs',
  )
}

/** A base URL gets the signal's path; one that already has the path of a signal is meant for all of them. */
function withPath(base: URL, signal: Signal): URL {
  const url = new URL(base)
  const root = url.pathname.replace(/\/(?:v1\/(?:metrics|logs))?\/*$/, '')
  url.pathname = `${root}/${PATHS[signal]}`
  return url
}

function readAddress(flag: string | undefined, reader: EnvReader): Address {
  const given = flag === undefined ? undefined : readHostPort(flag)
  const port = flag === undefined ? reader.text('OTEL_EXPORTER_PROMETHEUS_PORT') : undefined
  const number = flag === undefined ? Number(port ?? PROMETHEUS_PORT) : (given?.port ?? 0)
  if (!Number.isInteger(number) || number < 1 || number > 65_535) {
    const name = flag === undefined ? 'OTEL_EXPORTER_PROMETHEUS_PORT' : '--prometheus'
    throw usage(`${name} takes a port such as 9464, or 0.0.0.0:9464, not ${JSON.stringify(flag ?? port)}`)
  }
  const host = given?.host ?? reader.text('OTEL_EXPORTER_PROMETHEUS_HOST') ?? LOOPBACK
  return { host: host.replace(/^\[|\]$/g, ''), port: number }
}

function usage(message: string, cause?: unknown): DumpstreamError {
  return new DumpstreamError('DS_USAGE', message, cause === undefined ? {} : { cause })
}
