/** Compares two dumps, signature by signature. Pure: ids are the same across builds and processes, so counts can be compared. */
import type { DumpRecord, SignatureRecord } from '../core/records.ts'

/** One dump with its signatures, as records. */
export interface RecordedDump {
  readonly dump: DumpRecord
  readonly signatures: readonly SignatureRecord[]
  /** The archive member that it comes from: `bundle.zip:app.log`. */
  readonly member?: string
}

/**
 * The changed signatures, as records of `after` with `delta` relative to `before`; largest change first, vanished ones with a count of 0.
 * `known`: records of `after` with what goroutine ids show (survivors, verdicts), if both dumps are from one process. `ofOneLog`: both are from
 * one log, whose history has judged `after`; the change must not contradict that.
 */
export function compareDumps(
  before: RecordedDump,
  after: RecordedDump,
  known: readonly SignatureRecord[] = [],
  ofOneLog = false,
): SignatureRecord[] {
  const counts = new Map(before.signatures.map((each) => [each.id, each]))
  const judged = new Map(known.map((each) => [each.id, each]))
  const changed: SignatureRecord[] = []
  for (const each of after.signatures) {
    if (each.count === 0) continue
    const earlier = counts.get(each.id)
    counts.delete(each.id)
    const delta = each.count - (earlier?.count ?? 0)
    if (delta === 0) continue
    const change = withChange(each, delta, earlier === undefined, judged.get(each.id))
    changed.push(ofOneLog ? withHistory(change, each) : change)
  }
  for (const each of counts.values()) {
    if (each.count > 0) changed.push(vanished(each, after.dump))
  }
  return changed.sort((a, b) => Math.abs(b.delta ?? 0) - Math.abs(a.delta ?? 0))
}

function withChange(
  record: SignatureRecord,
  delta: number,
  isNew: boolean,
  judged: SignatureRecord | undefined,
): SignatureRecord {
  const { verdict: _verdict, because: _because, survivors: _survivors, new: _new, delta: _delta, ...rest } = record
  if (judged?.verdict !== undefined && judged.delta === delta) {
    return {
      ...rest,
      delta,
      verdict: judged.verdict,
      ...(judged.because === undefined ? {} : { because: judged.because }),
      ...(judged.survivors === undefined ? {} : { survivors: judged.survivors }),
      ...(judged.new === undefined ? {} : { new: judged.new }),
    }
  }
  return { ...rest, delta, verdict: isNew ? 'new' : delta > 0 ? 'growing' : 'shrinking' }
}

/** The history of the log includes the dumps in between. */
function withHistory(change: SignatureRecord, { verdict, because }: SignatureRecord): SignatureRecord {
  const isWorse = verdict === 'leaking' || verdict === 'stuck' || (verdict === 'growing' && change.verdict === 'steady')
  if (!isWorse || verdict === change.verdict) return change
  return { ...change, verdict, ...(because === undefined ? {} : { because }) }
}

function vanished(record: SignatureRecord, dump: DumpRecord): SignatureRecord {
  const { stack, file, line, created_by } = record
  return {
    v: 1,
    type: 'signature',
    dump: dump.dump,
    source: dump.source,
    id: record.id,
    count: 0,
    delta: -record.count,
    verdict: 'gone',
    states: {},
    function: record.function,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(created_by === undefined ? {} : { created_by }),
    ...(stack === undefined ? {} : { stack }),
  }
}
