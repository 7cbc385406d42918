/** OTLP metrics, in any of their forms, as flat points that a test can name. */
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'

export interface Point {
  readonly metric: string
  readonly unit: string
  readonly kind: 'gauge' | 'sum'
  /** Of sums: 1 delta, 2 cumulative. */
  readonly temporality?: number
  readonly monotonic?: boolean
  readonly resource: Readonly<Record<string, unknown>>
  readonly attributes: Readonly<Record<string, unknown>>
  readonly value: number
  /** RFC 3339, milliseconds. */
  readonly time: string
  readonly start: string
}

/** Of what the SDK's types hold. */
export function pointsOf(all: readonly ResourceMetrics[]): Point[] {
  return all.flatMap(({ resource, scopeMetrics }) =>
    scopeMetrics.flatMap((scope) =>
      scope.metrics.flatMap((metric) =>
        metric.dataPoints.map((point) => ({
          metric: metric.descriptor.name,
          unit: metric.descriptor.unit,
          kind: 'isMonotonic' in metric ? ('sum' as const) : ('gauge' as const),
          ...('isMonotonic' in metric
            ? { temporality: metric.aggregationTemporality + 1, monotonic: metric.isMonotonic }
            : {}),
          resource: resource.attributes,
          attributes: point.attributes,
          value: Number(point.value),
          time: isoOf(point.endTime),
          start: isoOf(point.startTime),
        })),
      ),
    ),
  )
}

function isoOf([seconds, nanos]: readonly [number, number]): string {
  return new Date(seconds * 1000 + nanos / 1e6).toISOString()
}

interface KeyValue {
  key: string
  value: { stringValue?: string; intValue?: string; doubleValue?: number }
}
interface JsonPoint {
  attributes?: KeyValue[]
  startTimeUnixNano: string
  timeUnixNano: string
  asInt?: string
}
interface JsonMetrics {
  resourceMetrics: {
    resource: { attributes: KeyValue[] }
    scopeMetrics: {
      scope: { name: string; version: string }
      metrics: {
        name: string
        unit: string
        gauge?: { dataPoints: JsonPoint[] }
        sum?: { dataPoints: JsonPoint[]; aggregationTemporality: number; isMonotonic: boolean }
      }[]
    }[]
  }[]
}

/** Of one line that a collector's file exporter wrote, or of a request body in JSON. */
export function pointsOfJson(line: string): Point[] {
  const parsed: JsonMetrics = JSON.parse(line)
  return parsed.resourceMetrics.flatMap(({ resource, scopeMetrics }) =>
    scopeMetrics.flatMap((scope) =>
      scope.metrics.flatMap(
        ({ name, unit, gauge, sum }) =>
          (gauge ?? sum)?.dataPoints.map((point) => ({
            metric: name,
            unit,
            kind: sum === undefined ? ('gauge' as const) : ('sum' as const),
            ...(sum === undefined ? {} : { temporality: sum.aggregationTemporality, monotonic: sum.isMonotonic }),
            resource: record(resource.attributes),
            attributes: record(point.attributes ?? []),
            value: Number(point.asInt),
            time: iso(point.timeUnixNano),
            start: iso(point.startTimeUnixNano),
          })) ?? [],
      ),
    ),
  )
}

export function record(pairs: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map(({ key, value }) => [
      key,
      value.intValue === undefined ? (value.stringValue ?? value.doubleValue) : Number(value.intValue),
    ]),
  )
}

function iso(nanoseconds: string): string {
  return new Date(Number(BigInt(nanoseconds) / 1_000_000n)).toISOString()
}

/** `function → value` of the per-signature gauge. */
export function byFunction(points: readonly Point[]): Record<string, number> {
  return Object.fromEntries(
    points
      .filter(({ metric }) => metric === 'dumpstream.goroutines')
      .map(({ attributes, value }) => [
        String(attributes['code.function.name'] ?? attributes['dumpstream.signature']),
        value,
      ]),
  )
}

export function only(points: readonly Point[], metric: string): Point[] {
  return points.filter((point) => point.metric === metric)
}
