/** How a record describes itself in a log: a searchable sentence, a severity, and attributes with OpenTelemetry's names. */
import type { FindingKind } from '../core/model.ts'
import type { DumpRecord, DumpstreamRecord, FindingRecord, SignatureRecord } from '../core/records.ts'

export type SeverityText = 'ERROR' | 'WARN' | 'INFO'

/** Longest reason, characters. */
const REASON = 500

/** Prefixes, so that a search for a verdict also finds the finding. */
const VERDICT_OF: Readonly<Partial<Record<FindingKind, string>>> = {
  leak: 'leaking',
  stuck: 'stuck',
  growing: 'growing',
}

/** One line: verdict, what, where, change, reason. */
export function sentence(record: DumpstreamRecord): string {
  switch (record.type) {
    case 'dump': {
      const counted = `${many(record.goroutines, 'goroutine')} in ${many(record.signatures, 'signature')}`
      const reason = reasonOf(record)
      return `goroutine dump ${record.dump}: ${counted}${reason === undefined ? '' : ` (${record.kind}: ${reason})`}`
    }
    case 'signature':
      return `${prefix(record.verdict)}${signatureText(record)}${suffix(record.because)}`
    case 'goroutine':
      return `goroutine ${record.goroutine}: ${record.state}`
    case 'finding':
      return `${prefix(VERDICT_OF[record.finding])}${record.title}${change(deltaOf(record))}${suffix(record.because)}`
    case 'summary':
      return `${many(record.dumps, 'goroutine dump')} with ${many(record.goroutines, 'goroutine')} in ${many(record.bytes, 'byte')}`
  }
}

export function severityOf(record: DumpstreamRecord): SeverityText {
  switch (record.type) {
    case 'dump':
      return record.kind === 'panic' || record.kind === 'fatal' || record.kind === 'signal' ? 'ERROR' : 'INFO'
    case 'signature':
      return record.verdict === 'leaking' || record.verdict === 'stuck' ? 'WARN' : 'INFO'
    case 'finding':
      return record.severity === 'critical' ? 'ERROR' : record.severity === 'warning' ? 'WARN' : 'INFO'
    case 'goroutine':
    case 'summary':
      return 'INFO'
  }
}

/** `identity` is that of the dump (identity.ts). */
export function attributesOf(record: DumpstreamRecord, identity: string | undefined): Record<string, string | number> {
  const all: Record<string, string | number | undefined> = {
    'dumpstream.dump': identity,
    'dumpstream.type': record.type,
  }
  if (record.type === 'dump') {
    all['dumpstream.kind'] = record.kind
    all['dumpstream.goroutines'] = record.goroutines
    all['dumpstream.reason'] = reasonOf(record)
  } else if (record.type === 'signature' || record.type === 'finding') {
    all['code.function.name'] = record.function
    all['code.file.path'] = record.file
    all['code.line.number'] = record.line
    if (record.type === 'finding') {
      all['dumpstream.finding'] = record.finding
      all['dumpstream.verdict'] = VERDICT_OF[record.finding]
      all['dumpstream.goroutines'] = record.goroutines
      all['dumpstream.delta'] = deltaOf(record)
      all['dumpstream.signature'] = record.signatures[0]
    } else {
      all['dumpstream.verdict'] = record.verdict
      all['dumpstream.goroutines'] = record.count
      all['dumpstream.delta'] = record.delta
      all['dumpstream.signature'] = record.id
      all['go.goroutine.state'] = mostCommon(record.states)
    }
  }
  const known: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(all)) if (value !== undefined) known[name] = value
  return known
}

/** Its first line, short enough for any event. */
function reasonOf({ reason }: DumpRecord): string | undefined {
  const line = reason?.split('\n', 1)[0]
  return line === undefined || line.length <= REASON ? line : `${line.slice(0, REASON)}…`
}

function signatureText(record: SignatureRecord): string {
  const state = mostCommon(record.states)
  const place = record.file === undefined ? record.function : `${baseName(record.file)}:${record.line ?? 0}`
  const where = state === undefined ? `in ${record.function}` : `in ${state}`
  return `${many(record.count, 'goroutine')} ${where} at ${place}${change(record.delta)}`
}

function deltaOf({ counts }: FindingRecord): number | undefined {
  const [now, earlier] = [counts?.at(-1), counts?.at(-2)]
  return now === undefined || earlier === undefined ? undefined : now - earlier
}

function change(delta: number | undefined): string {
  return delta === undefined || delta === 0 ? '' : ` (${delta > 0 ? '+' : ''}${delta})`
}

function prefix(verdict: string | undefined): string {
  return verdict === undefined ? '' : `${verdict}: `
}

function suffix(because: string | undefined): string {
  return because === undefined ? '' : `: ${because}`
}

function mostCommon(states: Readonly<Record<string, number>>): string | undefined {
  const [most] = Object.entries(states).sort(([, a], [, b]) => b - a)
  return most?.[0]
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
}

function many(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`
}
