/**
 * Exporters of metrics. For HTTP they are the SDK's serializers with our own transport (post.ts); for gRPC the SDK's exporter, which users
 * install if they need it (34 packages).
 */
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { DumpstreamError, installed } from '../../core/errors.ts'
import type { Outcome } from './deliveries.ts'
import type { OtlpTarget } from './plan.ts'
import { jsonOf, NOT_OTLP, Poster } from './post.ts'

export interface MetricsExporter {
  /** Settles within `timeout` milliseconds. */
  send(metrics: readonly ResourceMetrics[], timeout: number): Promise<Outcome>
  close(): void
}

const TRANSFORMER = '@opentelemetry/otlp-transformer'
const GRPC = '@opentelemetry/exporter-metrics-otlp-grpc'
/** Both belong to sdk-metrics 2.12.0. */
const EXPORTERS_VERSION = '0.223.0'

/** @throws DumpstreamError `DS_USAGE` if a package is missing. */
export async function openExporter(target: OtlpTarget, version: string): Promise<MetricsExporter> {
  if (target.protocol === 'grpc') return new GrpcExporter(target, await loadGrpcExporter())
  return new HttpExporter(target, version, await loadSerializer(target.protocol === 'http/json'))
}

/** A URL for display: without what may be a password. */
export function shown(url: URL): string {
  return `${url.origin}${url.pathname === '/' ? '' : url.pathname}`
}

class HttpExporter implements MetricsExporter {
  readonly #poster: Poster
  readonly #serializer: Serializer
  readonly #join: (requests: readonly Uint8Array[]) => Uint8Array

  constructor(target: OtlpTarget, version: string, serializer: Serializer) {
    this.#poster = new Poster(target, version)
    this.#serializer = serializer
    this.#join = target.protocol === 'http/json' ? joinJson : joinProtobuf
  }

  async send(metrics: readonly ResourceMetrics[], timeout: number): Promise<Outcome> {
    const deadline = performance.now() + timeout
    const requests = metrics.flatMap((each) => this.#serializer.serializeRequest(each) ?? [])
    const reply = await this.#poster.post(this.#join(requests), Math.max(1, deadline - performance.now()))
    return reply.ok ? this.#accepted(reply.body) : reply
  }

  close(): void {}

  /** A 200 may still say that points were rejected; sending them again would not help. */
  #accepted(body: Buffer): Outcome {
    const { rejected, message } = refusal(this.#serializer, body)
    if (rejected === 0) return message === '' ? { ok: true } : { ok: true, note: message }
    return {
      ok: false,
      reason: `it refused ${rejected} of the points${message === '' ? '' : `: ${message}`}`,
      retry: false,
    }
  }
}

/** The part of otlp-transformer that is used; its version is pinned because its API is experimental. */
interface Serializer {
  serializeRequest(metrics: ResourceMetrics): Uint8Array | undefined
  /** Returns undefined or throws if the body is not a response. */
  deserializeResponse(body: Uint8Array): unknown
}

async function loadSerializer(json: boolean): Promise<Serializer> {
  // A literal name, so that a bundle of the command includes the package.
  const transformer = await installed(() => import('@opentelemetry/otlp-transformer'))
  if (transformer === undefined) throw missing('--otlp', TRANSFORMER)
  if (!json) return transformer.ProtobufMetricsSerializer
  // The SDK's own takes anything that is not JSON for an empty response.
  return {
    serializeRequest: (metrics) => transformer.JsonMetricsSerializer.serializeRequest(metrics),
    deserializeResponse: jsonOf,
  }
}

/** Joins requests with one resource each into one request: the resources are a repeated field, whose elements may simply follow each other. */
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

/** Undefined if the body is not a response. */
function answerOf(serializer: Serializer, body: Buffer): unknown {
  try {
    return serializer.deserializeResponse(body)
  } catch {
    // Some servers answer `{}` whatever the protocol.
    return jsonOf(body) === undefined ? undefined : {}
  }
}

/** `partialSuccess` of the response. */
function refusal(serializer: Serializer, body: Buffer): { rejected: number; message: string } {
  const response = answerOf(serializer, body)
  if (response === undefined) return { rejected: 0, message: NOT_OTLP }
  const partial = isObject(response) ? response.partialSuccess : undefined
  if (!isObject(partial)) return { rejected: 0, message: '' }
  const message = typeof partial.errorMessage === 'string' ? partial.errorMessage : ''
  return { rejected: Number(partial.rejectedDataPoints ?? 0) || 0, message }
}

class GrpcExporter implements MetricsExporter {
  readonly #make: (timeout: number) => PushMetricExporter
  readonly #open = new Set<PushMetricExporter>()

  constructor(target: OtlpTarget, Exporter: GrpcConstructor) {
    const { url } = target
    // The exporter reads headers and certificates from the environment, as usual.
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

async function loadGrpcExporter(): Promise<GrpcConstructor> {
  // Not a dependency: a variable for its name keeps it out of bundles.
  const name: string = GRPC
  const loaded: unknown = await installed(() => import(name))
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

export function missing(what: string, name: string): DumpstreamError {
  return new DumpstreamError('DS_USAGE', `${what} needs a package: npm install ${name}@${EXPORTERS_VERSION}`)
}
