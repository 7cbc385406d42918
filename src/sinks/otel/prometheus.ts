/** An endpoint that Prometheus scrapes: http://HOST:PORT/metrics. */

import type { MeterProvider } from '@opentelemetry/sdk-metrics'
import { installed } from '../../core/errors.ts'
import type { Address } from '../serve/address.ts'
import type { WebServers } from '../serve/server.ts'
import { missing } from './exporters.ts'
import type { RecordProducer } from './producer.ts'
import type { RunResource } from './resources.ts'

const PACKAGE = '@opentelemetry/exporter-prometheus'

export interface PrometheusEndpoint {
  close(): Promise<void>
}

/** @throws DumpstreamError `DS_USAGE` if the package is missing, `DS_OUTPUT` if the address cannot be listened on. */
export async function openPrometheus(
  servers: WebServers,
  address: Address,
  producer: RecordProducer,
  run: RunResource,
): Promise<PrometheusEndpoint> {
  const loaded = await installed(() => import('@opentelemetry/exporter-prometheus'))
  if (loaded === undefined) throw missing('--prometheus', PACKAGE)
  const { PrometheusExporter } = loaded
  const { MeterProvider } = await import('@opentelemetry/sdk-metrics')
  const exporter = new PrometheusExporter({
    metricProducers: [producer],
    // `otel_scope_name` on every series would say nothing.
    withoutScopeInfo: true,
    preventServerStart: true,
  })
  const provider: MeterProvider = new MeterProvider({ resource: run.resource, readers: [exporter] })
  const endpoint = await servers.listen('--prometheus', address, {
    '/metrics': (request, response) => exporter.getMetricsRequestHandler(request, response),
  })
  return {
    close: async () => {
      await endpoint.close()
      await provider.shutdown()
    },
  }
}
