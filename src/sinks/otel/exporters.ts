/**
 * Ways out for metrics. For HTTP the SDK's serializers with a transport of our own (post.ts); for gRPC the SDK's exporter, which a
 * user installs when it is needed (34 packages).
 */
import { createRequire } from 'node:module'
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { DumpstreamError } from '../../core/errors.ts'
import type { Outcome } from './deliveries.ts'
import type { OtlpTarget } from './plan.ts'
import { Poster } from './post.ts'

export interface MetricsExporter {
  /** Settles within `timeout` milliseconds. */
  send(metrics: readonly ResourceMetrics[], timeout: number): Promise<Outcome>
  close(): void
}

const TRANSFORMER = '@opentelemetry/otlp-transformer'
const GRPC = '@opentelemetry/exporter-metrics-otlp-grpc'
/** Both go with sdk-metrics 2.12.0. */
const EXPORTERS_VERSION = '0.223.0'

/** @throws DumpstreamError `DS_USAGE` when a package is missing. */
export function openExporter(target: OtlpTarget, version: string): MetricsExporter {
  return target.protocol === 'grpc' ? new GrpcExporter(target) : new HttpExporter(target, version)
}

/** A URL as it may be shown: without what may be a password. */
export function shown(url: URL): string {
  return `${url.origin}${url.pathname === '/' ? '' : url.pathname}`
}

class HttpExporter implements MetricsExporter {
  readonly #poster: Poster
  readonly #serializer: Serializer
  readonly #join: (requests: readonly Uint8Array[]) => Uint8Array

  constructor(target: OtlpTarget, version: string) {
    const json = target.protocol === 'http/json'
    this.#poster = new Poster(target, version)
    this.#serializer = loadSerializer(json ? 'JsonMetricsSerializer' : 'ProtobufMetricsSerializer')
    this.#join = json ? joinJson : joinProtobuf
  }

  async send(metrics: readonly ResourceMetrics[], timeout: number): Promise<Outcome> {
    const deadline = performance.now() + timeout
    const requests = metrics.flatMap((each) => this.#serializer.serializeRequest(each) ?? [])
    const reply = await this.#poster.post(this.#join(requests), Math.max(1, deadline - performance.now()))
    return reply.ok ? this.#accepted(reply.body) : reply
  }

  close(): void {}

  /** A 200 may still say that points were refused; sending them again would change nothing. */
  #accepted(body: Buffer): Outcome {
    const { rejected, message } = refusal(this.#serializer, body)
    if (rejected === 0) return { ok: true }
    return {
      ok: false,
      reason: `it refused ${rejected} of the points${message === '' ? '' : `: ${message}`}`,
      retry: false,
    }
  }
}

/** What is used of otlp-transformer, whose version is pinned because its API is experimental. */
interface Serializer {
  serializeRequest(metrics: ResourceMetrics): Uint8Array | undefined
  deserializeResponse(body: Uint8Array): unknown
}

function loadSerializer(name: 'JsonMetricsSerializer' | 'ProtobufMetricsSerializer'): Serializer {
  const transformer = requireInstalled(TRANSFORMER)
  const serializer = isObject(transformer) ? transformer[name] : undefined
  if (!isSerializer(serializer)) throw missing('--otlp', TRANSFORMER)
  return serializer
}

function isSerializer(value: unknown): value is Serializer {
  return (
    isObject(value) && typeof value.serializeRequest === 'function' && typeof value.deserializeResponse === 'function'
  )
}

/** Requests of one resource each as one request: their resources are a repeated field, and those join by writing them one after the other. */
function joinProtobuf(requests: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(requests)
}

function joinJson(requests: readonly Uint8Array[]): Uint8Array {
  const resourceMetrics = requests.flatMap((request) => {
    const parsed: unknown = JSON.parse(Buffer.from(request).toString())
    return isObject(parsed) && Array.isArray(parsed.resourceMetrics) ? parsed.resourceMetrics : []
  })
  return Buffer.from(JSON.stringify({ resourceMetrics }))
}

function refusal(serializer: Serializer, body: Buffer): { rejected: number; message: string } {
  let response: unknown
  try {
    response = serializer.deserializeResponse(body)
  } catch {
    // Accepted, in words that nobody understands.
  }
  const partial = isObject(response) ? response.partialSuccess : undefined
  if (!isObject(partial)) return { rejected: 0, message: '' }
  const message = typeof partial.errorMessage === 'string' ? partial.errorMessage : ''
  return { rejected: Number(partial.rejectedDataPoints ?? 0) || 0, message }
}

class GrpcExporter implements MetricsExporter {
  readonly #make: (timeout: number) => PushMetricExporter
  readonly #open = new Set<PushMetricExporter>()

  constructor(target: OtlpTarget) {
    const Exporter = loadGrpcExporter()
    const { url } = target
    // Headers and certificates it reads from the environment, as it is used to.
    this.#make = (timeoutMillis) =>
      new Exporter({
        url: url.href,
        timeoutMillis,
        ...(target.gzip ? { compression: 'gzip' } : {}),
      })
  }

  async send(metrics: readonly ResourceMetrics[], timeout: number): Promise<Outcome> {
    const deadline = performance.now() + timeout
    const exporter = this.#make(Math.max(1, Math.floor(timeout)))
    this.#open.add(exporter)
    try {
      for (const each of metrics) {
        const outcome = await exported(exporter, each)
        if (!outcome.ok) return outcome
        if (performance.now() > deadline) return { ok: false, reason: 'it is too slow', retry: true }
      }
      return { ok: true }
    } finally {
      this.#open.delete(exporter)
      await exporter.shutdown()
    }
  }

  close(): void {
    for (const exporter of this.#open) exporter.shutdown().catch(() => {})
  }
}

function exported(exporter: PushMetricExporter, metrics: ResourceMetrics): Promise<Outcome> {
  return new Promise((resolve) => {
    exporter.export(metrics, ({ code, error }) => {
      if (code === 0) resolve({ ok: true })
      else resolve({ ok: false, reason: error?.message ?? 'the export failed', retry: true })
    })
  })
}

interface GrpcOptions {
  readonly url: string
  readonly timeoutMillis: number
  readonly compression?: string
}
type GrpcConstructor = new (options: GrpcOptions) => PushMetricExporter

function loadGrpcExporter(): GrpcConstructor {
  const loaded = requireInstalled(GRPC)
  const found = isObject(loaded) ? loaded.OTLPMetricExporter : undefined
  if (!isConstructor(found)) throw missing('gRPC', GRPC)
  return found
}

function isConstructor(value: unknown): value is GrpcConstructor {
  return typeof value === 'function'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** Undefined when it is not installed. */
function requireInstalled(name: string): unknown {
  const require = createRequire(import.meta.url)
  try {
    return require(name)
  } catch (error) {
    if (isNotInstalled(error)) return undefined
    throw error
  }
}

function isNotInstalled(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND'
}

export function missing(what: string, name: string): DumpstreamError {
  return new DumpstreamError('DS_USAGE', `${what} needs a package: npm install ${name}@${EXPORTERS_VERSION}`)
}
