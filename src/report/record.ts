/** A counted dump → the records that go out. */

import type { Assessment, DumpTally, Frame, Signature, SignatureTally } from '../core/model.ts'
import type { DumpRecord, GoroutineRecord, SignatureRecord } from '../core/records.ts'
import type { HeaderInfo } from '../text/header.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

export function dumpRecord(tally: DumpTally, durationSeconds: number | undefined): DumpRecord {
  const record: Writable<DumpRecord> = {
    v: 1,
    type: 'dump',
    dump: tally.dump,
    source: tally.source,
    kind: tally.kind,
    format: tally.format,
    goroutines: tally.goroutines,
    signatures: tally.signatures.length,
    bytes: tally.bytes,
    foreign_lines: tally.foreignLines,
    damaged: tally.damaged,
    truncated: tally.truncated,
  }
  if (tally.other > 0) record.other = { count: tally.other }
  if (tally.limits.length > 0) record.limits = tally.limits
  if (tally.reason !== undefined) record.reason = tally.reason
  if (tally.time !== undefined) record.time = new Date(tally.time).toISOString()
  if (tally.timeFrom !== undefined) record.time_from = tally.timeFrom
  if (tally.process !== undefined) record.process = tally.process
  if (tally.attributes !== undefined) record.attributes = tally.attributes
  if (tally.race !== undefined) record.race = tally.race
  if (durationSeconds !== undefined) record.duration_s = durationSeconds
  return record
}

export function frameText(frame: Frame): string {
  return frame.file === undefined ? frame.function : `${frame.function} ${frame.file}:${frame.line ?? 0}`
}

/** Innermost first; what the runtime left out is said where it was. */
export function stackText(signature: Signature): string[] {
  const { frames, elidedAt } = signature.stack
  const lines = frames.map(frameText)
  if (elidedAt !== undefined) lines.splice(elidedAt, 0, '...')
  return lines
}

export function signatureRecord(
  dump: { readonly dump: number; readonly source: string },
  signature: Signature,
  tally: SignatureTally | undefined,
  assessment: Assessment | undefined,
  withStack: boolean,
): SignatureRecord {
  const title = signature.title
  const record: Writable<SignatureRecord> = {
    v: 1,
    type: 'signature',
    dump: dump.dump,
    source: dump.source,
    id: signature.id,
    count: tally?.count ?? 0,
    states: tally === undefined ? {} : byCount(tally.states),
    function: title.function,
  }
  if (assessment?.delta !== undefined) record.delta = assessment.delta
  if (assessment?.verdict !== undefined) record.verdict = assessment.verdict
  if (assessment?.because !== undefined) record.because = assessment.because
  if (tally?.waitMin !== undefined && tally.waitMax !== undefined)
    record.wait_minutes = { min: tally.waitMin, max: tally.waitMax }
  if (assessment?.survivors !== undefined) record.survivors = assessment.survivors
  if (assessment?.new !== undefined) record.new = assessment.new
  if (title.file !== undefined) record.file = title.file
  if (title.line !== undefined) record.line = title.line
  if (signature.createdBy !== undefined) record.created_by = signature.createdBy.function
  if (withStack) record.stack = stackText(signature)
  if (tally !== undefined && tally.labels.size > 0) {
    record.labels = Object.fromEntries([...tally.labels].map(([key, values]) => [key, byCount(values)]))
  }
  return record
}

function byCount(counts: ReadonlyMap<string, number>): Record<string, number> {
  if (counts.size === 1) for (const [only, count] of counts) return { [only]: count }
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]))
}

export function goroutineRecord(
  dump: { readonly dump: number; readonly source: string },
  id: number,
  info: HeaderInfo,
  signature: Signature | undefined,
): GoroutineRecord {
  const record: Writable<GoroutineRecord> = {
    v: 1,
    type: 'goroutine',
    dump: dump.dump,
    source: dump.source,
    goroutine: id,
    state: info.state,
  }
  if (info.minutes !== undefined) record.wait_minutes = info.minutes
  if (signature !== undefined) record.signature = signature.id
  if (info.labels !== undefined) record.labels = Object.fromEntries(info.labels)
  return record
}
