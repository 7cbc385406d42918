/** What the flags say, and whether anybody asks for telemetry at all. In the way of every start, so there is little of it. */
import type { Env } from './env.ts'

export const PROTOCOLS = ['http/protobuf', 'http/json', 'grpc'] as const
export type Protocol = (typeof PROTOCOLS)[number]

export interface TelemetryFlags {
  /** `--otlp`: a URL, or true for the one of the environment or the default. */
  readonly otlp?: string | true
  /** `--otlp-protocol` */
  readonly protocol?: Protocol
  /** `--otlp-timeout`, milliseconds. */
  readonly timeout?: number
  /** `--otlp-logs` */
  readonly logs?: boolean
  /** `--prometheus`: `[HOST:]PORT`. */
  readonly prometheus?: string
  /** `--metrics console` */
  readonly console?: boolean
  /** `--metric-signatures`: series a dump. */
  readonly signatures?: number
}

/** Cheap, and asked at every start. */
export function asksForTelemetry(flags: TelemetryFlags, env: Env): boolean {
  if (flags.otlp !== undefined || flags.prometheus !== undefined || flags.console === true || flags.logs === true)
    return true
  const exporters = env.OTEL_METRICS_EXPORTER?.trim() ?? ''
  return exporters !== '' && exporters.toLowerCase() !== 'none'
}
