/** The telemetry flags, and whether telemetry is wanted at all. Loaded at every start, so this file is small. */
import type { Env } from './env.ts'

export const PROTOCOLS = ['http/protobuf', 'http/json', 'grpc'] as const
export type Protocol = (typeof PROTOCOLS)[number]

export interface TelemetryFlags {
  /** `--otlp`: a URL, or true for that of the environment or the default. */
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
  /** `--metric-signatures`: series per dump. */
  readonly signatures?: number
}

/** Cheap, since it runs at every start. */
export function asksForTelemetry(flags: TelemetryFlags, env: Env): boolean {
  if (flags.otlp !== undefined || flags.prometheus !== undefined || flags.console === true || flags.logs === true)
    return true
  const exporters = env.OTEL_METRICS_EXPORTER?.trim() ?? ''
  return exporters !== '' && exporters.toLowerCase() !== 'none'
}
