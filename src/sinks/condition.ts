/** `--fail-on`: what makes a run end with exit code 1. Judged on the last dump of each source. */
import type { DumpRecord, DumpstreamRecord, SignatureRecord } from '../records.ts'
import type { Baseline } from './baseline.ts'
import type { RecordSink, SinkResult } from './sink.ts'

/** One condition, as typed, and what it looks at. */
export interface Condition {
  readonly text: string
  holds(dump: DumpRecord, signatures: readonly SignatureRecord[]): SignatureRecord | boolean
}

const VERDICTS = ['leaking', 'growing', 'stuck', 'new'] as const
const KINDS = ['panic', 'fatal', 'race', 'timeout'] as const
/** All that may be asked for, for the error message. */
export const CONDITIONS: readonly string[] = [
  ...VERDICTS,
  ...KINDS,
  'damaged',
  'truncated',
  'count>N',
  'delta>N',
  'goroutines>N',
]

/** Undefined when `text` is none. */
export function readCondition(text: string): Condition | undefined {
  const verdict = VERDICTS.find((each) => each === text)
  if (verdict !== undefined) {
    // What leaks grows, too.
    const holds = (each: SignatureRecord): boolean =>
      each.verdict === verdict || (verdict === 'growing' && each.verdict === 'leaking')
    return { text, holds: (_dump, all) => all.find(holds) ?? false }
  }
  const kind = KINDS.find((each) => each === text)
  if (kind !== undefined) return { text, holds: (dump) => dump.kind === kind }
  if (text === 'damaged') return { text, holds: (dump) => dump.damaged > 0 }
  if (text === 'truncated') return { text, holds: (dump) => dump.truncated }
  const m = /^(count|delta|goroutines)>(\d{1,15})$/.exec(text)
  if (m === null) return undefined
  const limit = Number(m[2])
  if (m[1] === 'goroutines') return { text, holds: (dump) => dump.goroutines > limit }
  const number = m[1] === 'count' ? (each: SignatureRecord) => each.count : (each: SignatureRecord) => each.delta ?? 0
  return { text, holds: (_dump, all) => all.find((each) => number(each) > limit) ?? false }
}

interface Last {
  readonly dump: DumpRecord
  readonly signatures: SignatureRecord[]
}

export class FailOn implements RecordSink {
  readonly #conditions: readonly Condition[]
  readonly #say: (line: string) => void
  readonly #baseline: Baseline | undefined
  readonly #last = new Map<string, Last>()

  /** `say` gets one line for each condition that holds. Signatures that `baseline` knows make none hold. */
  constructor(conditions: readonly Condition[], say: (line: string) => void, baseline?: Baseline) {
    this.#conditions = conditions
    this.#say = say
    this.#baseline = baseline
  }

  record(record: DumpstreamRecord): void {
    if (record.type === 'dump') this.#last.set(record.source, { dump: record, signatures: [] })
    else if (record.type === 'signature' && this.#baseline?.isExceededBy(record) !== false)
      this.#last.get(record.source)?.signatures.push(record)
  }

  end(): SinkResult {
    let conditionHolds = false
    for (const { dump, signatures } of this.#last.values()) {
      for (const condition of this.#conditions) {
        const held = condition.holds(dump, signatures)
        if (held === false) continue
        conditionHolds = true
        const what = held === true ? '' : `: ${held.count} in ${held.function}`
        this.#say(`--fail-on ${condition.text} holds for dump ${dump.dump} of ${dump.source}${what}`)
      }
    }
    return { exportFailed: false, conditionHolds }
  }
}
