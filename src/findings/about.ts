/** Builds a finding about signatures: the fields that all rules fill in the same way. */
import type { FindingKind, Severity } from '../core/model.ts'
import type { WaitsOn, Writable } from '../core/records.ts'
import { RATE_SECONDS } from '../leaks/because.ts'
import type { WaitClass } from './class.ts'
import { countOf, type Finding, type Seen } from './finding.ts'
import { addCreator, stackText } from './stack-text.ts'

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

/** `seen`: the signatures that it is about, worst first. */
export function about(seen: readonly Seen[], said: Said): Finding {
  const found: Writable<Finding> = {
    finding: said.finding,
    severity: said.severity,
    goroutines: countOf(seen),
    title: said.title,
    because: said.because,
    signatures: seen.map((each) => each.tally.signature.id),
  }
  addOrigin(found, seen)
  if (said.fault !== undefined) found.fault = said.fault
  if (said.hint !== undefined) found.hint = said.hint
  if (said.waits_on !== undefined) found.waits_on = said.waits_on
  if (said.class !== undefined) found.class = said.class
  return found
}

/** Adds place, creator, history and stack of the worst signature. Assigned field by field, since there may be as many findings as signatures. */
function addOrigin(found: Writable<Finding>, seen: readonly Seen[]): void {
  const worst = seen[0]
  if (worst === undefined) return
  const { signature, parents } = worst.tally
  const { title } = signature
  found.function = title.function
  if (title.file !== undefined) found.file = title.file
  if (title.line !== undefined) found.line = title.line
  addCreator(found, signature)
  if (parents !== undefined) found.parents = { distinct: parents.distinct, alive: parents.alive }
  const { track } = worst
  if (track !== undefined) {
    found.counts = countsOf(seen)
    if (track.steps.length > 0) found.steps = track.steps.length
  }
  const rate = perHour(seen)
  if (rate !== undefined) found.per_hour = rate
  if (track?.since !== undefined) found.since = new Date(track.since).toISOString()
  found.stack = stackText(signature.stack)
}

/** Number of goroutines in each of the last dumps, summed over `seen`; this dump last. */
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

/** Growth per hour over the history, if the log has the times. */
function perHour(seen: readonly Seen[]): number | undefined {
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
  if (seconds < RATE_SECONDS || growth <= 0) return undefined
  const rate = (growth * 3600) / seconds
  return rate < 10 ? Number(rate.toFixed(1)) : Math.round(rate)
}
