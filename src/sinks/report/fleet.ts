/**
 * The same signature in many sources: pods, containers, units, nodes. Derived from a report, and so bounded like it: it uses, for each source,
 * the dump that represents the state of its process.
 */
import type { Verdict } from '../../core/model.ts'
import type { FleetRecord, SignatureRecord } from '../../core/records.ts'
import type { Report } from './report.ts'

/** What the sources are compared by: signatures, or the values of a label. */
export type FleetKey = { readonly by: 'signature' } | { readonly by: 'label'; readonly label: string }

/** What a report of several sources has sections for: what they have in common, or each source. */
export type Comparison = FleetKey | { readonly by: 'source' }

/** Undefined if `text` is neither `signature` nor `label:KEY`. */
export function readFleetKey(text: string): FleetKey | undefined {
  if (text === 'signature') return { by: 'signature' }
  const label = /^label:(.+)$/s.exec(text)?.[1]
  return label === undefined ? undefined : { by: 'label', label }
}

interface Group {
  goroutines: number
  sources: number
  worst: { source: string; count: number }
  /** The record with most goroutines of the group. */
  largest: SignatureRecord
  most: number
  firstSeen: string | undefined
  readonly verdicts: Map<Verdict, number>
}

/** Leaks in any source first, then by number of goroutines. */
export function fleetOf(report: Report, key: FleetKey): FleetRecord[] {
  const groups = new Map<string, Group>()
  for (const { source, last, signatures } of report.sources) {
    /** For this source: group → goroutines. */
    const counts = new Map<string, number>()
    const verdicts = new Map<string, Set<Verdict>>()
    for (const { record } of signatures) {
      if (!last.counts.has(record.id)) break
      for (const [name, count] of membersOf(record, key)) {
        counts.set(name, (counts.get(name) ?? 0) + count)
        const group = groups.get(name)
        if (group === undefined) groups.set(name, emptyGroup(record, count))
        else see(group, record, count)
        if (record.verdict === undefined) continue
        const said = verdicts.get(name)
        if (said === undefined) verdicts.set(name, new Set([record.verdict]))
        else said.add(record.verdict)
      }
    }
    for (const [name, count] of counts) {
      const group = groups.get(name)
      if (group === undefined) continue
      group.goroutines += count
      group.sources++
      if (count > group.worst.count) group.worst = { source, count }
      for (const verdict of verdicts.get(name) ?? [])
        group.verdicts.set(verdict, (group.verdicts.get(verdict) ?? 0) + 1)
    }
  }
  const records = [...groups].map(([name, group]) => fleetRecord(name, group, report.sources.length, key))
  return records.sort((a, b) => urgency(b) - urgency(a) || b.goroutines - a.goroutines || (a.id < b.id ? -1 : 1))
}

/** The groups that a signature belongs to, with its goroutines in each. */
function membersOf(record: SignatureRecord, key: FleetKey): Iterable<[string, number]> {
  if (key.by === 'signature') return [[record.id, record.count]]
  return Object.entries(record.labels?.[key.label] ?? {})
}

function emptyGroup(record: SignatureRecord, count: number): Group {
  return {
    goroutines: 0,
    sources: 0,
    worst: { source: record.source, count: 0 },
    largest: record,
    most: count,
    firstSeen: record.first_seen,
    verdicts: new Map(),
  }
}

function see(group: Group, record: SignatureRecord, count: number): void {
  // The stack may be only in the record of another source.
  const stack = record.stack ?? (record.id === group.largest.id ? group.largest.stack : undefined)
  if (count > group.most) {
    group.most = count
    group.largest = stack === undefined ? record : { ...record, stack }
  } else if (stack !== undefined && record.id === group.largest.id && group.largest.stack === undefined) {
    group.largest = { ...group.largest, stack }
  }
  if (record.first_seen !== undefined && (group.firstSeen === undefined || record.first_seen < group.firstSeen))
    group.firstSeen = record.first_seen
}

function fleetRecord(name: string, group: Group, of: number, key: FleetKey): FleetRecord {
  const { largest, firstSeen } = group
  return {
    v: 1,
    type: 'fleet',
    ...(key.by === 'label' ? { label: { key: key.label, value: name } } : {}),
    id: largest.id,
    goroutines: group.goroutines,
    sources: group.sources,
    of,
    worst: group.worst,
    function: largest.function,
    ...(largest.file === undefined ? {} : { file: largest.file }),
    ...(largest.line === undefined ? {} : { line: largest.line }),
    ...(firstSeen === undefined ? {} : { first_seen: firstSeen }),
    verdicts: Object.fromEntries(group.verdicts),
    ...(largest.stack === undefined ? {} : { stack: largest.stack }),
  }
}

function urgency({ verdicts }: FleetRecord): number {
  if (verdicts.leaking !== undefined) return 3
  if (verdicts.stuck !== undefined) return 2
  return verdicts.growing !== undefined ? 1 : 0
}
