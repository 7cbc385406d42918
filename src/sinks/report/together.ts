/** Combines findings about the same thing in several sources. */

import { FINDING_KINDS, type Severity } from '../../core/model.ts'
import type { FindingRecord } from '../../core/records.ts'
import type { Report } from './report.ts'

export interface FoundTogether {
  /** The finding with most goroutines. */
  readonly worst: FindingRecord
  /** Over all sources. */
  readonly goroutines: number
  /** Sources that have it, worst first. */
  readonly sources: readonly { readonly source: string; readonly goroutines: number }[]
  /** The earliest time. */
  readonly since: string | undefined
}

const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'info']

/** Most urgent first: for each source the findings of its last dump, and crashes and races of any dump. */
export function foundTogether(report: Report): FoundTogether[] {
  const groups = new Map<string, FindingRecord[]>()
  for (const { dumps, last } of report.sources) {
    for (const point of dumps) {
      for (const finding of point.findings) {
        if (point !== last && finding.finding !== 'crash' && finding.finding !== 'race') continue
        const about = finding.signatures[0] ?? finding.title
        const key = `${finding.finding}\n${about}`
        const group = groups.get(key)
        if (group === undefined) groups.set(key, [finding])
        else group.push(finding)
      }
    }
  }
  return [...groups.values()].map(together).sort(byUrgency)
}

function together(findings: readonly FindingRecord[]): FoundTogether {
  const sorted = [...findings].sort((a, b) => b.goroutines - a.goroutines)
  const [worst] = sorted
  if (worst === undefined) throw new RangeError('a group has at least one finding')
  const counts = new Map<string, number>()
  for (const { source, goroutines } of sorted) counts.set(source, Math.max(goroutines, counts.get(source) ?? 0))
  const times = sorted.flatMap(({ since }) => since ?? []).sort()
  const mostSevere = SEVERITIES.find((each) => sorted.some(({ severity }) => severity === each)) ?? worst.severity
  return {
    worst: { ...worst, severity: mostSevere },
    goroutines: [...counts.values()].reduce((sum, count) => sum + count, 0),
    sources: [...counts].map(([source, goroutines]) => ({ source, goroutines })),
    since: times[0],
  }
}

function byUrgency(a: FoundTogether, b: FoundTogether): number {
  return (
    SEVERITIES.indexOf(a.worst.severity) - SEVERITIES.indexOf(b.worst.severity) ||
    FINDING_KINDS.indexOf(a.worst.finding) - FINDING_KINDS.indexOf(b.worst.finding) ||
    b.goroutines - a.goroutines
  )
}
