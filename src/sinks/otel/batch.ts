/** The metrics of one resource, while their points are collected. */
import { type HrTime, ValueType } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type MetricData,
  type MetricDescriptor,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import type { Attributes } from './attributes.ts'
import { type MetricName, SCOPE } from './names.ts'

export class Batch {
  readonly #resource: Resource
  readonly #metrics = new Map<MetricName, MetricData>()

  constructor(resource: Resource) {
    this.#resource = resource
  }

  /** Times in milliseconds since the epoch. */
  gauge(metric: MetricName, attributes: Attributes, value: number, time: number): void {
    const at = hrTime(time)
    const points = this.#points(metric, () => ({
      descriptor: descriptor(metric),
      // Gauges have no temporality, but the SDK's type requires one.
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.GAUGE,
      dataPoints: [],
    }))
    points.push({ startTime: at, endTime: at, attributes, value })
  }

  /** A count since `since`. */
  sum(
    metric: MetricName,
    temporality: 'cumulative' | 'delta',
    attributes: Attributes,
    value: number,
    since: number,
    time: number,
  ): void {
    const points = this.#points(metric, () => ({
      descriptor: descriptor(metric),
      aggregationTemporality:
        temporality === 'delta' ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.SUM,
      isMonotonic: true,
      dataPoints: [],
    }))
    points.push({ startTime: hrTime(since), endTime: hrTime(time), attributes, value })
  }

  metrics(version: string): ResourceMetrics {
    const scopeMetrics = [{ scope: { name: SCOPE, version }, metrics: [...this.#metrics.values()] }]
    return { resource: this.#resource, scopeMetrics }
  }

  #points(metric: MetricName, empty: () => NumberMetric): DataPoint<number>[] {
    const known = this.#metrics.get(metric)
    if (known !== undefined && isOfNumbers(known)) return known.dataPoints
    const made = empty()
    this.#metrics.set(metric, made)
    return made.dataPoints
  }
}

type NumberMetric = Extract<MetricData, { dataPointType: DataPointType.GAUGE | DataPointType.SUM }>

function isOfNumbers(metric: MetricData): metric is NumberMetric {
  return metric.dataPointType === DataPointType.GAUGE || metric.dataPointType === DataPointType.SUM
}

function descriptor({ name, description, unit }: MetricName): MetricDescriptor {
  return { name, description, unit, valueType: ValueType.INT }
}

function hrTime(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1000)
  return [seconds, Math.round((milliseconds - seconds * 1000) * 1e6)]
}
