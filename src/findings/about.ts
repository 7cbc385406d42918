/** A finding about signatures: the fields that all rules fill alike. */
import type { FindingKind, Severity } from '../core/model.ts'
import type { WaitsOn } from '../core/records.ts'
import { RATE_SECONDS } from '../leaks/because.ts'
import type { WaitClass } from './class.ts'
import type { Finding, Seen } from './finding.ts'
import { createdAt, stackText } from './stack-text.ts'

export interface Said {
  readonly finding: FindingKind
  readonly severity: Severity
  readonly title: string
  readonly because: string
  readonly fault?: string
  readonly hint?: string
  readonly class?: WaitClass | undefined
  readonly waits_on?: readonly WaitsOn[]
}

/** `seen`: the signatures that it is about, the worst first. */
export function about(seen: readonly Seen[], said: Said): Finding {
  const { finding, severity, title, because, class: kind, ...more } = said
  const goroutines = seen.reduce((sum, each) => sum + each.tally.count, 0)
  return {
    finding,
    severity,
    goroutines,
    title,
    because,
    signatures: ids(seen),
    ...origin(seen),
    ...more,
    ...(kind === undefined ? {} : { class: kind }),
  }
}

function ids(seen: readonly Seen[]): string[] {
  return seen.map((each) => each.tally.signature.id)
}

/** Place, creator, history and stack: those of the worst signature. */
function origin(seen: readonly Seen[]): Partial<Finding> {
  const worst = seen[0]
  if (worst === undefined) return {}
  const { signature } = worst.tally
  const { function: name, file, line } = signature.title
  const at = createdAt(signature)
  const { track } = worst
  const { parents } = worst.tally
  return {
    function: name,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(signature.createdBy === undefined ? {} : { created_by: signature.createdBy.function }),
    ...(at === undefined ? {} : { created_at: at }),
    ...(parents === undefined ? {} : { parents: { distinct: parents.distinct, alive: parents.alive } }),
    ...(track === undefined ? {} : { counts: countsOf(seen) }),
    ...(track === undefined || track.steps.length === 0 ? {} : { steps: track.steps.length }),
    ...perHour(seen),
    ...(track?.since === undefined ? {} : { since: new Date(track.since).toISOString() }),
    stack: stackText(signature),
  }
}

/** Goroutines of all of them in the last dumps, this one last. */
export function countsOf(seen: readonly Seen[]): number[] {
  const [only] = seen
  if (seen.length === 1 && only?.track !== undefined) {
    const counts = only.track.steps.map((step) => step.before)
    counts.push(only.track.count)
    return counts
  }
  const rows = seen.flatMap(({ track }) =>
    track === undefined ? [] : [[...track.steps.map((step) => step.before), track.count]],
  )
  const length = Math.max(0, ...rows.map((row) => row.length))
  return Array.from({ length }, (_, i) => rows.reduce((sum, row) => sum + (row[row.length - length + i] ?? 0), 0))
}

/** Growth over the history, where the log has the times. */
function perHour(seen: readonly Seen[]): { readonly per_hour?: number } {
  let growth = 0
  let seconds = 0
  for (const { track } of seen) {
    const steps = track?.steps ?? []
    if (steps.length === 0 || steps.some((step) => step.seconds === undefined)) continue
    growth += (track?.count ?? 0) - (steps[0]?.before ?? 0)
    seconds = Math.max(
      seconds,
      steps.reduce((sum, step) => sum + (step.seconds ?? 0), 0),
    )
  }
  if (seconds < RATE_SECONDS || growth <= 0) return {}
  const rate = (growth * 3600) / seconds
  return { per_hour: rate < 10 ? Number(rate.toFixed(1)) : Math.round(rate) }
}
