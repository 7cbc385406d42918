/**
 * `--fail-on`: the conditions that make a run end with exit code 1. Verdicts and numbers are checked against the last dump of each source that
 * shows its process; events (a panic, a race, a truncated dump) against every dump.
 */
import { LIMITS } from '../core/limits.ts'
import { RecentMap } from '../core/lru.ts'
import { FINDING_KINDS } from '../core/model.ts'
import type { DumpRecord, DumpstreamRecord, FindingRecord, SignatureRecord } from '../core/records.ts'
import type { Baseline } from './baseline.ts'
import { replaces } from './process.ts'
import type { RecordSink, SinkResult } from './sink.ts'

/** One condition, as typed, with what it is checked against. */
export type Condition = { readonly text: string } & (
  | { readonly on: 'any dump' | 'last dump'; holds(dump: DumpRecord): boolean }
  | { readonly on: 'signatures of the last dump'; holds(signature: SignatureRecord): boolean }
  | { readonly on: 'findings of any dump' | 'findings of the last dump'; holds(finding: FindingRecord): boolean }
)

const VERDICTS = ['leaking', 'growing', 'stuck', 'new'] as const
const KINDS = ['panic', 'fatal', 'race', 'timeout'] as const
/** Findings whose name is not a verdict or a kind of dump. Crashes and deadlocks have happened; the others may go away. */
const FINDINGS = FINDING_KINDS.filter((each) => ![...VERDICTS, ...KINDS].some((other) => other === each))
/** All valid conditions, for the error message. */
export const CONDITIONS: readonly string[] = [
  ...VERDICTS,
  ...FINDINGS,
  ...KINDS,
  'damaged',
  'truncated',
  'count>N',
  'delta>N',
  'goroutines>N',
]

/** Undefined if `text` is not a condition. */
export function readCondition(text: string): Condition | undefined {
  const verdict = VERDICTS.find((each) => each === text)
  if (verdict !== undefined) {
    // A leak is also growth.
    const holds = (each: SignatureRecord): boolean =>
      each.verdict === verdict || (verdict === 'growing' && each.verdict === 'leaking')
    return { text, on: 'signatures of the last dump', holds }
  }
  const finding = FINDINGS.find((each) => each === text)
  if (finding !== undefined) {
    const on = finding === 'crash' || finding === 'deadlock' ? 'findings of any dump' : 'findings of the last dump'
    return { text, on, holds: (each) => each.finding === finding }
  }
  const kind = KINDS.find((each) => each === text)
  if (kind !== undefined) return { text, on: 'any dump', holds: (dump) => dump.kind === kind }
  if (text === 'damaged') return { text, on: 'any dump', holds: (dump) => dump.damaged > 0 }
  if (text === 'truncated') return { text, on: 'any dump', holds: (dump) => dump.truncated }
  const m = /^(count|delta|goroutines)>(\d{1,15})$/.exec(text)
  if (m === null) return undefined
  const limit = Number(m[2])
  if (m[1] === 'goroutines') return { text, on: 'last dump', holds: (dump) => dump.goroutines > limit }
  const number = m[1] === 'count' ? (each: SignatureRecord) => each.count : (each: SignatureRecord) => each.delta ?? 0
  return { text, on: 'signatures of the last dump', holds: (each) => number(each) > limit }
}

/** What holds for one source so far: one line per condition. */
interface Held {
  /** In any dump; the line of the first one. */
  readonly happened: Map<Condition, string>
  /** In the last dump that shows the process. */
  readonly now: Map<Condition, string>
  last: DumpRecord | undefined
  /** Signatures of the current dump that the baseline knows. */
  readonly known: Set<string>
}

export class FailOn implements RecordSink {
  readonly #conditions: readonly Condition[]
  readonly #say: (line: string) => void
  readonly #baseline: Baseline | undefined
  /** By source; that of the last dump is last. */
  readonly #sources = new RecentMap<string, Held>(LIMITS.sources, (_, gone) => this.#tell(gone))
  #holds = false

  /** `say` gets one line for each condition that holds. Signatures known to `baseline` do not count. */
  constructor(conditions: readonly Condition[], say: (line: string) => void, baseline?: Baseline) {
    this.#conditions = conditions
    this.#say = say
    this.#baseline = baseline
  }

  record(record: DumpstreamRecord): void {
    if (record.type === 'dump') this.#dump(record)
    else if (record.type === 'finding') this.#finding(record)
    else if (record.type !== 'signature') return
    else if (this.#baseline?.isExceededBy(record) !== false) this.#signature(record)
    else this.#sources.get(record.source)?.known.add(record.id)
  }

  end(): SinkResult {
    for (const held of this.#sources.values()) this.#tell(held)
    return { exportFailed: false, conditionHolds: this.#holds }
  }

  #dump(dump: DumpRecord): void {
    const held = this.#held(dump.source)
    held.known.clear()
    if (replaces(dump, held.last)) {
      held.last = dump
      held.now.clear()
    }
    for (const condition of this.#conditions) {
      if (condition.on !== 'any dump' && condition.on !== 'last dump') continue
      if (condition.on === 'last dump' && held.last !== dump) continue
      const lines = condition.on === 'any dump' ? held.happened : held.now
      if (!lines.has(condition) && condition.holds(dump)) lines.set(condition, line(condition, dump))
    }
  }

  #signature(signature: SignatureRecord): void {
    const held = this.#sources.get(signature.source)
    if (held?.last?.dump !== signature.dump) return
    for (const condition of this.#conditions) {
      if (condition.on !== 'signatures of the last dump' || held.now.has(condition)) continue
      if (!condition.holds(signature)) continue
      held.now.set(condition, `${line(condition, signature)}: ${signature.count} in ${signature.function}`)
    }
  }

  #finding(finding: FindingRecord): void {
    const held = this.#sources.get(finding.source)
    if (held === undefined) return
    const { signatures } = finding
    if (signatures.length > 0 && signatures.every((id) => held.known.has(id))) return
    for (const condition of this.#conditions) {
      if (condition.on !== 'findings of any dump' && condition.on !== 'findings of the last dump') continue
      if (condition.on === 'findings of the last dump' && held.last?.dump !== finding.dump) continue
      const lines = condition.on === 'findings of any dump' ? held.happened : held.now
      if (!lines.has(condition) && condition.holds(finding))
        lines.set(condition, `${line(condition, finding)}: ${finding.title}`)
    }
  }

  #held(source: string): Held {
    const held = this.#sources.get(source) ?? {
      happened: new Map(),
      now: new Map(),
      last: undefined,
      known: new Set(),
    }
    this.#sources.set(source, held)
    return held
  }

  /** In the order in which the conditions were given. */
  #tell({ happened, now }: Held): void {
    for (const condition of this.#conditions) {
      const text = happened.get(condition) ?? now.get(condition)
      if (text === undefined) continue
      this.#holds = true
      this.#say(text)
    }
  }
}

function line({ text }: Condition, { dump, source }: { readonly dump: number; readonly source: string }): string {
  return `--fail-on ${text} holds for dump ${dump} of ${source}`
}
