/** An endpoint that Prometheus scrapes: http://HOST:PORT/metrics. */
import type { MeterProvider } from '@opentelemetry/sdk-metrics'
import { DumpstreamError } from '../../core/errors.ts'
import { systemErrorCode } from '../../core/system-error.ts'
import { installed, missing } from './exporters.ts'
import type { RecordProducer } from './producer.ts'
import type { RunResource } from './resources.ts'

const PACKAGE = '@opentelemetry/exporter-prometheus'

export interface PrometheusEndpoint {
  close(): Promise<void>
}

/** @throws DumpstreamError `DS_USAGE` when the package is missing, `DS_OUTPUT` when the address can not be listened on. */
export async function openPrometheus(
  address: { readonly host: string; readonly port: number },
  producer: RecordProducer,
  run: RunResource,
): Promise<PrometheusEndpoint> {
  const loaded = await installed(() => import('@opentelemetry/exporter-prometheus'))
  if (loaded === undefined) throw missing('--prometheus', PACKAGE)
  const { PrometheusExporter } = loaded
  const { MeterProvider } = await import('@opentelemetry/sdk-metrics')
  const exporter = new PrometheusExporter({
    ...address,
    metricProducers: [producer],
    // `otel_scope_name` on every series says nothing here.
    withoutScopeInfo: true,
    preventServerStart: true,
  })
  const provider: MeterProvider = new MeterProvider({ resource: run.resource, readers: [exporter] })
  try {
    await exporter.startServer()
  } catch (error) {
    throw new DumpstreamError('DS_OUTPUT', cannotListen(address, error), { cause: error })
  }
  return { close: () => provider.shutdown() }
}

function cannotListen({ host, port }: { readonly host: string; readonly port: number }, error: unknown): string {
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const code = systemErrorCode(error)
  if (code === 'EADDRINUSE') return `--prometheus: ${where} is in use; name another port`
  if (code === 'EACCES') return `--prometheus: ${where} may not be listened on; name a port above 1023`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `--prometheus: ${host} is no address of this machine`
  return `--prometheus: can't listen on ${where}: ${error instanceof Error ? error.message : String(error)}`
}
