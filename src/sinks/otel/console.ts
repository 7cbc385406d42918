/** `--metrics console`: shows on stderr, for a person, what would be sent. stdout belongs to the records. */
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { inertJson, printable } from '../printable.ts'

export function metricsText(all: readonly ResourceMetrics[]): string {
  const lines: string[] = []
  for (const { resource, scopeMetrics } of all) {
    lines.push(`resource ${inBraces(resource.attributes)}`)
    for (const { descriptor, dataPoints } of scopeMetrics.flatMap((scope) => scope.metrics)) {
      for (const { attributes, value, endTime } of dataPoints) {
        const time = new Date(endTime[0] * 1000 + endTime[1] / 1e6).toISOString()
        lines.push(`  ${time} ${descriptor.name}${inBraces(attributes)} ${String(value)}`)
      }
    }
  }
  return `${lines.join('\n')}\n`
}

function inBraces(attributes: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(attributes).map(([key, value]) => `${printable(key)}=${inertJson(value)}`)
  return pairs.length === 0 ? '' : `{${pairs.join(', ')}}`
}
